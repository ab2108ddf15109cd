//! What becomes of a request.

use aws_credential_types::Credentials;
use bytes::Bytes;
use http::{Method, Request};
use http_body_util::Full;
use http_sigv4::{
    ExpiresIn, Payload, Presigner, Profile, Signer,
    chunked::{ChecksumAlgorithm, Upload},
};
use tower_sigv4::{InboundLayer, PayloadMode, SigningOptions};

use crate::{
    common::{HOST as OTHER_HOST, builder_for, moment},
    harness::{
        HOST, assert_signed_again, chunks, client_key, decoded, s3, send, signed, verifying,
    },
};

#[tokio::test]
async fn what_the_client_said_of_its_body_is_signed_again() {
    for (body, payload) in [
        ("data", Payload::hash(b"data")),
        ("", Payload::EMPTY),
        ("data", Payload::Unsigned),
    ] {
        let request = signed(body, payload);
        let sent = send(InboundLayer::new(), s3(), request).await.unwrap();
        assert_signed_again(&sent);
        let said = &sent.parts.headers["x-amz-content-sha256"];
        assert_eq!(*said, payload.to_string());
        assert_eq!(sent.body, body);
        assert_eq!(sent.parts.uri.query(), Some("a=b"));
    }
}

#[tokio::test]
async fn a_request_that_says_nothing_of_its_body_is_signed_as_any_other() {
    let request = Request::put(format!("https://{HOST}/key")).body(Full::<Bytes>::from("data"));
    let sent = send(InboundLayer::new(), s3(), request.unwrap())
        .await
        .unwrap();
    assert_signed_again(&sent);
    let said = &sent.parts.headers["x-amz-content-sha256"];
    assert_eq!(*said, Payload::hash(b"data").to_string());
}

#[tokio::test]
async fn a_presigned_url_is_signed_again_in_the_headers() {
    let request = Request::get(format!("https://{HOST}/key?versionId=1"));
    let (mut parts, body) = request.body(Full::<Bytes>::default()).unwrap().into_parts();
    let hour = ExpiresIn::exactly(std::time::Duration::from_secs(3600));
    let presigner = Presigner::new(Signer::new(Profile::S3), hour).unwrap();
    presigner.sign(&mut parts, &client_key(), moment()).unwrap();
    let request = Request::from_parts(parts, body);
    let sent = send(InboundLayer::new(), s3(), request).await.unwrap();
    assert_signed_again(&sent);
    assert_eq!(sent.parts.uri, *format!("https://{HOST}/key?versionId=1"));
}

#[tokio::test]
async fn frames_without_signatures_pass_as_they_come() {
    let upload = Upload::unsigned(9, ChecksumAlgorithm::Crc32);
    let (parts, body) = chunks(&upload, &Bytes::from("123456789"));
    let request = Request::from_parts(parts, Full::new(Bytes::from(body.clone())));
    let sent = send(verifying(), s3(), request).await.unwrap();
    assert_signed_again(&sent);
    assert_eq!(sent.body, body);
}

/// The header has to say it too once the query does not.
#[tokio::test]
async fn frames_that_only_the_query_tells_of_pass_as_they_come() {
    let upload = Upload::unsigned(9, ChecksumAlgorithm::Crc32);
    let (mut parts, body) = chunks(&upload, &Bytes::from("123456789"));
    let marker = parts.headers.remove("x-amz-content-sha256").unwrap();
    parts.headers.remove("content-encoding");
    let query = format!("X-Amz-Content-Sha256={}", marker.to_str().unwrap());
    parts.uri = format!("https://{HOST}/key?{query}").parse().unwrap();
    let request = Request::from_parts(parts, Full::new(Bytes::from(body.clone())));
    let sent = send(InboundLayer::new(), s3(), request).await.unwrap();
    assert_signed_again(&sent);
    assert_eq!(sent.parts.headers["x-amz-content-sha256"], marker);
    assert_eq!(sent.parts.uri.query(), None);
    assert_eq!(sent.body, body);
}

#[tokio::test]
async fn a_body_without_its_digest_never_arrives_whole() {
    for body in ["datb", "dat", "data ", ""] {
        let payload = Payload::hash(b"data");
        let error = send(InboundLayer::new(), s3(), signed(body, payload)).await;
        let error = error.unwrap_err();
        assert!(error.is_body() && !error.is_request(), "{body}: {error}");
        let trusting = InboundLayer::new().trust_digests(true);
        let sent = send(trusting, s3(), signed(body, payload)).await.unwrap();
        assert_eq!(sent.body, body);
    }
    let error = send(InboundLayer::new(), s3(), signed("data", Payload::EMPTY)).await;
    assert!(error.unwrap_err().is_body());
}

#[tokio::test]
async fn signed_chunks_are_decoded_and_made_anew_with_their_checksum() {
    for length in [0, 1, 8192, 20_000] {
        let data = Bytes::from(vec![b'a'; length]);
        for upload in [
            Upload::signed(length as u64),
            Upload::signed(length as u64)
                .trailer(ChecksumAlgorithm::Crc32c)
                .unwrap(),
        ] {
            let form = upload.form();
            let (parts, body) = chunks(&upload, &data);
            for inbound in [InboundLayer::new(), verifying()] {
                let body = Full::new(Bytes::from(body.clone()));
                let request = Request::from_parts(parts.clone(), body);
                let sent = send(inbound, s3(), request).await.unwrap();
                assert_signed_again(&sent);
                let headers = &sent.parts.headers;
                assert_eq!(headers["x-amz-content-sha256"], form.marker());
                let checksum = headers.get("x-amz-trailer");
                assert_eq!(checksum, parts.headers.get("x-amz-trailer"));
                assert_eq!(decoded(&sent), data);
            }
        }
    }
}

