//! A service rejects credentials.

use std::time::Duration;

use credentials_cache::{OnExpired, Replacement};
use sigv4_testkit::{LoadStart, Step, TestClock};
use tokio::time::sleep;

use crate::harness::{
    HOUR, Harness, INSTANTLY, MILLI, MINUTE, SECOND, assert_unhindered, now_or_never,
};

fn hourly(_: LoadStart) -> Step {
    Step::Living(HOUR).after(MILLI * 50)
}

/// Loads the first credentials and then does something else.
fn then(step: Step) -> impl Fn(LoadStart) -> Step {
    move |load| match load.number {
        1 => Step::Living(HOUR),
        _ => step.clone(),
    }
}

/// How long after the one before it each load started.
fn gaps(harness: &Harness) -> Vec<Duration> {
    let starts = harness.provider.starts();
    starts.windows(2).map(|pair| pair[1] - pair[0]).collect()
}

#[tokio::test(start_paused = true)]
async fn f38_a_rejection_of_earlier_credentials_changes_nothing() {
    let harness = Harness::new(hourly);
    harness.call().await;
    let first = harness.cache.generation().unwrap();
    sleep(HOUR).await;
    harness.call().await;
    harness.cache.reject(first);
    assert_unhindered(&harness.traffic(10, MINUTE * 3).await);
    let stats = harness.cache.stats();
    assert_eq!((harness.provider.loads(), stats.rejections), (2, 0));
}

