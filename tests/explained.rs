//! Refusals of a gateway that verifies with `aws-sigv4` and writes what it computed, explained on the
//! way back.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use bytes::Bytes;
use http::{
    HeaderValue, Method, Request, Response, StatusCode, Version,
    header::{AUTHORIZATION, CONTENT_TYPE},
};
use http_body_util::{BodyExt, Full};
use tests::{Keys, Wire};
use tower::{BoxError, ServiceBuilder, ServiceExt, service_fn};
use tower_sigv4::{
    ExplainLayer, Explanation, SigV4Layer, SignedBody,
    explain::{Cause, ExplainedBody, Line},
};

const HOST: &str = "abc123.execute-api.eu-west-1.amazonaws.com";
const TARGET: &str = "/prod/a%2Fb%20c/d/?q=x+y&z=1";

/// A request with something of everything that a signature covers.
fn request() -> Request<Full<Bytes>> {
    Request::post(format!("https://{HOST}{TARGET}"))
        .header(CONTENT_TYPE, "application/json")
        .header("x-amz-meta-a", "1")
        .body(Full::from(r#"{"item":"tea"}"#))
        .unwrap()
}

/// What stands between the signer and the gateway does this to a request.
type Change = fn(&mut Request<Bytes>);

/// Sends a request through both layers, by way of something that changes it.
async fn send(
    wire: &Wire,
    version: Version,
    layer: &SigV4Layer,
    change: Change,
) -> Response<ExplainedBody<hyper::body::Incoming>> {
    let client = wire.client::<Full<Bytes>>(version);
    let between = service_fn(move |request: Request<SignedBody<Full<Bytes>>>| {
        let client = client.clone();
        async move {
            let (parts, body) = request.into_parts();
            let mut request = Request::from_parts(parts, body.collect().await?.to_bytes());
            change(&mut request);
            Ok::<_, BoxError>(client.oneshot(request.map(Full::new)).await?)
        }
    });
    let client = ServiceBuilder::new()
        .layer(ExplainLayer::new())
        .layer(layer)
        .service(between);
    client.oneshot(request()).await.unwrap()
}

fn set_uri(request: &mut Request<Bytes>, host: &str, target: &str) {
    *request.uri_mut() = format!("https://{host}{target}").parse().unwrap();
}

fn set_target(request: &mut Request<Bytes>, target: &str) {
    set_uri(request, HOST, target);
}

fn set_header(request: &mut Request<Bytes>, name: &'static str, value: &'static str) {
    request
        .headers_mut()
        .insert(name, HeaderValue::from_static(value));
}

/// A change, and what has to be said of it.
type Case = (Change, Cause, Option<Line>);

fn cases() -> Vec<Case> {
    use Cause::*;
    let header = |name: &str| Some(Line::Header(name.to_owned()));
    vec![
        (
            |r| set_target(r, "/prod/a/b%20c/d/?q=x+y&z=1"),
            PathDecoded,
            Some(Line::Path),
        ),
        (
            |r| set_target(r, "/prod/a%252Fb%2520c/d/?q=x+y&z=1"),
            PathEncodedAgain,
            Some(Line::Path),
        ),
        (
            |r| set_target(r, "/prod/a%2fb%20c/d/?q=x+y&z=1"),
            PathReencoded,
            Some(Line::Path),
        ),
        (
            |r| set_target(r, "/a%2Fb%20c/d/?q=x+y&z=1"),
            PathPrefix,
            Some(Line::Path),
        ),
        (
            |r| set_target(r, "/v1/prod/a%2Fb%20c/d/?q=x+y&z=1"),
            PathPrefix,
            Some(Line::Path),
        ),
        (
            |r| set_target(r, "/prod/a%2Fb%20c/d?q=x+y&z=1"),
            PathSlashes,
            Some(Line::Path),
        ),
        (
            |r| set_target(r, "/prod/other?q=x+y&z=1"),
            PathChanged,
            Some(Line::Path),
        ),
        (
            |r| set_target(r, "/prod/a%2Fb%20c/d/?q=x%2By&z=1"),
            QueryPlus,
            Some(Line::Query),
        ),
        (
            |r| set_target(r, "/prod/a%2Fb%20c/d/?q=x%2520y&z=1"),
            QueryReencoded,
            Some(Line::Query),
        ),
        (
            |r| set_target(r, "/prod/a%2Fb%20c/d/?q=x+y&z=1&k=v"),
            QueryParameter,
            Some(Line::Query),
        ),
        (
            |r| set_target(r, "/prod/a%2Fb%20c/d/?q=x+y"),
            QueryParameter,
            Some(Line::Query),
        ),
        (
            |r| *r.method_mut() = Method::PUT,
            MethodChanged,
            Some(Line::Method),
        ),
        (
            |r| set_uri(r, "internal.example", TARGET),
            HostChanged,
            header("host"),
        ),
        (
            |r| set_uri(r, &format!("{HOST}:8443"), TARGET),
            HostPort,
            header("host"),
        ),
        (
            |r| set_header(r, "content-type", "application/json; charset=utf-8"),
            HeaderChanged,
            header("content-type"),
        ),
        (
            |r| set_header(r, "x-amz-meta-a", "1, 2"),
            HeaderChanged,
            header("x-amz-meta-a"),
        ),
        (
            |r| set_header(r, "x-amz-meta-b", "1"),
            HeaderNotSigned,
            None,
        ),
        (
            |r| drop(r.headers_mut().remove("x-amz-meta-a")),
            HeaderMissing,
            None,
        ),
        (
            |r| drop(r.headers_mut().remove(AUTHORIZATION)),
            UnknownRoute,
            None,
        ),
        (
            |r| set_header(r, "authorization", "Bearer eyJhbGciOiJub25lIn0"),
            NotASignature,
            None,
        ),
        (
            |r| set_header(r, "x-amz-security-token", "another"),
            UnknownCredentials,
            None,
        ),
        (
            |r| *r.body_mut() = Bytes::from_static(b"{\"item\": \"tea\"}"),
            BodyChanged,
            Some(Line::Payload),
        ),
        (
            |r| *r.body_mut() = Bytes::new(),
            BodyLost,
            Some(Line::Payload),
        ),
    ]
}

#[tokio::test]
async fn what_is_changed_on_the_way_is_named() {
    let wire = Wire::start().await;
    let mut wrong = Vec::new();
    for version in Wire::VERSIONS {
        for (index, (change, cause, line)) in cases().into_iter().enumerate() {
            let response = send(&wire, version, &Wire::layer(), change).await;
            let found = response
                .extensions()
                .get::<Explanation>()
                .map(|explanation| {
                    let first = explanation.differences().first();
                    (explanation.cause(), first.map(|first| first.line().clone()))
                });
            if found != Some((cause, line)) {
                wrong.push(format!("{version:?}, {index}: {cause:?} is {found:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// A layer that signs with a mistake, and what has to be said of it.
fn mistakes() -> Vec<(SigV4Layer, Cause)> {
    let hour = Duration::from_secs(3_600);
    let with = |keys: Keys| {
        let credentials = Credentials::from(keys);
        SigV4Layer::new(Wire::SERVICE, Wire::REGION, credentials).unwrap()
    };
    let scoped = |service: &str, region: &str| {
        let layer = SigV4Layer::new(service, region, Credentials::from(Keys::ROLE));
        layer.unwrap().allow_host(HOST).unwrap()
    };
    let [mut other_secret, mut other_id, mut no_token] = [Keys::ROLE, Keys::ROLE, Keys::ROLE];
    other_secret.secret = "a guess";
    other_id.id = "ASIAANOTHER";
    no_token.token = None;
    vec![
        (with(other_secret), Cause::WrongSecret),
        (with(other_id), Cause::UnknownCredentials),
        (with(no_token), Cause::SessionTokenMissing),
        (
            Wire::layer().clock(move || SystemTime::now() - hour),
            Cause::ClockBehind,
        ),
        (
            Wire::layer().clock(move || SystemTime::now() + hour),
            Cause::ClockAhead,
        ),
        (scoped(Wire::SERVICE, "us-east-1"), Cause::ScopeRegion),
        (scoped("lambda", Wire::REGION), Cause::ScopeService),
    ]
}

#[tokio::test]
async fn what_is_signed_by_mistake_is_named() {
    let wire = Wire::start().await;
    for version in Wire::VERSIONS {
        for (layer, cause) in mistakes() {
            let response = send(&wire, version, &layer, |_| ()).await;
            let explanation = response.extensions().get::<Explanation>();
            assert_eq!(
                explanation.map(Explanation::cause),
                Some(cause),
                "{version:?}"
            );
        }
    }
}

#[tokio::test]
async fn what_is_accepted_is_not_explained() {
    let changes: [Change; 4] = [
        |_| (),
        // A signature sorts the parameters, and leaves spaces and what proxies add alone.
        |r| set_target(r, "/prod/a%2Fb%20c/d/?z=1&q=x%20y"),
        |r| set_header(r, "x-amz-meta-a", "  1 "),
        |r| set_header(r, "x-forwarded-for", "10.0.0.1"),
    ];
    let wire = Wire::start().await;
    for version in Wire::VERSIONS {
        for (index, change) in changes.into_iter().enumerate() {
            let response = send(&wire, version, &Wire::layer(), change).await;
            assert_eq!(response.status(), StatusCode::OK, "{index}");
            assert!(response.extensions().get::<Explanation>().is_none());
            assert!(
                !response
                    .into_body()
                    .collect()
                    .await
                    .unwrap()
                    .to_bytes()
                    .is_empty()
            );
        }
    }
}

#[tokio::test]
async fn a_refusal_over_the_wire_is_handed_on_byte_for_byte() {
    let wire = Wire::start().await;
    let now = SystemTime::now();
    let mut keys = Keys::ROLE;
    keys.secret = "a guess";
    let layer = SigV4Layer::new(Wire::SERVICE, Wire::REGION, Credentials::from(keys));
    let layer = layer.unwrap().clock(move || now);
    for version in Wire::VERSIONS {
        let response = send(&wire, version, &layer, |_| ()).await;
        let explanation = response.extensions().get::<Explanation>().unwrap();
        let text = format!("{explanation} {explanation:?}");
        let explained = response.into_body().collect().await.unwrap().to_bytes();

        let plain = wire.send(version, &layer, request()).await.unwrap();
        assert_eq!(explained, plain.body(), "{version:?}");
        // The answer holds the session token, and the explanation does not.
        let token = Keys::ROLE.token.unwrap();
        assert!(str::from_utf8(&explained).unwrap().contains(token));
        assert!(!text.contains(token), "{text}");
    }
}
