//! What services say of credentials that they do not take.

use super::{Diagnosis, Subject};
use crate::{
    CanonicalRequest, ErrorKind,
    explain::{Cause, exchange::Exchange},
};

pub(super) fn diagnose(exchange: &Exchange<'_>) -> Option<Diagnosis> {
    let Exchange {
        rejection, local, ..
    } = exchange;
    if rejection.kind == Some(ErrorKind::ExpiredCredentials)
        || rejection.says("token included in the request is expired")
        || rejection.says("provided token has expired")
    {
        return Some(Diagnosis::new(Cause::ExpiredCredentials, None));
    }
    let are_unknown = matches!(
        rejection.kind,
        Some(ErrorKind::Unauthenticated | ErrorKind::UnknownCredentials)
    );
    if !are_unknown && !rejection.says("token included in the request is invalid") {
        return None;
    }
    let told = rejection.fields.access_key_id.as_deref();
    let id = told.or_else(|| local.signed.map(CanonicalRequest::access_key_id));
    let is_temporary = id.is_some_and(|id| id.starts_with("ASIA"));
    let cause = match is_temporary && local.signed.is_some() && !local.has_token() {
        true => Cause::SessionTokenMissing,
        false => Cause::UnknownCredentials,
    };
    Some(Diagnosis::new(cause, id.map(Subject::from_access_key_id)))
}
