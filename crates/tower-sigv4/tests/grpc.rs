//! A rejection of a gRPC request has a status that gRPC clients understand.

mod common;

use std::time::Duration;

use bytes::Bytes;
use common::{Empty, HOST, Recorder, builder, fed, full, own_error, preloaded, token};
use http::{HeaderMap, Request, Response, StatusCode, response};
use http_body_util::{BodyExt, Full};
use tower::{BoxError, ServiceBuilder, ServiceExt, service_fn};
use tower_sigv4::{ExplainLayer, Explanation, GrpcStatusLayer, SignedBody};

const EXPIRED: &str = r#"{"message":"The security token included in the request is expired"}"#;

fn request(content_type: &str) -> Request<Full<Bytes>> {
    Request::post(format!("https://{HOST}/orders.Orders/Get"))
        .header("content-type", content_type)
        .body(full("\0\0\0\0\0"))
        .unwrap()
}

fn rejection(status: u16) -> response::Builder {
    Response::builder()
        .status(status)
        .header("content-type", "application/json")
        .header("x-amzn-errortype", "ExpiredTokenException")
}

/// What a gRPC client gets to see of a response to a request of this type.
async fn seen(
    content_type: &str,
    response: impl Fn() -> Response<Full<Bytes>> + Clone,
) -> (StatusCode, HeaderMap, Bytes) {
    let inner = service_fn(move |_: Request<SignedBody<Full<Bytes>>>| {
        std::future::ready(Ok::<_, BoxError>(response()))
    });
    let client = ServiceBuilder::new()
        .layer(GrpcStatusLayer::new())
        .layer(preloaded(builder().build().unwrap()).await)
        .service(inner);
    let response = client.oneshot(request(content_type)).await.unwrap();
    let (head, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    (head.status, head.headers, body)
}

#[tokio::test]
async fn a_rejection_gets_a_status_and_the_services_message_and_is_as_it_was_otherwise() {
    for status in [401, 403] {
        for content_type in ["application/grpc", "application/grpc+proto"] {
            let response = || rejection(status).body(full(EXPIRED)).unwrap();
            let (seen_status, mut headers, body) = seen(content_type, response).await;
            assert_eq!(headers.remove("grpc-status").unwrap(), "16");
            assert_eq!(
                headers.remove("grpc-message").unwrap(),
                "ExpiredTokenException: The security token included in the request is expired"
            );
            assert_eq!((seen_status.as_u16(), &*body), (status, EXPIRED.as_bytes()));
            assert_eq!(headers, *response().headers());
        }
    }
}

#[tokio::test]
async fn everything_else_passes_as_it_came() {
    let grpc = "application/grpc";
    let of_grpc = || {
        let mut response = rejection(403).body(full(EXPIRED)).unwrap();
        let value = "application/grpc".parse().unwrap();
        response.headers_mut().insert("content-type", value);
        response
    };
    let with_status = || {
        rejection(403)
            .header("grpc-status", "7")
            .body(full(""))
            .unwrap()
    };
    for (content_type, response) in [
        (grpc, rejection(200).body(full("")).unwrap()),
        (grpc, rejection(400).body(full(EXPIRED)).unwrap()),
        (grpc, rejection(503).body(full(EXPIRED)).unwrap()),
        (grpc, with_status()),
        (grpc, of_grpc()),
        (
            "application/json",
            rejection(403).body(full(EXPIRED)).unwrap(),
        ),
        (
            "application/grpc-web",
            rejection(403).body(full(EXPIRED)).unwrap(),
        ),
    ] {
        let (status, headers, _) = seen(content_type, || response.clone()).await;
        assert_eq!((status, &headers), (response.status(), response.headers()));
    }
}

#[tokio::test]
async fn where_the_service_says_nothing_the_message_is_its_status() {
    let bare = || Response::builder().status(403).body(full("")).unwrap();
    let (_, headers, _) = seen("application/grpc", bare).await;
    assert_eq!(headers["grpc-status"], "16");
    let message = headers["grpc-message"].to_str().unwrap();
    assert!(message.contains("403 Forbidden"), "{message}");
}

#[tokio::test]
async fn the_message_shows_no_session_token_that_the_service_repeats() {
    let token = token("AKIDFIRST");
    let message = format!(
        "The request signature we calculated does not match the signature you provided.\\n\\n\
         The Canonical String for this request should have been\\n'POST\\n/\\n\\n\
         x-amz-security-token:{token}\\n\\nx-amz-security-token\\ne3'\\n"
    );
    let body = format!(r#"{{"message":"{message}"}}"#);
    let echo = || rejection(403).body(full(body.clone())).unwrap();
    let (_, headers, _) = seen("application/grpc", echo).await;
    let message = headers["grpc-message"].to_str().unwrap();
    assert!(message.contains("signature we calculated"), "{message}");
    assert!(
        !message.contains("IQoJ") && !message.contains("AKIDFIRST"),
        "{message}"
    );
}

#[tokio::test]
async fn an_error_of_the_layer_stays_an_error() {
    let client = ServiceBuilder::new()
        .layer(GrpcStatusLayer::new())
        .layer(builder().build().unwrap())
        .service(Recorder::default());
    let mut request = request("application/grpc");
    *request.uri_mut() = "https://example.com/orders.Orders/Get".parse().unwrap();
    let error = own_error(client.oneshot(request).await);
    assert!(error.is_refused_host());
}

#[tokio::test(start_paused = true)]
async fn a_body_that_stalls_is_waited_for_two_seconds() {
    let started = tokio::time::Instant::now();
    // The other end of a body that never goes on.
    let (body, _feed) = fed();
    let mut response = Some(rejection(403).body(body).unwrap());
    let inner = service_fn(|_: Request<Full<Bytes>>| {
        std::future::ready(Ok::<_, BoxError>(response.take().unwrap()))
    });
    let client = ServiceBuilder::new()
        .layer(GrpcStatusLayer::new())
        .service(inner);
    let response = client.oneshot(request("application/grpc")).await.unwrap();
    assert_eq!(response.headers()["grpc-message"], "ExpiredTokenException");
    assert_eq!(started.elapsed(), Duration::from_secs(2));
}

#[tokio::test]
async fn an_explanation_below_is_still_there() {
    let rejecting = Recorder::answering(|_| rejection(403).body(Empty::new()).unwrap());
    let client = ServiceBuilder::new()
        .layer(GrpcStatusLayer::new())
        .layer(ExplainLayer::new())
        .layer(builder().build().unwrap())
        .service(rejecting);
    let response = client.oneshot(request("application/grpc")).await.unwrap();
    assert!(response.extensions().get::<Explanation>().is_some());
    assert_eq!(response.headers()["grpc-status"], "16");
}
