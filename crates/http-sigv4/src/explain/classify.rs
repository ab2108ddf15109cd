//! From a refusal to its cause: the table of codes and of sentences that AWS services are seen to use.

use std::time::{Duration, SystemTime};

use super::{
    Cause, Difference, Line,
    canonical::Lines,
    clock::in_words,
    compare, query,
    redact::Redactor,
    refusal::{ERROR_TYPE, Refusal},
};
use crate::{
    CanonicalRequest,
    canonical::headers::{X_AMZ_CONTENT_SHA256, X_AMZ_SECURITY_TOKEN},
};

/// A cause, what it is about, and the lines that show it.
pub(super) struct Finding {
    pub(super) cause: Cause,
    /// A header's name, a region, a span of time: what a hint needs. The service may have written it.
    pub(super) about: Option<String>,
    pub(super) differences: Vec<Difference>,
}

impl Finding {
    fn new(cause: Cause, about: Option<&str>) -> Self {
        Self {
            cause,
            about: about.map(str::to_owned),
            differences: Vec::new(),
        }
    }
}

/// What this side knows of the exchange.
pub(super) struct Ours<'a> {
    pub(super) signed: Option<&'a CanonicalRequest>,
    pub(super) lines: Option<&'a Lines<'a>>,
    pub(super) time: SystemTime,
}

impl<'a> Ours<'a> {
    /// Day, region, service and terminator of the credential scope.
    pub(super) fn scope(&self) -> Option<[&'a str; 4]> {
        compare::scope(self.signed?.string_to_sign().lines().nth(2)?)
    }

    fn date(&self) -> Option<&'a str> {
        self.signed?.string_to_sign().lines().nth(1)
    }

    fn has_token(&self) -> bool {
        self.lines.is_some_and(|lines| {
            lines.header(X_AMZ_SECURITY_TOKEN.as_str()).is_some()
                || lines
                    .query
                    .to_ascii_lowercase()
                    .contains(X_AMZ_SECURITY_TOKEN.as_str())
        })
    }
}

/// Names the cause of a refusal, or nothing where the answer is not about authentication.
///
/// Sentences count for more than codes: AppSync calls any of this `BadRequestException`, S3 much of it
/// `AccessDenied`.
pub(super) fn finding(
    refusal: &Refusal<'_>,
    theirs: Option<&Lines<'_>>,
    ours: &Ours<'_>,
    redactor: &Redactor<'_>,
) -> Option<Finding> {
    let found = refused_date(refusal, ours)
        .or_else(|| authorization(refusal, ours))
        .or_else(|| scope(refusal))
        .or_else(|| body_hash(refusal, ours))
        .or_else(|| no_signature(refusal, ours))
        .or_else(|| credentials(refusal, ours))
        .or_else(|| mismatch(refusal, theirs, ours, redactor))
        .or_else(|| denied(refusal))
        .or_else(|| unexplained(refusal))?;
    let is_vague =
        theirs.is_none() && matches!(found.cause, Cause::SignatureMismatch | Cause::Unexplained);
    // Some services say no more of a wrong clock. What an exchange may take, and two clocks may differ
    // by, is below this.
    let skew = refusal
        .moments(None, ours.time)
        .skew(Duration::from_secs(240));
    Some(match skew.filter(|_| is_vague) {
        Some((cause, by)) => Finding::new(cause, Some(&in_words(by))),
        None => found,
    })
}

fn refused_date(refusal: &Refusal<'_>, ours: &Ours<'_>) -> Option<Finding> {
    let too_new = refusal.says("not yet current")
        || refusal.says("request is not yet valid")
        || refusal.code_is(&["RequestInTheFuture"]);
    let is_refused = too_new
        || refusal.says("signature expired")
        || refusal.says("request has expired")
        || refusal.code_is(&["RequestTimeTooSkewed", "RequestExpired"]);
    is_refused.then(|| {
        let moments = refusal.moments(ours.date(), ours.time);
        let (cause, by) = moments.refused_date(too_new);
        Finding::new(cause, by.map(in_words).as_deref())
    })
}

