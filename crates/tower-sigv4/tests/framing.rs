//! Bodies that come in frames, as an SDK uploads them to S3: signed as what they are, or refused.

mod common;

use std::{error::Error as _, time::Duration};

use common::{HOST, assert_signed, builder_for, client, fed, full, own_error, post, send};
use http::{Request, request};
use http_sigv4::{ExpiresIn, Payload, SignError};
use tokio_test::{assert_pending, assert_ready_ok, task};
use tower::ServiceExt;
use tower_sigv4::{Error, PayloadMode, SigV4Layer, SigningOptions};

const MARKER: &str = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";
const FRAMES: &str = "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n";

/// Those whose frames carry signatures, one that is not known yet, and misspellings.
const OTHER_MARKERS: [&str; 8] = [
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
    "STREAMING-AWS4-HMAC-SHA256-EVENTS",
    "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD",
    "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER",
    "STREAMING-NEW",
    "streaming-unsigned-payload-trailer",
    "STREAMING-UNSIGNED-PAYLOAD-TRAILER,x",
];

const SERVICES: [&str; 6] = [
    "s3",
    "s3express",
    "execute-api",
    "aoss",
    "vpc-lattice-svcs",
    "ebs",
];

const PLAIN_MODES: [Option<PayloadMode>; 4] = [
    None,
    Some(PayloadMode::Buffered),
    Some(PayloadMode::Unsigned),
    Some(PayloadMode::Precomputed([7; 32])),
];

/// Layers for a service that may go to [`HOST`], with every mode that it takes.
fn layers(service: &str) -> Vec<SigV4Layer> {
    let framed = Some(PayloadMode::StreamingUnsignedTrailer);
    layers_of(service, PLAIN_MODES.into_iter().chain([framed]))
}

fn layers_of(
    service: &str,
    modes: impl IntoIterator<Item = Option<PayloadMode>>,
) -> Vec<SigV4Layer> {
    let layer = |mode: Option<PayloadMode>| {
        let builder = builder_for(service).allow_host(HOST).allow_loopback(true);
        let builder = mode.into_iter().fold(builder, |it, mode| it.payload(mode));
        builder.build().ok()
    };
    modes.into_iter().filter_map(layer).collect()
}

fn framed(marker: &str) -> request::Builder {
    post()
        .header("content-encoding", "aws-chunked")
        .header("x-amz-content-sha256", marker)
        .header("x-amz-decoded-content-length", "5")
        .header("x-amz-trailer", "x-amz-checksum-crc32")
}

/// The request is at fault, and neither a setting nor credentials.
#[track_caller]
fn assert_at_fault(error: &Error) {
    assert!(error.is_request(), "{error}");
    assert!(!error.is_configuration() && !error.is_credentials() && !error.is_retryable());
}

#[tokio::test]
async fn frames_without_signatures_pass_as_they_are_whatever_mode_is_set() {
    for service in ["s3", "s3express"] {
        for layer in layers(service) {
            let request = framed(MARKER).body(full(FRAMES)).unwrap();
            let sent = send(layer, request).await.unwrap();
            assert_eq!(sent.parts.headers["x-amz-content-sha256"], MARKER);
            assert_eq!(sent.parts.headers["content-encoding"], "aws-chunked");
            assert_eq!(sent.body, FRAMES);
            assert_signed(&sent);
        }
    }
}

#[tokio::test]
async fn frames_are_sent_before_they_are_there_and_over_any_limit() {
    let layer = builder_for("s3").allow_host(HOST).body_limit(3);
    let (client, recorder) = client(layer.build().unwrap()).await;
    let (body, feed) = fed();
    let request = framed(MARKER).body(body).unwrap();
    let mut response = task::spawn(client.oneshot(request));
    assert_pending!(response.poll());
    assert_eq!(recorder.calls(), 1, "sent before it has any byte");
    feed.data(&FRAMES[..10]);
    feed.data(&FRAMES[10..]);
    drop(feed);
    assert_ready_ok!(response.poll());
    let sent = recorder.only();
    assert_signed(&sent);
    assert_eq!(sent.body, FRAMES);
}

