//! Chunked uploads: encoding and decoding in frames of any size is encoding and decoding at once, and
//! but for its signatures what AWS's page says; a body that is not as it was encoded is never taken for
//! another; and whatever comes to a decoder, in the body or in the headers, it does not panic and holds
//! no more than its limits.
#![no_main]

use std::time::SystemTime;

use aws_credential_types::Credentials;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue};
use http_sigv4::{
    SigningKey, SigningScope,
    chunked::{ChecksumAlgorithm, Decoder, Trailer, Upload},
};
use libfuzzer_sys::{
    arbitrary::{self, Arbitrary},
    fuzz_target,
};

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    form: u8,
    algorithm: u8,
    is_given: bool,
    chunk_size: u16,
    repeat: u8,
    data: &'a [u8],
    frames: Vec<u16>,
    changes: Vec<(u16, u8)>,
    hostile: &'a [u8],
    hostile_headers: Vec<(u8, &'a [u8])>,
}

const MAX_CHUNK: usize = 80 * 1024;
const MAX_TRAILERS: usize = 1024;
/// A chunk, or a line of trailers.
const LIMIT: usize = MAX_CHUNK + MAX_TRAILERS;

fuzz_target!(|input: Input<'_>| {
    let body = Bytes::from(input.data.repeat(usize::from(input.repeat)));
    let upload = upload(&input, body.len() as u64);
    let headers = signed(&upload);
    let given = given(&input, &body);

    let encoded = encode(&upload, &headers, [body.clone()], &given);
    assert_eq!(encoded.len() as u64, upload.encoded_length());
    let in_frames = encode(&upload, &headers, frames(&input, body.clone()), &given);
    assert!(in_frames == encoded);
    assert!(without_signatures(&encoded) == reference(&input, &body));

    for decoder in decoders(&headers) {
        let decoded = decode(decoder, frames(&input, encoded.clone()));
        assert!(decoded.as_ref() == Some(&body));
    }

    let mut changed = encoded.to_vec();
    for &(at, change) in &input.changes {
        let at = usize::from(at) % changed.len();
        changed[at] ^= change;
    }
    let [verifying, unverified] = decoders(&headers);
    let decoded = decode(verifying, frames(&input, changed.clone().into()));
    assert!(decoded.is_none_or(|decoded| !upload.form().is_signed() || decoded == body));
    decode(unverified, frames(&input, changed.into()));

    for decoder in decoders(&headers) {
        let hostile = Bytes::copy_from_slice(input.hostile);
        decode(decoder, frames(&input, hostile));
    }
    let hostile = hostile_headers(&input, headers);
    for decoder in [
        Decoder::verifying(&hostile, &key()),
        Decoder::unverified(&hostile),
    ] {
        let Ok(decoder) = decoder else { continue };
        let decoder = decoder.max_chunk(MAX_CHUNK).max_trailers(MAX_TRAILERS);
        decode(decoder, frames(&input, encoded.clone()));
    }
});

fn upload(input: &Input<'_>, length: u64) -> Upload {
    let upload = match input.form % 3 {
        0 => Upload::signed(length),
        1 => Upload::signed(length).trailer(trailer(input)).unwrap(),
        _ => Upload::unsigned(length, trailer(input)),
    };
    upload.chunk_size(chunk_size(input)).unwrap()
}

fn chunk_size(input: &Input<'_>) -> usize {
    8192 + usize::from(input.chunk_size)
}

fn algorithm(input: &Input<'_>) -> ChecksumAlgorithm {
    [
        ChecksumAlgorithm::Crc32,
        ChecksumAlgorithm::Crc32c,
        ChecksumAlgorithm::Crc64Nvme,
        ChecksumAlgorithm::Sha1,
        ChecksumAlgorithm::Sha256,
    ][usize::from(input.algorithm) % 5]
}

/// Computed by the encoder, or brought by the caller.
fn trailer(input: &Input<'_>) -> Trailer {
    let algorithm = algorithm(input);
    match input.is_given {
        true => Trailer::given(algorithm.header_name(), algorithm.value_length()).unwrap(),
        false => algorithm.into(),
    }
}

fn given(input: &Input<'_>, body: &[u8]) -> HeaderMap {
    let algorithm = algorithm(input);
    let mut given = HeaderMap::new();
    if input.is_given && input.form % 3 != 0 {
        given.insert(algorithm.header_name(), algorithm.checksum(body));
    }
    given
}

/// The whole body, in chunks without signatures.
fn reference(input: &Input<'_>, body: &[u8]) -> Vec<u8> {
    let mut encoded = Vec::new();
    for chunk in body.chunks(chunk_size(input)) {
        encoded.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
        encoded.extend_from_slice(chunk);
        encoded.extend_from_slice(b"\r\n");
    }
    encoded.extend_from_slice(b"0\r\n");
    if input.form % 3 != 0 {
        let algorithm = algorithm(input);
        let checksum = algorithm.checksum(body);
        let line = format!(
            "{}:{}\r\n",
            algorithm.header_name(),
            checksum.to_str().unwrap()
        );
        encoded.extend_from_slice(line.as_bytes());
    }
    encoded.extend_from_slice(b"\r\n");
    encoded
}

