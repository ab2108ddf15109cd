//! What happens to a cache, counted and told.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, SystemTime},
};

use super::{Generation, Stats, schedule::Stage};
use crate::Error;

/// Why credentials are loaded.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Trigger {
    Cold,
    Due,
    Expired,
    Revalidate,
    Rejected,
}

impl Trigger {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Cold => "cold",
            Self::Due => "due",
            Self::Expired => "expired",
            Self::Revalidate => "revalidate",
            Self::Rejected => "rejected",
        }
    }
}

/// How a load ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Ending {
    Ok,
    Error,
    TimedOut,
    NoProgress,
    Expired,
    Panicked,
    Cancelled,
}

impl Ending {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Error => "error",
            Self::TimedOut => "timeout",
            Self::NoProgress => "no_progress",
            Self::Expired => "expired",
            Self::Panicked => "panic",
            Self::Cancelled => "cancelled",
        }
    }
}

/// A cache's counters, and its voice.
#[derive(Debug, Default)]
pub(crate) struct Events {
    loads: AtomicU64,
    endings: [AtomicU64; 7],
    takeovers: AtomicU64,
    waits: AtomicU64,
    waited_nanos: AtomicU64,
    served: [AtomicU64; 4],
    rejections: AtomicU64,
    /// Requests signed with expired credentials since others were loaded.
    stale_in_a_row: AtomicU64,
}

impl Events {
    pub(super) fn load_started(&self, trigger: Trigger) {
        self.loads.fetch_add(1, Ordering::Relaxed);
        tracing::debug!(trigger = trigger.name(), "loading credentials");
        #[cfg(feature = "metrics")]
        super::facade::load_started();
    }

    /// However a load ended.
    pub(super) fn load_ended(&self, trigger: Trigger, ending: Ending, took: Duration) {
        self.endings[ending as usize].fetch_add(1, Ordering::Relaxed);
        let (trigger_name, outcome) = (trigger.name(), ending.name());
        tracing::debug!(
            trigger = trigger_name,
            outcome,
            ?took,
            "a load of credentials ended"
        );
        #[cfg(feature = "metrics")]
        super::facade::load_ended(trigger, ending, took);
    }

    pub(super) fn loaded(&self, generation: Generation, expiry: Option<SystemTime>) {
        self.stale_in_a_row.store(0, Ordering::Relaxed);
        tracing::debug!(?generation, ?expiry, "loaded credentials");
        #[cfg(feature = "metrics")]
        super::facade::loaded(expiry);
    }

    /// Says so at the first failure in a row, the second, the fourth, and so on.
    pub(super) fn failed(&self, error: &Error, failures: u32, pause: Duration) {
        let text = error.with_sources();
        if !failures.is_power_of_two() {
            tracing::debug!(error = text, failures, ?pause, "failed to load credentials");
        } else if error.is_retryable() {
            tracing::warn!(error = text, failures, ?pause, "failed to load credentials");
        } else {
            tracing::error!(error = text, failures, ?pause, "failed to load credentials");
        }
        #[cfg(feature = "metrics")]
        super::facade::failed(failures, pause);
    }

    /// Another load takes over from one that does not answer.
    pub(super) fn taken_over(&self, age: Duration) {
        self.takeovers.fetch_add(1, Ordering::Relaxed);
        tracing::warn!(
            ?age,
            "a load of credentials does not even time out: the runtime that it was started on \
             stands still"
        );
        #[cfg(feature = "metrics")]
        super::facade::taken_over();
    }

    pub(super) fn waited(&self, time: Duration) {
        self.waits.fetch_add(1, Ordering::Relaxed);
        let nanos = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        self.waited_nanos.fetch_add(nanos, Ordering::Relaxed);
        #[cfg(feature = "metrics")]
        super::facade::waited(time);
    }

    pub(super) fn served(&self, stage: Stage) {
        self.served[stage as usize].fetch_add(1, Ordering::Relaxed);
        #[cfg(feature = "metrics")]
        super::facade::served(stage);
    }

    /// Besides [`served`](Self::served); says so at the first request, the second, the fourth...
    pub(super) fn served_stale(&self, expired_for: Duration) {
        let requests = self.stale_in_a_row.fetch_add(1, Ordering::Relaxed) + 1;
        if requests.is_power_of_two() {
            tracing::error!(
                ?expired_for,
                requests,
                "signing with expired credentials, as no others could be loaded"
            );
        }
    }

    pub(super) fn rejected(&self, generation: Generation, again: bool) {
        self.rejections.fetch_add(1, Ordering::Relaxed);
        if !again {
            tracing::warn!(?generation, "a service refused the credentials");
        }
        #[cfg(feature = "metrics")]
        super::facade::rejected(again);
    }

    /// What the counters say; the rest is for the cache to fill in.
    pub(super) fn stats(&self) -> Stats {
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let ended = |ending: Ending| count(&self.endings[ending as usize]);
        let served = |stage: Stage| count(&self.served[stage as usize]);
        // The endings first: no load ends before it has begun.
        let all_ended = self.endings.iter().map(count).sum();
        let loads = count(&self.loads);
        Stats {
            loads,
            loads_in_flight: loads.saturating_sub(all_ended),
            loads_succeeded: ended(Ending::Ok),
            loads_failed: ended(Ending::Error),
            loads_timed_out: ended(Ending::TimedOut),
            loads_without_progress: ended(Ending::NoProgress),
            loads_expired: ended(Ending::Expired),
            loads_panicked: ended(Ending::Panicked),
            loads_cancelled: ended(Ending::Cancelled),
            takeovers: count(&self.takeovers),
            waits: count(&self.waits),
            waited: Duration::from_nanos(count(&self.waited_nanos)),
            served_fresh: served(Stage::Fresh),
            served_due: served(Stage::Due),
            served_in_last_seconds: served(Stage::LastSeconds),
            served_expired: served(Stage::Expired),
            rejections: count(&self.rejections),
            ..Stats::default()
        }
    }
}