#[tokio::test]
async fn s3_gets_no_frames_of_which_no_length_is_known() {
    let layer = builder_for("s3").allow_host(HOST).build().unwrap();
    let (body, _feed) = fed();
    let mut request = framed(MARKER).body(body).unwrap();
    request.headers_mut().remove("x-amz-decoded-content-length");
    let error = send(layer, request).await.unwrap_err();
    assert!(
        error.is_body() && error.to_string().contains("length"),
        "{error}"
    );
}

#[tokio::test]
async fn frames_without_signatures_are_refused_for_every_other_service() {
    for service in SERVICES.into_iter().filter(|it| !it.starts_with("s3")) {
        for layer in layers(service) {
            let request = framed(MARKER).body(full(FRAMES)).unwrap();
            let error = send(layer, request).await.unwrap_err();
            assert_at_fault(&error);
            let message = error.to_string();
            assert!(message.contains(service), "{message}");
            assert!(message.contains("plain"), "{message}");
        }
    }
}

#[tokio::test]
async fn every_other_marker_is_refused_for_every_service() {
    for service in SERVICES {
        for layer in layers(service) {
            for marker in OTHER_MARKERS {
                for is_announced in [true, false] {
                    let mut request = framed(marker).body(full(FRAMES)).unwrap();
                    if !is_announced {
                        request.headers_mut().remove("content-encoding");
                    }
                    let error = send(layer.clone(), request).await.unwrap_err();
                    assert_at_fault(&error);
                    let source = error.source().unwrap().downcast_ref::<SignError>();
                    assert!(source.unwrap().is_framing(), "{error}");
                    let message = error.to_string();
                    assert!(message.contains("STREAMING-"), "{message}");
                    assert!(message.contains("plain"), "{message}");
                }
            }
        }
    }
}

#[tokio::test]
async fn aws_chunked_without_a_marker_is_refused_for_every_service() {
    for service in SERVICES {
        for layer in layers_of(service, PLAIN_MODES) {
            for digest in [None, Some("UNSIGNED-PAYLOAD")] {
                let mut request = framed(MARKER).body(full(FRAMES)).unwrap();
                let headers = request.headers_mut();
                headers.remove("x-amz-content-sha256");
                headers.extend(digest.map(|digest| {
                    let name = http::HeaderName::from_static("x-amz-content-sha256");
                    (name, digest.parse().unwrap())
                }));
                let error = send(layer.clone(), request).await.unwrap_err();
                assert_at_fault(&error);
                assert!(error.to_string().contains("aws-chunked"), "{error}");
            }
        }
    }
}

#[tokio::test]
async fn a_body_in_frames_is_refused_before_it_is_read_and_before_credentials_are_there() {
    let layer = builder_for("execute-api").build().unwrap();
    for marker in [MARKER, OTHER_MARKERS[0]] {
        let recorder = common::Recorder::default();
        let client = tower::Layer::layer(&layer, recorder.clone());
        let (body, feed) = fed();
        let request = framed(marker).body(body).unwrap();
        let mut response = task::spawn(client.oneshot(request));
        let error = own_error(tokio_test::assert_ready!(response.poll()));
        assert_at_fault(&error);
        assert_eq!((feed.polls(), recorder.calls()), (0, 0));
        assert_eq!(layer.credentials().unwrap().stats().loads, 0);
    }
}

#[tokio::test]
async fn frames_go_over_tls_or_stay_on_this_machine() {
    let layer = || {
        let builder = builder_for("s3").allow_host("store.example");
        let builder = builder.allow_plain_http(true).allow_loopback(true);
        builder.build().unwrap()
    };
    for (uri, is_sent) in [
        ("https://store.example/b/k", true),
        ("http://127.0.0.1:9000/b/k", true),
        ("http://localhost:9000/b/k", true),
        ("http://[::1]:9000/b/k", true),
        ("http://store.example/b/k", false),
    ] {
        let mut request = framed(MARKER).body(full(FRAMES)).unwrap();
        *request.uri_mut() = uri.parse().unwrap();
        match send(layer(), request).await {
            Ok(sent) => {
                assert!(is_sent, "{uri}");
                assert_eq!(sent.parts.headers["x-amz-content-sha256"], MARKER);
            }
            Err(error) => {
                assert!(!is_sent, "{uri}: {error}");
                assert_at_fault(&error);
                assert!(error.to_string().contains("https"), "{error}");
            }
        }
    }
}

