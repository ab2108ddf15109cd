//! What callers get, wait for and do not wait for.

use std::sync::{
    Arc, OnceLock,
    atomic::{AtomicUsize, Ordering},
};

use credentials_cache::{
    CacheSettings, CachedCredentials, CredentialsCache, Error, Get, OnExpired, Reload,
};
use sigv4_testkit::{LoadStart, Step};
use tokio::{task::yield_now, time::sleep};

use crate::harness::{HOUR, Harness, INSTANTLY, MILLI, MINUTE, SECOND, load_of, now_or_never};

fn hourly(_: LoadStart) -> Step {
    Step::Living(HOUR).after(MILLI * 50)
}

#[test]
fn what_is_public_goes_from_task_to_task() {
    fn moves<T: Send + Unpin + 'static>() {}
    fn shares<T: Send + Sync + Unpin + 'static>() {}
    moves::<Get>();
    moves::<Reload>();
    shares::<CachedCredentials>();
    shares::<CredentialsCache>();
    shares::<CacheSettings>();
    shares::<Error>();
}

#[tokio::test(start_paused = true)]
async fn a_lookup_starts_the_load_before_it_is_awaited() {
    let harness = Harness::new(hourly);
    let get = harness.cache.get();
    sleep(MILLI * 51).await;
    assert_eq!(harness.provider.completed(), 1);
    // It is answered from then on, however late somebody awaits it.
    assert_eq!(load_of(&now_or_never(get).unwrap().unwrap()), 1);
}

#[tokio::test(start_paused = true)]
async fn trying_starts_a_load_and_waits_for_none() {
    let harness = Harness::new(hourly);
    assert!(harness.cache.try_get().is_none());
    yield_now().await;
    assert_eq!(harness.provider.in_flight(), 1);
    let call = harness.call().await;
    assert_eq!((call.load(), call.took), (1, MILLI * 50));
    assert_eq!(load_of(&harness.cache.try_get().unwrap()), 1);
    assert_eq!(harness.provider.loads(), 1);
}

#[tokio::test(start_paused = true)]
async fn trying_gives_at_each_stage_what_a_lookup_gives_at_once() {
    let harness = Harness::new(|load| match load.number {
        1 => Step::Living(HOUR),
        _ => Step::Error.after(MILLI * 50),
    });
    harness.call().await;
    // Due: a refresh starts in the background.
    sleep(HOUR - MINUTE * 5).await;
    assert!(harness.cache.try_get().is_some());
    sleep(MINUTE).await;
    assert_eq!(harness.provider.loads(), 2);
    // About to expire: a lookup would wait.
    sleep(MINUTE * 4 - SECOND * 5).await;
    assert!(harness.cache.try_get().is_none());
    // That load fails, and what is left does.
    sleep(MILLI * 51).await;
    assert!(!harness.cache.try_get().unwrap().is_expired());
    // Expired: a lookup would wait, and be served with it then.
    sleep(MINUTE).await;
    assert!(harness.cache.try_get().is_none());
    sleep(MILLI * 51).await;
    assert!(harness.cache.try_get().unwrap().is_expired());
}

#[tokio::test(start_paused = true)]
async fn trying_is_enough_to_recover() {
    for on_expired in [OnExpired::ServeStale, OnExpired::Fail] {
        let harness = Harness::with(
            |load| match load.number == 1 || load.at > HOUR * 2 {
                true => Step::Living(HOUR).after(MILLI * 50),
                false => Step::Error,
            },
            |settings| settings.on_expired(on_expired),
        );
        for _ in 0..(2 * 3_600 + 120) {
            harness.cache.try_get();
            sleep(SECOND).await;
        }
        assert!(!harness.cache.try_get().unwrap().is_expired());
        assert_eq!(harness.cache.stats().waits, 0);
    }
}

#[test]
fn trying_outside_a_runtime_starts_nothing() {
    let harness = Harness::new(hourly);
    assert!(harness.cache.try_get().is_none());
    assert_eq!(harness.cache.stats().loads, 0);
}

