//! The provider delivers, but nothing of use.

use tokio::time::sleep;
use tower_sigv4::OnExpired;

use crate::harness::{
    CHANCES, HOUR, Harness, INSTANTLY, LoadStart, MILLI, MINUTE, SECOND, Step, TestClock,
};

/// An hour first, then this.
fn then(step: Step) -> impl Fn(LoadStart) -> Step {
    move |begun| match begun.number {
        1 => Step::Living(HOUR),
        _ => step.clone(),
    }
}

#[tokio::test(start_paused = true)]
async fn f21_credentials_that_arrive_expired_do_if_there_are_no_others() {
    for chance in CHANCES {
        let expired = Step::Expiring(TestClock::new().now() - MINUTE);
        let harness = Harness::by_chance(chance, move |_| expired.clone().after(MILLI * 10));
        let calls = harness.traffic(100, SECOND * 100).await;
        assert!(calls.errors.is_empty());
        // The cold ones.
        assert!(
            calls.waits <= 2 && harness.provider.loads() <= 10,
            "{}",
            harness.provider.loads()
        );
        assert_eq!(harness.cache.stats().served_expired, 10_000);
    }
}

#[tokio::test(start_paused = true)]
async fn f21_credentials_that_arrive_expired_are_an_error_if_they_are_to_be() {
    for chance in CHANCES {
        let expired = Step::Expiring(TestClock::new().now() - MINUTE);
        let harness = Harness::with(
            move |_| expired.clone().after(MILLI * 10),
            |settings| settings.on_expired(OnExpired::Fail).random(move || chance),
        );
        let calls = harness.traffic(100, SECOND * 100).await;
        assert_eq!(calls.errors.len(), 10_000);
        assert!(
            harness.provider.loads() <= 10,
            "{}",
            harness.provider.loads()
        );
        assert_eq!(harness.inner.count(), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn f22_credentials_that_arrive_expired_do_not_replace_valid_ones() {
    let harness = Harness::new(then(Step::Expiring(TestClock::new().now())));
    harness.call().await;
    sleep(HOUR - MINUTE * 5).await;
    harness.calls(100).await.assert_unhindered();
    harness.calls(100).await.assert_unhindered();
    assert_eq!(harness.inner.last_key(), 1);
    let stats = harness.cache.stats();
    assert_eq!((stats.loads_expired, stats.consecutive_failures), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn f23_a_source_that_repeats_itself_is_not_asked_on_every_request() {
    for chance in CHANCES {
        let expiry = TestClock::new().now() + HOUR;
        let harness = Harness::by_chance(chance, move |_| Step::Expiring(expiry).after(MILLI * 50));
        harness.call().await;
        sleep(HOUR - SECOND * 240).await;
        harness.traffic(100, SECOND * 225).await.assert_unhindered();
        // When every pause is the shortest there is, a few more.
        let most = if chance == 0.0 { 30 } else { 26 };
        assert!(
            harness.provider.loads() <= most,
            "{}",
            harness.provider.loads()
        );
        assert_eq!(harness.inner.last_key(), 1);
        let stats = harness.cache.stats();
        assert_eq!(stats.loads_without_progress, stats.loads - 1);
    }
}

#[tokio::test(start_paused = true)]
async fn f24_credentials_that_live_shorter_than_those_at_hand_do_not_replace_them() {
    let harness = Harness::new(then(Step::Living(MINUTE)));
    harness.call().await;
    sleep(HOUR - MINUTE * 5).await;
    harness.calls(100).await.assert_unhindered();
    sleep(MILLI * 100).await;
    harness.calls(100).await.assert_unhindered();
    assert_eq!((harness.inner.last_key(), harness.provider.loads()), (1, 2));
}

#[tokio::test(start_paused = true)]
async fn f25_credentials_of_thirty_seconds_make_no_storm() {
    for chance in CHANCES {
        let harness = Harness::by_chance(chance, |_| Step::Living(SECOND * 30).after(MILLI * 100));
        harness.call().await;
        harness.traffic(10, MINUTE * 10).await.assert_unhindered();
        assert!(
            harness.provider.loads() <= 41,
            "{}",
            harness.provider.loads()
        );
    }
}

#[tokio::test(start_paused = true)]
async fn credentials_that_live_for_less_than_a_second_are_loaded_once_a_second_at_most() {
    for chance in CHANCES {
        let harness = Harness::by_chance(chance, |_| Step::Living(MILLI * 10));
        harness.traffic(100, MINUTE).await;
        assert!(
            harness.provider.loads() <= 121,
            "{}",
            harness.provider.loads()
        );
        assert_eq!(harness.provider.peak(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn temporary_credentials_replace_those_without_an_expiry() {
    let harness = Harness::new(|begun| match begun.number {
        1 => Step::Unlimited,
        _ => Step::Living(HOUR),
    });
    harness.call().await;
    sleep(MINUTE * 20).await;
    harness.call().await;
    sleep(MILLI).await;
    assert_eq!(harness.call().await.took, INSTANTLY);
    assert_eq!(harness.inner.keys(), [1, 1, 2]);
}
