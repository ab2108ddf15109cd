//! One host's word about credentials counts for that host.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use http::{Response, request::Parts};
use sigv4_testkit::{LoadStart, Step};
use tokio::{
    task::{JoinSet, LocalSet},
    time::{advance, sleep},
};
use tower_sigv4::{OnExpired, SigV4Layer};

use crate::{
    common::{Empty, Recorder},
    harness::{
        HOUR, Harness, INSTANTLY, MILLI, MINUTE, SECOND, call, rejection, response, retried,
        sent_to, signed_with,
    },
};

const A: &str = "https://hostile.example/";
const B: &str = "https://honest.example/";

/// When credentials of an hour are due, with chance in the middle.
const DUE: Duration = Duration::from_secs(3_600 - 15 * 60 * 3 / 4);

/// Host A says of whatever it gets that the token has expired; all others take it.
fn a_rejects(request: &Parts) -> Response<Empty> {
    let now = std::time::SystemTime::UNIX_EPOCH;
    match sent_to(request) {
        "hostile.example" => rejection(403, "ExpiredTokenException", now),
        _ => response(200, now),
    }
}

/// The provider delivers once, and is down from then on.
fn once(load: LoadStart) -> Step {
    match load.number {
        1 => Step::Living(HOUR),
        _ => Step::Error.after(MILLI * 50),
    }
}

/// Sends one request a second to a host for an hour. Tells how many succeeded, failed and waited.
async fn an_hour(layer: &SigV4Layer, network: &Recorder, uri: &str) -> [usize; 3] {
    let mut counts = [0; 3];
    for _ in 0..3_600 {
        let call = call(layer, network, uri).await;
        counts[usize::from(call.result.is_err())] += 1;
        counts[2] += usize::from(call.took > INSTANTLY);
        network.sent();
        advance(SECOND).await;
    }
    counts
}

#[tokio::test(start_paused = true)]
async fn f61_a_host_that_rejects_once_ends_nothing_for_the_others_in_an_outage_past_the_expiry() {
    let harness = Harness::new(once);
    let network = Recorder::answering(a_rejects);
    let layer = harness.layer();
    assert_eq!(call(&layer, &network, A).await.status(), 403);
    sleep(HOUR + SECOND).await;
    // The first waits for the attempt that has to be made.
    let [succeeded, failed, waited] = an_hour(&layer, &network, B).await;
    println!("to the other host: {succeeded} succeeded, {failed} failed, {waited} waited");
    assert_eq!([succeeded, failed, waited], [3_600, 0, 1]);
    let before = network.calls();
    let [succeeded, failed, _] = an_hour(&layer, &network, A).await;
    println!("to the host that rejected: {succeeded} signed, {failed} refused");
    assert_eq!((succeeded, failed, network.calls()), (0, 3_600, before));
}

