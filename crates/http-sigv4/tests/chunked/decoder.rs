//! Decoding: what passes through, what is held, and which bodies are refused.

use bytes::Bytes;
use http::HeaderMap;
use http_sigv4::chunked::{ChunkedError, Decoder, Form, Upload};

use crate::{
    encoder::upload,
    upload::{ALL_FORMS, decode, encode, header_map, key, signed, verifying},
};

const CRC32C: &str = "x-amz-checksum-crc32c";

/// A decoder of bodies that are not signed, of this length, with these trailers.
fn unsigned(length: u64, trailers: &str) -> Decoder {
    let length = length.to_string();
    let headers = header_map(&[
        ("x-amz-content-sha256", Form::UnsignedTrailer.marker()),
        ("x-amz-decoded-content-length", &length),
        ("x-amz-trailer", trailers),
    ]);
    Decoder::unverified(&headers).unwrap()
}

fn decode_text(decoder: Decoder, text: &str) -> Result<String, ChunkedError> {
    let frame = Bytes::copy_from_slice(text.as_bytes());
    let (data, _) = decode(decoder, [frame])?;
    Ok(String::from_utf8(data).unwrap())
}

fn encoded(upload: &Upload, body: &Bytes) -> Bytes {
    let pieces = encode(upload, [body.clone()], &HeaderMap::new()).unwrap();
    pieces.concat().into()
}

#[test]
fn data_is_passed_through_and_not_copied() {
    let body = Bytes::from(vec![b'x'; 30_000]);
    for form in ALL_FORMS {
        let upload = upload(form, body.len() as u64);
        for mut decoder in [
            verifying(&upload),
            Decoder::unverified(&signed(&upload)).unwrap(),
        ] {
            let mut frame = encoded(&upload, &body);
            let range = frame.as_ptr_range();
            let mut passed = 0;
            while let Some(data) = decoder.decode(&mut frame).unwrap() {
                assert!(range.contains(&data.as_ptr()));
                passed += data.len();
            }
            decoder.finish().unwrap();
            assert_eq!(passed, body.len());
        }
    }
}

#[test]
fn no_data_comes_out_before_its_signature_is_verified() {
    let body = Bytes::from(vec![b'x'; 20_000]);
    let upload = upload(Form::Signed, body.len() as u64);
    let mut frame = encoded(&upload, &body);
    let mut decoder = verifying(&upload);

    // A header of 87 bytes, and all data of the chunk but a byte.
    let mut first = frame.split_to(87 + 8191);
    assert!(decoder.decode(&mut first).unwrap().is_none());
    assert_eq!(decoder.buffered(), 8191);
    let data = decoder.decode(&mut frame).unwrap().unwrap();
    assert_eq!(data.len(), 8191);

    let mut tampered = encoded(&upload, &body).to_vec();
    tampered[87] ^= 1;
    let mut decoder = verifying(&upload);
    let error = decoder.decode(&mut tampered.into()).unwrap_err();
    assert!(error.is_signature(), "{error}");
    assert_eq!(decoder.buffered(), 0);
}

#[test]
fn who_does_not_verify_has_the_data_at_once() {
    let body = Bytes::from(vec![b'x'; 20_000]);
    let upload = upload(Form::SignedTrailer, body.len() as u64);
    let mut decoder = Decoder::unverified(&signed(&upload)).unwrap();
    let mut frame = encoded(&upload, &body).split_to(88);
    assert_eq!(decoder.decode(&mut frame).unwrap().unwrap(), "x");
    assert_eq!(decoder.buffered(), 0);
}

#[test]
fn a_signature_by_another_key_or_after_another_request_is_refused() {
    let body = Bytes::from(vec![b'x'; 20_000]);
    let upload = upload(Form::Signed, body.len() as u64);
    let mut headers = signed(&upload);
    let seed = headers["authorization"].to_str().unwrap();
    let seed = seed.replace("Signature=4f", "Signature=4e");
    headers.insert("authorization", seed.parse().unwrap());
    let decoder = Decoder::verifying(&headers, &key()).unwrap();
    let error = decode(decoder, [encoded(&upload, &body)]).unwrap_err();
    assert!(error.is_signature(), "{error}");
}

