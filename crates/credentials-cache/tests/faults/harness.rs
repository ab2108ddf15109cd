//! A cache over a scripted provider, with both clocks in the test's hand and chance that is none.

use std::{
    future::Future,
    task::{Context, Poll, Waker},
    time::Duration,
};

use credentials_cache::{CacheSettings, CachedCredentials, CredentialsCache, Error, Generation};
use sigv4_testkit::{LoadStart, ScriptedProvider, Step, TestClock};
use tokio::{
    task::JoinSet,
    time::{Instant, sleep_until},
};

pub(crate) use sigv4_testkit::{HOUR, MILLI, MINUTE, SECOND};

pub(crate) const INSTANTLY: Duration = Duration::ZERO;

pub(crate) struct Harness {
    pub(crate) clock: TestClock,
    pub(crate) provider: ScriptedProvider,
    pub(crate) cache: CredentialsCache,
}

impl Harness {
    /// The default settings.
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

    /// Asks once.
    pub(crate) async fn call(&self) -> Call {
        let start = Instant::now();
        let result = self.cache.get().await;
        Call::new(&self.provider, start, result)
    }

    /// Asks many times at once.
    pub(crate) async fn calls(&self, number: usize) -> Vec<Call> {
        let start = Instant::now();
        let mut gets: JoinSet<_> = (0..number).map(|_| self.cache.get()).collect();
        let mut calls = Vec::new();
        while let Some(result) = gets.join_next().await {
            calls.push(Call::new(&self.provider, start, result.unwrap()));
        }
        calls
    }

    /// Asks so many times a second for a time, whether or not the earlier calls are answered.
    pub(crate) async fn traffic(&self, per_second: u32, time: Duration) -> Vec<Call> {
        let end = Instant::now() + time;
        let mut waiting = JoinSet::new();
        let mut calls = Vec::new();
        let mut next = Instant::now();
        while next < end {
            sleep_until(next).await;
            let start = Instant::now();
            next += SECOND / per_second;
            let provider = self.provider.clone();
            match now_or_never(self.cache.get()) {
                Ok(result) => calls.push(Call::new(&provider, start, result)),
                Err(get) => {
                    waiting.spawn(async move { Call::new(&provider, start, get.await) });
                }
            }
        }
        calls.extend(waiting.join_all().await);
        calls
    }

    /// Says that the credentials which are held were rejected.
    pub(crate) fn reject(&self) -> Generation {
        let held = self.cache.generation().unwrap();
        self.cache.reject(held);
        held
    }
}

/// What became of a call.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) result: Result<Served, Error>,
    pub(crate) took: Duration,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Served {
    /// Which load's credentials.
    pub(crate) load: usize,
    /// They had expired in truth.
    pub(crate) expired: bool,
    /// They had expired by the cache's clocks.
    pub(crate) marked_expired: bool,
}

impl Call {
    /// Notes how a call ended that started then.
    fn new(
        provider: &ScriptedProvider,
        start: Instant,
        result: Result<CachedCredentials, Error>,
    ) -> Self {
        let result = result.map(|cached| {
            let load = load_of(&cached);
            Served {
                load,
                expired: provider.is_expired(load),
                marked_expired: cached.is_expired(),
            }
        });
        let took = start.elapsed();
        Self { result, took }
    }

    #[track_caller]
    pub(crate) fn load(&self) -> usize {
        self.result.as_ref().unwrap().load
    }

    #[track_caller]
    pub(crate) fn error(&self) -> &Error {
        self.result.as_ref().expect_err("the call succeeded")
    }
}

/// All succeeded, and none waited.
#[track_caller]
pub(crate) fn assert_unhindered(calls: &[Call]) {
    for call in calls {
        assert!(call.result.is_ok() && call.took == INSTANTLY, "{call:?}");
    }
}

/// Which load credentials are of.
pub(crate) fn load_of(cached: &CachedCredentials) -> usize {
    let id = cached.credentials().access_key_id();
    id.strip_prefix("AKID").unwrap().parse().unwrap()
}

/// The output of a future that is ready, or the future.
pub(crate) fn now_or_never<F>(mut future: F) -> Result<F::Output, F>
where
    F: Future + Unpin,
{
    let mut context = Context::from_waker(Waker::noop());
    match std::pin::Pin::new(&mut future).poll(&mut context) {
        Poll::Ready(output) => Ok(output),
        Poll::Pending => Err(future),
    }
}
