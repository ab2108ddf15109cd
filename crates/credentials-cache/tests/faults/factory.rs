//! A provider that is built, and built anew.

use std::{
    future::pending,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use aws_credential_types::provider::{self, ProvideCredentials, error::CredentialsError, future};
use credentials_cache::{CacheSettings, CredentialsCache};
use sigv4_testkit::{TestClock, credentials};
use tokio::time::{Instant, sleep};

use crate::harness::{HOUR, MILLI, MINUTE, SECOND, load_of};

/// Reads its configuration once: which build it is.
#[derive(Clone, Debug)]
struct Profile {
    build: usize,
    works: bool,
    clock: TestClock,
    calls: Arc<AtomicUsize>,
}

impl ProvideCredentials for Profile {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        self.calls.fetch_add(1, Ordering::Relaxed);
        let expiry = self.clock.now() + HOUR;
        let result: provider::Result = match self.works {
            true => Ok(credentials(self.build, Some(expiry))),
            false => Err(CredentialsError::invalid_configuration(format!(
                "build {} does not work",
                self.build
            ))),
        };
        future::ProvideCredentials::ready(result)
    }
}

struct Harness {
    cache: CredentialsCache,
    builds: Arc<AtomicUsize>,
    calls: Arc<AtomicUsize>,
}

/// A cache whose factory builds a provider that works, or one that does not.
fn harness(works: impl Fn(usize) -> bool + Send + Sync + 'static) -> Harness {
    let clock = TestClock::new();
    let builds = Arc::new(AtomicUsize::new(0));
    let calls = Arc::new(AtomicUsize::new(0));
    let settings = CacheSettings::new().clock(clock.reader()).random(|| 0.5);
    let factory = {
        let (builds, calls) = (Arc::clone(&builds), Arc::clone(&calls));
        move || {
            let build = builds.fetch_add(1, Ordering::Relaxed) + 1;
            let profile = Profile {
                build,
                works: works(build),
                clock: clock.clone(),
                calls: Arc::clone(&calls),
            };
            async move {
                sleep(MILLI * 10).await;
                profile
            }
        }
    };
    Harness {
        cache: CredentialsCache::from_factory(factory, settings),
        builds,
        calls,
    }
}

impl Harness {
    async fn load(&self) -> usize {
        load_of(&self.cache.get().await.unwrap())
    }

    fn reject(&self) {
        self.cache.reject(self.cache.generation().unwrap());
    }

    fn counts(&self) -> (usize, usize) {
        let count = |counter: &AtomicUsize| counter.load(Ordering::Relaxed);
        (count(&self.builds), count(&self.calls))
    }
}

#[tokio::test(start_paused = true)]
async fn a_provider_is_built_at_the_first_load_and_kept_for_the_next() {
    let harness = harness(|_| true);
    assert_eq!(harness.counts(), (0, 0));
    assert_eq!(harness.load().await, 1);
    for hours in 1..4 {
        sleep(HOUR + SECOND).await;
        assert_eq!(harness.load().await, 1);
        assert_eq!(harness.counts(), (1, 1 + hours));
    }
}

#[tokio::test(start_paused = true)]
async fn a_provider_is_built_anew_for_the_load_after_a_rejection() {
    let harness = harness(|_| true);
    harness.load().await;
    sleep(SECOND).await;
    harness.reject();
    assert_eq!(harness.load().await, 1);
    sleep(MILLI * 20).await;
    assert_eq!(harness.load().await, 2);
    // The new one is kept.
    sleep(HOUR + SECOND).await;
    assert_eq!(harness.load().await, 2);
    assert_eq!(harness.counts(), (2, 3));
}

#[tokio::test(start_paused = true)]
async fn a_rejection_counts_for_whatever_load_comes_next() {
    let harness = harness(|_| true);
    harness.load().await;
    harness.reject();
    // No caller came that would have started the reload.
    sleep(HOUR + SECOND).await;
    assert_eq!(harness.load().await, 2);
}

#[tokio::test(start_paused = true)]
async fn where_the_new_one_fails_the_one_before_is_asked_and_kept() {
    let harness = harness(|build| build != 2);
    harness.load().await;
    sleep(HOUR - MINUTE * 5).await;
    harness.reject();
    harness.load().await;
    sleep(MILLI * 20).await;
    let stats = harness.cache.stats();
    assert_eq!((stats.loads_succeeded, stats.consecutive_failures), (2, 0));
    assert_eq!(harness.load().await, 1);
    sleep(HOUR + SECOND).await;
    assert_eq!(harness.load().await, 1);
    assert_eq!(harness.counts(), (2, 4));
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_has_never_delivered_is_not_kept() {
    let harness = harness(|build| build == 3);
    for build in 1..3 {
        let error = harness.cache.get().await.unwrap_err();
        assert!(error.is_configuration());
        assert!(
            error
                .to_string()
                .ends_with(&format!("build {build} does not work")),
            "{error}"
        );
        sleep(SECOND).await;
    }
    assert_eq!(harness.load().await, 3);
}

#[tokio::test(start_paused = true)]
async fn the_time_that_building_takes_is_part_of_the_load() {
    let factory = || pending::<aws_credential_types::Credentials>();
    let cache = CredentialsCache::from_factory(factory, CacheSettings::new());
    let start = Instant::now();
    assert!(cache.get().await.unwrap_err().is_timeout());
    assert_eq!(start.elapsed(), SECOND * 10);
    sleep(SECOND * 21).await;
    assert_eq!(cache.stats().loads_timed_out, 1);
}

#[tokio::test(start_paused = true)]
async fn a_factory_may_return_what_asks_the_cache_itself_and_is_told_so() {
    let handle = Arc::new(std::sync::OnceLock::new());
    let factory = {
        let handle = Arc::clone(&handle);
        move || {
            let cache: &CredentialsCache = handle.get().unwrap();
            let provider = cache.provider();
            async move { provider }
        }
    };
    let cache = CredentialsCache::from_factory(factory, CacheSettings::new());
    handle.set(cache.clone()).unwrap();
    let error = cache.get().await.unwrap_err();
    assert!(error.to_string().contains("a client of its own"), "{error}");
}
