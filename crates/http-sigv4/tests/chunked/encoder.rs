//! Encoding: what passes through, what is held, and which bodies are refused.

use bytes::Bytes;
use http::{HeaderMap, HeaderName};
use http_sigv4::chunked::{ChecksumAlgorithm, ChunkedError, Form, Trailer, Upload};

use crate::upload::{encode, header_map, key, signed};

const CHUNK: usize = 8192;

/// An upload of this form in chunks of 8 KiB.
pub(crate) fn upload(form: Form, length: u64) -> Upload {
    let upload = match form {
        Form::Signed => Upload::signed(length),
        Form::SignedTrailer => Upload::signed(length)
            .trailer(ChecksumAlgorithm::Crc32c)
            .unwrap(),
        _ => Upload::unsigned(length, ChecksumAlgorithm::Crc32c),
    };
    upload.chunk_size(CHUNK).unwrap()
}

fn own_trailer() -> (HeaderName, Upload) {
    let name = HeaderName::from_static("x-amz-meta-rows");
    let trailer = Trailer::given(name.clone(), 3).unwrap();
    let upload = Upload::signed(1)
        .trailer(ChecksumAlgorithm::Sha256)
        .unwrap();
    (name, upload.trailer(trailer).unwrap())
}

fn encode_own(trailers: &[(&'static str, &str)]) -> Result<String, ChunkedError> {
    let pieces = encode(&own_trailer().1, ["a".into()], &header_map(trailers))?;
    Ok(String::from_utf8(pieces.concat()).unwrap())
}

#[test]
fn data_is_passed_through_and_not_copied() {
    let body = Bytes::from(vec![b'x'; 3 * CHUNK + 1000]);
    let range = body.as_ptr_range();
    for form in crate::upload::ALL_FORMS {
        let upload = upload(form, body.len() as u64);
        let pieces = encode(&upload, [body.clone()], &HeaderMap::new()).unwrap();
        let passed = pieces.iter().filter(|it| range.contains(&it.as_ptr()));
        let passed: usize = passed.map(Bytes::len).sum();
        assert_eq!(passed, body.len(), "{form:?}");
    }
}

#[test]
fn a_signed_chunk_is_held_until_it_is_whole_and_no_longer() {
    let upload = upload(Form::Signed, 2 * CHUNK as u64);
    let mut encoder = upload.clone().encoder(&signed(&upload), &key()).unwrap();

    let mut almost = Bytes::from(vec![b'x'; CHUNK - 1]);
    assert!(encoder.encode(&mut almost).unwrap().is_none());
    assert!(almost.is_empty());
    assert_eq!(encoder.buffered(), CHUNK - 1);

    let mut last = Bytes::from_static(b"x");
    assert!(encoder.encode(&mut last).unwrap().is_some());
    while encoder.encode(&mut last).unwrap().is_some() {}
    assert_eq!(encoder.buffered(), 0);
}

#[test]
fn a_chunk_that_is_not_signed_is_not_held() {
    let upload = upload(Form::UnsignedTrailer, 2 * CHUNK as u64);
    let mut encoder = upload.clone().encoder(&signed(&upload), &key()).unwrap();
    let mut data = Bytes::from_static(b"x");
    assert_eq!(encoder.encode(&mut data).unwrap().unwrap(), "2000\r\nx");
    assert_eq!(encoder.buffered(), 0);
}

#[test]
fn an_empty_body_is_its_last_chunk() {
    let unsigned = upload(Form::UnsignedTrailer, 0);
    let pieces = encode(&unsigned, [], &HeaderMap::new()).unwrap();
    assert_eq!(pieces, ["0\r\nx-amz-checksum-crc32c:AAAAAA==\r\n\r\n"]);
    let pieces = encode(&upload(Form::Signed, 0), [Bytes::new()], &HeaderMap::new()).unwrap();
    assert_eq!(
        pieces.concat().len(),
        "0;chunk-signature=\r\n\r\n".len() + 64
    );
}

#[test]
fn a_body_that_ends_early_is_refused_and_has_no_end() {
    for form in crate::upload::ALL_FORMS {
        let upload = upload(form, 10_000);
        let mut encoder = upload.clone().encoder(&signed(&upload), &key()).unwrap();
        let mut data = Bytes::from(vec![b'x'; 9_999]);
        while encoder.encode(&mut data).unwrap().is_some() {}
        for _ in 0..2 {
            let error = encoder.finish(&HeaderMap::new()).unwrap_err();
            assert!(error.is_length(), "{error}");
        }
        // What was missing comes too late.
        let error = encoder.encode(&mut Bytes::from_static(b"x")).unwrap_err();
        assert!(error.is_length(), "{error}");
        assert_eq!(encoder.buffered(), 0);
    }
}

#[test]
fn a_body_that_runs_past_its_length_is_refused() {
    for form in crate::upload::ALL_FORMS {
        for frames in [&[10_001][..], &[10_000, 1], &[1, 9_998, 2]] {
            let upload = upload(form, 10_000);
            let frames = frames.iter().map(|&length| vec![b'x'; length].into());
            let error = encode(&upload, frames, &HeaderMap::new()).unwrap_err();
            assert!(error.is_length(), "{error}");
        }
    }
}

#[test]
fn nothing_follows_the_end() {
    let upload = upload(Form::Signed, 1);
    let mut encoder = upload.clone().encoder(&signed(&upload), &key()).unwrap();
    while encoder
        .encode(&mut Bytes::from_static(b"x"))
        .is_ok_and(|it| it.is_none())
    {}
    assert!(!encoder.finish(&HeaderMap::new()).unwrap().is_empty());
    assert!(encoder.finish(&HeaderMap::new()).unwrap().is_empty());
    assert!(encoder.encode(&mut Bytes::new()).unwrap().is_none());
    let error = encoder.encode(&mut Bytes::from_static(b"x")).unwrap_err();
    assert!(error.is_length(), "{error}");
}

#[test]
fn the_end_has_what_was_not_taken_before() {
    for form in crate::upload::ALL_FORMS {
        let body = Bytes::from(vec![b'x'; 20_000]);
        let upload = upload(form, body.len() as u64);
        let expected = encode(&upload, [body.clone()], &HeaderMap::new()).unwrap();

        let mut encoder = upload.clone().encoder(&signed(&upload), &key()).unwrap();
        let mut data = body;
        let mut encoded = Vec::new();
        while !data.is_empty() {
            encoded.extend_from_slice(&encoder.encode(&mut data).unwrap().unwrap());
        }
        encoded.extend_from_slice(&encoder.finish(&HeaderMap::new()).unwrap());
        assert!(encoded == expected.concat());
    }
}

#[test]
fn a_trailer_of_the_callers_own_stands_beside_a_computed_one() {
    let (name, upload) = own_trailer();
    assert_eq!(
        signed(&upload)["x-amz-trailer"],
        "x-amz-checksum-sha256,x-amz-meta-rows"
    );
    let encoded = encode_own(&[("x-amz-meta-rows", "123")]).unwrap();
    let lines: Vec<_> = encoded.lines().skip(3).collect();
    assert_eq!(
        lines[..2],
        [
            "x-amz-checksum-sha256:ypeBEsobvcr6wjGzmiPcTaeG7/gUfE5yuYB3ha/uSLs=",
            &format!("{name}:123")
        ]
    );
    assert!(lines[2].starts_with("x-amz-trailer-signature:"));
    assert_eq!(encoded.len() as u64, upload.encoded_length());
}

#[test]
fn a_checksum_of_the_callers_own_is_sent_as_it_is() {
    let crc32 = ChecksumAlgorithm::Crc32;
    let trailer = Trailer::given(crc32.header_name(), crc32.value_length()).unwrap();
    let upload = Upload::unsigned(1, trailer);
    let own = header_map(&[("x-amz-checksum-crc32", "AAAAAA==")]);
    let pieces = encode(&upload, ["a".into()], &own).unwrap();
    assert_eq!(
        pieces.concat(),
        b"1\r\na\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n"
    );
}

#[test]
fn trailers_that_differ_from_what_was_announced_are_refused() {
    for trailers in [
        &[][..],
        &[("x-amz-meta-rows", "12")],
        &[("x-amz-meta-rows", "1234")],
        &[("x-amz-meta-rows", "12 ")],
        &[("x-amz-meta-rows", "1\t2")],
        &[("x-amz-meta-rows", "\u{e9}1")],
        &[("x-amz-meta-rows", "123"), ("x-amz-meta-rows", "123")],
        &[("x-amz-meta-rows", "123"), ("x-amz-meta-more", "123")],
    ] {
        let error = encode_own(trailers).unwrap_err();
        assert!(error.is_trailer(), "{error}");
    }
}

#[test]
fn a_computed_trailer_that_is_given_too_has_to_be_the_same() {
    let own = |checksum| {
        [
            ("x-amz-meta-rows", "123"),
            ("x-amz-checksum-sha256", checksum),
        ]
    };
    let right = "ypeBEsobvcr6wjGzmiPcTaeG7/gUfE5yuYB3ha/uSLs=";
    let alone = encode_own(&[("x-amz-meta-rows", "123")]).unwrap();
    assert_eq!(encode_own(&own(right)).unwrap(), alone);
    for wrong in ["ypeBEsobvcr6wjGzmiPcTaeG7/gUfE5yuYB3ha/uSLt=", "123", ""] {
        let error = encode_own(&own(wrong)).unwrap_err();
        assert!(error.is_checksum(), "{error}");
    }
    let twice = [own(right), own(right)].concat();
    assert!(encode_own(&twice).unwrap_err().is_trailer());
}

#[test]
fn debug_shows_neither_data_nor_keys_nor_signatures() {
    let upload = upload(Form::Signed, 100);
    let mut encoder = upload.clone().encoder(&signed(&upload), &key()).unwrap();
    encoder.encode(&mut Bytes::from_static(b"hush")).unwrap();
    assert_eq!(
        format!("{encoder:?}"),
        "Encoder { trailers: [], remaining: 96, buffered: 4, .. }"
    );
}

#[test]
fn encoders_and_decoders_move_between_threads() {
    fn moves<T: Send + Sync + Unpin + 'static>() {}
    moves::<http_sigv4::chunked::Encoder>();
    moves::<http_sigv4::chunked::Decoder>();
}