/// What services find wrong with the signature before they compute it.
fn authorization(refusal: &Refusal<'_>, ours: &Ours<'_>) -> Option<Finding> {
    if refusal.says("is named as a signedheader, but it does not exist") {
        let name = refusal.quoted_after("");
        return Some(Finding::new(Cause::HeaderMissing, name));
    }
    if refusal.says("missing equal-sign") {
        let cause = match refusal.says("aws4") {
            true => Cause::IncompleteSignature,
            false => Cause::NotASignature,
        };
        return Some(Finding::new(cause, None));
    }
    let names = refusal.fields.headers_not_signed.as_deref();
    if names.is_some() || refusal.says("headers present in the request which were not signed") {
        return Some(Finding::new(Cause::HeaderNotSigned, names));
    }
    if refusal.says("must be a 'signedheader'") {
        // `Host`, or any header of AWS's that arrived.
        let name = refusal.quoted_after("");
        let was_signed = |name: &str| ours.lines.map(|lines| lines.header(name).is_some());
        let cause = match name.and_then(|name| was_signed(&name.to_ascii_lowercase())) {
            Some(true) => Cause::SignedHeaders,
            Some(false) => Cause::HeaderNotSigned,
            None => Cause::IncompleteSignature,
        };
        return Some(Finding::new(cause, name));
    }
    refusal
        .says("only one auth mechanism")
        .then(|| Finding::new(Cause::SeveralSignatures, None))
}

fn scope(refusal: &Refusal<'_>) -> Option<Finding> {
    if refusal.says("scoped to correct service") {
        let service = refusal.quoted_after("scoped to correct service");
        return Some(Finding::new(Cause::ScopeService, service));
    }
    if refusal.says("scoped to a valid region") {
        return Some(Finding::new(Cause::ScopeRegion, None));
    }
    if refusal.says("is wrong; expecting") {
        let told = refusal.fields.region.as_deref();
        let region = told.or_else(|| refusal.quoted_after("is wrong; expecting"));
        return Some(Finding::new(Cause::ScopeRegion, region));
    }
    refusal
        .says("date in credential scope")
        .then(|| Finding::new(Cause::ScopeDate, None))
}

fn body_hash(refusal: &Refusal<'_>, ours: &Ours<'_>) -> Option<Finding> {
    if refusal.code_is(&["XAmzContentSHA256Mismatch"]) {
        return Some(Finding::new(Cause::BodyChanged, None));
    }
    let wants_hash = refusal.says(X_AMZ_CONTENT_SHA256.as_str())
        && ["missing", "must be", "required"]
            .iter()
            .any(|word| refusal.says(word));
    // OpenSearch Serverless says no more than that a helper of its gateway refused.
    let of_helper = refusal
        .header(AOSS_HINT)
        .is_some_and(|hint| hint.contains("gw-helper"));
    let sent_hash = |lines: &Lines<'_>| lines.header(X_AMZ_CONTENT_SHA256.as_str()).is_some();
    let without = ours.lines.is_some_and(|lines| !sent_hash(lines));
    (wants_hash || (of_helper && without)).then(|| Finding::new(Cause::BodyHashRequired, None))
}

const AOSS_HINT: &str = "x-aoss-response-hint";

fn no_signature(refusal: &Refusal<'_>, ours: &Ours<'_>) -> Option<Finding> {
    if refusal.says("user: anonymous is not authorized")
        || refusal.says("valid authorization header not provided")
    {
        return Some(Finding::new(Cause::NotSigned, None));
    }
    if refusal.code_is(&["MissingAuthenticationToken", "MissingSecurityHeader"])
        || refusal.says("missing authentication token")
    {
        let is_api = |[_, _, service, _]: [&str; 4]| service == "execute-api";
        let cause = match ours.scope().is_some_and(is_api) {
            true => Cause::UnknownRoute,
            false => Cause::NotSigned,
        };
        return Some(Finding::new(cause, None));
    }
    let is_incomplete =
        refusal.code_is(&["IncompleteSignature"]) || refusal.says("authorization header requires");
    is_incomplete.then(|| Finding::new(Cause::IncompleteSignature, None))
}