/// What is left of an encoded body without its signatures. Reads the sizes of the chunks, since data
/// may look like a signature.
fn without_signatures(encoded: &[u8]) -> Vec<u8> {
    let (mut left, mut plain) = (encoded, Vec::new());
    loop {
        let end = left.windows(2).position(|it| it == b"\r\n").unwrap();
        let line = std::str::from_utf8(&left[..end]).unwrap();
        let size = line.split(';').next().unwrap();
        plain.extend_from_slice(format!("{size}\r\n").as_bytes());
        left = &left[end + 2..];
        let size = usize::from_str_radix(size, 16).unwrap();
        if size == 0 {
            break;
        }
        plain.extend_from_slice(&left[..size + 2]);
        left = &left[size + 2..];
    }
    let trailers = std::str::from_utf8(left).unwrap().split_inclusive("\r\n");
    for line in trailers.filter(|line| !line.starts_with("x-amz-trailer-signature:")) {
        plain.extend_from_slice(line.as_bytes());
    }
    plain
}

/// Headers of which some hold anything.
fn hostile_headers(input: &Input<'_>, mut headers: HeaderMap) -> HeaderMap {
    for (name, value) in &input.hostile_headers {
        let name = [
            "authorization",
            "content-encoding",
            "x-amz-checksum-crc32",
            "x-amz-content-sha256",
            "x-amz-date",
            "x-amz-decoded-content-length",
            "x-amz-trailer",
        ][usize::from(*name) % 7];
        if let Ok(value) = HeaderValue::from_bytes(value) {
            headers.insert(name, value);
        }
    }
    headers
}

/// Cuts a body as the input says, over and over.
fn frames(input: &Input<'_>, mut body: Bytes) -> impl Iterator<Item = Bytes> {
    let lengths = input
        .frames
        .iter()
        .map(|&length| usize::from(length).max(1));
    let mut lengths = lengths.collect::<Vec<_>>().into_iter().cycle();
    std::iter::from_fn(move || {
        let length = lengths.next().unwrap_or(usize::MAX).min(body.len());
        (!body.is_empty()).then(|| body.split_to(length))
    })
}

fn encode(
    upload: &Upload,
    headers: &HeaderMap,
    frames: impl IntoIterator<Item = Bytes>,
    given: &HeaderMap,
) -> Bytes {
    let mut encoder = upload.clone().encoder(headers, &key()).unwrap();
    let mut encoded = Vec::new();
    for mut frame in frames {
        while let Some(piece) = encoder.encode(&mut frame).unwrap() {
            assert!(!piece.is_empty());
            encoded.extend_from_slice(&piece);
        }
        assert!(frame.is_empty() && encoder.buffered() < MAX_CHUNK);
    }
    encoded.extend_from_slice(&encoder.finish(given).unwrap());
    encoded.into()
}

fn decoders(headers: &HeaderMap) -> [Decoder; 2] {
    [
        Decoder::verifying(headers, &key()),
        Decoder::unverified(headers),
    ]
    .map(|decoder| {
        let decoder = decoder.unwrap();
        decoder.max_chunk(MAX_CHUNK).max_trailers(MAX_TRAILERS)
    })
}

/// The data of a body, if it is whole.
fn decode(mut decoder: Decoder, frames: impl IntoIterator<Item = Bytes>) -> Option<Bytes> {
    let mut data = Vec::new();
    for mut frame in frames {
        loop {
            let decoded = decoder.decode(&mut frame);
            assert!(decoder.buffered() <= LIMIT);
            match decoded {
                Ok(Some(piece)) => data.extend_from_slice(&piece),
                Ok(None) => break,
                Err(_) => {
                    assert!(decoder.finish().is_err());
                    return None;
                }
            }
        }
        assert!(frame.is_empty());
    }
    decoder.finish().ok()?;
    assert_eq!(data.len() as u64, decoder.decoded_length());
    Some(data.into())
}

fn key() -> SigningKey {
    let credentials = Credentials::new("AKIDEXAMPLE", "secret", None, None, "fuzz");
    let scope = SigningScope::new("s3", "us-east-1").unwrap();
    SigningKey::derive(&credentials, &scope, SystemTime::UNIX_EPOCH).unwrap()
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
        ("x-amz-date", "19700101T000000Z"),
        ("x-amz-content-sha256", upload.form().marker()),
    ] {
        headers.insert(name, HeaderValue::from_str(value).unwrap());
    }
    headers
}
