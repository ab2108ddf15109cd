//! A cache as a provider.

use std::{
    error::Error as _,
    sync::{Arc, OnceLock},
};

use aws_credential_types::{
    Credentials,
    provider::{ProvideCredentials, SharedCredentialsProvider, error::CredentialsError, future},
};
use credentials_cache::{
    CacheSettings, CachedProvider, CredentialsCache, EnvironmentCredentials, IntoCredentialsCache,
    OnExpired, Replacement,
};
use sigv4_testkit::Step;
use tokio::time::{Instant, sleep};

use crate::harness::{HOUR, Harness, INSTANTLY, MILLI, SECOND, assert_unhindered};

#[tokio::test(start_paused = true)]
async fn it_provides_what_the_cache_holds_and_loads_when_the_cache_would() {
    let harness = Harness::new(|_| Step::Living(HOUR).after(MILLI * 50));
    let provider = harness.cache.provider();
    let (first, second) = tokio::join!(
        provider.provide_credentials(),
        provider.provide_credentials()
    );
    assert_eq!(first.unwrap().access_key_id(), "AKID1");
    assert_eq!(second.unwrap().access_key_id(), "AKID1");
    assert_eq!(harness.provider.loads(), 1);
    let stats = harness.cache.stats();
    assert_eq!((stats.served_fresh, stats.waits), (2, 2));
}

#[tokio::test(start_paused = true)]
async fn a_handle_that_comes_back_is_its_cache_and_nothing_is_cached_twice() {
    let harness = Harness::with(
        |_| Step::Living(HOUR),
        |settings| settings.max_wait(SECOND * 7).on_expired(OnExpired::Fail),
    );
    let handle = || harness.cache.provider();
    for cache in [
        CredentialsCache::new(handle()),
        CredentialsCache::with_settings(handle(), CacheSettings::new()),
        handle().into_credentials_cache(CacheSettings::new()),
        harness
            .cache
            .clone()
            .into_credentials_cache(CacheSettings::new()),
    ] {
        let cached = cache.get().await.unwrap();
        assert_eq!(Some(cached.generation()), harness.cache.generation());
        assert_eq!(cache.stats().loads, 1);
        assert!(format!("{cache:?}").contains("max_wait: 7s"), "{cache:?}");
    }
    assert_eq!(harness.provider.loads(), 1);
}

/// Makes a cache of a provider as it is, and of all that it may be wrapped in on its way.
fn caches<P>(provider: impl Fn() -> P, settings: &CacheSettings) -> [CredentialsCache; 4]
where
    P: ProvideCredentials + 'static,
{
    let erased: Arc<dyn ProvideCredentials> = Arc::new(provider());
    [
        CredentialsCache::with_settings(provider(), settings.clone()),
        CredentialsCache::with_settings(
            SharedCredentialsProvider::new(provider()),
            settings.clone(),
        ),
        CredentialsCache::with_settings(
            SharedCredentialsProvider::from(Arc::clone(&erased)),
            settings.clone(),
        ),
        CredentialsCache::with_settings(erased, settings.clone()),
    ]
}

async fn id_of(cache: &CredentialsCache) -> String {
    let cached = cache.get().await.unwrap();
    cached.credentials().access_key_id().to_owned()
}

/// Provides what the first link that has anything provides, and falls back likewise, as the chains
/// of `aws-config` do.
#[derive(Debug)]
struct Chain(Vec<Box<dyn ProvideCredentials>>);

impl ProvideCredentials for Chain {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async {
            for link in &self.0 {
                if let Ok(credentials) = link.provide_credentials().await {
                    return Ok(credentials);
                }
            }
            Err(CredentialsError::not_loaded_no_source())
        })
    }

    fn fallback_on_interrupt(&self) -> Option<Credentials> {
        self.0.iter().find_map(|link| link.fallback_on_interrupt())
    }
}

/// Provides other credentials than its base, to which it leaves the fallback. In memory it is its
/// base and nothing else.
#[derive(Debug)]
struct Role(CachedProvider);

impl ProvideCredentials for Role {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async {
            self.0.provide_credentials().await?;
            Ok(keys("ROLE"))
        })
    }

    fn fallback_on_interrupt(&self) -> Option<Credentials> {
        self.0.fallback_on_interrupt()
    }
}

fn keys(id: &str) -> Credentials {
    Credentials::new(id, "secret", None, None, "test")
}

#[tokio::test]
async fn a_provider_that_has_a_handle_in_it_is_not_taken_for_the_cache_of_the_handle() {
    let base = CredentialsCache::new(keys("BASE"));
    base.preload().await.unwrap();
    let chain = || Chain(vec![Box::new(keys("FIRST")), Box::new(base.provider())]);
    let settings = CacheSettings::new();
    for cache in caches(chain, &settings) {
        assert_eq!(id_of(&cache).await, "FIRST");
    }
    for cache in caches(|| Role(base.provider()), &settings) {
        assert_eq!(id_of(&cache).await, "ROLE");
    }
}

/// Panics when it is asked for a fallback.
#[derive(Debug)]
struct Touchy;

impl ProvideCredentials for Touchy {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::ready(Ok(keys("TOUCHY")))
    }

    fn fallback_on_interrupt(&self) -> Option<Credentials> {
        panic!("do not ask");
    }
}

#[tokio::test]
async fn a_provider_is_asked_for_nothing_before_there_is_a_caller() {
    for cache in caches(|| Touchy, &CacheSettings::new()) {
        assert!(cache.generation().is_none());
        assert_eq!(id_of(&cache).await, "TOUCHY");
    }
}

