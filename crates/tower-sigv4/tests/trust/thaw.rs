//! Everything is frozen for a while, as a Lambda sandbox is between two invocations, and nothing is
//! signed with what has expired meanwhile.

use std::{future::Future, time::Duration};

use sigv4_testkit::{LoadStart, Step, TestClock};
use tokio::{task::JoinSet, time::sleep};
use tower_sigv4::{OnExpired, SigV4Layer};

use crate::{
    common::{HOST, Recorder},
    harness::{Call, HOUR, Harness, INSTANTLY, MILLI, MINUTE, SECOND, call, signed_with},
};

const LATENCY: Duration = Duration::from_millis(50);
const POLICIES: [OnExpired; 2] = [OnExpired::ServeStale, OnExpired::Fail];

/// What the load in flight does in the end, after a second.
#[derive(Clone, Copy, Debug)]
enum End {
    Fails,
    Panics,
    /// Delivers what has expired by the time of the thaw.
    IsStale,
    /// Delivers once more what is held.
    IsTheSame,
    /// Never ends by itself.
    Hangs,
}

const ENDS: [End; 5] = [
    End::Fails,
    End::Panics,
    End::IsStale,
    End::IsTheSame,
    End::Hangs,
];

impl End {
    fn step(self) -> Step {
        let expiry = TestClock::new().now() + HOUR;
        let step = match self {
            Self::Fails => Step::Error,
            Self::Panics => Step::Panic,
            Self::IsStale => Step::Expiring(expiry + SECOND),
            Self::IsTheSame => Step::Expiring(expiry),
            Self::Hangs => Step::Hang,
        };
        step.after(SECOND)
    }

    /// How long it takes until it is known that it has come to nothing.
    fn takes(self) -> Duration {
        match self {
            Self::Hangs => SECOND * 30,
            _ => SECOND,
        }
    }
}

/// A layer whose first credentials expire at one o'clock.
struct Thaw {
    harness: Harness,
    layer: SigV4Layer,
    network: Recorder,
}

impl Thaw {
    fn new(second: Step, on_expired: OnExpired) -> Self {
        let script = move |load: LoadStart| match load.number {
            1 => Step::Expiring(TestClock::new().now() + HOUR),
            2 => second.clone(),
            _ => Step::Living(HOUR).after(LATENCY),
        };
        let harness = Harness::with(script, |settings| settings.on_expired(on_expired));
        let layer = harness.layer();
        Self {
            harness,
            layer,
            network: Recorder::default(),
        }
    }

    fn call(&self) -> impl Future<Output = Call> + use<> {
        let (layer, network) = (self.layer.clone(), self.network.clone());
        let uri = format!("https://{HOST}/");
        async move { call(&layer, &network, &uri).await }
    }

    /// Has a background load in flight that began so long before the expiry.
    async fn refreshing(second: Step, on_expired: OnExpired, before: Duration) -> Self {
        let thaw = Self::new(second, on_expired);
        thaw.call().await;
        sleep(HOUR - before).await;
        assert_eq!(thaw.call().await.took, INSTANTLY);
        sleep(MILLI * 500).await;
        assert_eq!(thaw.harness.provider.in_flight(), 1);
        thaw.network.sent();
        thaw
    }

    /// Sends forty requests at once. All have to succeed after so long, and none of them, nor any
    /// that follows, may be signed with what has expired.
    async fn assert_fresh(&self, waited: Duration, what: impl std::fmt::Debug) {
        let mut calls = JoinSet::new();
        (0..40).for_each(|_| drop(calls.spawn(self.call())));
        for call in calls.join_all().await {
            assert_eq!((call.status(), call.took), (200, waited), "{what:?}");
        }
        for _ in 0..60 {
            assert_eq!(self.call().await.took, INSTANTLY, "{what:?}");
            sleep(SECOND).await;
        }
        let sent = self.network.sent();
        assert_eq!(sent.len(), 100);
        for sent in sent {
            let load = signed_with(&sent.parts);
            assert!(!self.harness.provider.is_expired(load), "{what:?}: {load}");
        }
        let stats = self.harness.cache.stats();
        assert_eq!(stats.served_expired, 0, "{what:?}");
        assert_eq!(stats.consecutive_failures, 0, "{what:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn f26_after_an_idle_freeze_the_first_requests_wait_for_a_load() {
    for on_expired in POLICIES {
        let thaw = Thaw::new(Step::Living(HOUR).after(LATENCY), on_expired);
        thaw.call().await;
        thaw.network.sent();
        thaw.harness.clock.freeze(HOUR * 2);
        thaw.assert_fresh(LATENCY, on_expired).await;
        assert_eq!(thaw.harness.provider.loads(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn f58_f59_what_the_load_in_flight_came_to_before_the_first_request_changes_nothing() {
    for end in ENDS {
        for on_expired in POLICIES {
            // For longer than a load is trusted, and for less.
            for (before, frozen) in [(MINUTE * 5, HOUR * 2), (SECOND * 20, SECOND * 25)] {
                let thaw = Thaw::refreshing(end.step(), on_expired, before).await;
                thaw.harness.clock.freeze(frozen);
                sleep(end.takes()).await;
                assert_eq!(thaw.harness.provider.in_flight(), 0);
                let what = (end, on_expired, frozen);
                thaw.assert_fresh(LATENCY, what).await;
                assert_eq!(thaw.harness.provider.loads(), 3, "{what:?}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn f27_requests_that_come_before_the_load_in_flight_ends_do_not_wait_for_it() {
    for end in ENDS {
        for on_expired in POLICIES {
            let thaw = Thaw::refreshing(end.step(), on_expired, MINUTE * 5).await;
            thaw.harness.clock.freeze(HOUR * 2);
            let what = (end, on_expired);
            thaw.assert_fresh(LATENCY, what).await;
            assert_eq!(thaw.harness.provider.loads(), 3, "{what:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn requests_that_join_a_load_of_before_the_expiry_load_again_if_it_comes_to_nothing() {
    for end in [End::Fails, End::Panics, End::IsStale, End::IsTheSame] {
        for on_expired in POLICIES {
            let thaw = Thaw::refreshing(end.step(), on_expired, SECOND * 20).await;
            thaw.harness.clock.freeze(SECOND * 25);
            let what = (end, on_expired);
            thaw.assert_fresh(MILLI * 500 + LATENCY, what).await;
            assert_eq!(thaw.harness.provider.loads(), 3, "{what:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn better_credentials_are_taken_from_a_frozen_load_too() {
    for on_expired in POLICIES {
        let second = Step::Living(HOUR).after(SECOND);
        let thaw = Thaw::refreshing(second, on_expired, MINUTE * 5).await;
        thaw.harness.clock.freeze(HOUR * 2);
        sleep(SECOND).await;
        thaw.assert_fresh(INSTANTLY, on_expired).await;
        assert_eq!(thaw.harness.provider.loads(), 2);
    }
}