#[tokio::test]
async fn an_option_says_that_a_body_comes_in_frames_where_no_header_does() {
    let layer = builder_for("s3").allow_host(HOST).build().unwrap();
    let options = SigningOptions::new().payload(PayloadMode::StreamingUnsignedTrailer);
    let mut request = framed(MARKER)
        .extension(options)
        .body(full(FRAMES))
        .unwrap();
    request.headers_mut().remove("x-amz-content-sha256");
    let sent = send(layer, request).await.unwrap();
    assert_eq!(sent.parts.headers["x-amz-content-sha256"], MARKER);
    assert_signed(&sent);
}

#[tokio::test]
async fn the_engine_tells_that_a_body_comes_in_frames_and_signs_it_as_nothing_else() {
    let signer = builder_for("s3").allow_host(HOST).build_signer().unwrap();
    let parts = || framed(MARKER).body(()).unwrap().into_parts().0;
    let mut framed = parts();
    let signing = signer.begin(&mut framed).unwrap().unwrap();
    assert_eq!(
        signing.payload_mode(),
        PayloadMode::StreamingUnsignedTrailer
    );
    let payload = Payload::StreamingUnsignedTrailer;
    let _signed = signing.sign(&mut framed, payload).await.unwrap();
    assert_eq!(framed.headers["x-amz-content-sha256"], MARKER);

    // Where the caller knows it, no header has to say it.
    let mut unmarked = parts();
    unmarked.headers.remove("x-amz-content-sha256");
    let _signed = signer.sign(&mut unmarked, payload).await.unwrap();
    assert_eq!(unmarked.headers["x-amz-content-sha256"], MARKER);

    for payload in [Payload::hash(FRAMES.as_bytes()), Payload::Unsigned] {
        let mut framed = parts();
        let error = signer.sign(&mut framed, payload).await.unwrap_err();
        assert_at_fault(&error);
        assert_eq!(framed.headers["x-amz-content-sha256"], MARKER);
    }
}

#[tokio::test]
async fn the_engine_refuses_frames_before_the_body_is_read() {
    for (service, marker) in [("s3", OTHER_MARKERS[0]), ("execute-api", MARKER)] {
        let builder = builder_for(service).allow_host(HOST);
        let signer = builder.build_signer().unwrap();
        let (mut parts, ()) = framed(marker).body(()).unwrap().into_parts();
        assert_at_fault(&signer.begin(&mut parts).unwrap_err());
        assert_eq!(signer.credentials().stats().loads, 0);
    }
}

#[tokio::test]
async fn no_frames_are_presigned() {
    for service in SERVICES {
        let builder = builder_for(service).allow_host(HOST);
        let signer = builder.build_signer().unwrap();
        for marker in OTHER_MARKERS.into_iter().chain([MARKER]) {
            let (mut parts, ()) = framed(marker).body(()).unwrap().into_parts();
            let hour = ExpiresIn::from(Duration::from_secs(3600));
            let error = signer.presign(&mut parts, hour).await.unwrap_err();
            assert_at_fault(&error);
            assert_eq!(parts.uri.query(), None);
            assert_eq!(parts.headers["x-amz-content-sha256"], marker);
        }
        let (mut parts, ()) = Request::get(format!("https://{HOST}/"))
            .header("content-encoding", "aws-chunked")
            .body(())
            .unwrap()
            .into_parts();
        let hour = ExpiresIn::from(Duration::from_secs(3600));
        let error = signer.presign(&mut parts, hour).await.unwrap_err();
        assert_at_fault(&error);
    }
}

#[tokio::test]
async fn a_request_that_is_forwarded_as_it_is_keeps_its_frames() {
    let layer = builder_for("s3").build().unwrap();
    let options = SigningOptions::new().forward_unsigned();
    for marker in OTHER_MARKERS.into_iter().chain([MARKER]) {
        let request = framed(marker).extension(options.clone());
        let request = request.body(full(FRAMES)).unwrap();
        let sent = send(layer.clone(), request).await.unwrap();
        assert_eq!(sent.parts.headers["x-amz-content-sha256"], marker);
        assert_eq!(sent.body, FRAMES);
    }
}
