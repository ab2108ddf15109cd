//! A handle of a cache inside of other providers, which caches are made of.

use std::sync::Arc;

use aws_credential_types::{
    Credentials,
    provider::{ProvideCredentials, SharedCredentialsProvider, error::CredentialsError, future},
};
use credentials_cache::{CacheSettings, CachedProvider, CredentialsCache, Replacement};
use sigv4_testkit::Step;
use tokio::time::sleep;

use crate::harness::{HOUR, Harness, MILLI, SECOND, assert_unhindered};

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
