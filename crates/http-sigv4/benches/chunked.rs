//! What chunks cost: a body of 200 MiB in frames of 64 KiB.
//!
//! `sha256` is the floor for signed chunks, since each signature covers the digest of its chunk; a
//! checksum comes on top.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use bytes::Bytes;
use divan::{AllocProfiler, Bencher, counter::BytesCount};
use http::{HeaderMap, HeaderValue};
use http_sigv4::{
    SigningKey, SigningScope,
    chunked::{ChecksumAlgorithm, Decoder, Upload},
};
use sha2::{Digest, Sha256};

#[global_allocator]
static ALLOC: AllocProfiler = AllocProfiler::system();

fn main() {
    divan::main();
}

const LENGTH: usize = 200 * 1024 * 1024;
const FRAME: usize = 64 * 1024;
const ALGORITHMS: [&str; 5] = ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"];

#[divan::bench(sample_count = 10)]
fn sha256(bencher: Bencher<'_, '_>) {
    let body = body();
    bencher.counter(BytesCount::new(LENGTH)).bench(|| {
        let mut digest = Sha256::new();
        for frame in frames(&body) {
            digest.update(&frame);
        }
        digest.finalize()
    });
}

#[divan::bench(sample_count = 10)]
fn encode_signed(bencher: Bencher<'_, '_>) {
    encode(bencher, &Upload::signed(LENGTH as u64));
}

#[divan::bench(sample_count = 10, args = ALGORITHMS)]
fn encode_signed_with_a_trailer(bencher: Bencher<'_, '_>, algorithm: &str) {
    let upload = Upload::signed(LENGTH as u64);
    encode(bencher, &upload.trailer(checksum(algorithm)).unwrap());
}

#[divan::bench(sample_count = 10, args = ALGORITHMS)]
fn encode_unsigned_with_a_trailer(bencher: Bencher<'_, '_>, algorithm: &str) {
    encode(
        bencher,
        &Upload::unsigned(LENGTH as u64, checksum(algorithm)),
    );
}

#[divan::bench(sample_count = 10)]
fn verify_signed(bencher: Bencher<'_, '_>) {
    let upload = Upload::signed(LENGTH as u64);
    let headers = signed(&upload);
    let mut encoder = upload.encoder(&headers, &key()).unwrap();
    let mut encoded = Vec::new();
    for mut frame in frames(&body()) {
        while let Some(piece) = encoder.encode(&mut frame).unwrap() {
            encoded.extend_from_slice(&piece);
        }
    }
    encoded.extend_from_slice(&encoder.finish(&HeaderMap::new()).unwrap());
    let encoded = Bytes::from(encoded);
    bencher.counter(BytesCount::new(LENGTH)).bench(|| {
        let mut decoder = Decoder::verifying(&headers, &key()).unwrap();
        let mut length = 0;
        for mut frame in frames(&encoded) {
            while let Some(data) = decoder.decode(&mut frame).unwrap() {
                length += data.len();
            }
        }
        decoder.finish().unwrap();
        length
    });
}

fn encode(bencher: Bencher<'_, '_>, upload: &Upload) {
    let (headers, body) = (signed(upload), body());
    bencher.counter(BytesCount::new(LENGTH)).bench(|| {
        let mut encoder = upload.clone().encoder(&headers, &key()).unwrap();
        let mut length = 0;
        for mut frame in frames(&body) {
            while let Some(piece) = encoder.encode(&mut frame).unwrap() {
                length += piece.len();
            }
        }
        length + encoder.finish(&HeaderMap::new()).unwrap().len()
    });
}

fn checksum(name: &str) -> ChecksumAlgorithm {
    ChecksumAlgorithm::from_name(name).unwrap()
}

fn body() -> Bytes {
    vec![b'x'; LENGTH].into()
}

fn frames(body: &Bytes) -> impl Iterator<Item = Bytes> {
    let starts = (0..body.len()).step_by(FRAME);
    starts.map(|start| body.slice(start..body.len().min(start + FRAME)))
}

fn key() -> SigningKey {
    let credentials = Credentials::new("AKIDEXAMPLE", "secret", None, None, "bench");
    let scope = SigningScope::new("s3", "us-east-1").unwrap();
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_440_938_160);
    SigningKey::derive(&credentials, &scope, time).unwrap()
}

/// The headers of a request that could be signed; no chunk's signature depends on how.
fn signed(upload: &Upload) -> HeaderMap {
    let authorization = format!(
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/{}, SignedHeaders=host, Signature={}",
        key().credential_scope(),
        "0".repeat(64),
    );
    let mut headers = HeaderMap::new();
    upload.write_headers(&mut headers).unwrap();
    for (name, value) in [
        ("authorization", authorization.as_str()),
        ("x-amz-date", "20150830T123600Z"),
        ("x-amz-content-sha256", upload.form().marker()),
    ] {
        headers.insert(name, HeaderValue::from_str(value).unwrap());
    }
    headers
}
