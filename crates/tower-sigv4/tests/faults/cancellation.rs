//! Callers go away, and so do caches.

use tokio::{
    runtime::Handle,
    task::{JoinSet, yield_now},
    time::{sleep, timeout},
};

use crate::harness::{HOUR, Harness, INSTANTLY, MILLI, MINUTE, SECOND, Step, call};

fn slow() -> Harness {
    Harness::new(|_| Step::Living(HOUR).after(MILLI * 200))
}

fn tasks() -> usize {
    Handle::current().metrics().num_alive_tasks()
}

#[tokio::test(start_paused = true)]
async fn f16_a_load_outlives_the_caller_that_started_it() {
    let harness = slow();
    assert!(timeout(MILLI * 50, harness.call()).await.is_err());
    sleep(MILLI * 151).await;
    assert_eq!(
        (harness.provider.loads(), harness.provider.completed()),
        (1, 1)
    );
    let next = harness.call().await;
    assert_eq!((next.result.is_ok(), next.took), (true, INSTANTLY));
}

#[tokio::test(start_paused = true)]
async fn f17_callers_that_are_all_too_impatient_get_there_in_the_end() {
    let harness = slow();
    let mut served = 0;
    for _ in 0..100 {
        let patient = timeout(MILLI * 50, harness.call()).await;
        served += usize::from(patient.is_ok_and(|call| call.result.is_ok()));
    }
    assert_eq!(harness.provider.loads(), 1);
    assert!(served >= 96, "{served}");
}

#[tokio::test(start_paused = true)]
async fn f18_a_load_that_nobody_waits_for_any_more_is_kept() {
    let harness = slow();
    let mut calls = JoinSet::new();
    for _ in 0..1_000 {
        calls.spawn(call(harness.client.clone()));
    }
    sleep(MILLI * 50).await;
    calls.shutdown().await;
    sleep(MILLI * 151).await;
    assert!(harness.cache.generation().is_some());
    assert_eq!(harness.call().await.took, INSTANTLY);
    assert_eq!(harness.provider.loads(), 1);
}

#[tokio::test(start_paused = true)]
async fn f19_the_last_handle_takes_the_load_with_it() {
    let baseline = tasks();
    let harness = slow();
    assert!(timeout(MILLI * 50, harness.call()).await.is_err());
    let provider = harness.provider.clone();
    assert_eq!((tasks(), provider.in_flight()), (baseline + 1, 1));
    drop(harness);
    yield_now().await;
    assert_eq!((tasks(), provider.in_flight()), (baseline, 0));
    assert_eq!(provider.completed(), 0);
}

#[tokio::test(start_paused = true)]
async fn f20_the_last_handle_takes_the_timer_with_it() {
    let baseline = tasks();
    let harness = Harness::with(
        |_| Step::Living(HOUR),
        |settings| settings.refresh_timer(true),
    );
    harness.call().await;
    assert_eq!(tasks(), baseline + 1);
    sleep(MINUTE).await;
    drop(harness);
    yield_now().await;
    assert_eq!(tasks(), baseline);
}

#[tokio::test(start_paused = true)]
async fn nothing_runs_between_loads() {
    let baseline = tasks();
    let harness = slow();
    harness.call().await;
    yield_now().await;
    assert_eq!(tasks(), baseline);
}

#[tokio::test(start_paused = true)]
async fn a_cache_that_refreshes_ahead_of_use_loads_what_was_used_and_only_that() {
    let plan = |_| Step::Living(HOUR).after(SECOND);
    let harness = Harness::with(plan, |settings| settings.refresh_timer(true).random(|| 0.0));
    harness.call().await;
    // The first was used, the second was not.
    sleep(HOUR * 24).await;
    assert_eq!(harness.provider.loads(), 2);
    assert_eq!(
        harness.provider.starts()[1],
        SECOND + HOUR - MINUTE * 15 / 2
    );
    // By now both have expired.
    assert_eq!(harness.call().await.took, SECOND);
}

#[tokio::test(start_paused = true)]
async fn a_cache_that_refreshes_ahead_of_use_tries_again_after_a_failure() {
    let plan = |begun: crate::harness::LoadStart| match begun.number {
        2..=5 => Step::Error,
        _ => Step::Living(HOUR),
    };
    let harness = Harness::with(plan, |settings| settings.refresh_timer(true).random(|| 0.0));
    harness.call().await;
    sleep(HOUR - MINUTE).await;
    assert_eq!(harness.provider.loads(), 6);
    assert_eq!(harness.call().await.took, INSTANTLY);
    assert_eq!(harness.inner.last_key(), 6);
}

#[tokio::test(start_paused = true)]
async fn preloading_loads_once_and_tells_of_a_failure() {
    let harness = slow();
    let cache = harness.cache.clone();
    let (first, second) = tokio::join!(cache.preload(), cache.preload());
    assert!(first.is_ok() && second.is_ok() && cache.preload().await.is_ok());
    assert_eq!(
        (harness.provider.loads(), harness.call().await.took),
        (1, INSTANTLY)
    );

    let down = Harness::new(|_| Step::Error);
    assert!(down.cache.preload().await.unwrap_err().is_retryable());
}
