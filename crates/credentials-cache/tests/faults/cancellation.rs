//! Callers go away, and so do caches.

use std::time::Duration;

use credentials_cache::Replacement;
use sigv4_testkit::Step;
use tokio::{
    runtime::Handle,
    task::yield_now,
    time::{sleep, timeout},
};

use crate::harness::{HOUR, Harness, INSTANTLY, MILLI, SECOND, now_or_never};

fn slow() -> Harness {
    Harness::new(|_| Step::Living(HOUR).after(MILLI * 200))
}

fn tasks() -> usize {
    Handle::current().metrics().num_alive_tasks()
}

#[tokio::test(start_paused = true)]
async fn f16_a_lookup_that_is_dropped_leaves_the_load_to_others() {
    let harness = slow();
    drop(harness.cache.get());
    assert!(timeout(MILLI * 50, harness.cache.get()).await.is_err());
    sleep(MILLI * 151).await;
    assert_eq!(harness.provider.completed(), 1);
    assert_eq!(harness.call().await.took, INSTANTLY);
    assert_eq!(harness.provider.loads(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_wait_for_a_reload_that_is_dropped_leaves_it_to_others() {
    let harness = slow();
    harness.call().await;
    sleep(SECOND).await;
    let Replacement::Loading(reload) = harness.cache.replace(harness.reject()) else {
        panic!("no load");
    };
    drop(reload);
    sleep(MILLI * 201).await;
    assert_eq!(harness.call().await.load(), 2);
}

#[tokio::test(start_paused = true)]
async fn f19_the_load_ends_with_whatever_is_left_of_a_cache() {
    let before = tasks();
    let Harness {
        cache, provider, ..
    } = slow();
    let get = now_or_never(cache.get()).unwrap_err();
    yield_now().await;
    assert_eq!((tasks(), provider.in_flight()), (before + 1, 1));
    // A handle and a lookup are as good as a clone.
    let handle = cache.provider();
    drop(cache);
    drop(get);
    yield_now().await;
    assert_eq!(provider.in_flight(), 1);
    drop(handle);
    yield_now().await;
    assert_eq!((tasks(), provider.in_flight()), (before, 0));
    assert_eq!(provider.completed(), 0);
}

#[tokio::test(start_paused = true)]
async fn what_was_handed_out_keeps_neither_a_cache_nor_a_task_alive() {
    let before = tasks();
    let Harness { cache, .. } = Harness::with(
        |_| Step::Living(HOUR),
        |settings| settings.refresh_timer(true),
    );
    let cached = cache.get().await.unwrap();
    assert_eq!(tasks(), before + 1);
    drop(cache);
    yield_now().await;
    assert_eq!(tasks(), before);
    assert_eq!(cached.credentials().access_key_id(), "AKID1");
}

#[tokio::test(start_paused = true)]
async fn the_timer_refreshes_what_was_used_and_leaves_what_has_expired_to_the_next_caller() {
    let harness = Harness::with(
        |_| Step::Living(HOUR).after(SECOND),
        |settings| settings.refresh_timer(true),
    );
    harness.call().await;
    sleep(HOUR * 24).await;
    // The first was used, the second was not.
    assert_eq!(harness.provider.loads(), 2);
    assert_eq!(harness.call().await.took, SECOND);
    // Frozen when the timer should have fired.
    harness.clock.freeze(HOUR * 2);
    sleep(HOUR * 2).await;
    assert_eq!(harness.provider.loads(), 3);
    assert_eq!(harness.call().await.took, SECOND);
    assert_eq!(harness.cache.stats().served_expired, 0);
    sleep(Duration::ZERO).await;
}

#[tokio::test(start_paused = true)]
async fn the_timer_refreshes_when_the_credentials_are_due_and_not_before() {
    let harness = Harness::with(
        |_| Step::Living(HOUR).after(SECOND),
        |settings| settings.refresh_timer(true),
    );
    harness.call().await;
    // Due eleven and a quarter minutes before the end, with the harness's chance.
    sleep(SECOND * 2_924).await;
    assert_eq!(harness.provider.loads(), 1);
    sleep(SECOND * 2).await;
    assert_eq!(harness.provider.loads(), 2);
}
