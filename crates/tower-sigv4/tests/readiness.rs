//! Readiness is the inner service's own, and the instance that was ready is the one that is called.

mod common;

use std::task::Poll;

use bytes::Bytes;
use common::{
    Empty, HeldProvider, assert_signed, client, full, get, layer, moment, own_error, preloaded,
    ready,
};
use http::{Request, Response};
use http_body_util::Full;
use tokio_test::{assert_pending, assert_ready, assert_ready_err, assert_ready_ok, task};
use tower::{
    Layer, Service, ServiceExt,
    limit::{ConcurrencyLimit, ConcurrencyLimitLayer},
};
use tower_sigv4::{SigV4, SigV4Layer, SignedBody, SigningOptions};
use tower_test::mock::{Handle, Mock, Spawn, spawn_layer};

type SignedRequest = Request<SignedBody<Full<Bytes>>>;
type Answer = Response<Empty>;
type Client = Spawn<SigV4<Mock<SignedRequest, Answer>>>;

fn spawn(layer: SigV4Layer) -> (Client, Handle<SignedRequest, Answer>) {
    spawn_layer(layer)
}

fn request() -> Request<Full<Bytes>> {
    get().body(full("")).unwrap()
}

/// A layer whose credentials come when its provider is released.
fn held() -> (SigV4Layer, HeldProvider) {
    let provider = HeldProvider::new();
    let layer = SigV4Layer::builder("execute-api", "us-east-1", provider.clone()).clock(moment);
    (layer.build().unwrap(), provider)
}

#[tokio::test]
async fn it_is_ready_when_the_inner_service_is() {
    let (mut service, mut handle) = spawn(layer());
    handle.allow(0);
    assert_pending!(service.poll_ready());
    handle.allow(1);
    assert!(service.is_woken());
    assert_ready_ok!(service.poll_ready());
}

#[tokio::test]
async fn it_is_ready_without_credentials() {
    let (layer, provider) = held();
    let (mut service, _handle) = spawn(layer);
    assert_ready_ok!(service.poll_ready());
    assert_eq!(
        provider.calls(),
        0,
        "nothing is loaded before there is a request"
    );
}

#[tokio::test]
async fn the_inner_services_error_passes() {
    let (mut service, mut handle) = spawn(layer());
    handle.send_error("the pool is gone");
    let error = assert_ready_err!(service.poll_ready());
    assert_eq!(error.to_string(), "the pool is gone");
}

#[tokio::test]
async fn a_request_is_sent_inside_call_where_nothing_has_to_be_waited_for() {
    let (mut service, mut handle) = spawn(preloaded(layer()).await);
    assert_ready_ok!(service.poll_ready());
    let response = service.call(request());

    let Poll::Ready(Some((sent, responder))) = handle.poll_request() else {
        panic!("not sent before the future is polled");
    };
    assert!(sent.headers().contains_key("authorization"));

    responder.send_response(Response::default());
    let mut response = task::spawn(response);
    assert_ready_ok!(response.poll(), "one poll suffices");
}

#[tokio::test]
async fn the_instance_that_was_ready_waits_for_credentials() {
    let (layer, provider) = held();
    let (mut service, mut handle) = spawn(layer);
    handle.allow(1);
    assert_ready_ok!(service.poll_ready());
    let mut response = task::spawn(service.call(request()));
    assert_pending!(response.poll());
    assert!(handle.poll_request().is_pending(), "nothing is sent yet");

    // The mock panics if it is called without having been ready, and nobody can be ready now.
    handle.allow(0);
    assert_pending!(service.poll_ready(), "the clone left behind is not");
    provider.release();
    tokio::task::yield_now().await;
    assert!(response.is_woken());
    assert_pending!(response.poll());
    let (sent, responder) = handle.next_request().await.unwrap();
    assert!(sent.headers().contains_key("authorization"));
    responder.send_response(Response::default());
    assert_ready_ok!(response.poll());
}

