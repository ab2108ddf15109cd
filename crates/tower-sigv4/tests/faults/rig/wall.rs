//! A wall clock that can be set.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, SystemTime},
};

use tokio::time::Instant;

/// Runs with tokio's time, and can be set. Clones are the same clock.
#[derive(Clone, Debug)]
pub(crate) struct Wall {
    base: SystemTime,
    started: Instant,
    /// By how many seconds it is wrong.
    set: Arc<AtomicI64>,
    /// How many seconds have passed that tokio's clock has not seen.
    frozen: Arc<AtomicI64>,
}

impl Wall {
    /// Noon of the first day of 2026, UTC.
    pub(crate) fn new() -> Self {
        Self::at(1_767_268_800)
    }

    pub(crate) fn at(unix: u64) -> Self {
        Self {
            base: SystemTime::UNIX_EPOCH + Duration::from_secs(unix),
            started: Instant::now(),
            set: Arc::default(),
            frozen: Arc::default(),
        }
    }

    pub(crate) fn now(&self) -> SystemTime {
        let set = self.set.load(Ordering::SeqCst);
        let away = Duration::from_secs(set.unsigned_abs());
        if set < 0 {
            self.truth() - away
        } else {
            self.truth() + away
        }
    }

    /// What the time is, whatever the clock shows.
    pub(crate) fn truth(&self) -> SystemTime {
        let frozen = self.frozen.load(Ordering::SeqCst);
        self.base + self.started.elapsed() + Duration::from_secs(frozen.unsigned_abs())
    }

    /// Sets the clock forth, or back.
    pub(crate) fn set(&self, seconds: i64) {
        self.set.fetch_add(seconds, Ordering::SeqCst);
    }

    /// Lets time pass in which nothing runs, and timers stand still.
    pub(crate) fn freeze(&self, seconds: u32) {
        self.frozen.fetch_add(seconds.into(), Ordering::SeqCst);
    }
}
