//! Redirects, over sockets: nothing of a signature reaches a host that was not meant.
//!
//! Every request that was meant is verified from the bytes that arrived, by
//! `scratchstack-aws-signature`.

mod above;
mod below;
mod network;
mod options;

use std::time::SystemTime;

use aws_credential_types::Credentials;
use bytes::Bytes;
use http::{Request, StatusCode, Version, header::AUTHORIZATION};
use http_body_util::Full;
use tests::{Keys, Wire, verify_with_scratchstack};
use tower::{BoxError, ServiceBuilder, ServiceExt};
use tower_http::follow_redirect::{
    FollowRedirectLayer,
    policy::{FilterCredentials, Limited, PolicyExt, clone_body_fn},
};
use tower_sigv4::{Error, SigV4Layer, SigV4LayerBuilder, UnlistedHosts};

use self::network::Network;

const API: &str = "https://abc123.execute-api.eu-west-1.amazonaws.com/prod";

/// Which leads to the same server.
const LOCAL: &str = "http://127.0.0.1:8080/prod";

const STATUSES: [StatusCode; 5] = [
    StatusCode::MOVED_PERMANENTLY,
    StatusCode::FOUND,
    StatusCode::SEE_OTHER,
    StatusCode::TEMPORARY_REDIRECT,
    StatusCode::PERMANENT_REDIRECT,
];

/// Where nothing of a signature may go.
const FOREIGN: [&str; 7] = [
    "https://evil.example/",
    "http://evil.example/",
    "//evil.example/prod",
    "https://abc123.execute-api.eu-west-1.amazonaws.com.evil.example/",
    "https://abc123.execute-api.eu-west-1.amazonaws.com@evil.example/",
    "https://abc123.execute-api.eu-west-1.amazonaws.com:443@evil.example/",
    "https://def456.execute-api.eu-west-1.xn--mazonaws-2fg.com/",
];

/// Every kind of redirect, over every version of HTTP.
fn redirects() -> impl Iterator<Item = (Version, StatusCode)> {
    let over = |version| STATUSES.map(|status| (version, status));
    Wire::VERSIONS.into_iter().flat_map(over)
}

fn get(uri: &str) -> Request<Full<Bytes>> {
    Request::get(uri).body(Full::default()).unwrap()
}

fn post(uri: &str) -> Request<Full<Bytes>> {
    let request = Request::post(uri).header("content-type", "text/plain");
    request.body(Full::from("body")).unwrap()
}

/// A layer for the service and the region of `API`.
fn layer() -> SigV4Layer {
    Wire::layer()
}

fn detecting() -> SigV4LayerBuilder {
    SigV4LayerBuilder::detect(Credentials::from(Keys::ROLE))
}

/// A layer that refuses requests to unlisted hosts.
fn refusing(builder: SigV4LayerBuilder) -> SigV4Layer {
    builder.build().unwrap()
}

/// A layer that forwards requests to unlisted hosts.
fn forwarding(builder: SigV4LayerBuilder) -> SigV4Layer {
    let builder = builder.unlisted_hosts(UnlistedHosts::ForwardUnsigned);
    builder.build().unwrap()
}

/// Sends a request through tower-http's redirects, a layer and hyper-util's client.
async fn send(
    network: &Network,
    version: Version,
    layer: SigV4Layer,
    request: Request<Full<Bytes>>,
) -> Result<StatusCode, BoxError> {
    send_with(FilterCredentials::new(), network, version, layer, request).await
}

/// As [`send`], with what tower-http does about credentials on a hop to another origin.
async fn send_with(
    credentials: FilterCredentials,
    network: &Network,
    version: Version,
    layer: SigV4Layer,
    request: Request<Full<Bytes>>,
) -> Result<StatusCode, BoxError> {
    let policy = Limited::default()
        .and::<_, Full<Bytes>, BoxError>(credentials)
        .and::<_, Full<Bytes>, BoxError>(clone_body_fn(|body: &Full<Bytes>| Some(body.clone())));
    let client = ServiceBuilder::new()
        .layer(FollowRedirectLayer::with_policy(policy))
        .layer(layer)
        .service(network.client(version));
    Ok(client.oneshot(request).await?.status())
}

/// The layer's own refusal of a host, which it has to be.
#[track_caller]
fn assert_refused(result: Result<StatusCode, BoxError>) {
    let error = result.unwrap_err().downcast::<Error>().unwrap();
    assert!(error.is_refused_host(), "{error}");
}

/// Asserts that a request, as it arrived, has a signature for a service and a region.
async fn assert_signed_for(scope: (&str, &str), received: &Request<Bytes>) {
    let now = SystemTime::now();
    let request = received.clone();
    let verified = verify_with_scratchstack(request, Keys::ROLE.into(), scope, now).await;
    assert!(verified.is_ok(), "{verified:?}: {received:?}");
}

async fn assert_signed(received: &Request<Bytes>) {
    assert_signed_for((Wire::SERVICE, Wire::REGION), received).await;
}

/// Asserts that a request, as it arrived, has nothing of a signature.
#[track_caller]
fn assert_bare(received: &Request<Bytes>) {
    assert_eq!(of_a_signature(received), [""; 0], "{received:?}");
}

/// What a request has of a signature.
fn of_a_signature(received: &Request<Bytes>) -> Vec<String> {
    let Keys { id, secret, token } = Keys::ROLE;
    let ours = [id, secret, token.unwrap(), "AWS4-"];
    let has_ours = |text: &str| ours.iter().any(|ours| text.contains(ours));
    let mut found = Vec::new();
    for (name, value) in received.headers() {
        let value = String::from_utf8_lossy(value.as_bytes());
        if name == AUTHORIZATION || name.as_str().starts_with("x-amz-") || has_ours(&value) {
            found.push(name.to_string());
        }
    }
    for text in [
        received.uri().to_string(),
        String::from_utf8_lossy(received.body()).into(),
    ] {
        if has_ours(&text) || text.to_lowercase().contains("x-amz-") {
            found.push(text);
        }
    }
    found.sort();
    found
}
