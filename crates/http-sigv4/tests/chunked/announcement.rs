//! The headers of an upload: what is written, what is read, and what is refused.

use http::{HeaderMap, HeaderName};
use http_sigv4::chunked::{self, ChecksumAlgorithm, ChunkedError, Decoder, Trailer, Upload};

use crate::{
    common::{ACCESS_KEY_ID, key_of, moment},
    upload::{header_map, key, signed},
};

fn upload() -> Upload {
    let upload = Upload::signed(100_000);
    upload.trailer(ChecksumAlgorithm::Crc32).unwrap()
}

/// The headers of a signed request, with `name` set to `value` or removed.
fn with(name: &'static str, value: Option<&str>) -> HeaderMap {
    let mut headers = signed(&upload());
    match value {
        Some(value) => _ = headers.insert(name, value.parse().unwrap()),
        None => _ = headers.remove(name),
    }
    headers
}

#[test]
fn every_header_of_an_upload_is_written() {
    let mut headers = HeaderMap::new();
    upload().write_headers(&mut headers).unwrap();
    assert_eq!(upload().decoded_length(), 100_000);
    let length = upload().encoded_length().to_string();
    let expected = header_map(&[
        ("content-encoding", "aws-chunked"),
        ("content-length", &length),
        ("x-amz-decoded-content-length", "100000"),
        ("x-amz-trailer", "x-amz-checksum-crc32"),
    ]);
    assert_eq!(headers, expected);
}

#[test]
fn what_an_earlier_upload_left_is_replaced() {
    let mut headers = header_map(&[
        ("content-encoding", "aws-chunked"),
        ("content-length", "1"),
        ("transfer-encoding", "chunked"),
        ("x-amz-decoded-content-length", "2"),
        ("x-amz-trailer", "x-amz-checksum-sha1"),
    ]);
    Upload::signed(0).write_headers(&mut headers).unwrap();
    let expected = header_map(&[
        ("content-encoding", "aws-chunked"),
        ("content-length", "86"),
        ("x-amz-decoded-content-length", "0"),
    ]);
    assert_eq!(headers, expected);
}

#[test]
fn the_encodings_of_the_body_stay_and_are_found_again() {
    for (lines, announced, removed) in [
        (&["gzip"][..], "gzip,aws-chunked", Some("gzip")),
        (&["aws-chunked,gzip"], "gzip,aws-chunked", Some("gzip")),
        (&["gzip, AWS-Chunked"], "gzip,aws-chunked", Some("gzip")),
        (&["br", "gzip"], "br,gzip,aws-chunked", Some("br,gzip")),
        (&["", " , "], "aws-chunked", None),
    ] {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append("content-encoding", line.parse().unwrap());
        }
        upload().write_headers(&mut headers).unwrap();
        assert_eq!(headers["content-encoding"], announced);
        assert_eq!(headers.get_all("content-encoding").iter().count(), 1);

        chunked::remove_headers(&mut headers).unwrap();
        let left = headers.get("content-encoding");
        assert_eq!(left.map(|it| it.to_str().unwrap()), removed);
    }
}

#[test]
fn headers_of_a_decoded_body_announce_no_upload() {
    let mut headers = signed(&upload());
    chunked::remove_headers(&mut headers).unwrap();
    assert_eq!(headers["content-length"], "100000");
    for name in [
        "content-encoding",
        "x-amz-content-sha256",
        "x-amz-decoded-content-length",
        "x-amz-trailer",
    ] {
        assert!(!headers.contains_key(name), "{name}");
    }
}

#[test]
fn headers_of_a_plain_body_are_left_alone() {
    let headers = header_map(&[
        ("content-encoding", "aws-chunked"),
        ("content-length", "5"),
        ("x-amz-content-sha256", "UNSIGNED-PAYLOAD"),
    ]);
    let mut plain = headers.clone();
    chunked::remove_headers(&mut plain).unwrap();
    assert_eq!(plain, headers);

    let mut invalid = with("x-amz-decoded-content-length", Some("-1"));
    let error = chunked::remove_headers(&mut invalid).unwrap_err();
    assert!(error.is_request(), "{error}");
    assert_eq!(invalid, with("x-amz-decoded-content-length", Some("-1")));
}

