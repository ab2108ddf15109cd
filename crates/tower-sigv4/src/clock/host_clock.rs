use std::{
    mem,
    time::{Duration, SystemTime},
};

use tokio::time::Instant;

use crate::host_key::HostKey;

/// A host that changes its mind more often than this is signed for with the local time.
const CHANGES_PER_MINUTE: u32 = 4;
const MINUTE: Duration = Duration::from_secs(60);

/// An offset that nothing has confirmed for so long may be of a clock that was set right since.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// What is known of one host's clock.
#[derive(Clone, Debug)]
pub(super) struct HostClock {
    pub(super) host: HostKey,
    /// Seconds to add to the local clock. Zero where the host has been found unsettled.
    pub(super) offset: i64,
    pub(super) confirmed: Instant,
    confirmed_wall: SystemTime,
    /// The changes of the offset in the minute that began then.
    changes: u32,
    changes_since: Instant,
}

/// What an exchange has changed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Observed {
    Nothing,
    /// The host's offset is another than before.
    Changed {
        offset: i64,
    },
    /// The host is signed for with the local time again, which is no reason to expect more of it.
    GivenUp,
}

impl HostClock {
    pub(super) fn new(host: HostKey, now: SystemTime) -> Self {
        Self {
            host,
            offset: 0,
            confirmed: Instant::now(),
            confirmed_wall: now,
            changes: 0,
            changes_since: Instant::now(),
        }
    }

    /// The offset, unless nothing has confirmed it for a day by either clock.
    pub(super) fn effective(&self, now: SystemTime) -> i64 {
        let by_wall = now.duration_since(self.confirmed_wall).unwrap_or_default();
        match self.offset != 0 && by_wall.max(self.confirmed.elapsed()) < DAY {
            true => self.offset,
            false => 0,
        }
    }

    /// Whether the offset was confirmed within a minute, so that to note it again would be a write for
    /// nothing.
    pub(super) fn is_confirmed(&self) -> bool {
        self.confirmed.elapsed() < MINUTE
    }

    pub(super) fn confirm(&mut self, now: SystemTime) {
        self.confirmed = Instant::now();
        self.confirmed_wall = now;
    }

    /// Sets the offset, unless it has changed too often.
    pub(super) fn set(&mut self, offset: i64, now: SystemTime) -> Observed {
        if self.changes_since.elapsed() >= MINUTE {
            self.changes = 0;
            self.changes_since = Instant::now();
        }
        self.changes = self.changes.saturating_add(1);
        self.confirm(now);
        match self.changes <= CHANGES_PER_MINUTE {
            true => {
                self.offset = offset;
                Observed::Changed { offset }
            }
            // Said once: such a host may answer as often as it likes.
            false => match mem::take(&mut self.offset) {
                0 => Observed::Nothing,
                _ => Observed::GivenUp,
            },
        }
    }

    /// Whether it says nothing any more: neither an offset, nor that the host is unsettled.
    pub(super) fn is_forgettable(&self, now: Instant) -> bool {
        self.offset == 0 && now.saturating_duration_since(self.changes_since) >= MINUTE
    }
}