/// Makes caches of all that has the handle of another in it, and provides what that does.
fn in_front_of(behind: &Harness) -> Vec<Harness> {
    let handle = || behind.cache.provider();
    let settings = CacheSettings::new()
        .clock(behind.clock.reader())
        .random(|| 0.5);
    let [_, wrapped @ ..] = caches(handle, &settings);
    let chained = caches(|| Chain(vec![Box::new(handle())]), &settings);
    let caches = wrapped.into_iter().chain(chained);
    let harness = |cache| Harness {
        clock: behind.clock.clone(),
        provider: behind.provider.clone(),
        cache,
    };
    caches.map(harness).collect()
}

fn behind() -> Harness {
    Harness::new(|_| Step::Living(HOUR).after(MILLI * 50))
}

#[tokio::test(start_paused = true)]
async fn a_cache_in_front_of_a_cache_serves_as_one_does() {
    let behind = behind();
    let front = &in_front_of(&behind)[0];
    assert_eq!(front.call().await.took, MILLI * 50);
    let calls = front.traffic(1, HOUR * 2).await;
    assert_unhindered(&calls);
    assert!(
        calls
            .iter()
            .all(|call| !call.result.as_ref().unwrap().expired)
    );
    assert_eq!((behind.provider.loads(), behind.provider.peak()), (3, 1));

    // Nobody has called for a while, so that both have expired.
    sleep(HOUR * 2).await;
    let call = front.call().await;
    assert_eq!((call.load(), call.took), (4, MILLI * 50));
}

#[tokio::test(start_paused = true)]
async fn what_was_rejected_in_front_of_a_cache_is_replaced_behind() {
    let wrappings = in_front_of(&behind()).len();
    for wrapping in 0..wrappings {
        let behind = behind();
        let front = &in_front_of(&behind)[wrapping];
        front.call().await;
        sleep(SECOND).await;
        let Replacement::Loading(reload) = front.cache.replace(front.reject()) else {
            panic!("no load");
        };
        assert!(reload.await);
        assert_eq!(front.call().await.load(), 2);

        // The pace of the cache behind is that of all in front of it.
        let other = &in_front_of(&behind)[wrapping];
        other.call().await;
        sleep(SECOND).await;
        let Replacement::Loading(reload) = other.cache.replace(other.reject()) else {
            panic!("no load");
        };
        assert!(!reload.await);
        assert_eq!(behind.provider.loads(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn a_rejection_of_other_keys_in_front_of_a_cache_leaves_it_alone() {
    let behind = behind();
    let role = CredentialsCache::new(Role(behind.cache.provider()));
    let rejected = role.get().await.unwrap().generation();
    sleep(SECOND).await;
    role.reject(rejected);
    let Replacement::Loading(reload) = role.replace(rejected) else {
        panic!("no load");
    };
    assert!(!reload.await);
    let stats = behind.cache.stats();
    assert_eq!((stats.loads, stats.rejections), (1, 0));
}

#[tokio::test(start_paused = true)]
async fn the_fallback_is_what_may_be_served_without_a_load() {
    for (on_expired, stale) in [(OnExpired::ServeStale, true), (OnExpired::Fail, false)] {
        let harness = Harness::with(
            |_| Step::Living(HOUR),
            |settings| settings.on_expired(on_expired),
        );
        let provider = harness.cache.provider();
        assert!(provider.fallback_on_interrupt().is_none());
        harness.call().await;
        assert!(provider.fallback_on_interrupt().is_some());
        sleep(HOUR).await;
        assert_eq!(provider.fallback_on_interrupt().is_some(), stale);
        assert_eq!(harness.provider.loads(), 1);
    }
}

#[tokio::test]
async fn errors_keep_their_kind_so_that_a_chain_goes_on_where_it_would() {
    let empty = EnvironmentCredentials::from_vars(|_| None);
    let error = CredentialsCache::new(empty)
        .provider()
        .provide_credentials()
        .await
        .unwrap_err();
    assert!(
        matches!(error, CredentialsError::CredentialsNotLoaded(_)),
        "{error:?}"
    );
    let source = error.source().unwrap().to_string();
    assert!(source.contains("AWS_ACCESS_KEY_ID"), "{source}");

    for (step, is_configuration) in [(Step::Error, false), (Step::Misconfigured, true)] {
        let harness = Harness::new(move |_| step.clone());
        let error = harness
            .cache
            .provider()
            .provide_credentials()
            .await
            .unwrap_err();
        match error {
            CredentialsError::InvalidConfiguration(_) => assert!(is_configuration),
            CredentialsError::ProviderError(_) => assert!(!is_configuration),
            error => panic!("{error:?}"),
        }
    }
}

/// Gets its credentials from a cache: its own, or one whose provider gets them from this one's.
#[derive(Clone, Debug, Default)]
struct Borrowing(Arc<OnceLock<CachedProvider>>);

impl ProvideCredentials for Borrowing {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        self.0.get().unwrap().provide_credentials()
    }
}

#[tokio::test(start_paused = true)]
async fn f46_a_provider_that_asks_its_own_cache_is_told_so_at_once() {
    let provider = Borrowing::default();
    let cache = CredentialsCache::new(provider.clone());
    provider.0.set(cache.provider()).unwrap();
    let start = Instant::now();
    let error = cache.get().await.unwrap_err();
    assert_eq!(start.elapsed(), INSTANTLY);
    assert!(error.to_string().contains("a client of its own"), "{error}");
}

#[test]
fn f46_two_providers_that_ask_each_other_are_told_so_even_without_a_timer() {
    let (first, second) = (Borrowing::default(), Borrowing::default());
    let caches = [first.clone(), second.clone()].map(CredentialsCache::new);
    first.0.set(caches[1].provider()).unwrap();
    second.0.set(caches[0].provider()).unwrap();
    let error = crate::runtimes::block_on(caches[0].get()).unwrap_err();
    assert!(error.to_string().contains("a client of its own"), "{error}");
}
