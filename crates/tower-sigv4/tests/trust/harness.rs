//! Layers over a scripted provider, before hosts that answer what a test says, with both clocks in the
//! test's hand.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{HeaderValue, Request, Response, header::DATE, request::Parts};
use http_body_util::Full;
use sigv4_testkit::{LoadStart, ScriptedProvider, Step, TestClock};
use time::{PrimitiveDateTime, macros::format_description};
use tokio::time::Instant;
use tower::{BoxError, Layer, Service, ServiceBuilder, ServiceExt};
use tower_sigv4::{
    CacheSettings, CredentialsCache, Error, RetryPolicy, SigV4Layer, SigV4LayerBuilder, SignedBody,
};

use crate::common::{Empty, Recorder, full, ready};

pub(crate) use sigv4_testkit::{DAY, HOUR, MILLI, MINUTE, SECOND};

pub(crate) const INSTANTLY: Duration = Duration::ZERO;

/// What the layers of all tests may sign for, besides AWS's hosts of `execute-api` in `us-east-1`.
pub(crate) const NAMED: [&str; 3] = ["honest.example", "other.example", "hostile.example"];

/// One cache over a scripted provider. Layers share it.
pub(crate) struct Harness {
    pub(crate) clock: TestClock,
    pub(crate) provider: ScriptedProvider,
    pub(crate) cache: CredentialsCache,
}

impl Harness {
    /// The default settings, but for chance, which is in the middle.
    pub(crate) fn new(script: impl Fn(LoadStart) -> Step + Send + Sync + 'static) -> Self {
        Self::with(script, |settings| settings)
    }

    pub(crate) fn with(
        script: impl Fn(LoadStart) -> Step + Send + Sync + 'static,
        settings: impl FnOnce(CacheSettings) -> CacheSettings,
    ) -> Self {
        let clock = TestClock::new();
        let provider = ScriptedProvider::new(&clock, script);
        let defaults = CacheSettings::new().clock(clock.reader()).random(|| 0.5);
        let cache = CredentialsCache::with_settings(provider.clone(), settings(defaults));
        Self {
            clock,
            provider,
            cache,
        }
    }

    /// Credentials that never expire.
    pub(crate) fn unlimited() -> Self {
        Self::new(|_| Step::Unlimited)
    }

    pub(crate) fn builder(&self) -> SigV4LayerBuilder {
        let builder = SigV4Layer::builder("execute-api", "us-east-1", self.cache.clone());
        let builder = builder.clock(self.clock.reader());
        NAMED
            .into_iter()
            .fold(builder, SigV4LayerBuilder::allow_host)
    }

    pub(crate) fn layer(&self) -> SigV4Layer {
        self.builder().build().unwrap()
    }
}

pub(crate) fn get(uri: &str) -> Request<Full<Bytes>> {
    Request::get(uri).body(full("")).unwrap()
}

/// How a call ended, and after how long.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) result: Result<Response<Empty>, Error>,
    pub(crate) took: Duration,
}

impl Call {
    #[track_caller]
    pub(crate) fn status(&self) -> u16 {
        self.result.as_ref().expect("an answer").status().as_u16()
    }

    #[track_caller]
    pub(crate) fn error(&self) -> &Error {
        self.result.as_ref().expect_err("the call was answered")
    }
}

/// Sends one request through a layer.
pub(crate) async fn call(layer: &SigV4Layer, network: &Recorder, uri: &str) -> Call {
    let start = Instant::now();
    let result = layer.layer(network.clone()).oneshot(get(uri)).await;
    Call {
        result: result.map_err(|error| *error.downcast().expect("an error of the layer")),
        took: start.elapsed(),
    }
}

/// Sends a request through the retry policy and a layer.
pub(crate) async fn retried<S>(layer: &SigV4Layer, network: S, uri: &str) -> u16
where
    S: Service<Request<SignedBody<Full<Bytes>>>, Response = Response<Empty>, Error = BoxError>
        + Clone,
{
    let mut client = ServiceBuilder::new()
        .retry(RetryPolicy::new())
        .layer(layer.clone())
        .service(network);
    let response = ready(&mut client).await.call(get(uri)).await.unwrap();
    response.status().as_u16()
}

/// A response with a `Date`.
pub(crate) fn response(status: u16, date: SystemTime) -> Response<Empty> {
    let date = httpdate::fmt_http_date(date);
    let response = Response::builder().status(status).header(DATE, date);
    response.body(Empty::new()).unwrap()
}

/// As [`response`], with an error type.
pub(crate) fn rejection(status: u16, error: &str, date: SystemTime) -> Response<Empty> {
    let mut response = response(status, date);
    let error = HeaderValue::from_str(error).unwrap();
    response.headers_mut().insert("x-amzn-errortype", error);
    response
}

/// The host and port that a request was sent to.
pub(crate) fn sent_to(request: &Parts) -> &str {
    request.uri.authority().unwrap().as_str()
}

/// The time of a signature, in whole seconds.
pub(crate) fn signed_at(request: &Parts) -> SystemTime {
    let date = request.headers["x-amz-date"].to_str().unwrap();
    let format = format_description!("[year][month][day]T[hour][minute][second]Z");
    let date = PrimitiveDateTime::parse(date, format).unwrap();
    date.assume_utc().into()
}

/// Which load's credentials signed a request.
pub(crate) fn signed_with(request: &Parts) -> usize {
    let authorization = request.headers["authorization"].to_str().unwrap();
    let (_, id) = authorization.split_once("Credential=AKID").unwrap();
    let (id, _) = id.split_once('/').unwrap();
    id.parse().unwrap()
}

/// Time in whole seconds.
pub(crate) fn whole(time: SystemTime) -> SystemTime {
    let seconds = time
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap()
        .as_secs();
    SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
}

/// A time so many seconds from another.
pub(crate) fn shifted(time: SystemTime, seconds: i64) -> SystemTime {
    let by = Duration::from_secs(seconds.unsigned_abs());
    if seconds < 0 { time - by } else { time + by }
}

/// A host that takes signatures of the last and the next five minutes, by its own clock, and rejects
/// others with its `Date`.
pub(crate) fn by_the_clock(request: &Parts, now: SystemTime) -> Response<Empty> {
    let at = signed_at(request);
    let off = at.duration_since(now).or_else(|_| now.duration_since(at));
    match off.unwrap() < MINUTE * 5 {
        true => response(200, now),
        false => rejection(403, "InvalidSignatureException", now),
    }
}
