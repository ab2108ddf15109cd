//! One service rejects whatever it gets, and the requests to others have what they would have had
//! alone.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use credentials_cache::OnExpired;
use fastrand::Rng;
use sigv4_testkit::{LoadStart, Step, TestClock};
use tokio::time::sleep;

use crate::harness::{Call, HOUR, Harness, INSTANTLY, MILLI, MINUTE, SECOND, assert_unhindered};

/// When credentials of an hour are due, with chance in the middle.
const DUE: Duration = Duration::from_secs(3_600 - 15 * 60 * 3 / 4);

/// A provider that is down now and then, though never when it would be noticed, and whose every
/// reload for nothing but a rejection goes wrong in some way.
fn unlucky(seed: u64) -> impl Fn(LoadStart) -> Step {
    let mut random = Rng::with_seed(seed);
    // Within each hour, from some time before credentials are due to some time well before their
    // end.
    let outage = random.u64(30..50)..random.u64(50..57);
    let state = Arc::new(Mutex::new((None::<Duration>, random)));
    move |load| {
        let (loaded, random) = &mut *state.lock().unwrap();
        let latency = MILLI * random.u32(0..2_000);
        let step = match *loaded {
            // Only a rejection asks this early.
            Some(loaded) if load.at - loaded < DUE => match random.u8(0..6) {
                0 => Step::Error,
                1 => Step::Misconfigured,
                2 => Step::Panic,
                3 => Step::Hang,
                4 => Step::Expiring(TestClock::new().now()),
                _ => Step::Expiring(TestClock::new().now() + loaded + HOUR),
            },
            Some(loaded) if outage.contains(&((load.at - loaded).as_secs() / 60)) => Step::Error,
            _ => {
                *loaded = Some(load.at + latency);
                Step::Living(HOUR)
            }
        };
        step.after(latency)
    }
}

#[tokio::test(start_paused = true)]
async fn whatever_becomes_of_the_reloads_that_one_service_causes_others_neither_wait_nor_fail() {
    let mut reloads = 0;
    for seed in 0..16 {
        let on_expired = match seed % 2 {
            0 => OnExpired::ServeStale,
            _ => OnExpired::Fail,
        };
        let harness = Harness::with(unlucky(seed), |settings| settings.on_expired(on_expired));
        harness.call().await;
        let mut random = Rng::with_seed(seed);
        let hostile_every = random.u64(1..300);
        for second in 0..2 * 3_600 {
            if second % hostile_every == 0 {
                harness.reject();
            }
            // Honest ones, of which some find a reload in flight.
            assert_unhindered(&harness.traffic(2, SECOND).await);
        }
        reloads += harness.provider.loads();
        let stats = harness.cache.stats();
        assert_eq!((stats.served_expired, stats.served_expiring), (0, 0));
    }
    assert!(reloads > 16 * 20, "the service was not hostile enough");
}

/// What honest callers get in an outage that lasts past the expiry.
async fn outage(on_expired: OnExpired, hostile: bool) -> Vec<Call> {
    let script = |load: LoadStart| match load.number == 1 || load.at > HOUR + MINUTE * 20 {
        true => Step::Living(HOUR).after(MILLI * 50),
        false => Step::Error.after(MILLI * 50),
    };
    let harness = Harness::with(script, |settings| settings.on_expired(on_expired));
    harness.call().await;
    sleep(HOUR).await;
    let mut calls = Vec::new();
    for _ in 0..30 * 60 {
        if hostile {
            harness.reject();
        }
        calls.extend(harness.traffic(2, SECOND).await);
    }
    calls
}

#[tokio::test(start_paused = true)]
async fn in_an_outage_past_the_expiry_rejections_change_nothing_for_others() {
    for on_expired in [OnExpired::ServeStale, OnExpired::Fail] {
        let alone = outage(on_expired, false).await;
        let disturbed = outage(on_expired, true).await;
        assert_eq!(alone.len(), disturbed.len());
        let mut waits = 0;
        for (alone, disturbed) in alone.iter().zip(&disturbed) {
            assert_eq!(alone.took, disturbed.took);
            let expired = |call: &Call| call.result.as_ref().ok().map(|served| served.expired);
            assert_eq!(expired(alone), expired(disturbed));
            waits += usize::from(alone.took > INSTANTLY);
        }
        assert_eq!(waits, 1);
    }
}
