//! The local clock is wrong.

use std::time::SystemTime;

use credentials_cache::OnExpired;
use sigv4_testkit::{LoadStart, Step, TestClock};
use tokio::time::sleep;

use crate::harness::{HOUR, Harness, INSTANTLY, MILLI, MINUTE, SECOND};

/// Delivers credentials of an hour, by a clock that is right.
fn truly_hourly(load: LoadStart) -> Step {
    let start: SystemTime = TestClock::new().truth();
    Step::Expiring(start + load.at + HOUR).after(MILLI * 50)
}

#[tokio::test(start_paused = true)]
async fn f63_credentials_that_a_fast_clock_takes_for_expired_are_served_and_reloaded_at_a_pace() {
    let harness = Harness::new(truly_hourly);
    harness.clock.jump(3_600);
    let calls = harness.traffic(10, HOUR * 2).await;
    let waits = calls.iter().filter(|call| call.took > INSTANTLY).count();
    for call in &calls {
        let served = call.result.as_ref().unwrap();
        assert!(served.marked_expired && !served.expired, "{call:?}");
    }
    assert!(waits <= 2, "{waits}");
    let loads = harness.provider.loads();
    // One in three quarters of a minute, after a ramp.
    assert!((150..=170).contains(&loads), "{loads}");
}

#[tokio::test(start_paused = true)]
async fn f63_or_are_an_error_that_names_the_clock() {
    let settings =
        |settings: credentials_cache::CacheSettings| settings.on_expired(OnExpired::Fail);
    let harness = Harness::with(truly_hourly, settings);
    harness.clock.jump(3_600);
    let calls = harness.traffic(10, MINUTE * 10).await;
    for call in &calls {
        let error = call.error();
        assert!(error.is_expired() && error.is_retryable());
        assert!(error.to_string().contains("check the clock"), "{error}");
    }
    assert!(
        harness.provider.loads() <= 22,
        "{}",
        harness.provider.loads()
    );
    // Somebody sets the clock right.
    harness.clock.jump(-3_600);
    sleep(MINUTE).await;
    assert!(harness.call().await.result.is_err());
    sleep(MILLI * 51).await;
    assert!(!harness.call().await.result.unwrap().marked_expired);
}

#[tokio::test(start_paused = true)]
async fn a_slow_clock_costs_once_per_generation_what_lies_between_the_expiry_and_the_reload() {
    let harness = Harness::new(truly_hourly);
    harness.clock.jump(-50 * 60);
    harness.call().await;
    sleep(HOUR - SECOND).await;
    assert!(!harness.call().await.result.unwrap().expired);
    sleep(SECOND * 2).await;
    assert!(harness.call().await.result.unwrap().expired);
    // Whoever is told so by the service asks for a reload, which starts with the next call.
    harness.reject();
    assert_eq!(harness.call().await.took, INSTANTLY);
    sleep(MILLI * 51).await;
    assert!(!harness.call().await.result.unwrap().expired);
    assert_eq!(harness.provider.loads(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_is_set_back_or_forth_does_not_make_credentials_live_longer() {
    for seconds in [-86_400, -60, 60, 86_400] {
        let harness = Harness::new(|_| Step::Living(HOUR).after(MILLI * 50));
        harness.call().await;
        harness.clock.jump(seconds);
        let calls = harness.traffic(1, HOUR * 3).await;
        assert!(
            calls
                .iter()
                .all(|call| !call.result.as_ref().unwrap().expired)
        );
        let loads = harness.provider.loads();
        assert!((3..=6).contains(&loads), "{seconds}: {loads}");
    }
}
