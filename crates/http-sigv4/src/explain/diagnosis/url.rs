//! What services say of a presigned URL: that it has expired, may not live so long, or lacks a part.

use std::time::Duration;

use super::{Diagnosis, Subject};
use crate::{
    ErrorKind,
    explain::{Cause, clock::moment, exchange::Exchange},
};

/// A URL that came after its time.
///
/// S3 says "Request has expired" of presigned URLs only, and calls it a denied access. EC2 says so of
/// signatures too, by another code; others have one sentence for both.
pub(super) fn expired(exchange: &Exchange<'_>) -> Option<Diagnosis> {
    let Exchange {
        rejection, local, ..
    } = exchange;
    let lifetime = lifetime(exchange);
    let is_expired = match rejection.says("request has expired") {
        true => {
            rejection.fields.expires.is_some()
                || local.is_url()
                || rejection.kind == Some(ErrorKind::AccessDenied)
        }
        false => local.is_url() && rejection.says_any(&["signature expired", "date is too old"]),
    };
    is_expired.then(|| Diagnosis::new(Cause::UrlExpired, lifetime.map(Subject::Span)))
}

/// Whether a URL that the service finds expired is not so by this clock.
pub(super) fn lives_by_local_clock(exchange: &Exchange<'_>) -> bool {
    let Exchange {
        rejection, local, ..
    } = exchange;
    let told = rejection.fields.expires.as_deref().and_then(moment);
    let signed = || {
        let date = local.date().and_then(moment)?;
        date.checked_add(lifetime(exchange)?)
    };
    told.or_else(signed).is_some_and(|end| end > local.time)
}

/// How long the URL was to live, as the service says or as was signed.
fn lifetime(exchange: &Exchange<'_>) -> Option<Duration> {
    let told = exchange.rejection.fields.lifetime.as_deref();
    let seconds = told.or_else(|| exchange.local.parameter(|name| name == "X-Amz-Expires"));
    Some(Duration::from_secs(seconds?.trim().parse().ok()?))
}

/// A URL with a lifetime that is not allowed, or with parts that cannot be read.
pub(super) fn diagnose(exchange: &Exchange<'_>) -> Option<Diagnosis> {
    let rejection = exchange.rejection;
    let is_lifetime = rejection.says("x-amz-expires")
        && rejection.says_any(&[
            "must be less than a week",
            "may not exceed a week",
            "must be non-negative",
            "should be a number",
            "is not a number",
        ]);
    let cause = if is_lifetime {
        Cause::UrlLifetime
    } else if rejection.says_any(&[
        "query-string authentication version 4 requires",
        "query-string authentication requires",
        "not found in query parameters",
    ]) {
        Cause::UrlMalformed
    } else {
        return None;
    };
    Some(Diagnosis::new(cause, None))
}
