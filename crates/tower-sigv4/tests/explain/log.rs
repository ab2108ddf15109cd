//! What is logged: each cause once a minute, and never a secret.

use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use tower::{Layer, ServiceBuilder, ServiceExt};
use tower_sigv4::{ExplainLayer, SignedBody, explain::Cause};

use crate::{
    MISSING_TOKEN, WRONG_REGION, answering, cause,
    common::{self, Log, full, id, token, warm},
    explanation, refusal, request,
};

/// How many refusals were explained since the last look.
fn explanations(log: &Log) -> usize {
    log.take()
        .matches("The service refused the request")
        .count()
}

async fn send(layer: &ExplainLayer, body: &'static str) -> Cause {
    let client = answering(move || refusal().body(full(body)).unwrap());
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
async fn what_is_no_refusal_is_not_logged() {
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
    refusal().body(full(format!("{{\"message\":{message:?}}}")))
}

#[tokio::test]
async fn neither_the_log_nor_the_extension_nor_any_debug_has_a_secret() {
    let log = Log::default();
    let guard = log.start();
    let layer = ExplainLayer::new();
    let client = ServiceBuilder::new()
        .layer(layer.clone())
        .layer(warm(common::layer()).await)
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
