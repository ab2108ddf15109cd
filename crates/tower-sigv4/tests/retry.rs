//! What the layer observes a refusal, and the retry policy that acts on it.

mod common;

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use aws_credential_types::{
    Credentials,
    provider::{ProvideCredentials, future},
};
use bytes::Bytes;
use common::{
    Empty, HOST, Recorder, Rotating, TestClock, builder, credentials, full, id, layer, moment,
    post, ready, signed_as,
};
use http::{Request, Response, StatusCode, request::Parts};
use http_body_util::Full;
use tower::{
    BoxError, Layer, Service, ServiceBuilder, ServiceExt,
    retry::{Policy, budget::TpsBudget},
};
use tower_sigv4::{IntoCredentialsCache, RetryAdvice, RetryPolicy, SigV4Layer};

const HOUR: Duration = Duration::from_secs(3_600);

/// A response with a status, an error type, and a `Date` this far from [`moment`].
fn rejection(status: u16, error: &str, seconds: i64) -> Response<Empty> {
    let by = Duration::from_secs(seconds.unsigned_abs());
    let date = if seconds < 0 {
        moment() - by
    } else {
        moment() + by
    };
    Response::builder()
        .status(status)
        .header("x-amzn-errortype", error)
        .header("date", httpdate::fmt_http_date(date))
        .body(Empty::new())
        .unwrap()
}

/// Accepts what is signed within five minutes of an hour after [`moment`].
fn an_hour_ahead(request: &Parts) -> Response<Empty> {
    let date = request.headers["x-amz-date"].to_str().unwrap();
    match date.starts_with("20150830T13") {
        true => Response::default(),
        false => rejection(403, "InvalidSignatureException", 3_600),
    }
}

/// Refuses the first keys.
fn first_keys_expired(request: &Parts) -> Response<Empty> {
    let authorization = request.headers["authorization"].to_str().unwrap();
    match authorization.contains(id(1)) {
        true => rejection(403, "ExpiredTokenException", 0),
        false => Response::default(),
    }
}

/// A layer whose credentials were loaded a moment ago: none are loaded twice within a second.
async fn layer_of(credentials: impl IntoCredentialsCache + Send + 'static) -> SigV4Layer {
    let layer = SigV4Layer::builder("execute-api", "us-east-1", credentials);
    let layer = layer.clock(moment).build().unwrap();
    let client = layer.layer(Recorder::default());
    client.oneshot(request()).await.unwrap();
    tokio::time::advance(Duration::from_secs(1)).await;
    layer
}

fn request() -> Request<Full<Bytes>> {
    post().body(full("x")).unwrap()
}

/// One call through a policy: how it ended, and what was sent.
async fn call<P>(policy: P, layer: SigV4Layer, recorder: &Recorder) -> (StatusCode, usize)
where
    P: Policy<Request<Full<Bytes>>, Response<Empty>, BoxError> + Clone,
{
    let before = recorder.calls();
    let mut client = ServiceBuilder::new()
        .retry(policy)
        .layer(layer)
        .service(recorder.clone());
    let response = ready(&mut client).await.call(request()).await.unwrap();
    (response.status(), recorder.calls() - before)
}

#[tokio::test]
async fn a_refused_time_is_worth_one_more_attempt_with_the_servers_time() {
    let recorder = Recorder::answering(an_hour_ahead);
    let layer = layer();
    for attempts in [2, 1, 1] {
        let outcome = call(RetryPolicy::new(), layer.clone(), &recorder).await;
        assert_eq!(outcome, (StatusCode::OK, attempts));
    }
    assert_eq!(layer.clock_offset(HOST), 3_600);
}

#[tokio::test]
async fn a_clock_that_is_set_right_costs_one_more_attempt_again() {
    let clock = TestClock::stopped_at(moment());
    let recorder = Recorder::answering(an_hour_ahead);
    let layer = builder().clock(clock.reader()).build().unwrap();
    assert_eq!(
        call(RetryPolicy::new(), layer.clone(), &recorder).await.1,
        2
    );
    clock.set(moment() + HOUR);
    for attempts in [2, 1] {
        let outcome = call(RetryPolicy::new(), layer.clone(), &recorder).await;
        assert_eq!(outcome, (StatusCode::OK, attempts));
    }
    assert_eq!(layer.clock_offset(HOST), 0);
}

#[tokio::test]
async fn there_is_only_one_more_attempt() {
    // Always an hour from what the client believes.
    let turn = AtomicU32::new(0);
    let recorder = Recorder::answering(move |_| {
        let hours = i64::from(turn.fetch_add(1, Ordering::Relaxed)) + 1;
        rejection(403, "SignatureDoesNotMatch", hours * 3_600)
    });
    let outcome = call(RetryPolicy::new(), layer(), &recorder).await;
    assert_eq!(outcome, (StatusCode::FORBIDDEN, 2));
}