#[tokio::test(start_paused = true)]
async fn preloading_loads_once_and_tells_of_a_failure() {
    let harness = Harness::new(hourly);
    let (first, second) = tokio::join!(harness.cache.preload(), harness.cache.preload());
    assert!(first.is_ok() && second.is_ok());
    assert_eq!(harness.call().await.took, INSTANTLY);
    assert_eq!(harness.provider.loads(), 1);

    let down = Harness::new(|_| Step::Error);
    let error = down.cache.preload().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "could not load credentials: scripted failure"
    );
}

#[tokio::test(start_paused = true)]
async fn the_last_error_is_that_of_the_latest_load() {
    let harness = Harness::new(|load| match load.number {
        1 | 3 => Step::Error,
        _ => Step::Living(HOUR),
    });
    assert!(harness.cache.last_error().is_none());
    assert!(harness.call().await.result.is_err());
    assert!(harness.cache.last_error().is_some());
    sleep(SECOND).await;
    harness.call().await;
    assert!(harness.cache.last_error().is_none());
    sleep(HOUR - MINUTE * 5).await;
    harness.call().await;
    sleep(MILLI).await;
    let error = harness.cache.last_error().unwrap();
    assert!(error.to_string().contains("scripted failure"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn an_expired_error_tells_for_how_long_and_why() {
    let harness = Harness::with(
        |load| match load.number {
            1 => Step::Living(HOUR),
            _ => Step::Error.after(MILLI * 50),
        },
        |settings| settings.on_expired(OnExpired::Fail),
    );
    harness.call().await;
    sleep(HOUR + MINUTE).await;
    let call = harness.call().await;
    assert!(call.error().is_expired());
    assert_eq!(
        call.error().to_string(),
        "the credentials expired 60 s ago by the local clock, and no others could be loaded in 1 \
         attempt: scripted failure"
    );
    assert_eq!(
        call.error().report(),
        "the credentials expired 60 s ago by the local clock, and no others could be loaded in 1 \
         attempt\n\
         caused by: could not load credentials\n\
         caused by: an error occurred while loading credentials\n\
         caused by: scripted failure"
    );
}

/// What is derived, of which a test counts how much there is.
#[derive(Default)]
struct DerivedOnce(OnceLock<Derived>);

struct Derived(Arc<AtomicUsize>);

impl Drop for Derived {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_derived_lives_and_dies_with_its_generation() {
    let alive = Arc::new(AtomicUsize::new(0));
    let derive = |cached: &CachedCredentials| {
        let slot: &DerivedOnce = cached.derived().unwrap();
        let mut made = false;
        slot.0.get_or_init(|| {
            made = true;
            alive.fetch_add(1, Ordering::Relaxed);
            Derived(Arc::clone(&alive))
        });
        made
    };
    let harness = Harness::new(hourly);
    let first = harness.cache.get().await.unwrap();
    assert!(derive(&first), "nobody has before");
    assert!(!derive(&harness.cache.get().await.unwrap()), "it is shared");
    assert_eq!(first.derived::<u64>(), None);

    sleep(HOUR + SECOND).await;
    let second = harness.cache.get().await.unwrap();
    assert!(derive(&second), "another generation has its own");
    // Whoever still holds the first has what belongs to it.
    let kept = first.clone();
    drop(first);
    assert!(!derive(&kept));
    assert_eq!((load_of(&kept), load_of(&second)), (1, 2));
    assert_eq!(alive.load(Ordering::Relaxed), 2);
    drop(kept);
    assert_eq!(alive.load(Ordering::Relaxed), 1);
    drop((second, harness));
    assert_eq!(alive.load(Ordering::Relaxed), 0);
}

/// Asks the cache when it goes away, as no lock may be held then.
#[derive(Default)]
struct AsksOnDrop(OnceLock<CredentialsCache>);

impl Drop for AsksOnDrop {
    fn drop(&mut self) {
        if let Some(cache) = self.0.get() {
            cache.stats();
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_derived_may_ask_the_cache_when_its_generation_is_replaced() {
    for life in [HOUR, std::time::Duration::ZERO] {
        let harness = Harness::new(move |_| Step::Living(life));
        for load in 1..4 {
            let cached = harness.cache.get().await.unwrap();
            assert_eq!(load_of(&cached), load);
            let derived: &AsksOnDrop = cached.derived().unwrap();
            let _ = derived.0.set(harness.cache.clone());
            drop(cached);
            sleep(HOUR + SECOND).await;
        }
    }
}
