//! The answer of a path that has no upstream: the request itself.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::{
    Request,
    header::{AUTHORIZATION, HeaderName},
};
use serde_json::{Value, json};

use crate::Accepted;

/// The headers that are between the client and the gateway.
pub(crate) const CREDENTIAL_HEADERS: [HeaderName; 2] = [
    AUTHORIZATION,
    HeaderName::from_static("x-amz-security-token"),
];

/// Says what was received and what was signed.
pub(crate) fn describe(request: &Request<Bytes>, accepted: &Accepted) -> Value {
    let mut headers = BTreeMap::<&str, Vec<_>>::new();
    for (name, value) in request.headers() {
        if !CREDENTIAL_HEADERS.contains(name) {
            let value = String::from_utf8_lossy(value.as_bytes());
            headers.entry(name.as_str()).or_default().push(value);
        }
    }
    let (body, is_base64) = match str::from_utf8(request.body()) {
        Ok(text) => (text.to_owned(), false),
        Err(_) => (base64_simd::STANDARD.encode_to_string(request.body()), true),
    };
    json!({
        "method": request.method().as_str(),
        "path": request.uri().path(),
        "query": request.uri().query().unwrap_or_default(),
        "headers": headers,
        "body": body,
        "isBase64Encoded": is_base64,
        "accessKeyId": accepted.access_key_id(),
        "canonicalRequest": accepted.canonical_request(),
        "stringToSign": accepted.string_to_sign(),
    })
}
