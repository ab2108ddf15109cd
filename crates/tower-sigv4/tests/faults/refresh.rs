//! Valid credentials are held, and it is time for the next.

use tokio::time::{Instant, sleep};

use crate::harness::{CHANCES, HOUR, Harness, LoadStart, MILLI, MINUTE, SECOND, Step};

/// The first credentials live for an hour and are there at once.
fn then(step: Step) -> impl Fn(LoadStart) -> Step {
    move |begun| match begun.number {
        1 => Step::Living(HOUR),
        _ => step.clone(),
    }
}

#[tokio::test(start_paused = true)]
async fn f05_nobody_waits_for_a_refresh_that_is_due() {
    for chance in CHANCES {
        let harness = Harness::by_chance(chance, then(Step::Living(HOUR).after(SECOND * 5)));
        harness.call().await;
        sleep(HOUR - MINUTE * 15 / 2).await;
        let due = harness.provider.starts()[0] + HOUR - MINUTE * 15 / 2;
        harness.calls(10_000).await.assert_unhindered();
        harness.traffic(10, SECOND * 10).await.assert_unhindered();
        assert_eq!((harness.provider.loads(), harness.provider.peak()), (2, 1));
        for sent in harness.inner.sent() {
            let expected = if sent.at < due + SECOND * 5 { 1 } else { 2 };
            // Whether a request in the very millisecond is before or after is open.
            if sent.at != due + SECOND * 5 {
                assert_eq!(sent.key, expected, "at {:?}", sent.at);
            }
        }
        assert_eq!(harness.inner.last_key(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn f06_nobody_waits_half_a_minute_before_the_expiry() {
    let harness = Harness::new(then(Step::Living(HOUR).after(SECOND * 2)));
    harness.call().await;
    sleep(HOUR - SECOND * 30).await;
    harness.calls(10_000).await.assert_unhindered();
    assert_eq!((harness.provider.loads(), harness.provider.peak()), (2, 1));
}

#[tokio::test(start_paused = true)]
async fn f07_in_the_last_seconds_requests_wait_for_the_next_credentials() {
    let harness = Harness::new(then(Step::Living(HOUR).after(SECOND * 2)));
    harness.call().await;
    sleep(HOUR - SECOND * 5).await;
    let calls = harness.calls(1_000).await;
    assert_eq!((calls.ok, calls.longest), (1_000, SECOND * 2));
    assert!(harness.inner.keys()[1..].iter().all(|&key| key == 2));
    assert_eq!(harness.provider.loads(), 2);
}

#[tokio::test(start_paused = true)]
async fn f08_in_the_last_seconds_the_old_credentials_do_if_no_others_come() {
    let harness = Harness::new(then(Step::Error.after(SECOND)));
    harness.call().await;
    sleep(HOUR - SECOND * 5).await;
    let calls = harness.calls(1_000).await;
    assert_eq!((calls.ok, calls.longest), (1_000, SECOND));
    assert_eq!(harness.inner.last_key(), 1);
    assert_eq!(harness.provider.loads(), 2);
    // The provider is left alone for a moment, and nobody waits for that.
    harness.calls(1_000).await.assert_unhindered();
    assert_eq!(harness.provider.loads(), 2);
}

#[tokio::test(start_paused = true)]
async fn f09_after_idleness_past_the_expiry_nobody_signs_with_expired_credentials() {
    let harness = Harness::new(then(Step::Living(HOUR).after(MILLI * 100)));
    harness.call().await;
    sleep(HOUR + SECOND).await;
    let calls = harness.calls(10_000).await;
    assert_eq!((calls.ok, calls.longest), (10_000, MILLI * 100));
    assert_eq!((harness.provider.loads(), harness.inner.expired()), (2, 0));
    assert!(harness.inner.keys()[1..].iter().all(|&key| key == 2));
}

#[tokio::test(start_paused = true)]
async fn f10_a_provider_that_is_down_while_credentials_are_valid_is_not_noticed() {
    for chance in CHANCES {
        let harness = Harness::by_chance(chance, then(Step::Error.after(MILLI * 50)));
        harness.call().await;
        harness.traffic(1, MINUTE * 44).await.assert_unhindered();
        harness
            .traffic(10, MINUTE * 16 - SECOND * 11)
            .await
            .assert_unhindered();
        assert!(
            harness.provider.loads() <= 58,
            "{}",
            harness.provider.loads()
        );
        assert_eq!(harness.provider.peak(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn f15_one_failed_refresh_does_not_outlast_credentials_of_fifteen_minutes() {
    for chance in CHANCES {
        let harness = Harness::by_chance(chance, |begun| match begun.number {
            2 => Step::Error.after(MILLI * 50),
            _ => Step::Living(MINUTE * 15).after(MILLI * 50),
        });
        harness.call().await;
        harness.traffic(10, MINUTE * 20).await.assert_unhindered();
        assert_eq!(
            (
                harness.inner.expired(),
                harness.cache.stats().served_expired
            ),
            (0, 0)
        );
        assert!(harness.inner.last_key() >= 3);

        let down = Harness::by_chance(chance, |begun| match begun.number {
            1 => Step::Living(MINUTE * 15),
            _ => Step::Error.after(MILLI * 50),
        });
        let start = Instant::now();
        down.call().await;
        down.traffic(10, MINUTE * 15 - SECOND).await;
        let attempts = down.provider.loads() - 1;
        assert!(
            attempts >= 4,
            "{attempts} attempts in {:?}",
            start.elapsed()
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_million_requests_and_a_slow_provider_make_nobody_wait() {
    // As many as ten thousand here; what counts are the refreshes.
    let harness = Harness::new(|_| Step::Living(HOUR).after(SECOND));
    harness.call().await;
    let calls = harness.traffic(1, HOUR * 3).await;
    calls.assert_unhindered();
    assert!(
        (4..=5).contains(&harness.provider.loads()),
        "{}",
        harness.provider.loads()
    );
}