#[tokio::test(start_paused = true)]
async fn refused_credentials_are_worth_one_more_attempt_with_others() {
    let recorder = Recorder::answering(first_keys_expired);
    let layer = layer_of(Rotating::at(moment() + HOUR)).await;
    for attempts in [2, 1] {
        let outcome = call(RetryPolicy::new(), layer.clone(), &recorder).await;
        assert_eq!(outcome, (StatusCode::OK, attempts));
    }
    let sent = recorder.sent();
    let ids: Vec<_> = sent
        .iter()
        .map(|sent| signed_as(sent).access_key_id)
        .collect();
    assert_eq!(ids, [id(1), id(2), id(2)]);
}

#[tokio::test(start_paused = true)]
async fn credentials_that_cannot_be_replaced_now_are_not_worth_an_attempt() {
    let recorder = Recorder::answering(|_| rejection(403, "ExpiredTokenException", 0));
    let layer = layer_of(credentials(id(1))).await;
    // The provider has nothing else. It is asked once in a minute for this reason.
    assert_eq!(
        call(RetryPolicy::new(), layer.clone(), &recorder).await.1,
        2
    );
    assert_eq!(
        call(RetryPolicy::new(), layer.clone(), &recorder).await.1,
        1
    );
}

#[tokio::test]
async fn other_rejections_change_nothing() {
    for (status, error, seconds) in [
        (403, "AccessDeniedException", 0),
        (403, "InvalidSignatureException", 30),
        (400, "ThrottlingException", 3_600),
        (500, "InvalidSignatureException", 3_600),
        (200, "", 3_600),
    ] {
        let recorder = Recorder::answering(move |_| rejection(status, error, seconds));
        let layer = layer();
        let (_, attempts) = call(RetryPolicy::new(), layer.clone(), &recorder).await;
        assert_eq!(
            (attempts, layer.clock_offset(HOST)),
            (1, 0),
            "{status} {error}"
        );
    }
}

#[tokio::test]
async fn an_answer_from_a_cache_teaches_nothing() {
    let recorder = Recorder::answering(|_| {
        let mut response = rejection(403, "InvalidSignatureException", 3_600);
        response.headers_mut().insert("age", "12".parse().unwrap());
        response
    });
    let layer = layer();
    assert_eq!(
        call(RetryPolicy::new(), layer.clone(), &recorder).await.1,
        1
    );
    assert_eq!(layer.clock_offset(HOST), 0);
}

#[tokio::test]
async fn above_a_layer_that_retries_by_itself_there_is_no_third_attempt() {
    // Always an hour from what the client believes.
    let turn = AtomicU32::new(0);
    let recorder = Recorder::answering(move |_| {
        let hours = i64::from(turn.fetch_add(1, Ordering::Relaxed)) + 1;
        rejection(403, "SignatureDoesNotMatch", hours * 3_600)
    });
    let layer = builder().retry_rejected(true).build().unwrap();
    let outcome = call(RetryPolicy::new(), layer, &recorder).await;
    assert_eq!(outcome, (StatusCode::FORBIDDEN, 2));
}

#[tokio::test]
async fn an_empty_budget_keeps_the_rejection() {
    let recorder = Recorder::answering(an_hour_ahead);
    let nothing = Arc::new(TpsBudget::new(Duration::from_secs(1), 0, 0.0));
    let outcome = call(RetryPolicy::new().budget(nothing), layer(), &recorder).await;
    assert_eq!(outcome, (StatusCode::FORBIDDEN, 1));
}

/// Retries what a service was too busy for, twice.
#[derive(Clone)]
struct WhenBusy(u32);

impl Policy<Request<Full<Bytes>>, Response<Empty>, BoxError> for WhenBusy {
    type Future = std::future::Ready<()>;

    fn retry(
        &mut self,
        _: &mut Request<Full<Bytes>>,
        result: &mut Result<Response<Empty>, BoxError>,
    ) -> Option<Self::Future> {
        let busy = result
            .as_ref()
            .is_ok_and(|response| response.status() == 503);
        self.0 = self.0.checked_sub(1).filter(|_| busy)?;
        Some(std::future::ready(()))
    }

    fn clone_request(&mut self, request: &Request<Full<Bytes>>) -> Option<Request<Full<Bytes>>> {
        (request.method() != "POST").then(|| request.clone())
    }
}

#[tokio::test]
async fn another_policy_is_asked_about_everything_else() {
    let turn = AtomicU32::new(0);
    let recorder = Recorder::answering(move |request| match turn.fetch_add(1, Ordering::Relaxed) {
        0 => rejection(503, "ServiceUnavailable", 0),
        _ => an_hour_ahead(request),
    });
    let mut client = ServiceBuilder::new()
        .retry(RetryPolicy::new().or(WhenBusy(2)))
        .layer(layer())
        .service(recorder.clone());
    let get = common::get().body(full("")).unwrap();
    let response = ready(&mut client).await.call(get).await.unwrap();
    assert_eq!((response.status(), recorder.calls()), (StatusCode::OK, 3));
}

