//! A service refuses credentials.

use http::{Response, StatusCode};
use tokio::time::sleep;
use tower_sigv4::{CacheSettings, Generation};

use crate::harness::{HOUR, Harness, INSTANTLY, LoadStart, MILLI, MINUTE, Recorder, SECOND, Step};

/// Refuses every request, with this error.
fn rejecting(error: &'static str) -> Recorder {
    Recorder::answering(move |_| {
        let mut response = Response::builder();
        response = response.status(StatusCode::FORBIDDEN);
        response.header("x-amzn-errortype", error).body(()).unwrap()
    })
}

fn hourly(_: LoadStart) -> Step {
    Step::Living(HOUR).after(MILLI * 50)
}

fn once(begun: LoadStart) -> Step {
    match begun.number {
        1 => Step::Living(HOUR),
        _ => Step::Error.after(MILLI * 50),
    }
}

#[tokio::test(start_paused = true)]
async fn f38_a_rejection_of_earlier_credentials_changes_nothing() {
    let harness = Harness::new(hourly);
    harness.call().await;
    let first = harness.cache.generation().unwrap();
    sleep(HOUR).await;
    harness.call().await;
    harness.cache.reject(first);
    harness.traffic(10, MINUTE).await.assert_unhindered();
    assert_eq!(harness.provider.loads(), 2);
}

#[tokio::test(start_paused = true)]
async fn f39_a_rejection_of_valid_credentials_refreshes_them_in_the_background() {
    let harness = Harness::new(hourly);
    harness.call().await;
    sleep(MINUTE).await;
    for _ in 0..1_000 {
        harness.cache.reject(harness.cache.generation().unwrap());
        assert_eq!(harness.call().await.took, INSTANTLY);
        sleep(MILLI * 59).await;
    }
    assert_eq!((harness.provider.loads(), harness.provider.peak()), (2, 1));
    // The latest rejection still stands, for the next time that a load may start for it.
    sleep(SECOND * 32).await;
    harness.call().await;
    sleep(MILLI).await;
    assert_eq!(harness.provider.loads(), 3);
}

#[tokio::test(start_paused = true)]
async fn f40_what_a_host_has_rejected_is_not_signed_with_for_it_once_it_has_expired() {
    let inner = rejecting("ExpiredTokenException");
    let harness = Harness::before(inner, once, |settings| settings.random(|| 0.5));
    harness.call().await.result.unwrap();
    sleep(HOUR + SECOND).await;
    let call = harness.call().await;
    assert_eq!(call.took, MILLI * 50);
    assert!(
        call.error().to_string().contains("rejected"),
        "{}",
        call.error()
    );
    let calls = harness.traffic(10, MINUTE * 5).await;
    assert_eq!((calls.ok, calls.waits, harness.inner.count()), (0, 0, 1));
}

#[tokio::test(start_paused = true)]
async fn f40_what_is_served_stale_and_rejected_is_not_served_again() {
    let inner = rejecting("ExpiredTokenException");
    let harness = Harness::before(inner, once, |settings| settings.random(|| 0.5));
    harness.cache.preload().await.unwrap();
    sleep(HOUR + SECOND).await;
    let stale = harness.call().await;
    assert_eq!(
        (stale.result.unwrap().status(), stale.took),
        (StatusCode::FORBIDDEN, MILLI * 50)
    );
    assert!(harness.call().await.result.is_err());
    assert_eq!(harness.inner.count(), 1);
}

#[tokio::test(start_paused = true)]
async fn f41_what_is_no_matter_of_credentials_is_no_rejection() {
    for error in [
        "AccessDeniedException",
        "ThrottlingException",
        "InvalidSignatureException",
    ] {
        let harness = Harness::before(rejecting(error), hourly, |settings| settings);
        harness.call().await;
        harness.traffic(10, SECOND * 10).await;
        let stats = harness.cache.stats();
        assert_eq!(
            (harness.provider.loads(), stats.rejections),
            (1, 0),
            "{error}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_rejection_in_a_response_starts_a_refresh_by_itself() {
    let settings = |settings: CacheSettings| settings.random(|| 0.5);
    let harness = Harness::before(rejecting("ExpiredToken"), hourly, settings);
    harness.call().await;
    sleep(SECOND).await;
    harness
        .traffic(10, MINUTE - SECOND * 2)
        .await
        .assert_unhindered();
    assert_eq!(harness.provider.loads(), 2);
    // The first at once, then every 60 to 120 seconds: with chance in the middle, every 90.
    harness.traffic(10, MINUTE * 10).await.assert_unhindered();
    assert_eq!((harness.provider.loads(), harness.provider.peak()), (9, 1));
}

#[tokio::test(start_paused = true)]
async fn rejected_credentials_are_replaced_even_by_shorter_lived_ones() {
    let harness = Harness::new(|begun| match begun.number {
        1 => Step::Living(HOUR),
        _ => Step::Living(MINUTE * 15),
    });
    harness.call().await;
    harness.cache.reject(harness.cache.generation().unwrap());
    sleep(SECOND).await;
    harness.call().await;
    sleep(MILLI).await;
    harness.call().await;
    assert_eq!(harness.inner.keys(), [1, 1, 2]);
}

#[tokio::test(start_paused = true)]
async fn a_rejection_stands_when_the_provider_prolongs_the_life_of_what_was_rejected() {
    let plan = |begun: LoadStart| match begun.number {
        1 => Step::Living(HOUR),
        2 | 3 => Step::Prolonged(HOUR * u32::try_from(begun.number).unwrap()),
        _ => Step::Error,
    };
    let inner = rejecting("ExpiredTokenException");
    let harness = Harness::before(inner, plan, |settings| settings.random(|| 0.5));
    harness.call().await.result.unwrap();
    harness
        .traffic(1, MINUTE - SECOND)
        .await
        .assert_unhindered();
    assert_eq!(harness.provider.loads(), 2);
    harness.traffic(1, MINUTE).await.assert_unhindered();
    assert_eq!(harness.provider.loads(), 3);
    let sent = harness.inner.count();
    sleep(HOUR * 4).await;
    assert!(
        harness
            .call()
            .await
            .error()
            .to_string()
            .contains("rejected")
    );
    assert_eq!(harness.inner.count(), sent);
}

#[tokio::test(start_paused = true)]
async fn only_responses_with_a_client_error_say_which_credentials_they_are_about() {
    for (status, says) in [(200, false), (403, true), (400, true), (500, false)] {
        let inner =
            Recorder::answering(move |_| Response::builder().status(status).body(()).unwrap());
        let harness = Harness::before(inner, hourly, |settings| settings);
        let response = harness.call().await.result.unwrap();
        let generation = response.extensions().get::<Generation>().copied();
        assert_eq!(generation.is_some(), says, "{status}");
        assert!(!says || generation == harness.cache.generation());
    }
}