#[tokio::test(start_paused = true)]
async fn what_was_rejected_is_asked_of_another_layer_and_another_port_as_if_nothing_was() {
    let harness = Harness::new(once);
    let network = Recorder::answering(a_rejects);
    let (layer, other) = (harness.layer(), harness.layer());
    call(&layer, &network, A).await;
    sleep(HOUR + SECOND).await;
    for (layer, uri, signs) in [
        (&layer, A, false),
        (&layer, "https://HOSTILE.example.:443/x", false),
        (&layer, "https://hostile.example:8443/", true),
        (&other, A, true),
        // Which it observes for itself.
        (&other, A, false),
    ] {
        let before = network.calls();
        let call = call(layer, &network, uri).await;
        assert_eq!(network.calls() - before, usize::from(signs), "{uri}");
        if !signs {
            let error = call.error();
            assert!(error.is_credentials() && error.is_retryable(), "{error}");
            assert!(error.to_string().contains("hostile.example"), "{error}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_key_that_the_provider_prolongs_is_still_the_key_that_was_rejected() {
    let harness = Harness::new(|load| match load.number {
        1 => Step::Living(HOUR),
        2 => Step::Prolonged(HOUR * 2),
        _ => Step::Error,
    });
    let network = Recorder::answering(a_rejects);
    let layer = harness.layer();
    call(&layer, &network, A).await;
    sleep(SECOND).await;
    // Signed with as long as it is valid, since it may be the service that is wrong.
    assert_eq!(call(&layer, &network, A).await.status(), 403);
    sleep(MINUTE).await;
    assert_eq!(call(&layer, &network, A).await.status(), 403);
    sleep(HOUR * 3).await;
    let before = network.calls();
    assert!(call(&layer, &network, A).await.result.is_err());
    assert_eq!(network.calls(), before);
    assert_eq!(call(&layer, &network, B).await.status(), 200);
}

#[tokio::test(start_paused = true)]
async fn once_there_are_other_keys_the_host_gets_them() {
    let is_up = Arc::new(AtomicBool::new(false));
    let up = Arc::clone(&is_up);
    let harness = Harness::new(
        move |load| match load.number == 1 || up.load(Ordering::Relaxed) {
            true => Step::Living(HOUR),
            false => Step::Error,
        },
    );
    let network = Recorder::answering(a_rejects);
    let layer = harness.layer();
    call(&layer, &network, A).await;
    sleep(HOUR + SECOND).await;
    assert!(call(&layer, &network, A).await.result.is_err());
    is_up.store(true, Ordering::Relaxed);
    sleep(MINUTE * 3).await;
    assert_eq!(call(&layer, &network, A).await.status(), 403);
}

#[tokio::test(start_paused = true)]
async fn a_host_that_rejects_all_the_time_costs_others_neither_a_wait_nor_a_failure() {
    for on_expired in [OnExpired::ServeStale, OnExpired::Fail] {
        // Whatever a rejection asks for comes to nothing.
        for step in [Step::Error, Step::Panic, Step::Hang, Step::Misconfigured] {
            let loaded = Mutex::new(None);
            let script = move |load: LoadStart| {
                let mut loaded = loaded.lock().unwrap();
                match *loaded {
                    // Before they are due, only a rejection asks for others.
                    Some(before) if load.at - before < DUE => step.clone(),
                    _ => {
                        *loaded = Some(load.at);
                        Step::Living(HOUR)
                    }
                }
            };
            let harness = Harness::with(script, |settings| settings.on_expired(on_expired));
            let network = Recorder::answering(a_rejects);
            let layer = harness.layer();
            call(&layer, &network, B).await;
            for second in (0..3 * 3_600).step_by(3) {
                call(&layer, &network, A).await;
                let honest = call(&layer, &network, B).await;
                assert_eq!(honest.took, INSTANTLY, "after {second} s");
                assert_eq!(honest.status(), 200, "after {second} s");
                network.sent();
                advance(SECOND * 3).await;
            }
            let loads = harness.provider.loads();
            assert!(loads <= 3 * 60 + 10, "{loads} loads in three hours");
            assert_eq!(harness.cache.stats().served_expired, 0);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn only_a_rejection_of_credentials_is_remembered() {
    for (status, error) in [
        (403, "AccessDeniedException"),
        (403, ""),
        (400, "ThrottlingException"),
        (500, "ExpiredTokenException"),
        (200, "ExpiredTokenException"),
        (404, "ExpiredToken"),
    ] {
        let harness = Harness::new(once);
        let clock = harness.clock.clone();
        let network = Recorder::answering(move |_| rejection(status, error, clock.now()));
        let layer = harness.layer();
        call(&layer, &network, A).await;
        sleep(HOUR + SECOND).await;
        let after = call(&layer, &network, A).await;
        assert_eq!(after.status(), status, "{status} {error}");
        assert_eq!(harness.cache.stats().rejections, 0);
        assert_eq!(after.took, Duration::from_millis(50));
    }
}

#[tokio::test(start_paused = true)]
async fn of_requests_that_are_rejected_together_each_gets_its_second_attempt() {
    let harness = Harness::new(|_| Step::Living(HOUR).after(MILLI * 50));
    let clock = harness.clock.clone();
    // As if somebody had revoked the first.
    let network = Recorder::answering(move |request| match signed_with(request) {
        1 => rejection(403, "ExpiredTokenException", clock.now()),
        _ => response(200, clock.now()),
    });
    let layer = harness.layer();
    harness.cache.preload().await.unwrap();
    sleep(SECOND).await;
    let all = async {
        let mut calls = JoinSet::new();
        for _ in 0..100 {
            let (layer, network) = (layer.clone(), network.clone());
            calls.spawn_local(async move { retried(&layer, network, B).await });
        }
        calls.join_all().await
    };
    let statuses = LocalSet::new().run_until(all).await;
    assert_eq!(statuses, [200; 100]);
    assert_eq!((network.calls(), harness.provider.loads()), (200, 2));
}
