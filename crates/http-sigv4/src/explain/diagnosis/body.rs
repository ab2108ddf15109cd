//! What services say of a body and of its digest.

use super::{Diagnosis, Subject};
use crate::{
    ErrorKind,
    canonical::headers::X_AMZ_CONTENT_SHA256,
    explain::{Cause, exchange::Exchange},
};

pub(super) fn diagnose(exchange: &Exchange<'_>) -> Option<Diagnosis> {
    let Exchange {
        rejection, local, ..
    } = exchange;
    if rejection.kind == Some(ErrorKind::BodyMismatch) {
        return Some(Diagnosis::new(Cause::BodyChanged, None));
    }
    let was_signed = local.has_signed_body_hash();
    let is_named = rejection.says_any(&[X_AMZ_CONTENT_SHA256.as_str(), "content sha256 hash"]);
    let of_signed = if !is_named {
        // OpenSearch Serverless says no more than that a helper of its gateway rejected the request.
        let is_of_helper = rejection
            .serverless_hint()
            .is_some_and(|hint| hint.contains("gw-helper"));
        let is_required = is_of_helper && local.lines.is_some() && !was_signed;
        return is_required.then(|| Diagnosis::new(Cause::BodyHashRequired, None));
    } else if rejection.says_any(&["missing", "required"]) {
        Cause::HeaderMissing
    } else if rejection.says_any(&["must be", "invalid"]) {
        Cause::HeaderChanged
    } else {
        return None;
    };
    Some(match was_signed {
        true => {
            let name = Subject::from_names(X_AMZ_CONTENT_SHA256.as_str());
            Diagnosis::new(of_signed, name)
        }
        false => Diagnosis::new(Cause::BodyHashRequired, None),
    })
}
