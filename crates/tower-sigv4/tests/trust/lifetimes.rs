//! How long credentials live is a matter of the local clocks, whatever servers say of the time.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use sigv4_testkit::{LoadStart, Step, TestClock};
use tokio::time::{advance, sleep};
use tower_sigv4::OnExpired;

use crate::{
    common::Recorder,
    harness::{
        HOUR, Harness, INSTANTLY, MILLI, MINUTE, SECOND, by_the_clock, call, rejection, response,
        retried, sent_to, shifted, signed_with,
    },
};

const HOSTILE: &str = "https://hostile.example/";
const HONEST: &str = "https://honest.example/";

/// Two hours in which a hostile host says that the time is another. Tells how often the provider was
/// asked, and how many requests were signed with what had expired in truth.
async fn two_hours(dates: &'static [i64]) -> (usize, usize) {
    let harness = Harness::new(|_| Step::Living(HOUR).after(MILLI * 50));
    let (clock, provider) = (harness.clock.clone(), harness.provider.clone());
    let turn = AtomicUsize::new(0);
    let expired = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&expired);
    let network = Recorder::answering(move |request| {
        if provider.is_expired(signed_with(request)) {
            counted.fetch_add(1, Ordering::Relaxed);
        }
        match sent_to(request) {
            "hostile.example" => {
                let turn = turn.fetch_add(1, Ordering::Relaxed);
                response(401, shifted(clock.now(), dates[turn % dates.len()]))
            }
            _ => by_the_clock(request, clock.now()),
        }
    });
    let layer = harness.layer();
    for _ in 0..3_600 {
        call(&layer, &network, HOSTILE).await;
        let honest = call(&layer, &network, HONEST).await;
        assert_eq!(honest.status(), 200, "{dates:?}");
        network.sent();
        advance(SECOND * 2).await;
    }
    (harness.provider.loads(), expired.load(Ordering::Relaxed))
}

#[tokio::test(start_paused = true)]
async fn in_two_hours_the_provider_is_asked_three_times_whatever_a_host_says_of_the_time() {
    for dates in [
        &[0][..],
        &[3_600],
        &[-3_600],
        &[86_400, -86_400],
        &[-86_400, 86_400, 3_600, -900, 0],
    ] {
        let (loads, expired) = two_hours(dates).await;
        println!("dates {dates:?}: {loads} loads, {expired} requests signed with expired keys");
        assert_eq!((loads, expired), (3, 0), "{dates:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn credentials_that_are_loaded_while_a_host_lies_do_not_outlive_themselves() {
    let harness = Harness::new(|_| Step::Living(HOUR));
    let clock = harness.clock.clone();
    // As if the local clock were a day fast, so that all seems to live a day longer.
    let network = Recorder::answering(move |_| response(403, shifted(clock.now(), -86_400)));
    let layer = harness.layer();
    for _ in 0..10 {
        call(&layer, &network, HOSTILE).await;
    }
    sleep(HOUR + MINUTE).await;
    network.sent();
    call(&layer, &network, HONEST).await;
    assert_eq!(signed_with(&network.only().parts), 2);
}

/// A provider that is right, and a local clock an hour fast.
fn an_hour_fast(on_expired: OnExpired) -> Harness {
    let harness = Harness::with(
        |load: LoadStart| {
            let now = TestClock::new().now();
            Step::Expiring(now + load.at + HOUR)
        },
        |settings| settings.on_expired(on_expired),
    );
    harness.clock.jump(3_600);
    harness
}

#[tokio::test(start_paused = true)]
async fn f63_what_a_fast_clock_takes_for_expired_signs_while_loads_are_paced() {
    let harness = an_hour_fast(OnExpired::ServeStale);
    let clock = harness.clock.clone();
    let network = Recorder::answering(move |request| by_the_clock(request, clock.truth()));
    let layer = harness.layer();
    let mut statuses = Vec::new();
    for _ in 0..3_600 {
        statuses.push(call(&layer, &network, HONEST).await.status());
        advance(SECOND).await;
    }
    let rejected = statuses.iter().filter(|&&status| status != 200).count();
    assert_eq!(
        rejected, 1,
        "the host's time is observed in its first answer"
    );
    let loads = harness.provider.loads();
    println!("{loads} loads in an hour with a clock an hour fast");
    assert!((60..=110).contains(&loads), "{loads}");
}

#[tokio::test(start_paused = true)]
async fn f63_where_nothing_expired_may_sign_the_error_names_the_clock() {
    let harness = an_hour_fast(OnExpired::Fail);
    let network = Recorder::default();
    let call = call(&harness.layer(), &network, HONEST).await;
    let report = call.error().report();
    assert!(report.contains("clock"), "{report}");
    assert_eq!(network.calls(), 0);
    assert_eq!(call.took, INSTANTLY);
}

#[tokio::test(start_paused = true)]
async fn a_slow_clock_costs_two_requests_per_generation_and_with_the_retry_policy_none() {
    // Slow by less and by more than an hour's refresh window.
    for (slow, lost) in [(5 * 60, 0), (3_600, 2), (24 * 3_600, 2)] {
        for retries in [false, true] {
            let script = |load: LoadStart| {
                let noon = TestClock::new().now();
                Step::Expiring(noon + load.at + HOUR).after(MILLI * 50)
            };
            let harness = Harness::new(script);
            harness.clock.jump(-slow);
            let clock = harness.clock.clone();
            // As the script has them, the keys of a load expire an hour after it started.
            let provider = harness.provider.clone();
            let network = Recorder::answering(move |request| {
                let key = signed_with(request);
                match provider.is_expired(key) {
                    true => rejection(403, "ExpiredTokenException", clock.truth()),
                    false => by_the_clock(request, clock.truth()),
                }
            });
            let layer = harness.layer();
            let mut rejected = 0;
            for _ in 0..3_600 {
                let status = match retries {
                    true => retried(&layer, network.clone(), HONEST).await,
                    false => call(&layer, &network, HONEST).await.status(),
                };
                rejected += usize::from(status != 200);
                network.sent();
                sleep(SECOND * 4).await;
            }
            let generations = harness.provider.loads();
            println!(
                "{slow} s slow, retried {retries}: {rejected} of 3600 lost, {generations} loads"
            );
            // And one until the time of the host is known, if it is off by what counts.
            let of_time = usize::from(slow >= 300);
            let expected = lost * (generations - 1) + of_time;
            assert_eq!(rejected, if retries { 0 } else { expected }, "{slow} s");
        }
    }
}
