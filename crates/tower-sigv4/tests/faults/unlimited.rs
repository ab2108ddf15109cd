//! Credentials without an expiry, and errors that stay.

use tokio::time::sleep;

use crate::harness::{CHANCES, HOUR, Harness, LoadStart, MILLI, MINUTE, SECOND, Step};

#[tokio::test(start_paused = true)]
async fn f49_credentials_without_an_expiry_are_revalidated_four_times_an_hour() {
    for chance in CHANCES {
        let harness = Harness::by_chance(chance, |_| Step::Unlimited.after(MILLI * 50));
        harness.call().await;
        harness
            .every(SECOND * 10, HOUR * 20)
            .await
            .assert_unhindered();
        let revalidated = harness.provider.loads() - 1;
        // 80, and a fifth more or less for the length of each interval.
        assert!((66..=100).contains(&revalidated), "{revalidated}");
        assert_eq!(harness.provider.peak(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn f49_or_never_if_so_set() {
    let plan = |_| Step::Unlimited.after(MILLI * 50);
    let harness = Harness::with(plan, |settings| settings.revalidate_every(None));
    harness.call().await;
    harness
        .every(SECOND * 10, HOUR * 20)
        .await
        .assert_unhindered();
    assert_eq!(harness.provider.loads(), 1);
}

#[tokio::test(start_paused = true)]
async fn f50_a_revalidation_that_fails_changes_nothing() {
    let harness = Harness::new(|begun| match begun.number {
        1 => Step::Unlimited,
        _ => Step::Error.after(MILLI * 50),
    });
    harness.call().await;
    harness.traffic(1, HOUR * 2).await.assert_unhindered();
    assert_eq!(harness.inner.last_key(), 1);
    // Every five minutes at the least.
    assert!(
        harness.provider.loads() <= 45,
        "{}",
        harness.provider.loads()
    );
}

fn misconfigured_after(loads: usize) -> impl Fn(LoadStart) -> Step {
    move |begun| match begun.number <= loads {
        true => Step::Living(HOUR),
        false => Step::Misconfigured.after(MILLI * 50),
    }
}

#[tokio::test(start_paused = true)]
async fn f51_an_error_that_stays_does_not_take_valid_credentials_away() {
    let harness = Harness::new(misconfigured_after(1));
    harness.call().await;
    harness
        .traffic(1, HOUR - SECOND * 11)
        .await
        .assert_unhindered();
    assert!(
        harness.provider.loads() <= 58,
        "{}",
        harness.provider.loads()
    );
}

#[tokio::test(start_paused = true)]
async fn f51_an_error_that_stays_is_answered_from_memory_when_there_are_no_credentials() {
    let harness = Harness::new(misconfigured_after(0));
    let calls = harness.traffic(100, MINUTE).await;
    assert_eq!(calls.errors.len(), 6_000);
    assert!(calls.errors.iter().all(|error| !error.is_retryable()));
    assert!(
        harness.provider.loads() <= 20,
        "{}",
        harness.provider.loads()
    );
    sleep(MINUTE).await;
}