#[tokio::test]
async fn a_service_that_waits_for_credentials_stays_ready_for_others() {
    let (layer, provider) = held();
    let (mut service, mut handle) = spawn(layer);
    let mut waiting = Vec::new();
    for _ in 0..3 {
        assert_ready_ok!(service.poll_ready());
        let mut response = task::spawn(service.call(request()));
        assert_pending!(response.poll());
        waiting.push(response);
    }
    provider.release();
    tokio::task::yield_now().await;
    for response in &mut waiting {
        assert!(response.is_woken());
        assert_pending!(response.poll());
        assert!(handle.poll_request().is_ready());
    }
    assert_eq!(provider.calls(), 1);
}

#[tokio::test]
async fn a_clone_needs_to_be_ready_itself() {
    let (mut service, recorder) = client(layer()).await;
    let mut clone = ready(&mut service).await.clone();
    // The recorder panics otherwise.
    ready(&mut clone).await.call(request()).await.unwrap();
    service.call(request()).await.unwrap();
    recorder.sent().iter().for_each(assert_signed);
}

/// Two clones of a client that has one place.
fn one_place<S: Clone>(layer: &SigV4Layer, inner: S) -> [SigV4<ConcurrencyLimit<S>>; 2] {
    let client = layer.layer(ConcurrencyLimitLayer::new(1).layer(inner));
    [client.clone(), client]
}

#[tokio::test]
async fn a_refused_call_gives_its_place_back() {
    let (_, recorder) = client(layer()).await;
    let [mut refused, other] = one_place(&preloaded(layer()).await, recorder.clone());

    let evil = Request::get("https://evil.example/")
        .body(full(""))
        .unwrap();
    let response = ready(&mut refused).await.call(evil);
    let mut other = task::spawn(other.oneshot(request()));
    assert_ready_ok!(other.poll(), "the place is free before the error is seen");
    assert!(own_error(response.await).is_refused_host());

    // And what was refused can be ready again.
    ready(&mut refused).await.call(request()).await.unwrap();
    assert_eq!(recorder.calls(), 2);
}

#[tokio::test]
async fn a_failed_wait_gives_its_place_back() {
    let (layer, provider) = held();
    let (_, recorder) = client(common::layer()).await;
    let [mut fails, mut other] = one_place(&layer, recorder);
    let mut response = task::spawn(ready(&mut fails).await.call(request()));
    assert_pending!(response.poll());
    let mut place = task::spawn(async {
        ready(&mut other).await;
    });
    assert_pending!(place.poll());

    provider.fail();
    tokio::task::yield_now().await;
    let error = own_error(assert_ready!(response.poll()));
    assert!(error.is_credentials(), "{error}");
    // The future is still there; its instance is not.
    assert_ready!(place.poll());
    drop(response);
}

#[tokio::test]
async fn a_request_that_waits_for_credentials_holds_its_place() {
    let (layer, provider) = held();
    let (_, recorder) = client(common::layer()).await;
    let [first, second] = one_place(&layer, recorder.clone());
    let mut first = task::spawn(first.oneshot(request()));
    let mut second = task::spawn(second.oneshot(request()));
    assert_pending!(first.poll());
    assert_pending!(second.poll());
    provider.release();
    tokio::task::yield_now().await;
    assert_ready_ok!(first.poll());
    assert_ready_ok!(second.poll(), "no deadlock");
    assert_eq!(recorder.calls(), 2);
}

#[tokio::test]
async fn an_unsigned_request_goes_to_the_instance_that_was_ready() {
    let (layer, provider) = held();
    let (mut service, mut handle) = spawn(layer);
    assert_ready_ok!(service.poll_ready());
    let mut unsigned = request();
    unsigned
        .extensions_mut()
        .insert(SigningOptions::new().forward_unsigned());
    let _response = service.call(unsigned);
    assert!(handle.poll_request().is_ready());
    assert_eq!(provider.calls(), 0, "and asks for no credentials");
}
