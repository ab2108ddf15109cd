//! Everything is frozen for a while, as a Lambda sandbox is between two invocations, and the
//! credentials expire meanwhile.

use std::time::Duration;

use credentials_cache::OnExpired;
use sigv4_testkit::{LoadStart, Step, TestClock};
use tokio::time::sleep;

use crate::harness::{Call, HOUR, Harness, INSTANTLY, MILLI, MINUTE, SECOND};

const LATENCY: Duration = MILLI.saturating_mul(50);

/// What the load in flight does in the end.
#[derive(Clone, Copy, Debug)]
enum End {
    Fails,
    IsMisconfigured,
    Panics,
    TimesOut,
    /// Delivers what had expired by the time of the thaw.
    IsStale,
    /// Delivers once more what is held.
    IsTheSame,
}

const ENDS: [End; 6] = [
    End::Fails,
    End::IsMisconfigured,
    End::Panics,
    End::TimesOut,
    End::IsStale,
    End::IsTheSame,
];

impl End {
    /// The load in flight takes a second, as far as it ends by itself.
    fn step(self) -> Step {
        let expiry = TestClock::new().now() + HOUR;
        let step = match self {
            Self::Fails => Step::Error,
            Self::IsMisconfigured => Step::Misconfigured,
            Self::Panics => Step::Panic,
            Self::TimesOut => Step::Hang,
            Self::IsStale => Step::Expiring(expiry + SECOND),
            Self::IsTheSame => Step::Expiring(expiry),
        };
        step.after(SECOND)
    }

    fn takes(self) -> Duration {
        match self {
            Self::TimesOut => SECOND * 30,
            _ => SECOND,
        }
    }
}

/// Holds credentials that expire at one o'clock, and has a load of the next in flight that began so
/// long before.
async fn refreshing(before_expiry: Duration, end: End, on_expired: OnExpired) -> Harness {
    let script = move |load: LoadStart| match load.number {
        1 => Step::Expiring(TestClock::new().now() + HOUR),
        2 => end.step(),
        _ => Step::Living(HOUR).after(LATENCY),
    };
    let harness = Harness::with(script, |settings| settings.on_expired(on_expired));
    harness.call().await;
    sleep(HOUR - before_expiry).await;
    assert_eq!(harness.call().await.took, INSTANTLY);
    sleep(MILLI * 500).await;
    assert_eq!(harness.provider.in_flight(), 1);
    harness
}

/// All waited, and none was served with what has expired.
#[track_caller]
fn assert_fresh(calls: &[Call], waited: Duration, what: &impl std::fmt::Debug) {
    for call in calls {
        let served = call.result.as_ref().unwrap();
        assert!(!served.expired && !served.marked_expired, "{what:?}");
        assert_eq!(call.took, waited, "{what:?}");
    }
}

const BOTH: [OnExpired; 2] = [OnExpired::ServeStale, OnExpired::Fail];

