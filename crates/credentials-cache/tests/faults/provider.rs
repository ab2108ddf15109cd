//! A cache as a provider.

use std::{
    error::Error as _,
    sync::{Arc, OnceLock},
};

use aws_credential_types::provider::{ProvideCredentials, error::CredentialsError, future};
use credentials_cache::{
    CacheSettings, CachedProvider, CredentialsCache, EnvironmentCredentials, IntoCredentialsCache,
    OnExpired,
};
use sigv4_testkit::Step;
use tokio::time::{Instant, sleep};

use crate::harness::{HOUR, Harness, INSTANTLY, MILLI, SECOND};

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
