//! What happens to a cache: counted, logged and, with the feature, recorded through `metrics`.

#[cfg(feature = "metrics")]
mod metrics;
mod served;

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, SystemTime},
};

use self::served::Served;
use crate::{
    error::Error,
    load::{Outcome, Trigger},
    schedule::Stage,
    snapshot::Generation,
    stats::Stats,
};

/// A cache's counters, and what it says to the log.
#[derive(Debug, Default)]
pub(crate) struct Telemetry {
    served: Served,
    loads: AtomicU64,
    outcomes: [AtomicU64; Outcome::NAMES.len()],
    takeovers: AtomicU64,
    waits: AtomicU64,
    waited_nanos: AtomicU64,
    rejections: AtomicU64,
    /// Callers served with expired credentials since others were loaded.
    expired_in_a_row: AtomicU64,
}

impl Telemetry {
    pub(crate) fn load_started(&self, trigger: Trigger) {
        self.loads.fetch_add(1, Ordering::Relaxed);
        tracing::debug!(trigger = trigger.name(), "loading credentials");
        #[cfg(feature = "metrics")]
        metrics::load_started();
    }

    /// Notes the end of a load, however it came.
    pub(crate) fn load_ended(&self, trigger: Trigger, outcome: &Outcome, took: Duration) {
        let index = outcome.index();
        self.outcomes[index].fetch_add(1, Ordering::Relaxed);
        let (trigger, outcome) = (trigger.name(), Outcome::NAMES[index]);
        tracing::debug!(trigger, outcome, ?took, "a load of credentials ended");
        #[cfg(feature = "metrics")]
        metrics::load_ended(trigger, outcome, took);
    }

    /// Notes that credentials were loaded, when, and when they expire.
    pub(crate) fn loaded(
        &self,
        generation: Generation,
        loaded: SystemTime,
        expiry: Option<SystemTime>,
    ) {
        self.expired_in_a_row.store(0, Ordering::Relaxed);
        tracing::debug!(?generation, ?loaded, ?expiry, "loaded credentials");
        #[cfg(feature = "metrics")]
        metrics::loaded(loaded, expiry);
    }

    /// Notes a failure that counts. Warns at the first in a row, the second, the fourth, and so on.
    pub(crate) fn failed(&self, error: &Error, failures: u32, pause: Duration) {
        if !failures.is_power_of_two() {
            tracing::debug!(%error, failures, ?pause, "failed to load credentials");
        } else if error.is_retryable() {
            tracing::warn!(%error, failures, ?pause, "failed to load credentials");
        } else {
            tracing::error!(%error, failures, ?pause, "failed to load credentials");
        }
        #[cfg(feature = "metrics")]
        metrics::failures(failures, pause);
    }

    /// Notes a failure that changes nothing for anybody.
    pub(crate) fn disregarded(&self, error: &Error, trigger: Trigger) {
        tracing::debug!(
            %error,
            trigger = trigger.name(),
            "a load of credentials failed that says nothing about the provider as it is now"
        );
    }

    /// Notes that another load takes over from one that does not end.
    pub(crate) fn taken_over(&self, age: Duration) {
        self.takeovers.fetch_add(1, Ordering::Relaxed);
        tracing::warn!(
            ?age,
            "a load of credentials did not even time out: the runtime that it was started on \
             stood still"
        );
        #[cfg(feature = "metrics")]
        metrics::taken_over();
    }

    pub(crate) fn waited(&self, time: Duration) {
        self.waits.fetch_add(1, Ordering::Relaxed);
        let nanos = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        self.waited_nanos.fetch_add(nanos, Ordering::Relaxed);
        #[cfg(feature = "metrics")]
        metrics::waited(time);
    }

    pub(crate) fn served(&self, stage: Stage) {
        self.served.count(stage);
        #[cfg(feature = "metrics")]
        metrics::served(stage);
    }

    /// Notes, besides [`served`](Self::served), that what was served has expired. Logs it for the
    /// first caller, the second, the fourth, and so on.
    pub(crate) fn served_expired(&self, expired_for: Duration) {
        let callers = self.expired_in_a_row.fetch_add(1, Ordering::Relaxed) + 1;
        if callers.is_power_of_two() {
            tracing::error!(
                ?expired_for,
                callers,
                "served expired credentials, as no others could be loaded"
            );
        }
    }

    pub(crate) fn rejected(&self, generation: Generation, again: bool) {
        self.rejections.fetch_add(1, Ordering::Relaxed);
        if !again {
            tracing::warn!(?generation, "a service rejected the credentials");
        }
        #[cfg(feature = "metrics")]
        metrics::rejected(again);
    }

    /// Reads the counters; the rest is for the cache to fill in.
    pub(crate) fn stats(&self) -> Stats {
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        // The outcomes first: no load ends before it has started.
        let outcomes = self.outcomes.each_ref().map(count);
        let loads = count(&self.loads);
        let [
            loads_succeeded,
            loads_failed,
            loads_timed_out,
            loads_without_progress,
            loads_expired,
            loads_panicked,
            loads_cancelled,
        ] = outcomes;
        Stats {
            loads,
            loads_in_flight: loads.saturating_sub(outcomes.iter().sum()),
            loads_succeeded,
            loads_failed,
            loads_timed_out,
            loads_without_progress,
            loads_expired,
            loads_panicked,
            loads_cancelled,
            takeovers: count(&self.takeovers),
            waits: count(&self.waits),
            waited: Duration::from_nanos(count(&self.waited_nanos)),
            served_fresh: self.served.at(Stage::Fresh),
            served_due: self.served.at(Stage::Due),
            served_expiring: self.served.at(Stage::Expiring),
            served_expired: self.served.at(Stage::Expired),
            rejections: count(&self.rejections),
            ..Stats::default()
        }
    }
}
