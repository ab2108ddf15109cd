//! What one request wants otherwise than the layer.

mod common;

use aws_credential_types::Credentials;
use common::{
    HOST, Recorder, Sent, assert_signed, assert_signed_for, builder, builder_for, client,
    credentials, fed, full, get, id, layer, post, signed_as, token,
};
use http::{HeaderName, Request, header::AUTHORIZATION};
use tokio_test::{assert_pending, task};
use tower::{Layer, ServiceExt};
use tower_sigv4::{CredentialsCache, Error, PayloadMode, SigV4Layer, SigningOptions};

/// Sends one request with options and returns it as it arrives.
async fn send(layer: SigV4Layer, uri: &str, options: SigningOptions) -> Result<Sent, Error> {
    let request = Request::post(uri).extension(options).extension(Marker);
    common::send(layer, request.body(full("body")).unwrap()).await
}

/// Somebody else's extension.
#[derive(Clone)]
struct Marker;

fn options() -> SigningOptions {
    SigningOptions::new()
}

#[tokio::test]
async fn another_region_is_signed_for_and_its_hosts_are_allowed() {
    let host = "abc123.execute-api.eu-west-1.amazonaws.com";
    let uri = format!("https://{host}/prod/items");
    let sent = send(layer(), &uri, options().region("eu-west-1")).await;
    let sent = sent.unwrap();
    assert_signed_for(host, &sent);
    let signed = signed_as(&sent);
    assert_eq!(
        (signed.region, signed.service),
        ("eu-west-1", "execute-api")
    );

    let error = send(layer(), &uri, options()).await.unwrap_err();
    assert!(error.is_refused_host(), "not without the option");
}

#[tokio::test]
async fn another_service_is_signed_for_by_its_own_rules() {
    let uri = "https://bucket.s3.us-east-1.amazonaws.com/key";
    let options = options().service("s3");
    let layer = builder()
        .allow_host("bucket.s3.us-east-1.amazonaws.com")
        .build()
        .unwrap();
    let sent = send(layer, uri, options).await.unwrap();
    assert_signed_for("bucket.s3.us-east-1.amazonaws.com", &sent);
    assert_eq!(signed_as(&sent).service, "s3");
    assert!(sent.parts.headers.contains_key("x-amz-content-sha256"));
}

#[tokio::test]
async fn another_service_brings_its_own_payload_mode() {
    let s3 = builder_for("s3")
        .payload(PayloadMode::Unsigned)
        .build()
        .unwrap();
    let uri = format!("https://{HOST}/prod");
    let sent = send(s3, &uri, options().service("execute-api")).await;
    let sent = sent.unwrap();
    assert_signed(&sent);
    assert!(!sent.parts.headers.contains_key("x-amz-content-sha256"));

    let layer = builder().allow_host("svc.example").build().unwrap();
    let options = options().service("vpc-lattice-svcs");
    let sent = send(layer, "https://svc.example/", options).await.unwrap();
    assert_eq!(
        sent.parts.headers["x-amz-content-sha256"],
        "UNSIGNED-PAYLOAD"
    );
    assert_signed_for("svc.example", &sent);
}

#[tokio::test]
async fn another_host_is_signed_for_and_the_wire_is_left_alone() {
    let uri = format!("https://{HOST}/prod");
    let layer = builder().allow_host(HOST).build().unwrap();
    let sent = send(layer, &uri, options().signing_host("API.example.com")).await;
    let sent = sent.unwrap();
    assert_signed_for("api.example.com", &sent);
    assert_eq!(sent.parts.uri, *uri);
    assert!(!sent.parts.headers.contains_key("host"));
}

#[tokio::test]
async fn other_credentials_sign() {
    let others = CredentialsCache::new(credentials(id(2)));
    let uri = format!("https://{HOST}/prod");
    let sent = send(layer(), &uri, options().credentials(others)).await;
    let sent = sent.unwrap();
    assert_signed(&sent);
    assert_eq!(signed_as(&sent).access_key_id, id(2));
    assert_eq!(sent.parts.headers["x-amz-security-token"], token(id(2)));
}

#[tokio::test]
async fn options_are_for_one_request() {
    let (client, recorder) = client(builder().allow_host(HOST).build().unwrap()).await;
    let others = CredentialsCache::new(credentials(id(2)));
    let plain = || get().body(full("")).unwrap();
    let mut special = plain();
    special
        .extensions_mut()
        .insert(options().credentials(others).signing_host("other.example"));
    for request in [plain(), special, plain()] {
        client.clone().oneshot(request).await.unwrap();
    }
    let sent = recorder.sent();
    assert_signed(&sent[0]);
    assert_signed_for("other.example", &sent[1]);
    assert_signed(&sent[2]);
    assert_eq!(signed_as(&sent[2]).access_key_id, id(1));
}

