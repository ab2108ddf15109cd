//! What services find wrong with a signature before they compute it, or that there is none.

use super::{Diagnosis, Subject};
use crate::{
    ErrorKind,
    explain::{Cause, exchange::Exchange},
};

pub(super) fn diagnose(exchange: &Exchange<'_>) -> Option<Diagnosis> {
    let Exchange {
        rejection, local, ..
    } = exchange;
    if rejection.says("is named as a signedheader, but it does not exist") {
        let name = rejection.quoted_after("").map(Subject::from_names);
        return Some(Diagnosis::new(Cause::HeaderMissing, name));
    }
    if rejection.says("missing equal-sign") {
        let cause = match rejection.says("aws4") {
            true => Cause::IncompleteSignature,
            false => Cause::NotASignature,
        };
        return Some(Diagnosis::new(cause, None));
    }
    let names = rejection.fields.headers_not_signed.as_deref();
    if names.is_some() || rejection.says("headers present in the request which were not signed") {
        let names = names.map(Subject::from_names);
        return Some(Diagnosis::new(Cause::HeaderNotSigned, names));
    }
    if rejection.says("must be a 'signedheader'") {
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
        return Some(Diagnosis::new(cause, name.map(Subject::from_names)));
    }
    rejection
        .says("only one auth mechanism")
        .then(|| Diagnosis::new(Cause::SeveralSignatures, None))
}

pub(super) fn diagnose_missing(exchange: &Exchange<'_>) -> Option<Diagnosis> {
    let Exchange {
        rejection, local, ..
    } = exchange;
    if rejection.says("user: anonymous is not authorized")
        || rejection.says("valid authorization header not provided")
    {
        return Some(Diagnosis::new(Cause::NotSigned, None));
    }
    if rejection.kind == Some(ErrorKind::MissingSignature)
        || rejection.says("missing authentication token")
    {
        let cause = match local.is_for("execute-api") {
            true => Cause::UnknownRoute,
            false => Cause::NotSigned,
        };
        return Some(Diagnosis::new(cause, None));
    }
    let is_incomplete = rejection.code.starts_with("IncompleteSignature")
        || rejection.says("authorization header requires");
    is_incomplete.then(|| Diagnosis::new(Cause::IncompleteSignature, None))
}
