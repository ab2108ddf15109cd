//! Credentials have expired, and no others come.

use std::error::Error;

use tokio::time::sleep;
use tower_sigv4::OnExpired;

use crate::harness::{CHANCES, HOUR, Harness, INSTANTLY, LoadStart, MILLI, MINUTE, SECOND, Step};

/// Delivers once, and not again for a time after that has expired.
fn down_for(outage: std::time::Duration) -> impl Fn(LoadStart) -> Step {
    move |begun| match begun.number == 1 || begun.at > HOUR + outage {
        true => Step::Living(HOUR),
        false => Step::Error.after(MILLI * 50),
    }
}

#[tokio::test(start_paused = true)]
async fn f11_an_outage_past_the_expiry_makes_few_wait_and_none_fail() {
    for chance in CHANCES {
        let harness = Harness::by_chance(chance, down_for(HOUR));
        harness.call().await;
        sleep(HOUR + SECOND).await;
        let first = harness.calls(100).await;
        assert_eq!((first.ok, first.longest), (100, MILLI * 50));
        assert_eq!(harness.provider.loads(), 2);

        // Doubling from a second to a minute.
        harness.traffic(10, MINUTE * 2).await.assert_unhindered();
        let ramp = harness.provider.loads();
        harness.traffic(10, MINUTE * 20).await.assert_unhindered();
        let then = harness.provider.loads() - ramp;
        assert!(ramp <= 11 && then <= 41, "{ramp} loads, then {then}");
        assert_eq!(harness.provider.peak(), 1);
        assert!(harness.inner.keys().iter().all(|&key| key == 1));
        let stale = 100 + 10 * 60 * 22;
        assert_eq!(harness.cache.stats().served_expired, stale as u64);
        assert_eq!(harness.inner.expired(), stale);
    }
}

#[tokio::test(start_paused = true)]
async fn f11_an_outage_that_begins_before_the_expiry_is_no_worse() {
    for chance in CHANCES {
        let harness = Harness::by_chance(chance, down_for(HOUR));
        harness.call().await;
        sleep(MINUTE * 40).await;
        let calls = harness.traffic(10, MINUTE * 40).await;
        assert!(calls.errors.is_empty());
        // In the last seconds each attempt, and past the expiry the first, is waited for.
        assert!(
            calls.waits <= 5 && calls.longest <= MILLI * 50,
            "{} wait",
            calls.waits
        );
        assert!(
            harness.provider.loads() <= 80,
            "{}",
            harness.provider.loads()
        );
    }
}

#[tokio::test(start_paused = true)]
async fn f12_past_the_expiry_requests_fail_if_they_are_to() {
    let harness = Harness::with(down_for(HOUR), |settings| {
        settings.on_expired(OnExpired::Fail).random(|| 0.5)
    });
    harness.call().await;
    sleep(HOUR + SECOND).await;
    let first = harness.calls(100).await;
    assert_eq!((first.errors.len(), first.longest), (100, MILLI * 50));
    let then = harness.traffic(10, MINUTE * 20).await;
    assert_eq!((then.ok, then.waits), (0, 0));
    let error = then.errors.last().unwrap();
    assert!(error.is_credentials() && error.is_retryable());
    let failures = harness.cache.stats().consecutive_failures;
    assert_eq!(
        error.to_string(),
        format!(
            "the credentials expired 1200 s ago by the local clock, and no others could be loaded \
             in {failures} attempts: scripted failure"
        )
    );
    let root = error
        .source()
        .and_then(Error::source)
        .and_then(Error::source);
    assert_eq!(root.unwrap().to_string(), "scripted failure");
    assert_eq!(harness.inner.count(), 1);
}

#[tokio::test(start_paused = true)]
async fn f13_a_provider_that_is_back_is_found_within_a_minute() {
    for chance in CHANCES {
        for outage in [MINUTE, MINUTE * 7, MINUTE * 20] {
            let harness = Harness::by_chance(chance, down_for(outage));
            harness.call().await;
            harness.traffic(1, HOUR + outage).await;
            assert_eq!(harness.inner.last_key(), 1);
            let calls = harness.traffic(10, MINUTE).await;
            assert!(calls.errors.is_empty() && harness.inner.last_key() > 1);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn f14_a_provider_that_hangs_makes_requests_wait_only_for_the_first_ten_seconds() {
    for on_expired in [OnExpired::ServeStale, OnExpired::Fail] {
        let plan = |begun: LoadStart| match begun.number {
            1 => Step::Living(HOUR),
            _ => Step::Hang,
        };
        let harness = Harness::with(plan, |settings| {
            settings.on_expired(on_expired).random(|| 0.5)
        });
        harness.call().await;
        sleep(HOUR + SECOND).await;
        let calls = harness.traffic(10, MINUTE * 20).await;
        assert!(
            calls.waits <= 101 && calls.longest == SECOND * 10,
            "{calls:?}"
        );
        assert_eq!(calls.ok == 12_000, on_expired == OnExpired::ServeStale);
        assert_eq!(calls.ok == 0, on_expired == OnExpired::Fail);
        assert_eq!(harness.provider.peak(), 1);
        // Nobody ever waits again during this outage.
        assert_eq!(harness.call().await.took, INSTANTLY);
    }
}
