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
    let is_said = rejection.says_any(&[
        "token included in the request is invalid",
        // Garage, R2, Versity's gateway and SeaweedFS.
        "forbidden: no such key",
        "credential access key has length",
        "x-amz-security-token is not supported",
        "requires setting up seaweedfs s3 authentication",
    ]);
    // EC2 calls some of what a policy denies so, too.
    let is_denied =
        rejection.kind == Some(ErrorKind::Unauthenticated) && rejection.says("not authorized");
    if is_denied || !(are_unknown || is_said) {
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
