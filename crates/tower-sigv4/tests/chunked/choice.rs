//! Which bodies are sent in chunks without being asked to, and which are not though asked to.

use http::Request;
use http_body::SizeHint;
use tower_sigv4::{Chunks, PayloadMode};

use crate::{
    common::{Empty, builder_for, fed, full},
    harness::{BUCKET, data, decode, header, own, put, s3, send},
};

const MARKER: &str = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";

#[tokio::test]
async fn a_body_over_the_limit_is_sent_to_s3_in_signed_chunks() {
    for (length, is_chunked) in [(999, false), (1000, false), (1001, true), (100_000, true)] {
        let request = put().body(full(data(length))).unwrap();
        let sent = send(s3().body_limit(1000), request).await.unwrap();
        match is_chunked {
            true => {
                assert_eq!(header(&sent, "x-amz-content-sha256"), MARKER);
                assert!(decode(&sent).unwrap().0 == data(length));
            }
            false => {
                assert_ne!(header(&sent, "x-amz-content-sha256"), MARKER);
                assert!(sent.body == data(length));
            }
        }
    }
}

#[tokio::test]
async fn s3_express_and_stores_that_speak_its_protocol_get_them_too() {
    for (service, profile) in [
        ("s3express", None),
        ("execute-api", Some(http_sigv4::Profile::S3)),
    ] {
        let builder = builder_for(service).allow_host(BUCKET).body_limit(10);
        let builder = profile
            .into_iter()
            .fold(builder, |it, profile| it.profile(profile));
        let (client, recorder) = crate::common::client(builder.build().unwrap()).await;
        let request = put().body(full(data(11))).unwrap();
        tower::ServiceExt::oneshot(client, request).await.unwrap();
        assert_eq!(header(&recorder.only(), "x-amz-content-sha256"), MARKER);
    }
}

#[tokio::test]
async fn a_declared_length_will_do_where_the_body_does_not_know_its_own() {
    for name in ["content-length", "x-amz-decoded-content-length"] {
        let (body, feed) = fed();
        feed.data(data(500));
        feed.data(data(501));
        drop(feed);
        let request = put().header(name, "1001").body(body).unwrap();
        let sent = send(s3().body_limit(1000), request).await.unwrap();
        assert_eq!(header(&sent, "x-amz-decoded-content-length"), "1001");
        assert_eq!(decode(&sent).unwrap().0.len(), 1001);
    }
}

#[tokio::test]
async fn a_declared_length_of_chunks_is_not_sent_beside_a_body_without() {
    for builder in [s3(), s3().payload(Chunks::signed())] {
        let request = put().method("POST");
        let request = request.header("x-amz-decoded-content-length", "5");
        let sent = send(builder, request.body(full("hello")).unwrap()).await;
        let headers = sent.unwrap().parts.headers;
        assert!(!headers.contains_key("x-amz-decoded-content-length"));
    }
}

#[tokio::test]
async fn a_body_over_the_limit_whose_length_nobody_knows_is_an_error_that_asks_for_it() {
    for hint in [0, 1001] {
        let (body, feed) = fed();
        let mut size = SizeHint::new();
        size.set_lower(hint);
        feed.data(data(1001));
        let request = put().body(body.with_hint(size)).unwrap();
        let error = own(send(s3().body_limit(1000), request).await);
        assert!(error.is_body(), "{error}");
        let message = error.to_string();
        for name in ["`content-length`", "`x-amz-decoded-content-length`"] {
            assert!(message.contains(name), "{message}");
        }
    }
}

#[tokio::test]
async fn a_body_over_the_limit_stays_an_error_where_chunks_are_not_known_to_be_taken() {
    let s3 = || s3().body_limit(10);
    let other = || builder_for("execute-api").allow_host(BUCKET).body_limit(10);
    let post = || Request::post(format!("https://{BUCKET}/key"));
    for (builder, request) in [
        (s3().payload(PayloadMode::Buffered), put()),
        (s3(), post()),
        (other(), put()),
    ] {
        let error = own(send(builder, request.body(full(data(11))).unwrap()).await);
        assert!(error.is_body(), "{error}");
        assert!(error.to_string().contains("choose another payload mode"));
    }
}

#[tokio::test]
async fn what_is_no_object_is_hashed_as_a_whole() {
    let builder = || s3().payload(Chunks::signed());
    for method in ["POST", "PATCH", "DELETE", "GET"] {
        let request = put().method(method).body(full("<Delete/>")).unwrap();
        let sent = send(builder(), request).await.unwrap();
        assert_eq!(sent.body, "<Delete/>");
        assert!(!sent.parts.headers.contains_key("content-encoding"));
    }
    for method in ["GET", "PUT"] {
        let request = put().method(method).body(Empty::new()).unwrap();
        let sent = send(builder(), request).await.unwrap();
        assert!(!header(&sent, "x-amz-content-sha256").starts_with("STREAMING"));
        assert!(!sent.parts.headers.contains_key("content-encoding"));
    }
}
