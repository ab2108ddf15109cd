//! What happens to requests, through the `metrics` facade.
//!
//! Labels that come with every request are known at compile time, so that nothing is allocated and
//! nothing is written that threads share, but by the recorder.

use std::{fmt, time::Duration};

use http::{HeaderMap, StatusCode};
use http_sigv4::{ErrorCode, ErrorKind, Payload};
use metrics::{counter, gauge, histogram};

pub(super) fn signed(payload: Payload) {
    let counter = match payload {
        Payload::Sha256(_) => counter!("aws_sigv4_signatures_total", "payload" => "sha256"),
        Payload::Unsigned => counter!("aws_sigv4_signatures_total", "payload" => "unsigned"),
        _ => counter!("aws_sigv4_signatures_total", "payload" => "streaming"),
    };
    counter.increment(1);
}

pub(super) fn answered(status: StatusCode, headers: &HeaderMap) {
    if let Some(kind) = rejection(status, headers) {
        counter!("aws_sigv4_rejections_total", "cause" => snake_case(&kind)).increment(1);
    }
}

/// What a response rejects the request for, if that concerns its signature. Many services say no more
/// than by the status.
fn rejection(status: StatusCode, headers: &HeaderMap) -> Option<ErrorKind> {
    let code = ErrorCode::from_headers(headers);
    match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN if code.is_none() => {
            Some(ErrorKind::Unspecified)
        }
        StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
            code?.kind().filter(|kind| *kind != ErrorKind::Throttling)
        }
        _ => None,
    }
}

pub(super) fn retried(cause: &'static str) {
    counter!("aws_sigv4_retries_total", "cause" => cause).increment(1);
}

pub(super) fn clock_changed(change: &'static str, offset: i64) {
    counter!("aws_sigv4_clock_offset_changes_total", "change" => change).increment(1);
    // Less than a day and a few hours, so a float holds it.
    gauge!("aws_sigv4_clock_offset_seconds").set(offset as f64);
}

pub(super) fn body_read(bytes: usize) {
    histogram!("aws_sigv4_body_bytes").record(bytes as f64);
}

pub(super) fn waited(awaited: &'static str, time: Duration) {
    counter!("aws_sigv4_waits_total", "for" => awaited).increment(1);
    histogram!("aws_sigv4_wait_seconds", "for" => awaited).record(time);
}

#[cfg(feature = "explain")]
pub(super) fn explained(cause: http_sigv4::explain::Cause) {
    counter!("aws_sigv4_explanations_total", "cause" => snake_case(&cause)).increment(1);
}

/// The name of a variant without fields, as labels are written. For what is rare: it allocates.
fn snake_case(variant: &impl fmt::Debug) -> String {
    let mut name = String::new();
    for letter in format!("{variant:?}").chars() {
        if letter.is_ascii_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.push(letter.to_ascii_lowercase());
    }
    name
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn rejection_of(status: u16, code: Option<&'static str>) -> Option<String> {
        let code = code.map(|code| (ErrorCode::HEADER, HeaderValue::from_static(code)));
        let headers = HeaderMap::from_iter(code);
        let status = StatusCode::from_u16(status).unwrap();
        rejection(status, &headers).map(|kind| snake_case(&kind))
    }

    #[test]
    fn a_rejection_is_what_concerns_the_signature() {
        for (status, code, expected) in [
            (403, None, Some("unspecified")),
            (401, None, Some("unspecified")),
            (400, None, None),
            (
                403,
                Some("ExpiredTokenException"),
                Some("expired_credentials"),
            ),
            (
                400,
                Some("UnrecognizedClientException"),
                Some("unknown_credentials"),
            ),
            (
                403,
                Some("SignatureDoesNotMatch"),
                Some("signature_mismatch"),
            ),
            (403, Some("AccessDeniedException"), Some("access_denied")),
            (400, Some("ThrottlingException"), None),
            (400, Some("ValidationException"), None),
            (500, Some("ExpiredTokenException"), None),
            (200, None, None),
        ] {
            let found = rejection_of(status, code);
            assert_eq!(found.as_deref(), expected, "{status} {code:?}");
        }
    }
}