#[test]
fn trailers_come_at_the_end_without_their_signature() {
    let upload = upload(Form::SignedTrailer, 9);
    let frame = encoded(&upload, &"123456789".into());
    let (data, trailers) = decode(verifying(&upload), [frame]).unwrap();
    assert_eq!(data, b"123456789");
    assert_eq!(trailers, header_map(&[(CRC32C, "4waSgw==")]));
}

#[test]
fn trailers_may_stand_behind_the_blank_line_of_the_last_chunk() {
    let both = format!("{CRC32C},x-amz-meta-a");
    for end in [
        "0\r\nx-amz-checksum-crc32c:4waSgw==\r\nx-amz-meta-a:b\r\n\r\n",
        "0\r\n\r\nx-amz-checksum-crc32c:4waSgw==\r\nx-amz-meta-a:b\r\n\r\n",
        "0\r\n\r\nx-amz-checksum-crc32c:4waSgw==\r\nx-amz-meta-a:b\r\n",
        "0\r\n\r\nx-amz-checksum-crc32c:4waSgw==\r\nx-amz-meta-a:b",
    ] {
        let text = format!("9\r\n123456789\r\n{end}");
        assert_eq!(decode_text(unsigned(9, &both), &text).unwrap(), "123456789");
    }
    let cut = "9\r\n123456789\r\n0\r\nx-amz-checksum-crc32c:4waSgw==\r\nx-amz-meta-a:b";
    for end in ["", "\r", "\r\n", "\r\n\r"] {
        let text = format!("{cut}{end}");
        let error = decode_text(unsigned(9, &both), &text).unwrap_err();
        assert!(error.is_framing(), "{error}");
    }
}

#[test]
fn a_trailer_may_have_capitals_and_spaces_around_its_value() {
    let text = "1\r\na\r\n0\r\nX-Amz-Meta-A: \tb \r\n\r\n";
    assert_eq!(decode_text(unsigned(1, "x-amz-meta-a"), text).unwrap(), "a");
}

#[test]
fn trailers_that_differ_from_what_was_announced_are_refused() {
    for end in [
        "\r\n",
        "\r\n\r\n",
        "b:1\r\n\r\n",
        "\r\nb:1\r\n\r\n",
        "a:1\r\nb:1\r\n\r\n",
        "a:1\r\na:1\r\n\r\n",
        "a:1\r\nx-amz-trailer-signature:0\r\n\r\n",
    ] {
        let text = format!("1\r\na\r\n0\r\n{end}");
        let error = decode_text(unsigned(1, "a"), &text).unwrap_err();
        assert!(error.is_trailer(), "{end:?}: {error}");
    }
    // A body without a trailer has none.
    let upload = upload(Form::Signed, 0);
    let mut text = encoded(&upload, &Bytes::new()).to_vec();
    text.truncate(text.len() - 2);
    text.extend_from_slice(b"a:1\r\n\r\n");
    let error = decode(verifying(&upload), [text.into()]).unwrap_err();
    assert!(error.is_trailer(), "{error}");
}

#[test]
fn a_trailer_without_its_signature_is_refused() {
    let upload = upload(Form::SignedTrailer, 9);
    let text = encoded(&upload, &"123456789".into());
    let text = std::str::from_utf8(&text).unwrap();
    let (signed_part, signature) = text.split_once("x-amz-trailer-signature:").unwrap();
    for end in [
        "\r\n".to_owned(),
        format!("x-amz-trailer-signature:{}", signature.to_uppercase()),
        format!("x-amz-trailer-signature:{}", &signature[1..]),
        format!("x-amz-trailer-signature:{}", signature.replace('\r', "0\r")),
    ] {
        let error = decode_text(verifying(&upload), &format!("{signed_part}{end}")).unwrap_err();
        assert!(error.is_signature(), "{end:?}: {error}");
    }
    let twice = format!(
        "{signed_part}x-amz-trailer-signature:{}",
        signature.trim_end()
    );
    let twice = format!("{twice}\r\nx-amz-trailer-signature:{signature}");
    let error = decode_text(verifying(&upload), &twice).unwrap_err();
    assert!(error.is_trailer(), "{error}");
    // The whole trailer cut off.
    let (cut, _) = signed_part.split_once(CRC32C).unwrap();
    let error = decode_text(verifying(&upload), &format!("{cut}\r\n")).unwrap_err();
    assert!(error.is_trailer(), "{error}");
}

