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

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use http_sigv4::Host;
    use tokio::time::advance;

    use super::*;

    const MOMENT: Duration = Duration::from_millis(1);

    fn wall() -> SystemTime {
        UNIX_EPOCH + DAY * 365
    }

    fn clock() -> HostClock {
        let host = Host::parse("a.example").unwrap();
        HostClock::new(HostKey::from_host(&host), wall())
    }

    #[tokio::test(start_paused = true)]
    async fn an_offset_is_good_for_a_day_by_either_clock() {
        let mut clock = clock();
        assert_eq!(clock.effective(wall()), 0);
        clock.set(3_600, wall());
        // Set back meanwhile.
        assert_eq!(clock.effective(wall() - DAY * 2), 3_600);
        assert_eq!(clock.effective(wall() + DAY - MOMENT), 3_600);
        assert_eq!(clock.effective(wall() + DAY), 0);
        advance(DAY - MOMENT).await;
        assert_eq!(clock.effective(wall()), 3_600);
        advance(MOMENT).await;
        assert_eq!(clock.effective(wall()), 0);
        clock.confirm(wall() + DAY);
        assert_eq!(clock.effective(wall() + DAY * 2 - MOMENT), 3_600);
    }

    #[tokio::test(start_paused = true)]
    async fn an_offset_counts_as_confirmed_for_a_minute() {
        let clock = clock();
        advance(MINUTE - MOMENT).await;
        assert!(clock.is_confirmed());
        advance(MOMENT).await;
        assert!(!clock.is_confirmed());
    }

    #[tokio::test(start_paused = true)]
    async fn the_fifth_change_in_a_minute_gives_the_host_up_until_the_minute_is_over() {
        let mut clock = clock();
        for offset in 301..=304 {
            let observed = clock.set(offset, wall());
            assert_eq!(observed, Observed::Changed { offset });
        }
        assert_eq!(clock.set(305, wall()), Observed::GivenUp);
        assert_eq!(clock.set(306, wall()), Observed::Nothing);
        advance(MINUTE - MOMENT).await;
        assert_eq!(clock.set(307, wall()), Observed::Nothing);
        advance(MOMENT).await;
        let observed = clock.set(308, wall());
        assert_eq!(observed, Observed::Changed { offset: 308 });
    }

    #[tokio::test(start_paused = true)]
    async fn a_host_without_an_offset_is_forgotten_after_its_minute() {
        let mut clock = clock();
        let start = Instant::now();
        assert!(!clock.is_forgettable(start + MINUTE - MOMENT));
        assert!(clock.is_forgettable(start + MINUTE));
        clock.set(3_600, wall());
        assert!(!clock.is_forgettable(start + DAY));
    }
}
