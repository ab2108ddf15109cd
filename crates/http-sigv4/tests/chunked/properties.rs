//! What holds for every body, chunk size and cut into frames.
//!
//! `SIGV4_CHUNKED_CASES` sets the number of bodies.

use bytes::Bytes;
use fastrand::Rng;
use http::{HeaderMap, HeaderName};
use http_sigv4::chunked::{ChecksumAlgorithm, Decoder, Form, Trailer, Upload};

use crate::{
    reference,
    upload::{decode, encode, key, signed},
};

const ALGORITHMS: [ChecksumAlgorithm; 5] = [
    ChecksumAlgorithm::Crc32,
    ChecksumAlgorithm::Crc32c,
    ChecksumAlgorithm::Crc64Nvme,
    ChecksumAlgorithm::Sha1,
    ChecksumAlgorithm::Sha256,
];

struct Case {
    upload: Upload,
    chunk_size: usize,
    body: Bytes,
    given: HeaderMap,
    /// Given and computed.
    trailers: HeaderMap,
}

fn cases() -> u64 {
    let cases = std::env::var("SIGV4_CHUNKED_CASES");
    cases.map_or(400, |cases| cases.parse().unwrap())
}

fn case(rng: &mut Rng) -> Case {
    let chunk_size = match rng.u8(..3) {
        0 => 8192,
        1 => 65_536,
        _ => rng.usize(8192..20_000),
    };
    let length = match rng.u8(..4) {
        0 => chunk_size * rng.usize(..4),
        1 => (chunk_size * rng.usize(1..4)) + rng.usize(..3) - 1,
        2 => rng.usize(..100),
        _ => rng.usize(..100_000),
    };
    let mut body = vec![0; length];
    rng.fill(&mut body);

    let mut trailers = HeaderMap::new();
    let mut given = HeaderMap::new();
    let mut announced: Vec<Trailer> = Vec::new();
    for algorithm in ALGORITHMS {
        if rng.u8(..4) == 0 {
            announced.push(algorithm.into());
            trailers.insert(algorithm.header_name(), algorithm.checksum(&body));
        }
    }
    if rng.u8(..4) == 0 {
        let name = HeaderName::from_static("x-amz-meta-own");
        let value = "v".repeat(rng.usize(..20)).parse().unwrap();
        given.insert(name, value);
    }
    for (name, value) in &given {
        announced.push(Trailer::given(name.clone(), value.len()).unwrap());
        trailers.insert(name, value.clone());
    }
    rng.shuffle(&mut announced);

    let length = length as u64;
    let mut upload = match announced.pop() {
        Some(trailer) if rng.bool() => Upload::unsigned(length, trailer),
        Some(trailer) => Upload::signed(length).trailer(trailer).unwrap(),
        None => Upload::signed(length),
    };
    for trailer in announced {
        upload = upload.trailer(trailer).unwrap();
    }
    Case {
        upload: upload.chunk_size(chunk_size).unwrap(),
        chunk_size,
        body: body.into(),
        given,
        trailers,
    }
}

/// Cuts a body into frames of any size.
fn frames(rng: &mut Rng, mut body: Bytes) -> Vec<Bytes> {
    let longest = match rng.u8(..4) {
        0 => 3,
        1 => 300,
        2 => 10_000,
        _ => usize::MAX,
    };
    let mut frames = Vec::new();
    while !body.is_empty() {
        let length = rng.usize(..=longest.min(body.len()));
        frames.push(body.split_to(length));
    }
    frames
}

#[test]
fn every_body_is_encoded_as_by_aws_sigv4_and_has_the_length_that_was_told() {
    let mut forms = [0; 3];
    for seed in 0..cases() {
        let mut rng = Rng::with_seed(seed);
        let case = case(&mut rng);
        let form = case.upload.form();
        forms[match form {
            Form::Signed => 0,
            Form::SignedTrailer => 1,
            _ => 2,
        }] += 1;
        let frames = frames(&mut rng, case.body.clone());
        let encoded = encode(&case.upload, frames, &case.given).unwrap().concat();
        let reference = reference::encode(
            &case.body,
            case.chunk_size,
            form.is_signed(),
            &case.trailers,
        );
        assert!(encoded == reference, "seed {seed}, {:?}", case.upload);
        assert_eq!(
            encoded.len() as u64,
            case.upload.encoded_length(),
            "seed {seed}"
        );
    }
    assert!(
        forms.into_iter().all(|count| count > cases() / 10),
        "{forms:?}"
    );
    println!("signed, with a trailer, unsigned: {forms:?}");
}

#[test]
fn every_body_is_decoded_from_frames_of_any_size() {
    for seed in 0..cases() {
        let mut rng = Rng::with_seed(seed);
        let case = case(&mut rng);
        let is_signed = case.upload.form().is_signed();
        let encoded = reference::encode(&case.body, case.chunk_size, is_signed, &case.trailers);
        let headers = signed(&case.upload);
        for decoder in [
            Decoder::verifying(&headers, &key()).unwrap(),
            Decoder::unverified(&headers).unwrap(),
        ] {
            let frames = frames(&mut rng, encoded.clone().into());
            let (data, trailers) = decode(decoder, frames).unwrap();
            assert!(data == case.body, "seed {seed}");
            assert_eq!(trailers, case.trailers, "seed {seed}");
        }
    }
}

#[test]
fn a_mutated_body_is_never_taken_for_another() {
    let mut taken = 0;
    for seed in 0..cases() {
        let mut rng = Rng::with_seed(seed);
        let case = case(&mut rng);
        if case.upload.form() == Form::UnsignedTrailer && case.trailers.len() == case.given.len() {
            // Nothing covers the data.
            continue;
        }
        let is_signed = case.upload.form().is_signed();
        let encoded = reference::encode(&case.body, case.chunk_size, is_signed, &case.trailers);
        let mut mutated = encoded.clone();
        for _ in 0..rng.usize(1..4) {
            mutate(&mut rng, &mut mutated);
        }
        let decoder = Decoder::verifying(&signed(&case.upload), &key()).unwrap();
        let frames = frames(&mut rng, mutated.into());
        if let Ok((data, trailers)) = decode(decoder, frames) {
            assert!(
                data == case.body && trailers == case.trailers,
                "seed {seed}"
            );
            taken += 1;
        }
    }
    // Those whose mutations undid each other, or changed nothing but the case of a name.
    assert!(taken < cases() / 20, "{taken}");
}

fn mutate(rng: &mut Rng, bytes: &mut Vec<u8>) {
    let at = rng.usize(..bytes.len());
    let end = (at + rng.usize(1..20)).min(bytes.len());
    match rng.u8(..5) {
        0 => bytes[at] ^= 1 << rng.u8(..8),
        1 => _ = bytes.drain(at..end),
        2 => bytes.extend_from_within(at..end),
        3 => bytes.insert(at, b"\r\n0;:a"[rng.usize(..6)]),
        _ => bytes.truncate(at.max(1)),
    }
}
