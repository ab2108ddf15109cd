//! Clocks are set, and sandboxes frozen.

use std::time::Duration;

use tokio::time::sleep;

use crate::harness::{HOUR, Harness, INSTANTLY, LoadStart, MILLI, MINUTE, SECOND, Step};

const HOURS: i64 = 3_600;

fn hourly() -> Harness {
    Harness::new(|_| Step::Living(HOUR).after(MILLI * 50))
}

#[tokio::test(start_paused = true)]
async fn f26_after_a_freeze_nobody_signs_with_what_expired_meanwhile() {
    let harness = hourly();
    harness.call().await;
    harness.wall.freeze(Duration::from_secs(7_200));
    let calls = harness.calls(1_000).await;
    assert_eq!((calls.ok, calls.longest), (1_000, MILLI * 50));
    assert_eq!((harness.provider.loads(), harness.inner.expired()), (2, 0));
    assert!(harness.inner.keys()[1..].iter().all(|&key| key == 2));
}

/// The second load hangs.
fn second_hangs(begun: LoadStart) -> Step {
    match begun.number {
        2 => Step::Hang,
        _ => Step::Living(HOUR).after(MILLI * 50),
    }
}

#[tokio::test(start_paused = true)]
async fn f27_a_load_that_a_freeze_has_killed_is_taken_over_at_once() {
    let harness = Harness::new(second_hangs);
    harness.call().await;
    sleep(HOUR - MINUTE).await;
    assert_eq!(harness.call().await.took, INSTANTLY);
    sleep(SECOND).await;
    assert_eq!(harness.provider.in_flight(), 1);
    harness.wall.freeze(Duration::from_secs(7_200));
    let calls = harness.calls(1_000).await;
    assert_eq!((calls.ok, calls.longest), (1_000, MILLI * 50));
    assert_eq!((harness.inner.last_key(), harness.provider.loads()), (3, 3));
    assert_eq!(harness.provider.in_flight(), 0, "the old load is aborted");
    assert_eq!(harness.cache.stats().takeovers, 1);
}

#[tokio::test(start_paused = true)]
async fn f27_those_who_waited_for_it_wait_for_the_new_one() {
    let harness = Harness::new(|begun| match begun.number {
        1 => Step::Hang,
        _ => Step::Living(HOUR).after(MILLI * 50),
    });
    let early = tokio::spawn(crate::harness::call(harness.client.clone()));
    sleep(SECOND).await;
    harness.wall.freeze(Duration::from_secs(7_200));
    assert_eq!(harness.call().await.took, MILLI * 50);
    let early = early.await.unwrap();
    assert_eq!((early.result.is_ok(), early.took), (true, MILLI * 1_050));
    assert_eq!(harness.provider.loads(), 2);
}

#[tokio::test(start_paused = true)]
async fn f28_what_a_frozen_load_brings_in_the_end_is_not_taken() {
    let harness = Harness::new(|begun| match begun.number {
        2 => Step::Living(MINUTE).after(SECOND * 5),
        _ => Step::Living(HOUR).after(MILLI * 50),
    });
    harness.call().await;
    sleep(HOUR - MINUTE).await;
    harness.call().await;
    sleep(SECOND).await;
    harness.wall.freeze(Duration::from_secs(7_200));
    assert_eq!(harness.call().await.took, MILLI * 50);
    sleep(SECOND * 10).await;
    assert_eq!(harness.call().await.took, INSTANTLY);
    assert_eq!(harness.inner.keys(), [1, 1, 3, 3]);
}

#[tokio::test(start_paused = true)]
async fn f29_a_clock_that_is_set_back_does_not_make_credentials_live_longer() {
    let harness = hourly();
    harness.call().await;
    harness.wall.jump(-24 * HOURS);
    harness.traffic(1, HOUR * 2).await.assert_unhindered();
    assert_eq!(harness.inner.expired(), 0);
    assert!(
        (2..=4).contains(&harness.provider.loads()),
        "{}",
        harness.provider.loads()
    );
    for (number, begun) in harness.provider.starts().iter().enumerate().skip(1) {
        let between = *begun - harness.provider.starts()[number - 1];
        assert!(
            (HOUR - MINUTE * 15..HOUR - MINUTE * 7).contains(&between),
            "{between:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn f29_after_a_failure_the_next_attempt_is_not_a_day_away() {
    let harness = Harness::new(|begun| match begun.number {
        2 => Step::Error,
        _ => Step::Living(HOUR),
    });
    harness.call().await;
    sleep(HOUR - MINUTE * 5).await;
    harness.call().await;
    sleep(MILLI).await;
    harness.wall.jump(-24 * HOURS);
    sleep(SECOND).await;
    harness.call().await;
    sleep(MILLI).await;
    harness.call().await;
    assert_eq!((harness.inner.last_key(), harness.provider.loads()), (3, 3));
}

#[tokio::test(start_paused = true)]
async fn f30_a_clock_that_is_set_forth_and_back_costs_one_load() {
    let harness = hourly();
    harness.call().await;
    harness.wall.jump(24 * HOURS);
    harness.calls(100).await;
    sleep(SECOND).await;
    harness.wall.jump(-24 * HOURS);
    harness.traffic(10, MINUTE).await.assert_unhindered();
    assert_eq!((harness.provider.loads(), harness.inner.last_key()), (2, 2));
}

#[tokio::test(start_paused = true)]
async fn f31_a_clock_that_is_set_back_does_not_prolong_a_pause() {
    let harness = Harness::new(|begun| match begun.number {
        1..=7 => Step::Error,
        _ => Step::Living(HOUR),
    });
    while harness.provider.loads() < 7 {
        harness.traffic(100, SECOND).await;
    }
    let paused = harness.cache.stats().backoff;
    assert_eq!(paused, MILLI * 7_500);
    harness.wall.jump(-HOURS);
    sleep(paused).await;
    assert!(harness.call().await.result.is_ok());
}

#[tokio::test(start_paused = true)]
async fn f31_a_load_that_a_wrong_clock_let_start_is_joined_all_the_same() {
    let harness = Harness::new(|begun| match begun.number {
        1 => Step::Error,
        _ => Step::Living(HOUR).after(MILLI * 50),
    });
    harness.call().await;
    harness.wall.jump(HOURS);
    let first = tokio::spawn(crate::harness::call(harness.client.clone()));
    sleep(MILLI).await;
    harness.wall.jump(-HOURS);
    // By both clocks the pause after the failure is not over.
    assert!(harness.call().await.result.is_ok());
    assert!(first.await.unwrap().result.is_ok());
    assert_eq!(harness.provider.loads(), 2);
}
