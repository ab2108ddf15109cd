use http::{HeaderMap, HeaderValue, header::AUTHORIZATION};

/// Removes every header of a signature of AWS's.
pub(crate) fn remove_signature(headers: &mut HeaderMap) {
    const OURS: [&str; 5] = [
        "x-amz-content-sha256",
        "x-amz-date",
        "x-amz-region-set",
        "x-amz-s3session-token",
        "x-amz-security-token",
    ];
    for name in OURS {
        headers.remove(name);
    }
    let of_aws = |value: &HeaderValue| value.as_bytes().starts_with(b"AWS4-");
    if headers.get_all(AUTHORIZATION).iter().any(of_aws) {
        headers.remove(AUTHORIZATION);
    }
}