#[test]
fn what_is_not_chunked_is_refused() {
    for text in [
        "\r\n",
        "a",
        "123456789",
        "9\n123456789\r\n",
        "9\r123456789\r\n",
        "9 \r\n123456789\r\n",
        "+9\r\n123456789\r\n",
        "9;a=b\r\n123456789\r\n",
        "9\r\n1234567890\r\n",
        "9\r\n123456789\r0",
        "9\r\n123456789\n\n",
        "9\r\n123456789\r\n\r\n",
        "9\r\n123456789\r\n0\n",
        "9\r\n123456789\r\n0\r\na:1\n",
        "9\r\n123456789\r\n0\r\na\r\n",
        "9\r\n123456789\r\n0\r\n:1\r\n",
        "9\r\n123456789\r\n0\r\na b:1\r\n",
        "9\r\n123456789\r\n0\r\na:\x01\r\n",
        "9\r\n123456789\r\n0\r\na:1\r\n\r\n\r\n",
        "9\r\n123456789\r\n0\r\na:1\r\n\r\n9\r\n123456789\r\n",
    ] {
        let error = decode_text(unsigned(9, "a"), text).unwrap_err();
        assert!(error.is_framing(), "{text:?}: {error}");
    }
}

#[test]
fn a_signature_stands_where_the_form_has_one_and_nowhere_else() {
    let signature = "0".repeat(64);
    let text = format!("1;chunk-signature={signature}\r\na\r\n");
    let error = decode_text(unsigned(1, "a"), &text).unwrap_err();
    assert!(error.is_framing(), "{error}");

    let headers = signed(&upload(Form::Signed, 1));
    let decoder = Decoder::unverified(&headers).unwrap();
    let error = decode_text(decoder, "1\r\na\r\n0\r\n\r\n").unwrap_err();
    assert!(error.is_framing(), "{error}");
}

#[test]
fn a_body_of_another_length_than_declared_is_refused() {
    for text in [
        "a\r\n",
        "5\r\n12345\r\n5\r\n",
        "ffffffffffffffff\r\n",
        "5\r\n12345\r\nffffffffffffffff\r\n",
        "0\r\n",
        "8\r\n12345678\r\n0\r\n",
    ] {
        let error = decode_text(unsigned(9, "a"), text).unwrap_err();
        assert!(error.is_length(), "{text:?}: {error}");
    }
}

#[test]
fn a_checksum_that_is_wrong_is_refused_wherever_it_stands() {
    let wrong = "9\r\n123456789\r\n0\r\nx-amz-checksum-crc32c:4waSgx==\r\n\r\n";
    let error = decode_text(unsigned(9, CRC32C), wrong).unwrap_err();
    assert!(error.is_checksum(), "{error}");

    let upload = upload(Form::Signed, 9);
    let frame = encoded(&upload, &"123456789".into());
    for (value, is_right) in [("y/Q5Jg==", true), ("y/Q5Jh==", false), ("", false)] {
        let mut headers = signed(&upload);
        headers.insert("x-amz-checksum-crc32", value.parse().unwrap());
        let decoder = Decoder::verifying(&headers, &key()).unwrap();
        match decode(decoder, [frame.clone()]) {
            Ok((data, _)) => assert!(is_right && data == b"123456789"),
            Err(error) => assert!(!is_right && error.is_checksum(), "{error}"),
        }
    }
}

#[test]
fn each_of_several_checksums_is_verified() {
    let decoded = |crc32: &str, crc32c: &str| {
        let headers = header_map(&[
            ("x-amz-content-sha256", Form::UnsignedTrailer.marker()),
            ("x-amz-decoded-content-length", "9"),
            ("x-amz-trailer", CRC32C),
            ("x-amz-checksum-crc32", crc32),
        ]);
        let text = format!("9\r\n123456789\r\n0\r\n{CRC32C}:{crc32c}\r\n\r\n");
        decode_text(Decoder::unverified(&headers).unwrap(), &text)
    };
    assert_eq!(decoded("y/Q5Jg==", "4waSgw==").unwrap(), "123456789");
    for (crc32, crc32c) in [("y/Q5Jh==", "4waSgw=="), ("y/Q5Jg==", "4waSgx==")] {
        let error = decoded(crc32, crc32c).unwrap_err();
        assert!(error.is_checksum(), "{error}");
    }
}

#[test]
fn a_checksum_of_an_unknown_algorithm_is_passed_on() {
    let text = "1\r\na\r\n0\r\nx-amz-checksum-xxhash64:anything\r\n\r\n";
    let decoder = unsigned(1, "x-amz-checksum-xxhash64");
    assert_eq!(decode_text(decoder, text).unwrap(), "a");
}

