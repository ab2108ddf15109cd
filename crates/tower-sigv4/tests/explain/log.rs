//! What is logged: each cause once a minute, and never a secret.

use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use tower::{Layer, ServiceBuilder, ServiceExt};
use tower_sigv4::{ExplainLayer, SignedBody, explain::Cause};

use crate::{
    MISSING_TOKEN, WRONG_REGION, answering, cause,
    common::{self, Log, full, id, preloaded, token},
    explanation, rejection, request,
};

/// How many rejections were explained since the last look.
fn explanations(log: &Log) -> usize {
    log.take()
        .matches("The service rejected the request")
        .count()
}

async fn send(layer: &ExplainLayer, body: &'static str) -> Cause {
    let client = answering(move || rejection().body(full(body)).unwrap());
    let response = layer.layer(client).oneshot(request()).await.unwrap();
    cause(&response)
}

#[tokio::test(start_paused = true)]
async fn each_cause_is_logged_once_a_minute_and_attached_every_time() {
    let log = Log::default();
    let _guard = log.start();
    let layer = ExplainLayer::new();
    for _ in 0..5 {
        assert_eq!(send(&layer, WRONG_REGION).await, Cause::ScopeRegion);
    }
    assert_eq!(explanations(&log), 1);
    assert_eq!(send(&layer, MISSING_TOKEN).await, Cause::NotSigned);
    assert_eq!(explanations(&log), 1, "another cause has its own minute");

    tokio::time::advance(Duration::from_secs(59)).await;
    send(&layer, WRONG_REGION).await;
    assert_eq!(explanations(&log), 0);
    tokio::time::advance(Duration::from_secs(1)).await;
    send(&layer, WRONG_REGION).await;
    send(&layer, WRONG_REGION).await;
    assert_eq!(explanations(&log), 1);
}

#[tokio::test]
async fn clones_of_a_layer_log_together_and_other_layers_by_themselves() {
    let log = Log::default();
    let _guard = log.start();
    let layer = ExplainLayer::new();
    for clone in [layer.clone(), layer] {
        send(&clone, WRONG_REGION).await;
    }
    assert_eq!(explanations(&log), 1);
    send(&ExplainLayer::new(), WRONG_REGION).await;
    assert_eq!(explanations(&log), 1);
}

#[tokio::test]
async fn the_log_has_the_cause_as_a_field_and_the_explanation_as_a_text() {
    let log = Log::default();
    let _guard = log.start();
    send(&ExplainLayer::new(), WRONG_REGION).await;
    let text = log.take();
    for part in [
        " WARN tower_sigv4::explain",
        "cause=ScopeRegion",
        "\n  answer    403 InvalidSignatureException\n",
        "\n  hint      ",
    ] {
        assert!(text.contains(part), "{part:?} is not in:\n{text}");
    }
}

#[tokio::test]
async fn what_is_no_rejection_is_not_logged() {
    let log = Log::default();
    let client = answering(|| Response::new(full("fine")));
    let client = ExplainLayer::new().layer(client);
    let guard = log.start();
    client.oneshot(request()).await.unwrap();
    drop(guard);
    assert_eq!(log.take(), "");
}

/// A service that repeats what it was sent, token and all, as those do that quote what they computed.
async fn repeating(
    request: Request<SignedBody<Full<Bytes>>>,
) -> Result<Response<Full<Bytes>>, http::Error> {
    let header = |name| request.headers()[name].to_str().unwrap();
    let token = header("x-amz-security-token");
    let message = format!(
        "The request signature we calculated does not match the signature you provided.\n\n\
         The Canonical String for this request should have been\n\
         'GET\n/items/{token}\n\nx-amz-date:{}\nx-amz-security-token:{token}\n\n\
         x-amz-date;x-amz-security-token\ne3b0'\n\n\
         The String-to-Sign should have been\n'AWS4'\n{}",
        header("x-amz-date"),
        header("authorization"),
    );
    rejection().body(full(format!("{{\"message\":{message:?}}}")))
}