#[tokio::test]
async fn chunks_that_were_changed_never_arrive_whole() {
    let data = Bytes::from(vec![b'a'; 8192 + 100]);
    let mut rejected = 0;
    for upload in [
        Upload::signed(data.len() as u64),
        Upload::signed(data.len() as u64)
            .trailer(ChecksumAlgorithm::Sha256)
            .unwrap(),
        Upload::signed(0),
        Upload::signed(0).trailer(ChecksumAlgorithm::Crc32).unwrap(),
    ] {
        let data = data.slice(..upload.decoded_length() as usize);
        let (parts, body) = chunks(&upload, &data);
        // All of the framing, and some of the data.
        let length = body.len();
        let places = (0..length).filter(|at| at % 97 == 0 || *at < 90 || length - at < 400);
        for at in places {
            let mut changed = body.clone();
            changed[at] ^= 1;
            let request = Request::from_parts(parts.clone(), Full::new(Bytes::from(changed)));
            let error = send(verifying(), s3(), request).await.unwrap_err();
            assert!(error.is_body(), "{at}: {error}");
            rejected += 1;
        }
        for at in [0, 1, length / 2, length - 3, length - 1] {
            let cut = Bytes::from(body[..at].to_vec());
            let request = Request::from_parts(parts.clone(), Full::new(cut));
            let error = send(verifying(), s3(), request).await.unwrap_err();
            assert!(error.is_body(), "{at}: {error}");
        }
    }
    println!("{rejected} changes, none of which arrived");
}

#[tokio::test]
async fn chunks_of_a_client_without_credentials_are_refused_where_they_are_to_be_verified() {
    let (parts, body) = chunks(&Upload::signed(4), &Bytes::from("data"));
    let request = || Request::from_parts(parts.clone(), Full::new(Bytes::from(body.clone())));
    let nobody = InboundLayer::new().verify_chunks(|_| None);
    let error = send(nobody, s3(), request()).await.unwrap_err();
    assert!(error.is_request(), "{error}");

    let other = Credentials::new("AKIDCLIENT", "another-secret", None, None, "test");
    let mistaken = InboundLayer::new().verify_chunks(move |_| Some(other.clone()));
    let error = send(mistaken, s3(), request()).await.unwrap_err();
    assert!(error.is_body(), "{error}");

    let mut unsigned = request();
    unsigned.headers_mut().remove("authorization");
    let error = send(verifying(), s3(), unsigned).await.unwrap_err();
    assert!(error.is_request(), "{error}");
}

#[tokio::test]
async fn a_payload_mode_in_the_options_of_a_request_comes_first() {
    let upload = Upload::signed(4).trailer(ChecksumAlgorithm::Crc32).unwrap();
    let (mut parts, body) = chunks(&upload, &Bytes::from("data"));
    let algorithm = "CRC32".parse().unwrap();
    parts
        .headers
        .insert("x-amz-sdk-checksum-algorithm", algorithm);
    let options = SigningOptions::new().payload(PayloadMode::Buffered);
    parts.extensions.insert(options);
    let request = Request::from_parts(parts, Full::new(Bytes::from(body)));
    let sent = send(verifying(), s3(), request).await.unwrap();
    assert_signed_again(&sent);
    assert_eq!(sent.body, "data");
    for name in [
        "content-encoding",
        "x-amz-decoded-content-length",
        "x-amz-sdk-checksum-algorithm",
        "x-amz-trailer",
    ] {
        assert!(!sent.parts.headers.contains_key(name), "{name}");
    }
}

#[tokio::test]
async fn a_request_that_is_to_be_forwarded_unsigned_is_left_alone() {
    let mut request = signed("data", Payload::hash(b"other"));
    let before = format!("{:?}", request.headers());
    request
        .extensions_mut()
        .insert(SigningOptions::new().forward_unsigned());
    let sent = send(InboundLayer::new(), s3(), request).await.unwrap();
    assert_eq!(format!("{:?}", sent.parts.headers), before);
}

#[tokio::test]
async fn what_cannot_be_honoured_is_refused() {
    let mut requests = Vec::new();
    for marker in [
        "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD",
        "STREAMING-NEW",
        "digest",
    ] {
        let mut request = signed("data", Payload::hash(b"data"));
        request
            .headers_mut()
            .insert("x-amz-content-sha256", marker.parse().unwrap());
        requests.push((s3(), request));
    }
    // Signed chunks without what announces them.
    let mut request = signed("data", Payload::hash(b"data"));
    let marker = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD".parse().unwrap();
    request.headers_mut().insert("x-amz-content-sha256", marker);
    requests.push((s3(), request));
    // What the service does not take.
    for payload in [Payload::Unsigned, Payload::StreamingUnsignedTrailer] {
        let mut request = signed("data", payload);
        *request.uri_mut() = format!("https://{}/key", OTHER_HOST).parse().unwrap();
        requests.push((builder_for("execute-api"), request));
    }
    for (layer, request) in requests {
        let said = request.headers()["x-amz-content-sha256"].clone();
        assert!(
            send(InboundLayer::new(), layer, request).await.is_err(),
            "{said:?}"
        );
    }
}

#[tokio::test]
async fn chunks_of_another_method_than_put_are_signed_by_their_digest() {
    let upload = Upload::signed(4).trailer(ChecksumAlgorithm::Crc32).unwrap();
    let (mut parts, body) = chunks(&upload, &Bytes::from("data"));
    parts.method = Method::POST;
    let request = Request::from_parts(parts, Full::new(Bytes::from(body)));
    let sent = send(verifying(), s3(), request).await.unwrap();
    assert_signed_again(&sent);
    assert_eq!(sent.body, "data");
    assert!(!sent.parts.headers.contains_key("x-amz-trailer"));
}
