//! What services say where they do not allow a request, or give no reason.

use super::Diagnosis;
use crate::{
    ErrorCode, ErrorKind,
    explain::{Cause, exchange::Exchange},
};

pub(super) fn diagnose(exchange: &Exchange<'_>) -> Option<Diagnosis> {
    let rejection = exchange.rejection;
    let is_denied = rejection.kind == Some(ErrorKind::AccessDenied)
        || rejection.says("is not authorized to perform")
        || rejection.says("explicit deny");
    if is_denied {
        return Some(Diagnosis::new(Cause::AccessDenied, None));
    }
    // An application behind a front end may answer 403 too, so the front end has to show.
    let is_of_front_end = (rejection.is_http_api() && rejection.searched.trim() == "forbidden")
        || rejection.header("x-aoss-response-hint").is_some()
        || (rejection.headers.contains_key(ErrorCode::HEADER)
            && rejection.kind == Some(ErrorKind::Unspecified));
    let is_rejected = matches!(rejection.status.as_u16(), 401 | 403);
    (is_rejected && is_of_front_end).then(|| Diagnosis::new(Cause::Unexplained, None))
}
