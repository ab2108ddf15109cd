use http::{HeaderMap, HeaderValue, header::AUTHORIZATION};

/// Removes the signature of AWS's that a request carries, and any session token.
///
/// Without a signature the other headers are the request's own: a CDN that signs for its clients
/// wants their `x-amz-content-sha256`, for one.
pub(crate) fn remove_signature(headers: &mut HeaderMap) {
    // They are secrets, and stay in a request whose `authorization` a redirect has taken out.
    for token in ["x-amz-s3session-token", "x-amz-security-token"] {
        headers.remove(token);
    }
    if !headers.get_all(AUTHORIZATION).iter().any(is_of_aws) {
        return;
    }
    headers.remove(AUTHORIZATION);
    headers.remove("x-amz-date");
    headers.remove("x-amz-region-set");
    // A marker stays with its body, which is sent in frames all the same.
    if !headers.get_all(CONTENT_SHA256).iter().any(is_marker) {
        headers.remove(CONTENT_SHA256);
    }
}

const CONTENT_SHA256: &str = "x-amz-content-sha256";

/// Whether it is a signature: of version 4, or of version 2, as `AWS AKIDEXAMPLE:signature`.
fn is_of_aws(value: &HeaderValue) -> bool {
    has_prefix(value, b"AWS4-") || has_prefix(value, b"AWS ")
}

fn is_marker(value: &HeaderValue) -> bool {
    has_prefix(value, b"STREAMING-")
}

fn has_prefix(value: &HeaderValue, prefix: &[u8]) -> bool {
    let start = value.as_bytes().trim_ascii_start().get(..prefix.len());
    start.is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}