#[test]
fn a_full_header_map_is_refused_and_unchanged() {
    let mut headers = HeaderMap::new();
    let mut number = 0;
    while headers
        .try_insert(
            HeaderName::try_from(format!("x-{number}")).unwrap(),
            "1".parse().unwrap(),
        )
        .is_ok()
    {
        number += 1;
    }
    let refused_unchanged = |headers: &mut HeaderMap| {
        let before = headers.clone();
        let error = upload().write_headers(headers).unwrap_err();
        assert!(error.is_request(), "{error}");
        assert!(*headers == before);
    };
    refused_unchanged(&mut headers);
    // Where the first one has room, the others do not.
    headers.remove("x-0");
    refused_unchanged(&mut headers);
}

#[test]
fn settings_that_s3_would_reject_are_refused() {
    assert!(Upload::signed(1).chunk_size(8192).is_ok());
    let reserved = HeaderName::from_static("x-amz-trailer-signature");
    for error in [
        Upload::signed(1).chunk_size(8191).unwrap_err(),
        Upload::unsigned(1, ChecksumAlgorithm::Crc32)
            .chunk_size(0)
            .unwrap_err(),
        upload().trailer(ChecksumAlgorithm::Crc32).unwrap_err(),
        Trailer::given(reserved, 64).unwrap_err(),
    ] {
        assert!(error.is_configuration(), "{error}");
    }
}

#[test]
fn a_chunk_may_be_as_large_as_any_body() {
    for length in [0, 1, 9] {
        let largest = |upload: Upload| upload.chunk_size(usize::MAX).unwrap().encoded_length();
        let signed = Upload::signed(length);
        assert_eq!(largest(signed.clone()), signed.encoded_length());
        let unsigned = Upload::unsigned(length, ChecksumAlgorithm::Crc32);
        assert_eq!(largest(unsigned.clone()), unsigned.encoded_length());
    }
    for chunk_size in [8192, usize::MAX] {
        let upload = Upload::signed(u64::MAX).chunk_size(chunk_size).unwrap();
        assert_eq!(upload.encoded_length(), u64::MAX);
    }
}

#[test]
fn an_encoder_is_refused_for_headers_that_do_not_announce_its_upload() {
    for (name, value) in [
        ("x-amz-content-sha256", None),
        ("x-amz-content-sha256", Some("UNSIGNED-PAYLOAD")),
        (
            "x-amz-content-sha256",
            Some("STREAMING-AWS4-HMAC-SHA256-PAYLOAD"),
        ),
        (
            "x-amz-content-sha256",
            Some("STREAMING-UNSIGNED-PAYLOAD-TRAILER"),
        ),
        ("x-amz-decoded-content-length", None),
        ("x-amz-decoded-content-length", Some("99999")),
        ("x-amz-trailer", None),
        ("x-amz-trailer", Some("x-amz-checksum-crc32c")),
        (
            "x-amz-trailer",
            Some("x-amz-checksum-crc32,x-amz-checksum-sha1"),
        ),
    ] {
        let error = upload().encoder(&with(name, value), &key()).unwrap_err();
        assert!(error.is_request(), "{error}");
        assert!(error.to_string().contains(name), "{error}");
    }
    assert!(upload().encoder(&signed(&upload()), &key()).is_ok());
}

/// Every way in which headers carry no signature that chunks can follow.
fn unsigned_headers() -> Vec<(&'static str, HeaderMap)> {
    let authorization = signed(&upload())["authorization"]
        .to_str()
        .unwrap()
        .to_owned();
    let mut cases = vec![
        ("authorization", with("authorization", None)),
        ("authorization", with("authorization", Some("Bearer abc"))),
        ("x-amz-date", with("x-amz-date", None)),
        ("x-amz-date", with("x-amz-date", Some("20150831T000000Z"))),
        ("x-amz-date", with("x-amz-date", Some("20150830"))),
    ];
    for (part, other) in [
        ("AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256"),
        ("AWS4-HMAC-SHA256 ", "AWS4-HMAC-SHA256"),
        ("AKIDEXAMPLE", "AKIDOTHER"),
        ("us-east-1", "us-west-2"),
        ("Credential=", ""),
        ("Signature=", ""),
        ("0a9", "0a"),
        ("0a9", "0A9"),
        ("0a9", "0ag"),
    ] {
        assert!(authorization.contains(part));
        let changed = authorization.replace(part, other);
        cases.push(("authorization", with("authorization", Some(&changed))));
    }
    for name in ["authorization", "x-amz-date"] {
        let mut twice = signed(&upload());
        twice.append(name, twice[name].clone());
        cases.push((name, twice));
    }
    cases
}

