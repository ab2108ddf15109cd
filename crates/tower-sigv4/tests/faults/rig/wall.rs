//! A wall clock that can be set.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, SystemTime},
};

use tokio::time::Instant;

/// Runs with tokio's time, and jumps when it is told to. Clones are the same clock.
#[derive(Clone, Debug)]
pub(crate) struct Wall {
    base: SystemTime,
    started: Instant,
    offset: Arc<AtomicI64>,
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
            offset: Arc::default(),
        }
    }

    pub(crate) fn now(&self) -> SystemTime {
        let offset = self.offset.load(Ordering::SeqCst);
        let away = Duration::from_secs(offset.unsigned_abs());
        let now = self.base + self.started.elapsed();
        if offset < 0 { now - away } else { now + away }
    }

    /// Sets the clock forth, or back.
    pub(crate) fn jump(&self, seconds: i64) {
        self.offset.fetch_add(seconds, Ordering::SeqCst);
    }
}
