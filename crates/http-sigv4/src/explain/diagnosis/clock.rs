//! What services say of a date that is too far from their clock.

use super::{Diagnosis, Subject};
use crate::{ErrorKind, explain::exchange::Exchange};

pub(super) fn diagnose(exchange: &Exchange<'_>) -> Option<Diagnosis> {
    let Exchange {
        rejection, local, ..
    } = exchange;
    let is_early = rejection.says("not yet current")
        || rejection.says("request is not yet valid")
        || rejection.code.starts_with("RequestInTheFuture");
    let is_rejected = is_early
        || rejection.says("signature expired")
        || rejection.says("request has expired")
        || rejection.kind == Some(ErrorKind::RequestTime);
    is_rejected.then(|| {
        let moments = rejection.moments(local.date(), local.time);
        let (cause, by) = moments.rejected_date(is_early);
        Diagnosis::new(cause, by.map(Subject::Span))
    })
}
