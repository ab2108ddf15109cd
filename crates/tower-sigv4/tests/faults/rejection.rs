//! A service refuses credentials.

use http::{Response, StatusCode};
use tokio::time::sleep;
use tower_sigv4::Generation;

use crate::rig::{Begun, HOUR, INSTANTLY, MILLI, MINUTE, Recorder, Rig, SECOND, Step};

/// Refuses every request, with this error.
fn refusing(error: &'static str) -> Recorder {
    Recorder::answering(move |_| {
        let mut response = Response::builder();
        response = response.status(StatusCode::FORBIDDEN);
        response.header("x-amzn-errortype", error).body(()).unwrap()
    })
}

fn hourly(_: Begun) -> Step {
    Step::Living(HOUR).after(MILLI * 50)
}

fn once(begun: Begun) -> Step {
    match begun.number {
        1 => Step::Living(HOUR),
        _ => Step::Error.after(MILLI * 50),
    }
}

#[tokio::test(start_paused = true)]
async fn f38_a_refusal_of_earlier_credentials_changes_nothing() {
    let rig = Rig::new(hourly);
    rig.call().await;
    let first = rig.cache.current_generation().unwrap();
    sleep(HOUR).await;
    rig.call().await;
    rig.cache.invalidate(first);
    rig.traffic(10, MINUTE).await.assert_unhindered();
    assert_eq!(rig.provider.loads(), 2);
}

#[tokio::test(start_paused = true)]
async fn f39_a_refusal_of_valid_credentials_refreshes_them_in_the_background() {
    let rig = Rig::new(hourly);
    rig.call().await;
    sleep(MINUTE).await;
    for _ in 0..1_000 {
        rig.cache
            .invalidate(rig.cache.current_generation().unwrap());
        assert_eq!(rig.call().await.took, INSTANTLY);
        sleep(MILLI * 59).await;
    }
    assert_eq!((rig.provider.loads(), rig.provider.peak()), (2, 1));
    // The latest refusal still stands.
    sleep(SECOND * 2).await;
    rig.call().await;
    sleep(MILLI).await;
    assert_eq!(rig.provider.loads(), 3);
}

#[tokio::test(start_paused = true)]
async fn f40_what_is_refused_and_expired_is_not_signed_with_again() {
    let rig = Rig::new(once);
    rig.call().await;
    rig.cache
        .invalidate(rig.cache.current_generation().unwrap());
    sleep(HOUR + SECOND).await;
    let call = rig.call().await;
    assert_eq!(call.took, MILLI * 50);
    assert!(
        call.error().to_string().contains("refused"),
        "{}",
        call.error()
    );
    let calls = rig.traffic(10, MINUTE * 5).await;
    assert_eq!((calls.ok, calls.waits, rig.inner.count()), (0, 0, 1));
}

#[tokio::test(start_paused = true)]
async fn f40_what_is_served_stale_and_refused_is_not_served_again() {
    let inner = refusing("ExpiredTokenException");
    let rig = Rig::before(inner, once, |settings| settings.random(|| 0.5));
    rig.cache.warm_up().await.unwrap();
    sleep(HOUR + SECOND).await;
    let stale = rig.call().await;
    assert_eq!(
        (stale.result.unwrap().status(), stale.took),
        (StatusCode::FORBIDDEN, MILLI * 50)
    );
    assert!(rig.call().await.result.is_err());
    assert_eq!(rig.inner.count(), 1);
}

#[tokio::test(start_paused = true)]
async fn f41_what_is_no_matter_of_credentials_is_no_refusal() {
    for error in [
        "AccessDeniedException",
        "ThrottlingException",
        "InvalidSignatureException",
    ] {
        let rig = Rig::before(refusing(error), hourly, |settings| settings);
        rig.call().await;
        rig.traffic(10, SECOND * 10).await;
        let stats = rig.cache.stats();
        assert_eq!((rig.provider.loads(), stats.rejections), (1, 0), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_refusal_in_a_response_starts_a_refresh_by_itself() {
    let rig = Rig::before(refusing("ExpiredToken"), hourly, |settings| settings);
    rig.call().await;
    sleep(SECOND).await;
    rig.traffic(10, MINUTE - SECOND * 2)
        .await
        .assert_unhindered();
    assert_eq!(rig.provider.loads(), 2);
    rig.traffic(10, MINUTE * 10).await.assert_unhindered();
    assert_eq!((rig.provider.loads(), rig.provider.peak()), (12, 1));
}

#[tokio::test(start_paused = true)]
async fn refused_credentials_are_replaced_even_by_shorter_lived_ones() {
    let rig = Rig::new(|begun| match begun.number {
        1 => Step::Living(HOUR),
        _ => Step::Living(MINUTE * 15),
    });
    rig.call().await;
    rig.cache
        .invalidate(rig.cache.current_generation().unwrap());
    sleep(SECOND).await;
    rig.call().await;
    sleep(MILLI).await;
    rig.call().await;
    assert_eq!(rig.inner.keys(), [1, 1, 2]);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_stands_when_the_provider_prolongs_the_life_of_what_was_refused() {
    let rig = Rig::new(|begun| match begun.number {
        1 => Step::Living(HOUR),
        2 | 3 => Step::Prolonged(HOUR * u32::try_from(begun.number).unwrap()),
        _ => Step::Error,
    });
    rig.call().await;
    rig.cache
        .invalidate(rig.cache.current_generation().unwrap());
    rig.traffic(1, MINUTE - SECOND).await.assert_unhindered();
    assert_eq!(rig.provider.loads(), 2);
    rig.traffic(1, MINUTE).await.assert_unhindered();
    assert_eq!(rig.provider.loads(), 3);
    sleep(HOUR * 4).await;
    assert!(rig.call().await.error().to_string().contains("refused"));
}

#[tokio::test(start_paused = true)]
async fn only_responses_with_a_client_error_say_which_credentials_they_are_about() {
    for (status, says) in [(200, false), (403, true), (400, true), (500, false)] {
        let inner =
            Recorder::answering(move |_| Response::builder().status(status).body(()).unwrap());
        let rig = Rig::before(inner, hourly, |settings| settings);
        let response = rig.call().await.result.unwrap();
        let generation = response.extensions().get::<Generation>().copied();
        assert_eq!(generation.is_some(), says, "{status}");
        assert!(!says || generation == rig.cache.current_generation());
    }
}
