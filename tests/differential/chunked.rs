//! Chunked bodies against botocore's, which has the form with an unsigned trailer. Its checksums
//! are those of the PyPI package `awscrt`, but for SHA-1 and SHA-256, which are Python's.

use std::fmt::Write as _;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue};
use http_sigv4::{
    SigningKey,
    chunked::{ChecksumAlgorithm, Decoder, Upload},
};
use serde_json::json;

use tests::Python;

#[test]
#[ignore = "needs Python: run scripts/oracles.sh"]
fn bodies_with_an_unsigned_trailer_are_encoded_and_decoded_as_botocore_does() {
    let cases = std::env::var("SIGV4_CHUNKED_CASES");
    let cases = cases.map_or(2_000, |cases| cases.parse().unwrap());
    let mut botocore = Python::start("oracles.py", &["botocore-encoder"]);
    for seed in 0..cases {
        let mut rng = fastrand::Rng::with_seed(seed);
        let chunk_size = rng.usize(8192..=16_384);
        let length = match rng.u8(..3) {
            0 => rng.usize(..4) * chunk_size,
            1 => rng.usize(..100),
            _ => rng.usize(..50_000),
        };
        let body: Vec<u8> = std::iter::repeat_with(|| rng.u8(..)).take(length).collect();
        let algorithm = rng.choice(ALGORITHMS).unwrap();
        let question = json!({
            "algorithm": algorithm.name(),
            "body": hex(&body),
            "chunk_size": chunk_size,
        });
        let answer = botocore.ask(&question);
        let theirs = answer["encoded"].as_str().unwrap();

        let upload = Upload::unsigned(length as u64, algorithm);
        let upload = upload.chunk_size(chunk_size).unwrap();
        let ours = encode(&upload, &body);
        assert!(hex(&ours) == theirs, "seed {seed}: {upload:?}");
        assert_eq!(ours.len() as u64, upload.encoded_length());

        let mut decoder = Decoder::unverified(&headers(&upload)).unwrap();
        let (mut frame, mut decoded) = (Bytes::from(unhex(theirs)), Vec::new());
        while let Some(data) = decoder.decode(&mut frame).unwrap() {
            decoded.extend_from_slice(&data);
        }
        assert_eq!(decoder.finish().unwrap().len(), 1);
        assert!(decoded == body, "seed {seed}");
    }
    println!("{cases} bodies, all encoded alike");
}

const ALGORITHMS: [ChecksumAlgorithm; 5] = [
    ChecksumAlgorithm::Crc32,
    ChecksumAlgorithm::Crc32c,
    ChecksumAlgorithm::Crc64Nvme,
    ChecksumAlgorithm::Sha1,
    ChecksumAlgorithm::Sha256,
];

fn headers(upload: &Upload) -> HeaderMap {
    let mut headers = HeaderMap::new();
    upload.write_headers(&mut headers).unwrap();
    let marker = HeaderValue::from_static(upload.form().marker());
    headers.insert("x-amz-content-sha256", marker);
    headers
}

fn encode(upload: &Upload, body: &[u8]) -> Vec<u8> {
    let credentials = aws_credential_types::Credentials::new("AKID", "secret", None, None, "test");
    let scope = http_sigv4::SigningScope::new("s3", "us-east-1").unwrap();
    let time = std::time::SystemTime::UNIX_EPOCH;
    let key = SigningKey::derive(&credentials, &scope, time).unwrap();
    let mut encoder = upload.clone().encoder(&headers(upload), &key).unwrap();
    let mut data = Bytes::copy_from_slice(body);
    let mut encoded = Vec::new();
    while let Some(piece) = encoder.encode(&mut data).unwrap() {
        encoded.extend_from_slice(&piece);
    }
    encoded.extend_from_slice(&encoder.finish(&HeaderMap::new()).unwrap());
    encoded
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(2 * bytes.len());
    for byte in bytes {
        write!(text, "{byte:02x}").unwrap();
    }
    text
}

fn unhex(text: &str) -> Vec<u8> {
    let pairs = text.as_bytes().chunks(2);
    let digits = pairs.map(|pair| std::str::from_utf8(pair).unwrap());
    digits
        .map(|pair| u8::from_str_radix(pair, 16).unwrap())
        .collect()
}