#[tokio::test]
async fn options_are_not_seen_below_and_other_extensions_are() {
    let uri = format!("https://{HOST}/prod");
    for options in [options(), options().forward_unsigned()] {
        let sent = send(layer(), &uri, options).await.unwrap();
        let extensions = &sent.parts.extensions;
        assert!(extensions.get::<SigningOptions>().is_none());
        assert!(extensions.get::<Marker>().is_some());
    }
}

#[tokio::test]
async fn an_unsigned_request_is_forwarded_as_it_is() {
    let provider = common::HeldProvider::new();
    let layer = SigV4Layer::new("execute-api", "us-east-1", provider.clone()).unwrap();
    let recorder = Recorder::default();
    let (body, feed) = fed();
    let request = Request::put("http://User@Elsewhere.example:80/a//b")
        .header("authorization", "Bearer of-somebody-else")
        .header("x-amz-date", "20140101T000000Z")
        .extension(options().forward_unsigned())
        .body(body)
        .unwrap();
    let (uri, headers) = (request.uri().clone(), request.headers().clone());
    let mut response = task::spawn(layer.layer(recorder.clone()).oneshot(request));
    assert_pending!(response.poll());
    assert_eq!(recorder.calls(), 1, "its body is not waited for");
    drop(feed);
    assert!(response.poll().is_ready());
    let sent = recorder.only();
    assert_eq!((sent.parts.uri, sent.parts.headers), (uri, headers));
    assert_eq!(provider.calls(), 0);
}

#[tokio::test]
async fn an_authorization_of_somebody_else_is_replaced() {
    let request = post()
        .header("authorization", "Bearer one")
        .header("authorization", "Bearer two")
        .header("x-amz-security-token", "stale")
        .header("x-amz-date", "20140101T000000Z");
    let sent = common::send(layer(), request.body(full("x")).unwrap()).await;
    let sent = sent.unwrap();
    assert_signed(&sent);
    assert_eq!(sent.parts.headers.get_all(AUTHORIZATION).iter().count(), 1);
}

#[tokio::test]
async fn an_impossible_option_is_an_error() {
    let uri = format!("https://{HOST}/prod");
    for options in [
        options().region("us-east-1/"),
        options().region(""),
        options().service("execute api"),
        options().signing_host("https://api.example.com/"),
        options().payload(PayloadMode::Unsigned),
        options()
            .service("vpc-lattice-svcs")
            .payload(PayloadMode::Buffered),
    ] {
        let error = send(layer(), &uri, options.clone()).await.unwrap_err();
        assert!(error.is_configuration(), "{options:?}: {error}");
    }
}

#[tokio::test]
async fn the_authorization_and_the_session_token_are_marked_sensitive() {
    let sent = common::send(layer(), get().body(full("")).unwrap()).await;
    let headers = sent.unwrap().parts.headers;
    assert!(headers["authorization"].is_sensitive());
    assert!(headers["x-amz-security-token"].is_sensitive());
    assert!(!headers["x-amz-date"].is_sensitive());
}

#[tokio::test]
async fn credentials_without_a_session_token_send_none() {
    let credentials = Credentials::new("AKID", "secret", None, None, "test");
    let layer = SigV4Layer::new("execute-api", "us-east-1", credentials).unwrap();
    let sent = common::send(layer, get().body(full("")).unwrap()).await;
    let sent = sent.unwrap();
    assert!(!sent.parts.headers.contains_key("x-amz-security-token"));
    assert_eq!(signed_as(&sent).headers, "host;x-amz-date");
}

#[tokio::test]
async fn an_authorization_of_another_kind_is_moved_as_the_layer_or_the_request_says() {
    let original = || HeaderName::from_static("original-authorization");
    let moving = builder().move_authorization(original()).build().unwrap();
    let moved = options().move_authorization(original());
    for (layer, options) in [(moving, options()), (layer(), moved)] {
        let request = post().header(AUTHORIZATION, "Bearer token");
        let request = request.extension(options).body(full("{}")).unwrap();
        let sent = common::send(layer, request).await.unwrap();
        assert_signed(&sent);
        assert_eq!(sent.parts.headers[original()], "Bearer token");
        assert!(signed_as(&sent).headers.contains("original-authorization"));
    }
    let connection = builder().move_authorization(http::header::CONNECTION);
    assert!(connection.build().unwrap_err().is_configuration());
}