#[test]
fn signatures_are_not_chained_to_a_request_that_the_key_has_not_signed() {
    for (name, headers) in unsigned_headers() {
        let encoder = upload().encoder(&headers, &key()).map(|_| ());
        let decoder = Decoder::verifying(&headers, &key()).map(|_| ());
        for error in [encoder.unwrap_err(), decoder.unwrap_err()] {
            assert!(error.is_request(), "{error}");
            assert!(error.to_string().contains(name), "{name}: {error}");
        }
        // Who does not verify needs no signature.
        assert!(Decoder::unverified(&headers).is_ok());
    }
    let tomorrow = moment() + std::time::Duration::from_secs(86_400);
    let tomorrow = key_of(ACCESS_KEY_ID, None, "s3", tomorrow);
    let error = upload().encoder(&signed(&upload()), &tomorrow).unwrap_err();
    assert!(error.is_request(), "{error}");
}

#[test]
fn an_upload_whose_chunks_are_not_signed_needs_no_signature() {
    let upload = Upload::unsigned(3, ChecksumAlgorithm::Sha1);
    let mut headers = signed(&upload);
    headers.remove("authorization");
    assert!(upload.encoder(&headers, &key()).is_ok());
    assert!(Decoder::verifying(&headers, &key()).is_ok());
}

#[cfg(feature = "sigv4a")]
#[test]
fn a_key_of_several_regions_signs_no_chunks() {
    use http_sigv4::{SigningKey, SigningScope};

    let credentials = aws_credential_types::Credentials::new("AKID", "secret", None, None, "test");
    let scope = SigningScope::for_region_set("s3", "*").unwrap();
    let key = SigningKey::derive(&credentials, &scope, moment()).unwrap();
    let error = upload().encoder(&signed(&upload()), &key).unwrap_err();
    assert!(error.is_configuration(), "{error}");
}

#[test]
fn a_decoder_is_refused_for_headers_that_announce_no_chunked_body() {
    let decoder = |headers: &HeaderMap| -> Result<(), ChunkedError> {
        Decoder::unverified(headers).map(|_| ())
    };
    for (name, value) in [
        ("x-amz-content-sha256", None),
        ("x-amz-content-sha256", Some("UNSIGNED-PAYLOAD")),
        (
            "x-amz-content-sha256",
            Some("STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD"),
        ),
        // It has no trailer.
        (
            "x-amz-content-sha256",
            Some("STREAMING-AWS4-HMAC-SHA256-PAYLOAD"),
        ),
        ("x-amz-decoded-content-length", None),
        ("x-amz-decoded-content-length", Some("")),
        ("x-amz-decoded-content-length", Some("+1")),
        ("x-amz-decoded-content-length", Some("0x1")),
        ("x-amz-decoded-content-length", Some("18446744073709551616")),
        ("x-amz-trailer", None),
        ("x-amz-trailer", Some("")),
        ("x-amz-trailer", Some("a,")),
        ("x-amz-trailer", Some("a,a")),
        ("x-amz-trailer", Some("a b")),
    ] {
        let error = decoder(&with(name, value)).unwrap_err();
        assert!(error.is_request(), "{error}");
    }
    for name in [
        "x-amz-content-sha256",
        "x-amz-decoded-content-length",
        "x-amz-trailer",
    ] {
        let mut twice = signed(&upload());
        twice.append(name, twice[name].clone());
        assert!(decoder(&twice).unwrap_err().is_request(), "{name}");
    }
    assert!(decoder(&signed(&upload())).is_ok());
}
