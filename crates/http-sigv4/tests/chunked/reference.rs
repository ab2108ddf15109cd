//! Chunked bodies as `aws-sigv4` signs them, whole and in the plainest way.

use aws_credential_types::Credentials;
use aws_sigv4::sign::v4::{SigningParams, sign_chunk, sign_trailer};
use aws_smithy_runtime_api::{client::identity::Identity, http::Headers};
use bytes::Bytes;
use http::HeaderMap;

use crate::{
    common::{ACCESS_KEY_ID, SECRET, moment},
    upload::SEED,
};

/// Encodes a body with the given trailers, which are sorted.
pub(crate) fn encode(
    body: &[u8],
    chunk_size: usize,
    is_signed: bool,
    trailers: &HeaderMap,
) -> Vec<u8> {
    let identity: Identity = Credentials::new(ACCESS_KEY_ID, SECRET, None, None, "test").into();
    let params = SigningParams::builder()
        .identity(&identity)
        .region("us-east-1")
        .name("s3")
        .time(moment())
        .settings(())
        .build()
        .unwrap();
    let mut previous = SEED.to_owned();
    let mut encoded = Vec::new();
    for chunk in body.chunks(chunk_size).chain([&b""[..]]) {
        encoded.extend_from_slice(format!("{:x}", chunk.len()).as_bytes());
        if is_signed {
            let signed = sign_chunk(&Bytes::copy_from_slice(chunk), &previous, &params).unwrap();
            previous = signed.signature().to_owned();
            encoded.extend_from_slice(format!(";chunk-signature={previous}").as_bytes());
        }
        encoded.extend_from_slice(b"\r\n");
        encoded.extend_from_slice(chunk);
        if !chunk.is_empty() {
            encoded.extend_from_slice(b"\r\n");
        }
    }
    let mut sorted: Vec<_> = trailers.iter().collect();
    sorted.sort_by_key(|(name, _)| name.as_str());
    let mut headers = Headers::new();
    for (name, value) in sorted {
        let value = value.to_str().unwrap().to_owned();
        encoded.extend_from_slice(format!("{name}:{value}\r\n").as_bytes());
        headers.insert(name.as_str().to_owned(), value);
    }
    if is_signed && !trailers.is_empty() {
        let signed = sign_trailer(&headers, &previous, &params).unwrap();
        let line = format!("x-amz-trailer-signature:{}\r\n", signed.signature());
        encoded.extend_from_slice(line.as_bytes());
    }
    encoded.extend_from_slice(b"\r\n");
    encoded
}
