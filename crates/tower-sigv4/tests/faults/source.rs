//! The provider delivers, but nothing of use.

use tokio::time::sleep;
use tower_sigv4::OnExpired;

use crate::rig::{Begun, CHANCES, HOUR, INSTANTLY, MILLI, MINUTE, Rig, SECOND, Step, Wall};

/// An hour first, then this.
fn then(step: Step) -> impl Fn(Begun) -> Step {
    move |begun| match begun.number {
        1 => Step::Living(HOUR),
        _ => step.clone(),
    }
}

#[tokio::test(start_paused = true)]
async fn f21_credentials_that_arrive_expired_do_if_there_are_no_others() {
    for chance in CHANCES {
        let expired = Step::Expiring(Wall::new().now() - MINUTE);
        let rig = Rig::by_chance(chance, move |_| expired.clone().after(MILLI * 10));
        let calls = rig.traffic(100, SECOND * 100).await;
        assert!(calls.errors.is_empty());
        // The cold ones.
        assert!(
            calls.waits <= 2 && rig.provider.loads() <= 10,
            "{}",
            rig.provider.loads()
        );
        assert_eq!(rig.cache.stats().served_expired, 10_000);
    }
}

#[tokio::test(start_paused = true)]
async fn f21_credentials_that_arrive_expired_are_an_error_if_they_are_to_be() {
    for chance in CHANCES {
        let expired = Step::Expiring(Wall::new().now() - MINUTE);
        let rig = Rig::with(
            move |_| expired.clone().after(MILLI * 10),
            |settings| settings.on_expired(OnExpired::Fail).random(move || chance),
        );
        let calls = rig.traffic(100, SECOND * 100).await;
        assert_eq!(calls.errors.len(), 10_000);
        assert!(rig.provider.loads() <= 10, "{}", rig.provider.loads());
        assert_eq!(rig.inner.count(), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn f22_credentials_that_arrive_expired_do_not_replace_valid_ones() {
    let rig = Rig::new(then(Step::Expiring(Wall::new().now())));
    rig.call().await;
    sleep(HOUR - MINUTE * 5).await;
    rig.calls(100).await.assert_unhindered();
    rig.calls(100).await.assert_unhindered();
    assert_eq!(rig.inner.last_key(), 1);
    let stats = rig.cache.stats();
    assert_eq!((stats.loads_expired, stats.consecutive_failures), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn f23_a_source_that_repeats_itself_is_not_asked_on_every_request() {
    for chance in CHANCES {
        let expiry = Wall::new().now() + HOUR;
        let rig = Rig::by_chance(chance, move |_| Step::Expiring(expiry).after(MILLI * 50));
        rig.call().await;
        sleep(HOUR - SECOND * 240).await;
        rig.traffic(100, SECOND * 225).await.assert_unhindered();
        // When every pause is the shortest there is, a few more.
        let most = if chance == 0.0 { 30 } else { 26 };
        assert!(rig.provider.loads() <= most, "{}", rig.provider.loads());
        assert_eq!(rig.inner.last_key(), 1);
        let stats = rig.cache.stats();
        assert_eq!(stats.loads_without_progress, stats.loads - 1);
    }
}

#[tokio::test(start_paused = true)]
async fn f24_credentials_that_live_shorter_than_those_at_hand_do_not_replace_them() {
    let rig = Rig::new(then(Step::Living(MINUTE)));
    rig.call().await;
    sleep(HOUR - MINUTE * 5).await;
    rig.calls(100).await.assert_unhindered();
    sleep(MILLI * 100).await;
    rig.calls(100).await.assert_unhindered();
    assert_eq!((rig.inner.last_key(), rig.provider.loads()), (1, 2));
}

#[tokio::test(start_paused = true)]
async fn f25_credentials_of_thirty_seconds_make_no_storm() {
    for chance in CHANCES {
        let rig = Rig::by_chance(chance, |_| Step::Living(SECOND * 30).after(MILLI * 100));
        rig.call().await;
        rig.traffic(10, MINUTE * 10).await.assert_unhindered();
        assert!(rig.provider.loads() <= 41, "{}", rig.provider.loads());
    }
}

#[tokio::test(start_paused = true)]
async fn credentials_that_live_for_less_than_a_second_are_loaded_once_a_second_at_most() {
    for chance in CHANCES {
        let rig = Rig::by_chance(chance, |_| Step::Living(MILLI * 10));
        rig.traffic(100, MINUTE).await;
        assert!(rig.provider.loads() <= 121, "{}", rig.provider.loads());
        assert_eq!(rig.provider.peak(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn temporary_credentials_replace_those_without_an_expiry() {
    let rig = Rig::new(|begun| match begun.number {
        1 => Step::Unlimited,
        _ => Step::Living(HOUR),
    });
    rig.call().await;
    sleep(MINUTE * 20).await;
    rig.call().await;
    sleep(MILLI).await;
    assert_eq!(rig.call().await.took, INSTANTLY);
    assert_eq!(rig.inner.keys(), [1, 1, 2]);
}