#[test]
fn a_chunk_above_the_limit_is_refused_only_where_it_would_be_held() {
    let body = Bytes::from(vec![b'x'; 8192]);
    let upload = upload(Form::Signed, 8192);
    let frame = encoded(&upload, &body);
    let error = decode(verifying(&upload).max_chunk(8191), [frame.clone()]).unwrap_err();
    assert!(error.is_limit(), "{error}");
    assert!(decode(verifying(&upload).max_chunk(8192), [frame.clone()]).is_ok());
    let unverified = Decoder::unverified(&signed(&upload)).unwrap().max_chunk(1);
    assert!(decode(unverified, [frame]).is_ok());
}

#[test]
fn trailers_above_the_limit_are_refused() {
    let trailer = "a:1234567890\r\n";
    let text = format!("1\r\na\r\n0\r\n{trailer}\r\n");
    let limited = |limit| decode_text(unsigned(1, "a").max_trailers(limit), &text);
    assert!(limited(trailer.len()).is_ok());
    let error = limited(trailer.len() - 1).unwrap_err();
    assert!(error.is_limit(), "{error}");
}

#[test]
fn a_chunk_of_16_mib_and_trailers_of_16_kib_are_taken_unless_limits_are_set() {
    let upload = upload(Form::Signed, 1 << 30);
    let begin = |size: u64| {
        let line = format!("{size:x};chunk-signature={}\r\n", "0".repeat(64));
        verifying(&upload).decode(&mut line.into()).map(|_| ())
    };
    assert!(begin(16 << 20).is_ok());
    assert!(begin((16 << 20) + 1).unwrap_err().is_limit());

    let with_trailers = |length: usize| {
        let trailer = format!("a:{}\r\n", "x".repeat(length - 4));
        decode_text(unsigned(1, "a"), &format!("1\r\na\r\n0\r\n{trailer}\r\n"))
    };
    assert!(with_trailers(16 << 10).is_ok());
    assert!(with_trailers((16 << 10) + 1).unwrap_err().is_limit());
}

#[test]
fn the_form_and_the_length_are_those_that_the_headers_declare() {
    let decoder = unsigned(9, "a");
    assert_eq!(decoder.form(), Form::UnsignedTrailer);
    assert_eq!(decoder.decoded_length(), 9);
}

#[test]
fn a_line_without_an_end_is_not_kept() {
    for (start, limit) in [("", 100), ("1\r\na\r\n", 100), ("1\r\na\r\n0\r\n", 17_000)] {
        let mut decoder = unsigned(1, "a");
        let mut held = 0;
        let mut frame = Bytes::from(format!("{start}{}", "0".repeat(1 << 20)));
        let mut result = Ok(());
        while !frame.is_empty() && result.is_ok() {
            let mut part = frame.split_to(frame.len().min(1000));
            while result.is_ok() && !part.is_empty() {
                result = decoder.decode(&mut part).map(|_| ());
                held = held.max(decoder.buffered());
            }
        }
        assert!(result.is_err());
        assert!(held < limit, "{held}");
    }
}

#[test]
fn a_decoder_that_has_failed_fails_from_then_on() {
    let mut decoder = unsigned(9, CRC32C);
    assert!(decoder.decode(&mut "x".into()).is_ok());
    assert!(decoder.decode(&mut "\r\n".into()).unwrap_err().is_framing());
    let mut good = Bytes::from("9\r\n123456789\r\n");
    assert!(decoder.decode(&mut good).unwrap_err().is_framing());
    assert_eq!(good.len(), 14);
    assert!(decoder.decode(&mut Bytes::new()).unwrap_err().is_framing());
    assert!(decoder.finish().unwrap_err().is_framing());

    let mut decoder = unsigned(9, CRC32C);
    assert!(decoder.decode(&mut "a\r\n".into()).unwrap_err().is_length());
    assert!(decoder.finish().unwrap_err().is_length());
}

#[test]
fn debug_shows_neither_data_nor_keys_nor_signatures() {
    let upload = upload(Form::SignedTrailer, 100);
    let shown = format!("{:?}", verifying(&upload));
    assert_eq!(
        shown,
        "Decoder { form: SignedTrailer, remaining: 100, buffered: 0, .. }"
    );
}
