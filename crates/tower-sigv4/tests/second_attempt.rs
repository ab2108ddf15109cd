//! One more attempt inside of the layer, for requests that nobody above can send again.

mod common;

use std::{
    future::ready as answered,
    pin::Pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use common::{
    Empty, HOST, HeldProvider, Recorder, Rotating, Sent, assert_signed, builder, builder_for,
    credentials, fed, full, get, id, moment, own_error, post, preloaded, ready, signed_as,
};
use credentials_cache::{CacheSettings, Generation};
use http::{Request, Response, StatusCode, request::Parts};
use http_body_util::{BodyExt, combinators::UnsyncBoxBody};
use tokio::sync::oneshot;
use tokio_test::{assert_pending, assert_ready_err, assert_ready_ok, task};
use tower::{BoxError, Layer, Service, ServiceExt, limit::ConcurrencyLimitLayer, service_fn};
use tower_sigv4::{
    IntoCredentialsCache, PayloadMode, RetryAdvice, SigV4Layer, SigV4LayerBuilder, SignedBody,
    SigningOptions,
};

const HOUR: Duration = Duration::from_secs(3_600);

/// A body that is read once.
type Boxed = UnsyncBoxBody<Bytes, BoxError>;

fn boxed(text: &'static str) -> Boxed {
    full(text).map_err(Into::into).boxed_unsync()
}

fn request() -> Request<Boxed> {
    post().body(boxed("body")).unwrap()
}

fn rejection(error: &str, ahead: Duration) -> Response<Empty> {
    Response::builder()
        .status(403)
        .header("x-amzn-errortype", error)
        .header("date", httpdate::fmt_http_date(moment() + ahead))
        .body(Empty::new())
        .unwrap()
}

/// Accepts what is signed an hour after [`moment`].
fn an_hour_ahead(request: &Parts) -> Response<Empty> {
    let date = request.headers["x-amz-date"].to_str().unwrap();
    match date.starts_with("20150830T13") {
        true => Response::default(),
        false => rejection("InvalidSignatureException", HOUR),
    }
}

/// Rejects the first keys.
fn first_keys_expired(request: &Parts) -> Response<Empty> {
    let authorization = request.headers["authorization"].to_str().unwrap();
    match authorization.contains(id(1)) {
        true => rejection("ExpiredTokenException", Duration::ZERO),
        false => Response::default(),
    }
}

fn retrying() -> SigV4LayerBuilder {
    builder().retry_rejected(true)
}

/// A layer that makes a second attempt, and whose credentials were loaded a moment ago.
async fn layer_of(credentials: impl IntoCredentialsCache + Send + 'static) -> SigV4Layer {
    let layer = SigV4Layer::builder("execute-api", "us-east-1", credentials)
        .clock(moment)
        .retry_rejected(true);
    let layer = preloaded(layer.build().unwrap()).await;
    tokio::time::advance(Duration::from_secs(1)).await;
    layer
}

async fn call(layer: SigV4Layer, recorder: &Recorder) -> Response<Empty> {
    let client = layer.layer(recorder.clone());
    client.oneshot(request()).await.unwrap()
}

/// Both attempts, each with a signature of its own over the same body.
#[track_caller]
fn assert_two_attempts(recorder: &Recorder, body: &str) -> [Sent; 2] {
    let sent: [Sent; 2] = recorder.sent().try_into().expect("two attempts");
    for sent in &sent {
        assert_signed(sent);
        assert_eq!(sent.body, body);
    }
    sent
}

#[tokio::test]
async fn a_request_that_is_not_clone_is_sent_once_more_with_the_servers_time() {
    let recorder = Recorder::answering(an_hour_ahead);
    let layer = retrying().build().unwrap();
    let response = call(layer.clone(), &recorder).await;
    assert_eq!(response.status(), StatusCode::OK);
    let [first, second] = assert_two_attempts(&recorder, "body");
    assert_eq!(first.parts.headers["x-amz-date"], "20150830T123600Z");
    assert_eq!(second.parts.headers["x-amz-date"], "20150830T133600Z");
    assert_eq!(layer.clock_offset(HOST), 3_600);
    // The next is right at once.
    assert_eq!(call(layer, &recorder).await.status(), StatusCode::OK);
    assert_signed(&recorder.only());
}

#[tokio::test]
async fn a_body_that_came_in_pieces_and_credentials_that_were_waited_for_make_no_difference() {
    let recorder = Recorder::answering(an_hour_ahead);
    let provider = HeldProvider::new();
    let layer = SigV4Layer::builder("execute-api", "us-east-1", provider.clone())
        .clock(moment)
        .retry_rejected(true);
    let client = layer.build().unwrap().layer(recorder.clone());
    let (body, feed) = fed();
    let mut response = task::spawn(client.oneshot(post().body(body).unwrap()));
    assert_pending!(response.poll());
    feed.data("bo");
    assert_pending!(response.poll());
    feed.data("dy");
    drop(feed);
    assert_pending!(response.poll(), "there are no credentials");
    provider.release();
    assert_eq!(response.await.unwrap().status(), StatusCode::OK);
    assert_two_attempts(&recorder, "body");
}

#[tokio::test]
async fn without_the_setting_the_rejection_is_the_answer() {
    let recorder = Recorder::answering(an_hour_ahead);
    let response = call(builder().build().unwrap(), &recorder).await;
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
    assert!(response.extensions().get::<RetryAdvice>().is_some());
    assert_eq!(recorder.calls(), 1);
}

#[tokio::test(start_paused = true)]
async fn rejected_credentials_are_replaced_before_the_second_attempt() {
    let recorder = Recorder::answering(first_keys_expired);
    let layer = layer_of(Rotating::at(moment() + HOUR)).await;
    let response = call(layer, &recorder).await;
    assert_eq!(response.status(), StatusCode::OK);
    let sent = assert_two_attempts(&recorder, "body");
    let ids = sent.each_ref().map(|sent| signed_as(sent).access_key_id);
    assert_eq!(ids, [id(1), id(2)]);
}

#[tokio::test(start_paused = true)]
async fn where_no_other_credentials_come_the_rejection_is_the_answer() {
    let recorder = Recorder::answering(first_keys_expired);
    // The provider has nothing else.
    let layer = layer_of(credentials(id(1))).await;
    for loads in [2, 2] {
        let response = call(layer.clone(), &recorder).await;
        assert_eq!(response.status(), StatusCode::FORBIDDEN);
        assert!(response.extensions().get::<Generation>().is_some());
        assert_eq!(recorder.sent().len(), 1, "nothing new to sign with");
        assert_eq!(layer.credentials().unwrap().stats().loads, loads);
        // No other load is forced within a minute.
        tokio::time::advance(Duration::from_secs(30)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn credentials_that_were_loaded_within_the_second_are_not_loaded_again() {
    let recorder = Recorder::answering(first_keys_expired);
    let layer = SigV4Layer::builder("execute-api", "us-east-1", Rotating::at(moment() + HOUR))
        .clock(moment)
        .retry_rejected(true);
    let layer = preloaded(layer.build().unwrap()).await;
    let response = call(layer.clone(), &recorder).await;
    assert_eq!((response.status().as_u16(), recorder.calls()), (403, 1));
    assert_eq!(layer.credentials().unwrap().stats().loads, 1);
}

#[tokio::test]
async fn there_is_one_second_attempt_and_no_advice_for_a_third() {
    // Always an hour from what the client believes.
    let turn = AtomicUsize::new(0);
    let recorder = Recorder::answering(move |_| {
        let turn = turn.fetch_add(1, Ordering::Relaxed) as u32;
        rejection("SignatureDoesNotMatch", HOUR * (turn + 1))
    });
    let response = call(retrying().build().unwrap(), &recorder).await;
    assert_eq!((response.status().as_u16(), recorder.calls()), (403, 2));
    assert!(response.extensions().get::<RetryAdvice>().is_none());
    assert!(response.extensions().get::<Generation>().is_some());
}

#[tokio::test]
async fn what_is_rejected_for_another_reason_is_sent_once() {
    for error in ["AccessDeniedException", "ThrottlingException"] {
        let recorder = Recorder::answering(move |_| rejection(error, Duration::ZERO));
        let response = call(retrying().build().unwrap(), &recorder).await;
        assert_eq!((response.status().as_u16(), recorder.calls()), (403, 1));
    }
}

#[tokio::test]
async fn a_body_that_passes_through_unread_is_sent_once_and_an_empty_one_again() {
    const DIGEST: [u8; 32] = [7; 32];
    for (body, attempts) in [(boxed("body"), 1), (boxed(""), 2)] {
        let recorder = Recorder::answering(an_hour_ahead);
        let client = retrying().build().unwrap().layer(recorder.clone());
        let options = SigningOptions::new().payload(PayloadMode::Precomputed(DIGEST));
        let request = post().extension(options).body(body).unwrap();
        client.oneshot(request).await.unwrap();
        assert_eq!(recorder.calls(), attempts);
    }
    // VPC Lattice takes no other signature than one without the body.
    let recorder = Recorder::answering(an_hour_ahead);
    let layer = builder_for("vpc-lattice-svcs").allow_host(HOST);
    let client = layer.retry_rejected(true).build().unwrap();
    let response = client
        .layer(recorder.clone())
        .oneshot(get().body(boxed("")).unwrap())
        .await;
    assert_eq!(response.unwrap().status(), StatusCode::OK);
    assert_eq!(recorder.calls(), 2);
}

#[tokio::test]
async fn a_place_of_the_first_attempt_is_free_for_the_second() {
    let recorder = Recorder::answering(an_hour_ahead);
    let limited = ConcurrencyLimitLayer::new(1).layer(recorder.clone());
    let client = retrying().build().unwrap().layer(limited);
    let response = client.oneshot(request()).await.unwrap();
    assert_eq!((response.status().as_u16(), recorder.calls()), (200, 2));
}

/// An HTTP client whose clones fail to become ready.
struct OnlyOnce(Recorder, bool);

impl Clone for OnlyOnce {
    fn clone(&self) -> Self {
        Self(self.0.clone(), true)
    }
}

impl<B> Service<Request<B>> for OnlyOnce
where
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    type Response = Response<Empty>;
    type Error = BoxError;
    type Future = <Recorder as Service<Request<B>>>::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        match self.1 {
            true => Poll::Ready(Err("no connection".into())),
            false => Service::<Request<B>>::poll_ready(&mut self.0, cx),
        }
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        self.0.call(request)
    }
}

#[tokio::test]
async fn a_service_that_is_not_ready_again_is_the_result() {
    let recorder = Recorder::answering(an_hour_ahead);
    let client = retrying().build().unwrap();
    let mut client = preloaded(client)
        .await
        .layer(OnlyOnce(recorder.clone(), false));
    let client = ServiceExt::<Request<Boxed>>::ready(&mut client)
        .await
        .unwrap();
    let error = client.call(request()).await.unwrap_err();
    assert_eq!(error.to_string(), "no connection");
    assert_eq!(recorder.calls(), 1);
}

#[tokio::test]
async fn an_error_of_the_service_is_the_result() {
    let client = retrying().build().unwrap();
    let client = client.layer(service_fn(|_: Request<SignedBody<Boxed>>| {
        answered(Err::<Response<Empty>, BoxError>("connection reset".into()))
    }));
    let error = client.oneshot(request()).await.unwrap_err();
    assert_eq!(error.to_string(), "connection reset");
}

/// An HTTP client that reads each body and answers when the test says so.
type Held = Pin<Box<dyn Future<Output = Result<Response<Empty>, BoxError>>>>;

#[tokio::test]
async fn what_is_kept_of_a_body_counts_until_the_response_and_once() {
    for (keeps, settings) in [(false, builder()), (true, retrying())] {
        let layer = settings.body_limit(200).total_body_limit(200);
        let layer = preloaded(layer.build().unwrap()).await;
        let (answer, answered) = oneshot::channel::<()>();
        // For the first only.
        let answered = Arc::new(Mutex::new(Some(answered)));
        let mut client = layer.layer(service_fn(
            move |request: Request<SignedBody<common::Fed>>| -> Held {
                let answered = answered.lock().unwrap().take();
                Box::pin(async move {
                    request.into_body().collect().await?;
                    if let Some(answered) = answered {
                        answered.await?;
                    }
                    Ok(Response::default())
                })
            },
        ));
        let mut call = |length: usize| {
            let (body, feed) = fed();
            let mut response = task::spawn(client.call(post().body(body).unwrap()));
            assert_pending!(response.poll());
            feed.data(vec![1; length]);
            drop(feed);
            response
        };
        // It and its piece are more than half of the total; together with a copy they would be over it.
        let mut first = call(120);
        assert_pending!(first.poll(), "it is sent, and not answered");
        let mut second = call(120);
        match keeps {
            true => {
                let error = assert_ready_err!(second.poll());
                assert!(own_error(Err::<Response<()>, _>(error)).is_retryable());
            }
            false => drop(assert_ready_ok!(second.poll())),
        }
        answer.send(()).unwrap();
        assert_ready_ok!(first.poll());
        assert_ready_ok!(call(120).poll());
    }
}

#[tokio::test(start_paused = true)]
async fn dropped_while_it_waits_it_sends_nothing_and_leaves_the_load_alone() {
    let recorder = Recorder::answering(first_keys_expired);
    let provider = HeldProvider::new();
    let layer = SigV4Layer::builder("execute-api", "us-east-1", provider.clone())
        .clock(moment)
        .cache_settings(CacheSettings::new())
        .retry_rejected(true);
    provider.release();
    let layer = preloaded(layer.build().unwrap()).await;
    tokio::time::advance(Duration::from_secs(1)).await;
    let mut response = task::spawn(layer.layer(recorder.clone()).oneshot(request()));
    assert_pending!(response.poll());
    tokio::task::yield_now().await;
    assert_pending!(response.poll());
    drop(response);
    assert_eq!((provider.calls(), recorder.calls()), (2, 1));
    assert_eq!(layer.credentials().unwrap().stats().loads_in_flight, 1);
    provider.release();
    tokio::task::yield_now().await;
    tokio::task::yield_now().await;
    let stats = layer.credentials().unwrap().stats();
    assert_eq!((stats.loads_in_flight, stats.loads_cancelled), (0, 0));
    assert_eq!(recorder.calls(), 1);
}

#[tokio::test]
async fn a_layer_that_was_asked_for_it_is_ready_as_any_other() {
    let recorder = Recorder::answering(an_hour_ahead);
    let mut client = retrying().build().unwrap().layer(recorder.clone());
    for attempts in [2, 1] {
        let before = recorder.calls();
        let request = post().body(full("body")).unwrap();
        ready(&mut client).await.call(request).await.unwrap();
        assert_eq!(recorder.calls() - before, attempts);
    }
}
