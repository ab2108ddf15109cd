//! What every fault is injected with: virtual time, a clock that can be set, a scripted provider,
//! chance that is none, and an inner service that records.

mod recorder;

use std::{
    collections::BTreeMap,
    future::Future,
    task::{Context, Poll, Waker},
    time::Duration,
};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Empty;
use tokio::{
    task::JoinSet,
    time::{Instant, sleep_until},
};
use tower::{BoxError, Service, ServiceExt};
use tower_layer::Layer;
use tower_sigv4::{CacheSettings, CredentialsCache, Error, SigV4, SigV4Layer};

pub(crate) use sigv4_testkit::{
    HOUR, LoadStart, MILLI, MINUTE, SECOND, ScriptedProvider, Step, TestClock, credentials,
};

pub(crate) use self::recorder::{Recorder, Sent};

pub(crate) const INSTANTLY: Duration = Duration::ZERO;

/// The least and the most that chance can do, and the middle.
pub(crate) const CHANCES: [f64; 3] = [0.0, 0.5, 1.0];

pub(crate) struct Harness {
    pub(crate) wall: TestClock,
    pub(crate) provider: ScriptedProvider,
    pub(crate) inner: Recorder,
    pub(crate) cache: CredentialsCache,
    pub(crate) client: SigV4<Recorder>,
}

impl Harness {
    /// The defaults, with chance in the middle.
    pub(crate) fn new(plan: impl Fn(LoadStart) -> Step + Send + Sync + 'static) -> Self {
        Self::with(plan, |settings| settings.random(|| 0.5))
    }

    pub(crate) fn by_chance(
        chance: f64,
        plan: impl Fn(LoadStart) -> Step + Send + Sync + 'static,
    ) -> Self {
        Self::with(plan, |settings| settings.random(move || chance))
    }

    pub(crate) fn with(
        plan: impl Fn(LoadStart) -> Step + Send + Sync + 'static,
        settings: impl FnOnce(CacheSettings) -> CacheSettings,
    ) -> Self {
        Self::before(Recorder::new(), plan, settings)
    }

    pub(crate) fn before(
        inner: Recorder,
        plan: impl Fn(LoadStart) -> Step + Send + Sync + 'static,
        settings: impl FnOnce(CacheSettings) -> CacheSettings,
    ) -> Self {
        let wall = TestClock::new();
        let provider = ScriptedProvider::new(&wall, plan);
        let inner = inner.knowing(&provider);
        let clock = wall.clone();
        let settings = settings(CacheSettings::new().clock(move || clock.now()));
        let cache = CredentialsCache::with_settings(provider.clone(), settings);
        let client = layer(&cache, &wall).layer(inner.clone());
        Self {
            wall,
            provider,
            inner,
            cache,
            client,
        }
    }

    /// Sends one request.
    pub(crate) async fn call(&self) -> Call {
        call(self.client.clone()).await
    }

    /// Sends many at once.
    pub(crate) async fn calls(&self, number: usize) -> Calls {
        let mut running = JoinSet::new();
        for _ in 0..number {
            running.spawn(call(self.client.clone()));
        }
        let mut calls = Calls::default();
        while let Some(call) = running.join_next().await {
            calls.add(call.unwrap());
        }
        calls
    }

    /// Sends so many a second for a time, whether or not the earlier ones are answered.
    pub(crate) async fn traffic(&self, per_second: u32, time: Duration) -> Calls {
        self.every(SECOND / per_second, time).await
    }

    /// Sends one in each interval.
    pub(crate) async fn every(&self, interval: Duration, time: Duration) -> Calls {
        let start = Instant::now();
        let mut running = JoinSet::new();
        let mut calls = Calls::default();
        let mut next = start;
        while next < start + time {
            sleep_until(next).await;
            next += interval;
            let mut call = Box::pin(call(self.client.clone()));
            // Most are answered at once, and need no task.
            match call.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
                Poll::Ready(call) => calls.add(call),
                Poll::Pending => drop(running.spawn(call)),
            }
        }
        while let Some(call) = running.join_next().await {
            calls.add(call.unwrap());
        }
        calls
    }
}

pub(crate) fn layer(cache: &CredentialsCache, wall: &TestClock) -> SigV4Layer {
    let clock = wall.clone();
    let builder = SigV4Layer::builder("execute-api", "us-east-1", cache.clone());
    builder.clock(move || clock.now()).build().unwrap()
}

pub(crate) fn request() -> Request<Empty<Bytes>> {
    Request::get("https://abc123.execute-api.us-east-1.amazonaws.com/prod/items")
        .body(Empty::new())
        .unwrap()
}

/// A call's end.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) result: Result<Response<()>, Error>,
    pub(crate) took: Duration,
}

impl Call {
    pub(crate) fn error(&self) -> &Error {
        self.result.as_ref().expect_err("the call succeeded")
    }
}

pub(crate) async fn call<S>(service: S) -> Call
where
    S: Service<Request<Empty<Bytes>>, Response = Response<()>, Error = BoxError>,
{
    let start = Instant::now();
    let result = service.oneshot(request()).await;
    Call {
        result: result.map_err(|error| *error.downcast().expect("an error of the layer")),
        took: start.elapsed(),
    }
}

/// What became of many calls.
#[derive(Debug, Default)]
pub(crate) struct Calls {
    pub(crate) ok: usize,
    pub(crate) errors: Vec<Error>,
    /// Those that were not answered at once.
    pub(crate) waits: usize,
    pub(crate) longest: Duration,
    pub(crate) shortest: Option<Duration>,
}

impl Calls {
    fn add(&mut self, call: Call) {
        self.waits += usize::from(call.took > Duration::ZERO);
        self.longest = self.longest.max(call.took);
        self.shortest = Some(self.shortest.map_or(call.took, |took| took.min(call.took)));
        match call.result {
            Ok(_) => self.ok += 1,
            Err(error) => self.errors.push(error),
        }
    }

    /// All succeeded, and none waited.
    pub(crate) fn assert_unhindered(&self) {
        assert!(self.errors.is_empty(), "{:?}", self.errors[0]);
        assert_eq!((self.waits, self.longest), (0, INSTANTLY));
    }
}

/// How often each value occurs.
pub(crate) fn tally(values: impl IntoIterator<Item = usize>) -> BTreeMap<usize, usize> {
    let mut tally = BTreeMap::new();
    for value in values {
        *tally.entry(value).or_default() += 1;
    }
    tally
}