/// A service that says what it computed, with what somebody put in the place of each [`SECRET`].
async fn computing(
    request: Request<SignedBody<Full<Bytes>>>,
) -> Result<Response<Full<Bytes>>, http::Error> {
    let authorization = request.headers()["authorization"].to_str().unwrap();
    let (_, list) = authorization.split_once("SignedHeaders=").unwrap();
    let list = list.split(',').next().unwrap();
    let lines = list.split(';').map(|name| match name {
        "host" => format!("host:{}\n", common::HOST),
        name => format!("{name}:{}\n", request.headers()[name].to_str().unwrap()),
    });
    let (path, query) = (
        request.uri().path(),
        request.uri().query().unwrap_or_default(),
    );
    let canonical = format!(
        "GET\n{path}\n{query}\n{}\n{list}\n{EMPTY}",
        lines.collect::<String>()
    );
    let canonical = canonical.replace(SECRET, OTHER);
    let message = format!(
        "The request signature we calculated does not match: '{SECRET}' is not valid.\n\n\
         The Canonical String for this request should have been\n'{canonical}'\n\n\
         The String-to-Sign should have been\n'AWS4'\n"
    );
    rejection().body(full(format!("{{\"message\":{message:?}}}")))
}

const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const SECRET: &str = "kL1pV8zW0yQ3tN7bXh2cJ5mD9fG6sR";
const OTHER: &str = "Zx9cVbN2mQwE4rTyU7iOpL1kJhG5fD";

/// The name and a request that carries a secret under it.
fn with_secrets() -> Vec<(&'static str, Request<Full<Bytes>>)> {
    let of_headers = [
        "x-amz-server-side-encryption-customer-key",
        "x-amz-server-side-encryption-customer-key-md5",
        "x-amz-copy-source-server-side-encryption-customer-key",
        "x-amz-mfa",
        "x-amz-meta-password",
        "x-amz-access-token",
        "x-amz-client-context",
    ];
    let of_query = [
        "api_key",
        "jwt",
        "sig",
        "code",
        "assertion",
        "password",
        "client_secret",
        "state",
        "email",
        "k",
    ];
    let request = |uri: String| Request::get(uri).body(full("")).unwrap();
    let with_header = |name| {
        let mut request = request(format!("https://{}/items", common::HOST));
        let value = http::HeaderValue::from_static(SECRET);
        request.headers_mut().insert(name, value);
        (name, request)
    };
    let with_parameter = |name| {
        let uri = format!("https://{}/items?{name}={SECRET}", common::HOST);
        (name, request(uri))
    };
    let requests = of_headers.map(with_header).into_iter();
    requests.chain(of_query.map(with_parameter)).collect()
}

/// Sends a request with a secret, and returns what is logged and attached.
async fn explained(layer: ExplainLayer, request: Request<Full<Bytes>>) -> String {
    let log = Log::default();
    let signer = preloaded(common::layer()).await;
    let guard = log.start();
    let client = ServiceBuilder::new()
        .layer(layer)
        .layer(signer)
        .service(tower::service_fn(computing));
    let response = client.oneshot(request).await.unwrap();
    drop(guard);
    let logged = log.take();
    assert!(logged.contains(" WARN tower_sigv4::explain"), "{logged}");
    format!("{logged}{:?}", explanation(&response))
}

#[tokio::test]
async fn no_value_is_logged_that_differs_but_its_name_its_length_and_its_place() {
    for (name, request) in with_secrets() {
        let text = explained(ExplainLayer::new(), request).await;
        assert!(!text.contains(SECRET) && !text.contains(OTHER), "{text}");
        for told in [name, "[30 bytes]", "differs   after 0 bytes"] {
            assert!(text.contains(told), "{told}\n{text}");
        }
    }
}

#[tokio::test]
async fn values_are_logged_where_somebody_asks_for_them() {
    for (name, request) in with_secrets() {
        let text = explained(ExplainLayer::new().show_values(true), request).await;
        assert!(
            text.contains(SECRET) && text.contains(OTHER),
            "{name}\n{text}"
        );
    }
}

#[tokio::test]
async fn neither_the_log_nor_the_extension_nor_any_debug_has_a_secret() {
    let log = Log::default();
    let guard = log.start();
    let layer = ExplainLayer::new();
    let client = ServiceBuilder::new()
        .layer(layer.clone())
        .layer(preloaded(common::layer()).await)
        .service(tower::service_fn(repeating));
    let response = client.clone().oneshot(request()).await.unwrap();
    drop(guard);

    let explanation = explanation(&response);
    let log = log.take();
    assert!(
        log.contains("/prod/items"),
        "what was signed is compared:\n{log}"
    );
    let texts = [
        log,
        explanation.to_string(),
        format!("{explanation:?}"),
        format!("{layer:?} {client:?} {response:?}"),
    ];
    for text in texts {
        let shows = |secret: &str| text.contains(secret);
        assert!(!shows(&token(id(1))) && !shows("Signature="), "{text}");
    }
}
