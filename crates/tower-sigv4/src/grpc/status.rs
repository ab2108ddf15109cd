//! The status of a response for gRPC.

use std::time::SystemTime;

use http::{HeaderName, HeaderValue, StatusCode, response::Parts};
use http_sigv4::explain::Explanation;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use crate::grpc_request::is_grpc;

const GRPC_STATUS: HeaderName = HeaderName::from_static("grpc-status");
const GRPC_MESSAGE: HeaderName = HeaderName::from_static("grpc-message");

/// AWS has 403 for what it could not authenticate as well, so there is one status for both.
const UNAUTHENTICATED: HeaderValue = HeaderValue::from_static("16");

/// All but the printable characters of ASCII, which `utf8_percent_encode` adds to, and `%` itself.
const NOT_IN_MESSAGE: &AsciiSet = &CONTROLS.add(b'%');

/// Returns whether the response to a gRPC request is a rejection that says nothing to gRPC. What is of
/// gRPC's own type may have its status in the trailers.
pub(super) fn is_missing(head: &Parts) -> bool {
    let is_rejection = matches!(
        head.status,
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN
    );
    is_rejection && !head.headers.contains_key(GRPC_STATUS) && !is_grpc(&head.headers)
}

/// Adds the status, and a message of what the beginning of the body says.
pub(super) fn add(head: &mut Parts, body: &[u8]) {
    let message = message(head, body);
    let message = utf8_percent_encode(&message, NOT_IN_MESSAGE).to_string();
    let message = HeaderValue::try_from(message).ok();
    head.headers.insert(GRPC_STATUS, UNAUTHENTICATED);
    head.headers.remove(GRPC_MESSAGE);
    // What is percent-encoded is a header's value.
    head.headers
        .extend(message.map(|message| (GRPC_MESSAGE, message)));
}

fn message(head: &Parts, body: &[u8]) -> String {
    // Without what was signed, no clock is compared: any time will do.
    let explanation = Explanation::from_rejection(head, body, None, SystemTime::UNIX_EPOCH);
    let (code, message) = match &explanation {
        Some(explanation) => (explanation.code(), explanation.message()),
        None => (None, None),
    };
    match (code, message) {
        (Some(code), Some(message)) if message.contains(code) => message.to_owned(),
        (Some(code), Some(message)) => format!("{code}: {message}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => format!("the service answered {}", head.status),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_encoded_as_grpc_wants_it() {
        let encoded = utf8_percent_encode("50% of caf\u{e9}s, \"~\"\n", NOT_IN_MESSAGE);
        assert_eq!(encoded.to_string(), "50%25 of caf%C3%A9s, \"~\"%0A");
    }
}