fn credentials(refusal: &Refusal<'_>, ours: &Ours<'_>) -> Option<Finding> {
    if refusal.code_is(&["ExpiredToken", "TokenRefreshRequired"])
        || refusal.says("token included in the request is expired")
        || refusal.says("provided token has expired")
    {
        return Some(Finding::new(Cause::ExpiredCredentials, None));
    }
    let codes = [
        "AuthFailure",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "InvalidSecurity",
        "InvalidToken",
        "UnrecognizedClient",
    ];
    if !refusal.code_is(&codes) && !refusal.says("token included in the request is invalid") {
        return None;
    }
    let told = refusal.fields.access_key_id.as_deref();
    let id = told.or_else(|| ours.signed.map(CanonicalRequest::access_key_id));
    let is_temporary = id.is_some_and(|id| id.starts_with("ASIA"));
    let cause = match is_temporary && ours.signed.is_some() && !ours.has_token() {
        true => Cause::SessionTokenMissing,
        false => Cause::UnknownCredentials,
    };
    Some(Finding::new(cause, id))
}

fn mismatch(
    refusal: &Refusal<'_>,
    theirs: Option<&Lines<'_>>,
    ours: &Ours<'_>,
    redactor: &Redactor<'_>,
) -> Option<Finding> {
    if !refusal.code_is(&["SignatureDoesNotMatch", "InvalidSignature"])
        && !refusal.says("signature we calculated does not match")
    {
        return None;
    }
    let (Some(theirs), Some(lines), Some(signed)) = (theirs, ours.lines, ours.signed) else {
        return Some(Finding::new(Cause::SignatureMismatch, None));
    };
    let mut differences = compare::canonical_requests(lines, theirs, redactor);
    let received = refusal.fields.echo.string_to_sign.as_deref();
    if let Some(received) = received.filter(|_| differences.is_empty()) {
        let difference = compare::strings_to_sign(signed.string_to_sign(), received, redactor);
        differences.extend(difference);
    }
    let (cause, about) = match differences.first() {
        Some(first) => (first.cause(), subject(first, lines, theirs)),
        None if received.is_some() => (Cause::WrongSecret, Some(signed.access_key_id().into())),
        None => (Cause::SignatureMismatch, None),
    };
    Some(Finding {
        cause,
        about,
        differences,
    })
}

/// What of a line a hint has to name.
fn subject(difference: &Difference, ours: &Lines<'_>, theirs: &Lines<'_>) -> Option<String> {
    match difference.line() {
        Line::Header(name) => Some(name.clone()),
        Line::Query => {
            let (name, what) = query::parameter(ours.query, theirs.query)?;
            Some(format!("`{name}` was {what}"))
        }
        Line::StringToSign => {
            let [day, region, service, _] = compare::scope(difference.received()?)?;
            let part = match difference.cause() {
                Cause::ScopeDate => day,
                Cause::ScopeRegion => region,
                Cause::ScopeService => service,
                _ => return None,
            };
            Some(part.to_owned())
        }
        _ => None,
    }
}

fn denied(refusal: &Refusal<'_>) -> Option<Finding> {
    let is_denied = refusal.code_is(&["AccessDenied", "UnauthorizedOperation"])
        || refusal.says("is not authorized to perform")
        || refusal.says("explicit deny");
    is_denied.then(|| Finding::new(Cause::AccessDenied, None))
}

/// Refusals of a front end that gives no reason. An application behind it may answer 403 too, so the
/// front end has to show.
fn unexplained(refusal: &Refusal<'_>) -> Option<Finding> {
    let is_known = (refusal.is_http_api() && refusal.searched.trim() == "forbidden")
        || refusal.header(AOSS_HINT).is_some()
        || (refusal.header(ERROR_TYPE).is_some()
            && refusal.code_is(&["Forbidden", "Unauthorized"]));
    let is_refused = matches!(refusal.status.as_u16(), 401 | 403);
    (is_refused && is_known).then(|| Finding::new(Cause::Unexplained, None))
}