#[tokio::test(start_paused = true)]
async fn f39_the_first_reload_is_at_once_and_each_later_one_is_one_to_two_minutes_after_the_last() {
    for (chance, gap) in [(0.0, 60), (0.5, 90), (1.0, 120)] {
        let harness = Harness::with(hourly, |settings| settings.random(move || chance));
        harness.call().await;
        sleep(MINUTE).await;
        for _ in 0..6_000 {
            harness.reject();
            assert_eq!(harness.call().await.took, INSTANTLY);
            sleep(MILLI * 100).await;
        }
        let gaps = gaps(&harness);
        assert_eq!(gaps[0], MINUTE + MILLI * 50);
        assert_eq!(gaps.len(), 1 + 599 / gap as usize, "{gaps:?}");
        for later in &gaps[1..] {
            let early = SECOND * gap;
            assert!((early..=early + MILLI * 101).contains(later), "{gaps:?}");
        }
        assert_eq!(harness.provider.peak(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_rejection_refuses_nobody_anything() {
    for (on_expired, ok) in [(OnExpired::ServeStale, true), (OnExpired::Fail, false)] {
        let harness = Harness::with(then(Step::Error.after(MILLI * 50)), |settings| {
            settings.on_expired(on_expired)
        });
        harness.call().await;
        harness.reject();
        assert_unhindered(&harness.traffic(1, HOUR - SECOND * 11).await);
        sleep(SECOND * 12).await;
        let calls = harness.traffic(1, MINUTE).await;
        assert!(calls.iter().all(|call| call.result.is_ok() == ok));
        harness.reject();
        let calls = harness.traffic(1, MINUTE).await;
        assert!(calls.iter().all(|call| call.result.is_ok() == ok));
    }
}

#[tokio::test(start_paused = true)]
async fn one_rejection_asks_for_one_reload() {
    let expiry = TestClock::new().now() + HOUR;
    for step in [
        Step::Living(HOUR * 6),
        // The source has no others: it has been asked, and that is that.
        Step::Expiring(expiry),
        Step::Expiring(expiry - HOUR * 2),
    ] {
        let what = format!("{step:?}");
        let harness = Harness::new(then(step));
        harness.call().await;
        let script_expiry = harness.cache.stats().expiry;
        assert_eq!(script_expiry, Some(expiry));
        harness.reject();
        assert_unhindered(&harness.traffic(1, MINUTE * 40).await);
        assert_eq!(harness.provider.loads(), 2, "{what}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_reload_that_fails_is_tried_again_at_its_own_pace_until_the_provider_answers() {
    let script = |load: LoadStart| match load.number {
        2..=4 => Step::Error,
        _ => Step::Living(HOUR),
    };
    let harness = Harness::new(script);
    harness.call().await;
    sleep(MINUTE).await;
    harness.reject();
    assert_unhindered(&harness.traffic(10, MINUTE * 20).await);
    let gaps = gaps(&harness);
    assert_eq!(gaps.len(), 4, "{gaps:?}");
    assert!(
        gaps[1..]
            .iter()
            .all(|gap| (SECOND * 90..=SECOND * 91).contains(gap))
    );
}

#[tokio::test(start_paused = true)]
async fn the_failure_of_a_reload_costs_nobody_anything() {
    let expired = TestClock::new().now();
    for step in [
        Step::Error,
        Step::Misconfigured,
        Step::Panic,
        Step::Hang,
        Step::Expiring(expired),
    ] {
        let what = format!("{step:?}");
        let script = move |load: LoadStart| match load.number {
            2 => step.clone(),
            _ => Step::Living(HOUR),
        };
        let harness = Harness::new(script);
        harness.call().await;
        harness.reject();
        assert_unhindered(&harness.traffic(10, MINUTE).await);
        assert_eq!(harness.provider.loads(), 2, "{what}");
        let stats = harness.cache.stats();
        assert_eq!(stats.consecutive_failures, 0, "{what}");
        assert_eq!(
            stats.backoff,
            MILLI * 750,
            "{what}: the pause after the first load"
        );
        assert!(harness.cache.last_error().is_some(), "{what}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_reload_that_fails_while_callers_wait_for_it_has_them_look_up_again() {
    // Credentials that live so short that a reload can be in flight when they are about to expire.
    let script = |load: LoadStart| match load.number {
        2 => Step::Error.after(SECOND * 25),
        _ => Step::Living(SECOND * 40).after(MILLI * 50),
    };
    let harness = Harness::new(script);
    harness.call().await;
    sleep(SECOND * 10).await;
    harness.reject();
    harness.call().await;
    sleep(SECOND * 24).await;
    let call = harness.call().await;
    assert_eq!((call.load(), harness.provider.loads()), (3, 3));
    assert!(call.took < SECOND * 2, "{call:?}");
    assert_eq!(harness.cache.stats().consecutive_failures, 0);
}

#[tokio::test(start_paused = true)]
async fn a_reload_waits_for_the_pause_after_a_failure_as_any_load_does() {
    let harness = Harness::new(then(Step::Error));
    harness.call().await;
    sleep(HOUR - MINUTE * 5).await;
    harness.call().await;
    sleep(MILLI).await;
    assert_eq!(harness.cache.stats().consecutive_failures, 1);
    harness.reject();
    assert_unhindered(&harness.calls(100).await);
    assert_eq!(harness.provider.loads(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_reload_that_is_lost_is_taken_over_no_sooner_than_the_pace_allows() {
    let harness = Harness::new(then(Step::Hang));
    harness.call().await;
    sleep(SECOND).await;
    for expected in [2, 2, 3, 3] {
        harness.reject();
        assert_eq!(harness.call().await.took, INSTANTLY);
        sleep(MILLI).await;
        assert_eq!(harness.provider.loads(), expected);
        // Longer than a load is trusted.
        harness.clock.freeze(SECOND * 45);
    }
}

#[tokio::test(start_paused = true)]
async fn rejected_credentials_are_replaced_even_by_shorter_lived_ones() {
    let harness = Harness::new(then(Step::Living(MINUTE * 15)));
    harness.call().await;
    harness.reject();
    sleep(SECOND).await;
    assert_eq!(harness.call().await.load(), 1);
    sleep(MILLI).await;
    assert_eq!(harness.call().await.load(), 2);
}

#[tokio::test(start_paused = true)]
async fn f61_a_rejection_and_an_outage_past_the_expiry_make_no_error() {
    let harness = Harness::new(then(Step::Error.after(MILLI * 50)));
    harness.call().await;
    harness.reject();
    sleep(HOUR + SECOND).await;
    let calls = harness.traffic(1, HOUR).await;
    assert!(calls.iter().all(|call| call.result.is_ok()));
}

#[tokio::test(start_paused = true)]
async fn replacing_starts_the_reload_and_tells_when_the_keys_are_others() {
    let harness = Harness::new(hourly);
    harness.call().await;
    sleep(SECOND).await;
    let rejected = harness.reject();
    let Replacement::Loading(first) = harness.cache.replace(rejected) else {
        panic!("no load");
    };
    // The second joins the first, and a third is too late for either.
    let Replacement::Loading(second) = harness.cache.replace(rejected) else {
        panic!("no load");
    };
    assert!(first.await && second.await);
    assert!(matches!(harness.cache.replace(rejected), Replacement::Done));
    assert_eq!(harness.provider.loads(), 2);
}

#[tokio::test(start_paused = true)]
async fn replacing_keeps_the_pace_of_rejections() {
    let harness = Harness::new(hourly);
    harness.call().await;
    sleep(SECOND).await;
    for load in 2..=4 {
        let rejected = harness.reject();
        let Replacement::Loading(reload) = harness.cache.replace(rejected) else {
            panic!("no load");
        };
        assert!(reload.await);
        assert_eq!(harness.provider.loads(), load);
        // Not only for the pause after any load.
        for _ in 0..89 {
            sleep(SECOND).await;
            let replacement = harness.cache.replace(harness.reject());
            assert!(matches!(replacement, Replacement::Unavailable));
        }
        sleep(SECOND).await;
    }
}

#[tokio::test(start_paused = true)]
async fn the_same_keys_with_a_later_expiry_are_no_replacement() {
    for step in [Step::Prolonged(HOUR * 2), Step::Error, Step::Hang] {
        let harness = Harness::new(then(step.clone().after(MILLI * 50)));
        harness.call().await;
        sleep(SECOND).await;
        let rejected = harness.reject();
        let Replacement::Loading(reload) = harness.cache.replace(rejected) else {
            panic!("no load");
        };
        assert!(!reload.await, "{step:?}");
        let again = harness.cache.replace(rejected);
        assert!(!matches!(again, Replacement::Done), "{step:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_wait_for_a_reload_is_no_longer_than_any_other() {
    let harness = Harness::new(then(Step::Hang));
    harness.call().await;
    sleep(SECOND).await;
    let rejected = harness.reject();
    let Replacement::Loading(reload) = harness.cache.replace(rejected) else {
        panic!("no load");
    };
    let start = tokio::time::Instant::now();
    assert!(!reload.await);
    assert_eq!(start.elapsed(), SECOND * 10);
}

#[tokio::test(start_paused = true)]
async fn static_keys_that_are_rejected_are_asked_for_again_and_never_taken_away() {
    let harness = Harness::new(|_| Step::Deliver(sigv4_testkit::credentials(1, None)));
    harness.call().await;
    for _ in 0..600 {
        harness.reject();
        assert!(now_or_never(harness.cache.get()).unwrap().is_ok());
        sleep(SECOND).await;
    }
    assert_eq!(harness.provider.loads(), 8);
}
