//! Bodies that the signature does not cover or whose digest is known, which pass unread, and
//! upgrades.

mod common;

use std::error::Error;

use common::{
    HOST, Recorder, Sent, assert_signed, assert_signed_for, builder, builder_for, client, fed,
    full, get, layer, own_error, post, preloaded, signed_as,
};
use http::{Request, Response};
use http_body::{Body, SizeHint};
use http_body_util::BodyExt;
use sha2::{Digest, Sha256};
use tokio_test::{assert_pending, assert_ready, assert_ready_ok, task};
use tower::{BoxError, Layer, ServiceExt, service_fn};
use tower_sigv4::{PayloadMode, SigV4, SignedBody, SigningOptions};

/// A client of a layer for S3 with unsigned payloads, which may go to [`HOST`].
async fn s3() -> (SigV4<Recorder>, Recorder) {
    client_for("s3").await
}

async fn client_for(service: &str) -> (SigV4<Recorder>, Recorder) {
    let layer = builder_for(service)
        .payload(PayloadMode::Unsigned)
        .allow_host(HOST)
        .build();
    client(layer.unwrap()).await
}

#[tokio::test]
async fn an_unsigned_payload_passes_unread() {
    let (client, recorder) = s3().await;
    let (body, feed) = fed();
    let body = body.with_hint(SizeHint::with_exact(5));
    let mut response = task::spawn(client.oneshot(post().body(body).unwrap()));
    assert_pending!(response.poll());
    assert_eq!(recorder.calls(), 1, "sent before it has any byte");
    feed.data("later");
    feed.trailers();
    drop(feed);
    assert_ready_ok!(response.poll());
    let sent = recorder.only();
    let payload = &sent.parts.headers["x-amz-content-sha256"];
    assert_eq!(payload, "UNSIGNED-PAYLOAD");
    assert_signed(&sent);
    assert_eq!(sent.body, "later");
}

#[tokio::test]
async fn s3_gets_no_body_of_unknown_length() {
    // Whatever speaks S3's protocol.
    for service in ["s3", "s3express", "s3-object-lambda", "s3-outposts"] {
        no_body_of_unknown_length(service).await;
    }
}

async fn no_body_of_unknown_length(service: &str) {
    let (client, recorder) = client_for(service).await;
    let (body, feed) = fed();
    let mut response = task::spawn(client.clone().oneshot(post().body(body).unwrap()));
    let error = own_error(assert_ready!(response.poll()));
    assert!(
        error.is_body() && error.to_string().contains("length"),
        "{error}"
    );
    assert_eq!((recorder.calls(), feed.polls()), (0, 0));

    // Unless a header has it, or the body is collected.
    let ((first, first_feed), (second, second_feed)) = (fed(), fed());
    drop((first_feed, second_feed));
    let buffered = SigningOptions::new().payload(PayloadMode::Buffered);
    for request in [
        post().header("content-length", "0").body(first).unwrap(),
        post().extension(buffered).body(second).unwrap(),
    ] {
        client.clone().oneshot(request).await.unwrap();
        assert_signed(&recorder.only());
    }
}

#[tokio::test]
async fn vpc_lattice_gets_an_unsigned_payload_and_trailers_unasked() {
    let layer = builder_for("vpc-lattice-svcs")
        .allow_host("svc.example")
        .build()
        .unwrap();
    let inner = service_fn(async |request: Request<SignedBody<_>>| {
        let (parts, body) = request.into_parts();
        assert_eq!(body.size_hint().exact(), None);
        let collected = body.collect().await?;
        assert!(collected.trailers().unwrap().contains_key("x-checksum"));
        let body = collected.to_bytes();
        Ok::<_, BoxError>(Response::new(Sent { parts, body }))
    });
    let client = preloaded(layer).await.layer(inner);
    let (body, feed) = fed();
    let request = Request::post("http://svc.example/package.Service/Method").body(body);
    let mut response = task::spawn(client.oneshot(request.unwrap()));
    assert_pending!(response.poll());
    feed.data("message");
    feed.trailers();
    drop(feed);
    let sent = assert_ready_ok!(response.poll()).into_body();
    assert_signed_for("svc.example", &sent);
}

#[tokio::test]
async fn an_unsigned_payload_is_refused_over_plain_http() {
    let layer = builder_for("s3")
        .payload(PayloadMode::Unsigned)
        .allow_host("plain.example")
        .allow_plain_http(true)
        .build();
    let (client, recorder) = client(layer.unwrap()).await;
    let request = Request::put("http://plain.example/key")
        .body(full("x"))
        .unwrap();
    let error = own_error(client.oneshot(request).await);
    assert!(error.is_configuration(), "{error}");
    assert!(error.source().unwrap().to_string().contains("https"));
    assert_eq!(recorder.calls(), 0);
}

#[tokio::test]
async fn a_body_whose_digest_is_known_passes_unread() {
    let digest = Sha256::digest("a long stream").into();
    let (client, recorder) = client(builder().body_limit(3).build().unwrap()).await;
    let (body, feed) = fed();
    let options = SigningOptions::new().payload(PayloadMode::Precomputed(digest));
    let request = post().extension(options).body(body).unwrap();
    let mut response = task::spawn(client.oneshot(request));
    assert_pending!(response.poll());
    assert_eq!(recorder.calls(), 1, "sent before it has any byte");
    feed.data("a long ");
    feed.data("stream");
    drop(feed);
    assert_ready_ok!(response.poll());
    assert_signed(&recorder.only());
}

#[tokio::test]
async fn an_upgrade_is_signed_without_the_headers_of_the_hop() {
    let (client, recorder) = client(layer()).await;
    let request = get()
        .header("connection", "upgrade")
        .header("upgrade", "websocket")
        .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")
        .header("sec-websocket-version", "13");
    client
        .oneshot(request.body(full("")).unwrap())
        .await
        .unwrap();
    let sent = recorder.only();
    assert_signed(&sent);
    assert_eq!(
        signed_as(&sent).headers,
        "host;x-amz-date;x-amz-security-token"
    );
    assert_eq!(sent.parts.headers["upgrade"], "websocket");
    assert_eq!(sent.parts.headers["connection"], "upgrade");
}

#[tokio::test]
async fn an_upgrade_with_a_body_is_refused() {
    let (client, recorder) = client(layer()).await;
    let request = post().header("upgrade", "h2c").body(full("x")).unwrap();
    let error = own_error(client.oneshot(request).await);
    assert!(
        error.is_request() && error.to_string().contains("upgrade"),
        "{error}"
    );
    assert_eq!(recorder.calls(), 0);
}
