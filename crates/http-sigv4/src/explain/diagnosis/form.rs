//! What services find wrong with a signature before they compute it.

use super::{Diagnosis, Subject};
use crate::{
    ErrorKind,
    canonical::headers::X_AMZ_DATE,
    explain::{Cause, exchange::Exchange},
};

pub(super) fn diagnose(exchange: &Exchange<'_>) -> Option<Diagnosis> {
    missing_header(exchange)
        .or_else(|| unsigned_header(exchange))
        .or_else(|| date(exchange))
        .or_else(|| foreign(exchange))
        .or_else(|| algorithm(exchange))
        .or_else(|| credential(exchange))
}

/// A header that is signed and not there.
fn missing_header(exchange: &Exchange<'_>) -> Option<Diagnosis> {
    let rejection = exchange.rejection;
    let name = if rejection.says("is named as a signedheader, but it does not exist") {
        rejection.quoted_after("")
    } else if rejection.says("signed header `") && rejection.says("is not present") {
        // Garage.
        rejection.quoted_after("signed header")
    } else {
        return None;
    };
    let name = name.map(Subject::from_names);
    Some(Diagnosis::new(Cause::HeaderMissing, name))
}

/// A header that is there and not signed.
fn unsigned_header(exchange: &Exchange<'_>) -> Option<Diagnosis> {
    let Exchange {
        rejection, local, ..
    } = exchange;
    let names = rejection.fields.headers_not_signed.as_deref();
    if names.is_some() || rejection.says("headers present in the request which were not signed") {
        let names = names.map(Subject::from_names);
        return Some(Diagnosis::new(Cause::HeaderNotSigned, names));
    }
    // Garage says "Header `x-amz-acl` should be signed".
    if !rejection.says_any(&["must be a 'signedheader'", "` should be signed"]) {
        return None;
    }
    // `Host`, or any header of AWS's that arrived.
    let name = rejection.quoted_after("");
    let was_signed = name
        .filter(|_| local.lines.is_some())
        .map(|name| local.has_signed(&name.to_ascii_lowercase()));
    let cause = match was_signed {
        Some(true) => Cause::SignedHeaders,
        Some(false) => Cause::HeaderNotSigned,
        None => Cause::IncompleteSignature,
    };
    Some(Diagnosis::new(cause, name.map(Subject::from_names)))
}

/// A date that is missing or cannot be read, as of S3, MinIO and Garage.
fn date(exchange: &Exchange<'_>) -> Option<Diagnosis> {
    let rejection = exchange.rejection;
    let cause =
        if rejection.says_any(&["requires a valid date or x-amz-date", "missing x-amz-date"]) {
            Cause::HeaderMissing
        } else if rejection.code == "MalformedDate" || rejection.says("x-amz-date must be") {
            match is_of_url(exchange) {
                true => return Some(Diagnosis::new(Cause::UrlMalformed, None)),
                false => Cause::HeaderChanged,
            }
        } else {
            return None;
        };
    let name = Subject::from_names(X_AMZ_DATE.as_str());
    Some(Diagnosis::new(cause, name))
}

/// An `Authorization` of another kind.
fn foreign(exchange: &Exchange<'_>) -> Option<Diagnosis> {
    let rejection = exchange.rejection;
    let lacks_all = ["credential", "signature", "signedheaders"]
        .iter()
        .all(|part| rejection.says(&format!("requires '{part}' parameter")));
    let is_foreign = lacks_all
        || rejection.says_any(&[
            "missing equal-sign",
            "unsupported authorization type",
            "unsupported authorization method",
            "one and only one ' ' (space) required",
            // Garage, of a header without a space.
            "authorization field to short",
        ]);
    if !is_foreign {
        return None;
    }
    let value = rejection.fields.argument_value.as_deref();
    let is_cut = rejection.says("aws4") || value.is_some_and(|value| value.starts_with("AWS"));
    let cause = match is_cut {
        true => Cause::IncompleteSignature,
        false => Cause::NotASignature,
    };
    Some(Diagnosis::new(cause, None))
}

/// A signature by another algorithm, or one more than there may be.
fn algorithm(exchange: &Exchange<'_>) -> Option<Diagnosis> {
    let rejection = exchange.rejection;
    let argument = rejection.fields.argument_name.as_deref();
    let is_unsupported = argument == Some("X-Amz-Algorithm")
        || rejection.says_any(&[
            "authorization mechanism you have provided is not supported",
            "x-amz-algorithm only supports",
            "sigv2 authorization is not supported",
            "require aws signature version 4",
        ]);
    if is_unsupported {
        return Some(Diagnosis::new(Cause::UnsupportedAlgorithm, None));
    }
    rejection
        .says("only one auth mechanism")
        .then(|| Diagnosis::new(Cause::SeveralSignatures, None))
}

/// A signature that lacks a part, or has one that cannot be read.
fn credential(exchange: &Exchange<'_>) -> Option<Diagnosis> {
    let rejection = exchange.rejection;
    let component = rejection.quoted_after("the authorization component");
    if rejection.says("a non-empty access key")
        || component.is_some_and(|part| part.starts_with('/'))
    {
        return Some(Diagnosis::new(Cause::AccessKeyIdMissing, None));
    }
    let is_incomplete = component.is_some()
        || rejection.says_any(&[
            "the credential is mal-formed",
            "incorrect date format",
            "incorrect terminal",
            "scoped with a valid terminator",
            "authorization header requires three components",
            "signature header missing",
            "missing credential field",
            "in authorization field",
            "field without value in authorization header",
        ]);
    is_incomplete.then(|| incomplete(exchange))
}

/// That there is no signature, where nothing tells of another one.
pub(super) fn diagnose_missing(exchange: &Exchange<'_>) -> Option<Diagnosis> {
    let Exchange {
        rejection, local, ..
    } = exchange;
    if rejection.says_any(&[
        "user: anonymous is not authorized",
        "valid authorization header not provided",
        "anonymous access is forbidden",
        "anonymous users cannot",
        "anonymous requests don't",
        "does not support anonymous",
        "no awsaccesskey was presented",
        "missing authorization header",
    ]) {
        return Some(Diagnosis::new(Cause::NotSigned, None));
    }
    let is_missing = rejection.kind == Some(ErrorKind::MissingSignature)
        || rejection.says("missing authentication token");
    is_missing.then(|| {
        let cause = match local.is_for("execute-api") {
            true => Cause::UnknownRoute,
            false => Cause::NotSigned,
        };
        Diagnosis::new(cause, None)
    })
}

/// That something is wrong with the form, where the code says so and no sentence is known.
pub(super) fn diagnose_by_code(exchange: &Exchange<'_>) -> Option<Diagnosis> {
    let rejection = exchange.rejection;
    let is_incomplete = rejection.kind == Some(ErrorKind::MalformedSignature)
        || rejection.says("authorization header requires");
    is_incomplete.then(|| incomplete(exchange))
}

fn incomplete(exchange: &Exchange<'_>) -> Diagnosis {
    let cause = match is_of_url(exchange) {
        true => Cause::UrlMalformed,
        false => Cause::IncompleteSignature,
    };
    Diagnosis::new(cause, None)
}

/// Whether the signature stood in a URL, as this side knows or the service says.
fn is_of_url(exchange: &Exchange<'_>) -> bool {
    let code = &exchange.rejection.code;
    exchange.local.is_url() || code.starts_with("AuthorizationQueryParameters")
}