#[tokio::test(start_paused = true)]
async fn f26_after_an_idle_freeze_the_first_callers_wait_for_a_load() {
    for on_expired in BOTH {
        let script = |load: LoadStart| match load.number {
            1 => Step::Living(HOUR),
            _ => Step::Living(HOUR).after(LATENCY),
        };
        let harness = Harness::with(script, |settings| settings.on_expired(on_expired));
        harness.call().await;
        harness.clock.freeze(HOUR * 2);
        assert_fresh(&harness.calls(100).await, LATENCY, &on_expired);
        assert_eq!(harness.provider.loads(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn f58_f59_the_end_of_a_frozen_load_that_comes_before_the_first_caller_changes_nothing() {
    for end in ENDS {
        for on_expired in BOTH {
            // For longer than the load is trusted, and for less.
            for (before, frozen) in [
                (MINUTE * 5, HOUR * 2),
                (MINUTE * 5, MINUTE * 6),
                (SECOND * 20, SECOND * 25),
            ] {
                let what = (end, on_expired, frozen);
                let harness = refreshing(before, end, on_expired).await;
                harness.clock.freeze(frozen);
                sleep(end.takes()).await;
                assert_eq!(harness.provider.in_flight(), 0, "{what:?}");
                let stats = harness.cache.stats();
                assert_eq!(stats.consecutive_failures, 0, "{what:?}");
                assert_fresh(&harness.calls(100).await, LATENCY, &what);
                assert_eq!(harness.provider.loads(), 3, "{what:?}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn f27_f28_a_frozen_load_that_is_older_than_its_lease_is_taken_over_at_once() {
    for end in ENDS {
        for on_expired in BOTH {
            let what = (end, on_expired);
            let harness = refreshing(MINUTE * 5, end, on_expired).await;
            harness.clock.freeze(HOUR * 2);
            assert_fresh(&harness.calls(100).await, LATENCY, &what);
            assert_eq!(harness.provider.loads(), 3, "{what:?}");
            assert_eq!(harness.provider.in_flight(), 0, "{what:?}");
            assert_eq!(harness.cache.stats().takeovers, 1, "{what:?}");
            // It can bring nothing any more.
            sleep(MINUTE).await;
            assert_eq!(harness.call().await.load(), 3, "{what:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn callers_that_join_a_frozen_load_look_up_again_when_it_comes_to_nothing() {
    for end in ENDS {
        // A load without an end cannot be told from a slow one before its time is over.
        if let End::TimesOut = end {
            continue;
        }
        for on_expired in BOTH {
            let what = (end, on_expired);
            let harness = refreshing(SECOND * 20, end, on_expired).await;
            harness.clock.freeze(SECOND * 25);
            let waited = MILLI * 500 + LATENCY;
            assert_fresh(&harness.calls(100).await, waited, &what);
            assert_eq!(harness.provider.loads(), 3, "{what:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn callers_that_waited_when_the_freeze_began_look_up_again_too() {
    for end in ENDS {
        for on_expired in BOTH {
            let what = (end, on_expired);
            let script = move |load: LoadStart| match load.number {
                1 => Step::Expiring(TestClock::new().now() + HOUR),
                2 => end.step(),
                _ => Step::Living(HOUR).after(LATENCY),
            };
            let settings = |settings: credentials_cache::CacheSettings| {
                settings.on_expired(on_expired).max_wait(MINUTE)
            };
            let harness = Harness::with(script, settings);
            harness.call().await;
            // In the last seconds, in which callers wait for others.
            sleep(HOUR - SECOND * 5).await;
            let early = tokio::spawn(harness.cache.get());
            sleep(MILLI * 500).await;
            harness.clock.freeze(SECOND * 20);
            let cached = early.await.unwrap().unwrap();
            assert!(!cached.is_expired(), "{what:?}");
            assert_eq!(harness.provider.loads(), 3, "{what:?}");
            assert_eq!(harness.cache.stats().consecutive_failures, 0, "{what:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_frozen_load_is_no_failure_where_the_credentials_are_still_valid_either() {
    for end in ENDS {
        let script = move |load: LoadStart| match load.number {
            1 => Step::Expiring(TestClock::new().now() + HOUR),
            2 => end.step(),
            _ => Step::Living(HOUR).after(LATENCY),
        };
        let harness = Harness::new(script);
        harness.call().await;
        sleep(MINUTE * 50).await;
        assert_eq!(harness.call().await.took, INSTANTLY);
        sleep(MILLI * 500).await;
        harness.clock.freeze(MINUTE * 5);
        sleep(end.takes()).await;
        let stats = harness.cache.stats();
        assert_eq!(stats.consecutive_failures, 0, "{end:?}");
        assert_eq!(
            stats.backoff,
            MILLI * 750,
            "{end:?}: as after the first load"
        );
        // The next caller is served, and starts another.
        assert_eq!(harness.call().await.took, INSTANTLY);
        sleep(LATENCY + MILLI).await;
        assert_eq!(harness.call().await.load(), 3, "{end:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_frozen_first_load_that_fails_is_followed_by_another_for_those_who_wait() {
    let script = |load: LoadStart| match load.number {
        1 => Step::Error.after(SECOND),
        _ => Step::Living(HOUR).after(LATENCY),
    };
    let harness = Harness::new(script);
    let early = tokio::spawn(harness.cache.get());
    sleep(MILLI * 500).await;
    harness.clock.freeze(HOUR);
    assert!(early.await.unwrap().is_ok());
    assert_eq!(harness.provider.loads(), 2);
    assert_eq!(harness.cache.stats().loads_failed, 1);
}

#[tokio::test(start_paused = true)]
async fn better_credentials_are_taken_from_a_frozen_load_as_well() {
    let script = |load: LoadStart| match load.number {
        1 => Step::Living(HOUR),
        _ => Step::Living(HOUR).after(SECOND),
    };
    let harness = Harness::new(script);
    harness.call().await;
    sleep(HOUR - MINUTE * 5).await;
    harness.call().await;
    harness.clock.freeze(HOUR * 2);
    sleep(SECOND + MILLI).await;
    let call = harness.call().await;
    assert_eq!((call.load(), call.took), (2, INSTANTLY));
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_is_down_after_the_thaw_has_been_asked_before_anything_stale_is_served() {
    let script = |load: LoadStart| match load.number {
        1 => Step::Living(HOUR),
        _ => Step::Error.after(LATENCY),
    };
    let harness = Harness::new(script);
    harness.call().await;
    sleep(HOUR - MINUTE * 5).await;
    harness.call().await;
    harness.clock.freeze(HOUR * 2);
    sleep(LATENCY).await;
    let calls = harness.calls(100).await;
    for call in &calls {
        assert!(call.result.as_ref().unwrap().expired);
        assert_eq!(call.took, LATENCY);
    }
    assert_eq!(harness.cache.stats().consecutive_failures, 1);
    assert_eq!(harness.call().await.took, INSTANTLY);
    assert_eq!(harness.provider.loads(), 3);
}

/// An outage past the expiry, with callers that do not wait for it any more.
async fn degraded(on_expired: OnExpired) -> Harness {
    let script = |load: LoadStart| match load.number == 1 || load.at > HOUR + MINUTE * 10 {
        true => Step::Living(HOUR).after(LATENCY),
        false => Step::Error,
    };
    let harness = Harness::with(script, |settings| settings.on_expired(on_expired));
    harness.call().await;
    sleep(HOUR).await;
    harness.traffic(1, MINUTE * 10).await;
    sleep(SECOND * 40).await;
    harness
}

#[tokio::test(start_paused = true)]
async fn an_outage_of_before_a_freeze_or_a_quiet_hour_is_no_reason_to_serve_what_has_expired() {
    for on_expired in BOTH {
        let frozen = degraded(on_expired).await;
        frozen.clock.freeze(HOUR);
        assert_fresh(&frozen.calls(100).await, LATENCY, &on_expired);
        let quiet = degraded(on_expired).await;
        sleep(HOUR).await;
        assert_fresh(&quiet.calls(100).await, LATENCY, &on_expired);
        // But one of a moment ago is.
        let recent = degraded(on_expired).await;
        assert_eq!(recent.call().await.took, INSTANTLY);
    }
}

#[tokio::test(start_paused = true)]
async fn a_wait_that_began_before_the_expiry_lets_nobody_have_what_has_expired() {
    let script = |load: LoadStart| match load.number {
        1 => Step::Living(HOUR),
        2 => Step::Living(HOUR).after(SECOND * 18),
        _ => Step::Error,
    };
    let harness = Harness::new(script);
    harness.call().await;
    sleep(HOUR - SECOND * 5).await;
    let early = harness.call().await;
    assert_eq!(early.took, SECOND * 10);
    assert!(early.result.unwrap().marked_expired);
    // The next waits as if nobody had.
    let next = harness.call().await;
    assert_eq!((next.load(), next.took), (2, SECOND * 8));
    assert_eq!(harness.provider.loads(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_wait_in_vain_past_the_expiry_lets_the_next_have_what_has_expired_at_once() {
    let script = |load: LoadStart| match load.number {
        1 => Step::Living(HOUR),
        _ => Step::Hang,
    };
    let harness = Harness::new(script);
    harness.call().await;
    sleep(HOUR + SECOND).await;
    let first = harness.call().await;
    assert_eq!(first.took, SECOND * 10);
    // The load that the first has waited for is still under way.
    let next = harness.call().await;
    assert_eq!((next.load(), next.took), (1, INSTANTLY));
    assert_eq!(harness.provider.loads(), 2);
}