#[tokio::test]
async fn a_request_that_the_other_policy_does_not_clone_is_not_its_to_retry() {
    let recorder = Recorder::answering(|_| rejection(503, "ServiceUnavailable", 0));
    let policy = RetryPolicy::new().or(WhenBusy(2));
    let outcome = call(policy.clone(), layer(), &recorder).await;
    assert_eq!(outcome, (StatusCode::SERVICE_UNAVAILABLE, 1));
    let recorder = Recorder::answering(an_hour_ahead);
    assert_eq!(call(policy, layer(), &recorder).await, (StatusCode::OK, 2));
}

#[tokio::test(start_paused = true)]
async fn retry_advice_tells_when_another_attempt_would_be_signed_otherwise() {
    let recorder = Recorder::answering(first_keys_expired);
    let mut client = layer_of(Rotating::at(moment() + HOUR))
        .await
        .layer(recorder.clone());
    let response = ready(&mut client).await.call(request()).await.unwrap();
    let advice = response.extensions().get::<RetryAdvice>().unwrap();
    assert!(advice.ready().await);
    let response = ready(&mut client).await.call(request()).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    assert!(response.extensions().get::<RetryAdvice>().is_none());
}

#[tokio::test(start_paused = true)]
async fn a_clock_a_day_ahead_makes_temporary_credentials_look_expired_and_they_sign_all_the_same() {
    let recorder =
        Recorder::answering(
            |request| match request.headers["x-amz-date"].to_str().unwrap() {
                "20150830T123600Z" => Response::default(),
                _ => rejection(403, "InvalidSignatureException", 0),
            },
        );
    let provider = Counting::new();
    let layer = SigV4Layer::builder("execute-api", "us-east-1", provider.clone());
    let layer = layer.clock(|| moment() + HOUR * 24).build().unwrap();
    for attempts in [2, 1] {
        let outcome = call(RetryPolicy::new(), layer.clone(), &recorder).await;
        assert_eq!(outcome, (StatusCode::OK, attempts));
    }
    tokio::time::advance(Duration::from_secs(60)).await;
    call(RetryPolicy::new(), layer.clone(), &recorder).await;
    tokio::task::yield_now().await;
    let loads = provider.loads.load(Ordering::Relaxed);
    assert_eq!(
        (
            loads,
            layer.credentials().unwrap().stats().consecutive_failures
        ),
        // No server's word makes them live longer. Loads are paced as those past an expiry.
        (2, 2)
    );
}

/// Counts how often it is asked for credentials, which live for an hour.
#[derive(Clone, Debug)]
struct Counting {
    loads: Arc<AtomicU32>,
    started: tokio::time::Instant,
}

impl Counting {
    fn new() -> Self {
        Self {
            loads: Arc::default(),
            started: tokio::time::Instant::now(),
        }
    }
}

impl ProvideCredentials for Counting {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        let load = self.loads.fetch_add(1, Ordering::Relaxed);
        let expiry = moment() + self.started.elapsed() + HOUR;
        let id = format!("AKID{load}");
        let credentials = Credentials::new(id, "secret", None, Some(expiry), "test");
        future::ProvideCredentials::ready(Ok(credentials))
    }
}

#[tokio::test(start_paused = true)]
async fn a_hostile_server_cannot_drive_the_clock_far_nor_the_provider_often() {
    let turn = AtomicU32::new(0);
    let recorder = Recorder::answering(move |_| match turn.fetch_add(1, Ordering::Relaxed) % 4 {
        0 => rejection(403, "InvalidSignatureException", 24 * 3_600),
        1 => rejection(403, "ExpiredTokenException", 0),
        2 => rejection(403, "InvalidSignatureException", -24 * 3_600),
        _ => rejection(403, "SignatureDoesNotMatch", 1_000_000),
    });
    let provider = Counting::new();
    let started = provider.started;
    let layer = SigV4Layer::builder("execute-api", "us-east-1", provider.clone());
    let layer = layer
        .clock(move || moment() + started.elapsed())
        .build()
        .unwrap();
    for minute in 1..=10 {
        let before = provider.loads.load(Ordering::Relaxed);
        for _ in 0..600 {
            call(RetryPolicy::new(), layer.clone(), &recorder).await;
            tokio::time::advance(Duration::from_millis(100)).await;
            assert!(layer.clock_offset(HOST).abs() <= 25 * 3_600);
        }
        let loads = provider.loads.load(Ordering::Relaxed) - before;
        assert!(loads <= 3, "{loads} loads in minute {minute}");
        println!(
            "minute {minute}: {loads} loads, offset {} s",
            layer.clock_offset(HOST)
        );
    }
}
