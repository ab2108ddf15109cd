//! What services say of a date that is too far from their clock.

use super::{Diagnosis, Subject, url};
use crate::{
    ErrorKind,
    explain::{Cause, exchange::Exchange},
};

pub(super) fn diagnose(exchange: &Exchange<'_>) -> Option<Diagnosis> {
    let Exchange {
        rejection, local, ..
    } = exchange;
    let is_early = rejection.code.starts_with("RequestInTheFuture")
        || rejection.says_any(&[
            "not yet current",
            "request is not yet valid",
            "request is not valid yet",
        ]);
    let is_late = rejection.says_any(&[
        "signature expired",
        "request has expired",
        "date is too old",
    ]);
    if !is_early && !is_late && rejection.kind != Some(ErrorKind::RequestTime) {
        return None;
    }
    let moments = rejection.moments(local.date(), local.time);
    let (cause, by) = moments.rejected_date(is_early);
    let is_clock = by.is_some() && matches!(cause, Cause::ClockAhead | Cause::ClockBehind);
    match url::expired(exchange) {
        // The service counts what is left of a URL by its own clock.
        Some(expired) if !(is_clock && url::lives_by_local_clock(exchange)) => Some(expired),
        _ => Some(Diagnosis::new(cause, by.map(Subject::Span))),
    }
}
