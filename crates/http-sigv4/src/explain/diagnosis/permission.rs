//! What services say where they do not allow a request, or give no reason.

use super::Diagnosis;
use crate::{
    ErrorCode, ErrorKind,
    explain::{Cause, exchange::Exchange},
};

pub(super) fn diagnose(exchange: &Exchange<'_>) -> Option<Diagnosis> {
    let Exchange {
        rejection, local, ..
    } = exchange;
    let hint = rejection.serverless_hint();
    if hint.is_some_and(|hint| hint.contains("network-policy")) {
        return Some(Diagnosis::new(Cause::NetworkDenied, None));
    }
    // A function URL says so of any request that it does not take, signed or not.
    if rejection.is_bare_function_url() {
        return Some(Diagnosis::new(Cause::Unexplained, None));
    }
    let is_denied = rejection.kind == Some(ErrorKind::AccessDenied)
        || rejection.names_caller()
        || rejection.says("explicit deny");
    if is_denied {
        return Some(Diagnosis::new(Cause::AccessDenied, None));
    }
    // An application behind a front end may answer 403 too, so the front end has to show.
    let is_of_front_end = (rejection.is_http_api() && rejection.searched.trim() == "forbidden")
        || hint.is_some()
        || (rejection.kind == Some(ErrorKind::Unspecified)
            && (rejection.headers.contains_key(ErrorCode::HEADER) || local.is_for("s3")));
    let is_rejected = matches!(rejection.status.as_u16(), 401 | 403);
    (is_rejected && is_of_front_end).then(|| Diagnosis::new(Cause::Unexplained, None))
}
