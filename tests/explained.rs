//! Rejections of a gateway that verifies with `aws-sigv4` and writes what it computed, explained on the
//! way back.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use aws_credential_types::Credentials;
use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode, Version, header::CONTENT_TYPE};
use http_body_util::{BodyExt, Full};
use tests::{Keys, Wire};
use tower::{BoxError, ServiceBuilder, ServiceExt, service_fn};
use tower_sigv4::{
    ExplainLayer, Explanation, SigV4Layer, SignedBody,
    explain::{Cause, ExplainedBody, Line},
};

const HOST: &str = "abc123.execute-api.eu-west-1.amazonaws.com";
const PATH: &str = "/prod/a%2Fb%20c/d/";
const QUERY: &str = "q=x+y&z=1";

/// A request with something of everything that a signature covers.
fn request() -> Request<Full<Bytes>> {
    Request::post(format!("https://{HOST}{PATH}?{QUERY}"))
        .header(CONTENT_TYPE, "application/json")
        .header("x-amz-meta-a", "1")
        .body(Full::from(r#"{"item":"tea"}"#))
        .unwrap()
}

/// What stands between the signer and the gateway does this to a request.
type Change = dyn Fn(&mut Request<Bytes>) + Send + Sync;

/// Sends a request through both layers, by way of something that changes it.
async fn send(
    wire: &Wire,
    version: Version,
    layer: &SigV4Layer,
    change: Arc<Change>,
) -> Response<ExplainedBody<hyper::body::Incoming>> {
    let client = wire.client::<Full<Bytes>>(version);
    let between = service_fn(move |request: Request<SignedBody<Full<Bytes>>>| {
        let (client, change) = (client.clone(), Arc::clone(&change));
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

/// A change, and what has to be said of it.
struct Case {
    change: Arc<Change>,
    cause: Cause,
    line: Option<Line>,
}

impl Case {
    fn new(
        cause: Cause,
        line: impl Into<Option<Line>>,
        change: impl Fn(&mut Request<Bytes>) + Send + Sync + 'static,
    ) -> Self {
        Self {
            change: Arc::new(change),
            cause,
            line: line.into(),
        }
    }

    fn with_uri(cause: Cause, line: Line, uri: String) -> Self {
        Self::new(cause, line, move |request| {
            *request.uri_mut() = uri.parse().unwrap();
        })
    }

    fn with_path(cause: Cause, path: &str) -> Self {
        let uri = format!("https://{HOST}{path}?{QUERY}");
        Self::with_uri(cause, Line::Path, uri)
    }

    fn with_query(cause: Cause, query: &str) -> Self {
        let uri = format!("https://{HOST}{PATH}?{query}");
        Self::with_uri(cause, Line::Query, uri)
    }

    fn with_host(cause: Cause, host: &str) -> Self {
        let line = Line::Header("host".to_owned());
        Self::with_uri(cause, line, format!("https://{host}{PATH}?{QUERY}"))
    }

    /// `None` for a header that is lost.
    fn with_header(
        cause: Cause,
        line: impl Into<Option<Line>>,
        name: &'static str,
        value: Option<&'static str>,
    ) -> Self {
        Self::new(cause, line, move |request| match value {
            Some(value) => {
                let value = HeaderValue::from_static(value);
                request.headers_mut().insert(name, value);
            }
            None => drop(request.headers_mut().remove(name)),
        })
    }

    fn with_body(cause: Cause, body: &'static str) -> Self {
        Self::new(cause, Line::Payload, move |request| {
            *request.body_mut() = Bytes::from(body);
        })
    }
}

fn cases() -> Vec<Case> {
    use Cause::*;
    let line = |name: &str| Line::Header(name.to_owned());
    let charset = Some("application/json; charset=utf-8");
    let bearer = Some("Bearer eyJhbGciOiJub25lIn0");
    vec![
        Case::with_path(PathDecoded, "/prod/a/b%20c/d/"),
        Case::with_path(PathEncodedAgain, "/prod/a%252Fb%2520c/d/"),
        Case::with_path(PathReencoded, "/prod/a%2fb%20c/d/"),
        Case::with_path(PathPrefix, "/a%2Fb%20c/d/"),
        Case::with_path(PathPrefix, "/v1/prod/a%2Fb%20c/d/"),
        Case::with_path(PathSlashes, "/prod/a%2Fb%20c/d"),
        Case::with_path(PathChanged, "/prod/other"),
        Case::with_query(QueryPlus, "q=x%2By&z=1"),
        Case::with_query(QueryReencoded, "q=x%2520y&z=1"),
        Case::with_query(QueryParameter, "q=x+y&z=1&k=v"),
        Case::with_query(QueryParameter, "q=x+y"),
        Case::with_query(QueryParameter, "q=x+y&z=2"),
        Case::with_host(HostChanged, "internal.example"),
        Case::with_host(HostPort, &format!("{HOST}:8443")),
        Case::with_header(HeaderChanged, line("content-type"), "content-type", charset),
        Case::with_header(
            HeaderChanged,
            line("x-amz-meta-a"),
            "x-amz-meta-a",
            Some("1, 2"),
        ),
        Case::with_header(HeaderNotSigned, None, "x-amz-meta-b", Some("1")),
        Case::with_header(HeaderMissing, None, "x-amz-meta-a", None),
        Case::with_header(UnknownRoute, None, "authorization", None),
        Case::with_header(NotASignature, None, "authorization", bearer),
        Case::with_header(
            UnknownCredentials,
            None,
            "x-amz-security-token",
            Some("another"),
        ),
        Case::with_body(BodyChanged, r#"{ "item": "tea" }"#),
        Case::with_body(BodyLost, ""),
        Case::new(MethodChanged, Line::Method, |request| {
            *request.method_mut() = Method::PUT;
        }),
    ]
}

#[tokio::test]
async fn what_is_changed_on_the_way_is_named() {
    let wire = Wire::start().await;
    let mut wrong = Vec::new();
    for version in Wire::VERSIONS {
        for (
            index,
            Case {
                change,
                cause,
                line,
            },
        ) in cases().into_iter().enumerate()
        {
            let response = send(&wire, version, &Wire::layer(), change).await;
            let explanation = response.extensions().get::<Explanation>();
            let found = explanation.map(|explanation| {
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

fn clocked(clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> SigV4Layer {
    Wire::builder().clock(clock).build().unwrap()
}

/// A layer that signs with a mistake, and what has to be said of it.
fn mistakes() -> Vec<(SigV4Layer, Cause)> {
    let hour = Duration::from_secs(3_600);
    let with = |keys: Keys| {
        let credentials = Credentials::from(keys);
        SigV4Layer::new(Wire::SERVICE, Wire::REGION, credentials).unwrap()
    };
    let scoped = |service: &str, region: &str| {
        let layer = SigV4Layer::builder(service, region, Credentials::from(Keys::ROLE));
        layer.allow_host(HOST).build().unwrap()
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
            clocked(move || SystemTime::now() - hour),
            Cause::ClockBehind,
        ),
        (clocked(move || SystemTime::now() + hour), Cause::ClockAhead),
        (scoped(Wire::SERVICE, "us-east-1"), Cause::ScopeRegion),
        (scoped("lambda", Wire::REGION), Cause::ScopeService),
    ]
}

#[tokio::test]
async fn what_is_signed_by_mistake_is_named() {
    let wire = Wire::start().await;
    for version in Wire::VERSIONS {
        for (layer, cause) in mistakes() {
            let response = send(&wire, version, &layer, Arc::new(|_| ())).await;
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
    let set = |name, value: &'static str| -> Arc<Change> {
        Arc::new(move |request| {
            let value = HeaderValue::from_static(value);
            request.headers_mut().insert(name, value);
        })
    };
    let changes: [Arc<Change>; 4] = [
        Arc::new(|_| ()),
        // A signature sorts the parameters, and leaves spaces and what proxies add alone.
        Arc::new(|request| {
            let uri = format!("https://{HOST}{PATH}?z=1&q=x%20y");
            *request.uri_mut() = uri.parse().unwrap();
        }),
        set("x-amz-meta-a", "  1 "),
        set("x-forwarded-for", "10.0.0.1"),
    ];
    let wire = Wire::start().await;
    for version in Wire::VERSIONS {
        for (index, change) in changes.iter().enumerate() {
            let response = send(&wire, version, &Wire::layer(), Arc::clone(change)).await;
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
async fn a_rejection_over_the_wire_is_handed_on_byte_for_byte() {
    let wire = Wire::start().await;
    let now = SystemTime::now();
    let mut keys = Keys::ROLE;
    keys.secret = "a guess";
    let layer = SigV4Layer::builder(Wire::SERVICE, Wire::REGION, Credentials::from(keys));
    let layer = layer.clock(move || now).build().unwrap();
    for version in Wire::VERSIONS {
        let response = send(&wire, version, &layer, Arc::new(|_| ())).await;
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
