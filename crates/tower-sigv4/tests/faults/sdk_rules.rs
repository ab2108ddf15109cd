//! The rules for refreshing that the AWS SDKs are moving to, as their common test suite has them
//! (`credential-refresh-tests.json` of smithy-rs), and where this cache differs on purpose.
//!
//! It differs in that nobody waits for a refresh of credentials that are valid for ten seconds more,
//! whether they are due or rejected by a service; in that an error that stays takes no valid credentials
//! away and is not asked for again on each request; and in that credentials do not replace others that
//! live longer. Pauses are shorter, too, and depend on how much time is left.

use std::time::Duration;

use tokio::time::sleep;

use crate::harness::{HOUR, Harness, LoadStart, MILLI, MINUTE, SECOND, Step};

/// How old the cached credentials are, of an hour.
const VALID: u64 = 10 * 60;
const ADVISORY: u64 = 55 * 60;
const MANDATORY: u64 = 59 * 60 + 30;
const EXPIRED: u64 = 60 * 60 + 1;

/// A cache that holds credentials of an age, and a source that does something then.
async fn cached(age: u64, then: Step) -> Harness {
    let harness = Harness::new(move |begun: LoadStart| match begun.number {
        1 => Step::Living(HOUR),
        _ => then.clone(),
    });
    harness.cache.preload().await.unwrap();
    sleep(SECOND * u32::try_from(age).unwrap()).await;
    harness
}

/// Which credentials sign a request, and one a moment later.
async fn signs(harness: &Harness) -> [usize; 2] {
    harness.call().await.result.unwrap();
    sleep(MILLI).await;
    harness.call().await.result.unwrap();
    [harness.inner.keys()[0], harness.inner.last_key()]
}

#[tokio::test(start_paused = true)]
async fn what_the_source_says_decides_which_credentials_sign() {
    let fresh = Step::Living(HOUR);
    let stale = Step::Living(Duration::ZERO);
    for (age, then, signed, loads) in [
        (VALID, fresh.clone(), [1, 1], 1),
        // The SDKs: the new ones at once, for whoever waited.
        (ADVISORY, fresh.clone(), [1, 2], 2),
        (ADVISORY, Step::Error, [1, 1], 2),
        (ADVISORY, stale.clone(), [1, 1], 2),
        // The SDKs: an error.
        (ADVISORY, Step::Misconfigured, [1, 1], 2),
        // The SDKs: the new ones, and everybody waits.
        (MANDATORY, fresh.clone(), [1, 2], 2),
        (MANDATORY, Step::Error, [1, 1], 2),
        (MANDATORY, stale, [1, 1], 2),
        // The SDKs: an error.
        (MANDATORY, Step::Misconfigured, [1, 1], 2),
        (EXPIRED, fresh, [2, 2], 2),
        (EXPIRED, Step::Error, [1, 1], 2),
    ] {
        let harness = cached(age, then.clone()).await;
        assert_eq!(signs(&harness).await, signed, "{age} {then:?}");
        assert_eq!(harness.provider.loads(), loads, "{age} {then:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_rejection_of_cached_credentials_makes_the_source_be_asked() {
    for (then, signed) in [
        // The SDKs: the new ones at once.
        (Step::Living(HOUR), [1, 2]),
        (Step::Error, [1, 1]),
    ] {
        let harness = cached(VALID, then).await;
        let held = harness.cache.generation().unwrap();
        harness.cache.reject(held);
        assert_eq!(signs(&harness).await, signed);
        assert_eq!(harness.provider.loads(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn a_rejection_does_not_shorten_a_pause() {
    let harness = cached(EXPIRED, Step::Error).await;
    harness.call().await.result.unwrap();
    let held = harness.cache.generation().unwrap();
    harness.cache.reject(held);
    // As the SDKs do: that a service's word counts for that service is the signer's business.
    assert!(harness.call().await.result.is_ok());
    assert_eq!(harness.provider.loads(), 2);
}

#[tokio::test(start_paused = true)]
async fn without_credentials_an_error_is_raised_and_the_source_asked_again() {
    for error in [Step::Error, Step::Misconfigured] {
        let harness = Harness::new(move |begun| match begun.number {
            1 => error.clone(),
            _ => Step::Living(HOUR),
        });
        assert!(harness.call().await.result.is_err());
        // The SDKs: with the very next request.
        assert!(harness.call().await.result.is_err());
        sleep(MILLI * 250).await;
        assert!(harness.call().await.result.is_ok());
        assert_eq!(harness.provider.loads(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn the_window_follows_the_lifetime_of_each_set_of_credentials() {
    // In minutes: how long they live, and how much of that is left when they become due.
    for (life, window) in [(10, 5), (21, 10), (30, 15), (360, 60)] {
        let plan = move |_| Step::Living(MINUTE * life);
        let harness = Harness::by_chance(1.0, plan);
        harness.call().await;
        sleep(MINUTE * (life - window) - SECOND * 31).await;
        harness.call().await;
        assert_eq!(harness.provider.loads(), 1, "{life}");
        sleep(MINUTE).await;
        harness.call().await;
        sleep(MILLI).await;
        assert_eq!(harness.provider.loads(), 2, "{life}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_configured_window_overrides_that() {
    let plan = |_| Step::Living(HOUR * 6);
    let harness = Harness::with(plan, |settings| {
        settings.refresh_window(MINUTE * 30).random(|| 1.0)
    });
    harness.call().await;
    sleep(HOUR * 6 - MINUTE * 31).await;
    harness.call().await;
    assert_eq!(harness.provider.loads(), 1);
    sleep(MINUTE).await;
    harness.call().await;
    sleep(MILLI).await;
    assert_eq!(harness.provider.loads(), 2);
}
