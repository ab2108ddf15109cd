//! The layer among others: where it has to be, and what it makes of being elsewhere.

use std::{
    future::ready,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use http::{Request, Response, header::LOCATION};
use http_body_util::Full;
use tower::{BoxError, Layer, ServiceBuilder, ServiceExt, service_fn, util::BoxCloneService};
use tower_http::follow_redirect::FollowRedirectLayer;
use tower_sigv4::{
    ExplainLayer, Explanation, Generation, RetryPolicy, SignedBody, SigningOptions, UnlistedHosts,
    explain::Cause,
};

use crate::{
    MISSING_TOKEN, answering, cause,
    common::{HOST, Recorder, TestClock, builder, full, layer, moment, post, preloaded},
    explanation, rejection, request,
};

/// Rejects as API Gateway does where there is no signature, and where there is no route. Which of them
/// it is, only somebody can say who knows what was signed.
fn unknown_route() -> Response<Full<Bytes>> {
    let error = "MissingAuthenticationTokenException";
    let response = Response::builder()
        .status(403)
        .header("x-amzn-errortype", error);
    response.body(full(MISSING_TOKEN)).unwrap()
}

#[tokio::test]
async fn above_the_signer_it_knows_what_was_signed() {
    // Credentials that are at hand, and some that are waited for.
    for layer in [preloaded(layer()).await, layer()] {
        let client = ServiceBuilder::new()
            .layer(ExplainLayer::new())
            .layer(layer)
            .service(answering(unknown_route));
        let response = client.oneshot(request()).await.unwrap();
        assert_eq!(cause(&response), Cause::UnknownRoute);
        assert!(response.extensions().get::<Generation>().is_some());
    }
}

#[tokio::test]
async fn a_body_that_is_waited_for_changes_nothing() {
    let (body, feed) = crate::common::fed();
    feed.data("body");
    drop(feed);
    let client = ServiceBuilder::new()
        .layer(ExplainLayer::new())
        .layer(layer())
        .service(answering(unknown_route));
    let response = client.oneshot(post().body(body).unwrap()).await.unwrap();
    assert_eq!(cause(&response), Cause::UnknownRoute);
}

#[tokio::test]
async fn without_a_signer_a_request_is_explained_as_not_signed() {
    let client = ExplainLayer::new().layer(answering(unknown_route));
    let response = client.oneshot(request()).await.unwrap();
    assert_eq!(cause(&response), Cause::NotSigned);
    let hint = explanation(&response).hint();
    assert!(
        hint.contains("put the signing layer around this client"),
        "{hint}"
    );
}

#[tokio::test]
async fn below_the_signer_it_explains_what_the_answer_alone_tells() {
    let client = ServiceBuilder::new()
        .layer(layer())
        .layer(ExplainLayer::new())
        .service(answering(|| {
            rejection().body(full(crate::WRONG_REGION)).unwrap()
        }));
    let response = client.oneshot(request()).await.unwrap();
    assert_eq!(cause(&response), Cause::ScopeRegion);
}

#[tokio::test]
async fn a_request_that_is_forwarded_unsigned_is_explained_as_not_signed() {
    let elsewhere = builder().unlisted_hosts(UnlistedHosts::ForwardUnsigned);
    let client = ServiceBuilder::new()
        .layer(ExplainLayer::new())
        .layer(elsewhere.build().unwrap())
        .service(answering(unknown_route));
    let mut by_option = request();
    by_option
        .extensions_mut()
        .insert(SigningOptions::new().forward_unsigned());
    let by_host = Request::get("https://other.example/")
        .body(full(""))
        .unwrap();
    for request in [by_option, by_host] {
        let response = client.clone().oneshot(request).await.unwrap();
        assert_eq!(cause(&response), Cause::NotSigned);
    }
}

#[tokio::test]
async fn nobody_else_sees_what_the_two_layers_tell_each_other() {
    let recorder = Recorder::answering(|parts| {
        assert!(parts.extensions.is_empty(), "{:?}", parts.extensions);
        let mut response = Response::default();
        *response.status_mut() = match parts.uri.path() {
            "/absent" => http::StatusCode::NOT_FOUND,
            _ => http::StatusCode::FORBIDDEN,
        };
        response
    });
    let client = ServiceBuilder::new()
        .layer(ExplainLayer::new())
        .layer(layer())
        .service(recorder.clone());
    for path in ["absent", "forbidden"] {
        let uri = format!("https://{}/{path}", HOST);
        let request = Request::get(uri).body(full("")).unwrap();
        let response = client.clone().oneshot(request).await.unwrap();
        assert!(response.extensions().get::<Generation>().is_some());
        assert_eq!(response.extensions().len(), 1, "{path}");
    }
    assert_eq!(recorder.calls(), 2);
}

/// The answer of a service whose clock is ten minutes ahead of [`moment`].
fn too_old(_: &Request<SignedBody<Full<Bytes>>>) -> Response<Full<Bytes>> {
    let message = r#"{"message":"Signature expired: 20150830T123600Z is now earlier than 20150830T124100Z (20150830T124600Z - 5 min.)"}"#;
    let rejection = rejection().header("date", "Sun, 30 Aug 2015 12:46:00 GMT");
    rejection.body(full(message)).unwrap()
}

#[tokio::test]
async fn a_wrong_clock_is_told_by_the_time_that_was_signed() {
    let layer = layer();
    let client = ServiceBuilder::new()
        .layer(ExplainLayer::new())
        .layer(layer.clone())
        .service(service_fn(|request| {
            ready(Ok::<_, BoxError>(too_old(&request)))
        }));
    let response = client.oneshot(request()).await.unwrap();
    assert_eq!(cause(&response), Cause::ClockBehind);
    let hint = explanation(&response).hint();
    assert!(hint.contains("10 min 0 s behind"), "{hint}");
    // Which the layer below has observed in the same answer.
    assert_eq!(layer.clock_offset(HOST), 600);
}

#[tokio::test]
async fn a_request_that_was_signed_long_before_its_answer_is_told_from_a_wrong_clock() {
    let clock = TestClock::stopped_at(moment());
    let waits = {
        let clock = clock.clone();
        service_fn(move |request| {
            clock.set(moment() + Duration::from_secs(600));
            ready(Ok::<_, BoxError>(too_old(&request)))
        })
    };
    let client = ServiceBuilder::new()
        .layer(ExplainLayer::new())
        .layer(builder().clock(clock.reader()).build().unwrap())
        .service(waits);
    let response = client.oneshot(request()).await.unwrap();
    assert_eq!(cause(&response), Cause::SignatureAged);
}

type Client = BoxCloneService<Request<SignedBody<Full<Bytes>>>, Response<Full<Bytes>>, BoxError>;

/// A client that rejects the first request for its time, and answers the others with `then`.
fn rejecting_first(then: fn() -> Response<Full<Bytes>>) -> Client {
    let rejected = Arc::new(AtomicBool::new(false));
    BoxCloneService::new(service_fn(move |request| {
        ready(Ok(match rejected.swap(true, Ordering::Relaxed) {
            false => too_old(&request),
            true => then(),
        }))
    }))
}

#[tokio::test]
async fn with_a_retry_between_only_the_last_rejection_is_explained() {
    let client = |then| {
        ServiceBuilder::new()
            .layer(ExplainLayer::new())
            .retry(RetryPolicy::new())
            .layer(layer())
            .service(rejecting_first(then))
    };
    let response = client(Response::default).oneshot(request()).await.unwrap();
    assert!(response.extensions().get::<Explanation>().is_none());
    // The second attempt was signed too, and is known to be.
    let response = client(unknown_route).oneshot(request()).await.unwrap();
    assert_eq!(cause(&response), Cause::UnknownRoute);
}

#[tokio::test]
async fn below_a_retry_every_rejection_is_explained() {
    let client = ServiceBuilder::new()
        .retry(RetryPolicy::new())
        .layer(ExplainLayer::new())
        .layer(layer())
        .service(rejecting_first(unknown_route));
    let response = client.oneshot(request()).await.unwrap();
    assert_eq!(cause(&response), Cause::UnknownRoute);
}

#[tokio::test]
async fn a_redirect_to_another_origin_loses_what_was_signed_only_above_it() {
    let redirecting = |to: &'static str| {
        let redirected = Arc::new(AtomicBool::new(false));
        service_fn(move |_: Request<SignedBody<Full<Bytes>>>| {
            let redirect = Response::builder().status(307).header(LOCATION, to);
            ready(match redirected.swap(true, Ordering::Relaxed) {
                false => redirect.body(full("")),
                true => Ok(unknown_route()),
            })
        })
    };
    let other = "https://other.execute-api.us-east-1.amazonaws.com/v2";
    for (location, expected) in [("/v2", Cause::UnknownRoute), (other, Cause::NotSigned)] {
        let above = ServiceBuilder::new()
            .layer(ExplainLayer::new())
            .layer(FollowRedirectLayer::new())
            .layer(layer())
            .service(redirecting(location));
        let response = above.oneshot(request()).await.unwrap();
        assert_eq!(cause(&response), expected, "{location}");

        let below = ServiceBuilder::new()
            .layer(FollowRedirectLayer::new())
            .layer(ExplainLayer::new())
            .layer(layer())
            .service(redirecting(location));
        let response = below.oneshot(request()).await.unwrap();
        assert_eq!(cause(&response), Cause::UnknownRoute, "{location}");
    }
}

#[tokio::test]
async fn the_inner_service_can_be_reached() {
    let mut client = ExplainLayer::new().layer(Recorder::default());
    assert_eq!(client.get_ref().calls(), 0);
    assert_eq!(client.get_mut().calls(), 0);
    assert_eq!(client.into_inner().calls(), 0);
}
