//! Clocks are set, and sandboxes frozen.

use tokio::time::sleep;

use crate::rig::{Begun, HOUR, INSTANTLY, MILLI, MINUTE, Rig, SECOND, Step};

const HOURS: i64 = 3_600;

fn hourly() -> Rig {
    Rig::new(|_| Step::Living(HOUR).after(MILLI * 50))
}

#[tokio::test(start_paused = true)]
async fn f26_after_a_freeze_nobody_signs_with_what_expired_meanwhile() {
    let rig = hourly();
    rig.call().await;
    rig.wall.freeze(7_200);
    let calls = rig.calls(1_000).await;
    assert_eq!((calls.ok, calls.longest), (1_000, MILLI * 50));
    assert_eq!((rig.provider.loads(), rig.inner.expired()), (2, 0));
    assert!(rig.inner.keys()[1..].iter().all(|&key| key == 2));
}

/// The second load hangs.
fn second_hangs(begun: Begun) -> Step {
    match begun.number {
        2 => Step::Hang,
        _ => Step::Living(HOUR).after(MILLI * 50),
    }
}

#[tokio::test(start_paused = true)]
async fn f27_a_load_that_a_freeze_has_killed_is_taken_over_at_once() {
    let rig = Rig::new(second_hangs);
    rig.call().await;
    sleep(HOUR - MINUTE).await;
    assert_eq!(rig.call().await.took, INSTANTLY);
    sleep(SECOND).await;
    assert_eq!(rig.provider.in_flight(), 1);
    rig.wall.freeze(7_200);
    let calls = rig.calls(1_000).await;
    assert_eq!((calls.ok, calls.longest), (1_000, MILLI * 50));
    assert_eq!((rig.inner.last_key(), rig.provider.loads()), (3, 3));
    assert_eq!(rig.provider.in_flight(), 0, "the old load is aborted");
    assert_eq!(rig.cache.stats().takeovers, 1);
}

#[tokio::test(start_paused = true)]
async fn f27_those_who_waited_for_it_wait_for_the_new_one() {
    let rig = Rig::new(|begun| match begun.number {
        1 => Step::Hang,
        _ => Step::Living(HOUR).after(MILLI * 50),
    });
    let early = tokio::spawn(crate::rig::call(rig.client.clone()));
    sleep(SECOND).await;
    rig.wall.freeze(7_200);
    assert_eq!(rig.call().await.took, MILLI * 50);
    let early = early.await.unwrap();
    assert_eq!((early.result.is_ok(), early.took), (true, MILLI * 1_050));
    assert_eq!(rig.provider.loads(), 2);
}

#[tokio::test(start_paused = true)]
async fn f28_what_a_frozen_load_brings_in_the_end_is_not_taken() {
    let rig = Rig::new(|begun| match begun.number {
        2 => Step::Living(MINUTE).after(SECOND * 5),
        _ => Step::Living(HOUR).after(MILLI * 50),
    });
    rig.call().await;
    sleep(HOUR - MINUTE).await;
    rig.call().await;
    sleep(SECOND).await;
    rig.wall.freeze(7_200);
    assert_eq!(rig.call().await.took, MILLI * 50);
    sleep(SECOND * 10).await;
    assert_eq!(rig.call().await.took, INSTANTLY);
    assert_eq!(rig.inner.keys(), [1, 1, 3, 3]);
}

#[tokio::test(start_paused = true)]
async fn f29_a_clock_that_is_set_back_does_not_make_credentials_live_longer() {
    let rig = hourly();
    rig.call().await;
    rig.wall.set(-24 * HOURS);
    rig.traffic(1, HOUR * 2).await.assert_unhindered();
    assert_eq!(rig.inner.expired(), 0);
    assert!(
        (2..=4).contains(&rig.provider.loads()),
        "{}",
        rig.provider.loads()
    );
    for (number, begun) in rig.provider.begun().iter().enumerate().skip(1) {
        let between = *begun - rig.provider.begun()[number - 1];
        assert!(
            (HOUR - MINUTE * 15..HOUR - MINUTE * 7).contains(&between),
            "{between:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn f29_after_a_failure_the_next_attempt_is_not_a_day_away() {
    let rig = Rig::new(|begun| match begun.number {
        2 => Step::Error,
        _ => Step::Living(HOUR),
    });
    rig.call().await;
    sleep(HOUR - MINUTE * 5).await;
    rig.call().await;
    sleep(MILLI).await;
    rig.wall.set(-24 * HOURS);
    sleep(SECOND).await;
    rig.call().await;
    sleep(MILLI).await;
    rig.call().await;
    assert_eq!((rig.inner.last_key(), rig.provider.loads()), (3, 3));
}

#[tokio::test(start_paused = true)]
async fn f30_a_clock_that_is_set_forth_and_back_costs_one_load() {
    let rig = hourly();
    rig.call().await;
    rig.wall.set(24 * HOURS);
    rig.calls(100).await;
    sleep(SECOND).await;
    rig.wall.set(-24 * HOURS);
    rig.traffic(10, MINUTE).await.assert_unhindered();
    assert_eq!((rig.provider.loads(), rig.inner.last_key()), (2, 2));
}

#[tokio::test(start_paused = true)]
async fn f31_a_clock_that_is_set_back_does_not_prolong_a_pause() {
    let rig = Rig::new(|begun| match begun.number {
        1..=7 => Step::Error,
        _ => Step::Living(HOUR),
    });
    while rig.provider.loads() < 7 {
        rig.traffic(100, SECOND).await;
    }
    let paused = rig.cache.stats().backoff;
    assert_eq!(paused, MILLI * 7_500);
    rig.wall.set(-HOURS);
    sleep(paused).await;
    assert!(rig.call().await.result.is_ok());
}

#[tokio::test(start_paused = true)]
async fn f31_a_load_that_a_wrong_clock_let_start_is_joined_all_the_same() {
    let rig = Rig::new(|begun| match begun.number {
        1 => Step::Error,
        _ => Step::Living(HOUR).after(MILLI * 50),
    });
    rig.call().await;
    rig.wall.set(HOURS);
    let first = tokio::spawn(crate::rig::call(rig.client.clone()));
    sleep(MILLI).await;
    rig.wall.set(-HOURS);
    // By both clocks the pause after the failure is not over.
    assert!(rig.call().await.result.is_ok());
    assert!(first.await.unwrap().result.is_ok());
    assert_eq!(rig.provider.loads(), 2);
}
