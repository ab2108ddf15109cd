//! What services say of a body and of its digest.

use super::Diagnosis;
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
    let wants_hash = rejection.says(X_AMZ_CONTENT_SHA256.as_str())
        && ["missing", "must be", "required"]
            .iter()
            .any(|word| rejection.says(word));
    // OpenSearch Serverless says no more than that a helper of its gateway rejected the request.
    let is_of_helper = rejection
        .header("x-aoss-response-hint")
        .is_some_and(|hint| hint.contains("gw-helper"));
    let was_sent_without = local.lines.is_some() && !local.has_signed_body_hash();
    (wants_hash || (is_of_helper && was_sent_without))
        .then(|| Diagnosis::new(Cause::BodyHashRequired, None))
}
