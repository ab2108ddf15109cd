//! Two clocks read together, as neither is to be trusted alone.

use std::time::{Duration, SystemTime};

use tokio::time::Instant;

use crate::clock::Clock;

/// A reading of both clocks.
///
/// The wall clock can be set, back as well as forth. The monotonic one stands still while a machine
/// sleeps or a Lambda sandbox is frozen. Whichever has seen more time pass is right.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    pub(crate) wall: SystemTime,
    /// Tokio's, so that a test which pauses tokio's time has both in hand.
    monotonic: Instant,
}

impl Moment {
    pub(crate) fn now(clock: &Clock) -> Self {
        Self {
            wall: clock.now(),
            monotonic: Instant::now(),
        }
    }

    /// How long it is until a time by the wall clock; zero if that is past.
    pub(crate) fn until(&self, time: SystemTime) -> Duration {
        time.duration_since(self.wall).unwrap_or_default()
    }

    /// The time since `earlier`, by the clock that has seen more of it.
    pub(crate) fn since(&self, earlier: &Self) -> Duration {
        let wall = self.wall.duration_since(earlier.wall).unwrap_or_default();
        wall.max(self.monotonic.saturating_duration_since(earlier.monotonic))
    }
}

/// A span of time that is over when either clock says so.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pause {
    from: Moment,
    length: Duration,
}

impl Pause {
    pub(crate) fn new(from: Moment, length: Duration) -> Self {
        Self { from, length }
    }

    /// What is left of it; zero when it is over.
    pub(crate) fn left(&self, now: &Moment) -> Duration {
        self.length.saturating_sub(now.since(&self.from))
    }

    /// How long it is in all.
    pub(crate) fn length(&self) -> Duration {
        self.length
    }
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    fn moment(wall: u64, monotonic: Instant) -> Moment {
        Moment {
            wall: UNIX_EPOCH + Duration::from_secs(wall),
            monotonic,
        }
    }

    #[test]
    fn the_clock_that_has_seen_more_time_is_believed() {
        let start = Instant::now();
        let later = start + Duration::from_secs(60);
        let begin = moment(1_000, start);
        for (now, seconds) in [
            (moment(1_060, later), 60),
            // Frozen for two hours.
            (moment(8_200, start), 7_200),
            // Set back a quarter of an hour.
            (moment(100, later), 60),
        ] {
            assert_eq!(now.since(&begin), Duration::from_secs(seconds));
        }
    }

    #[test]
    fn a_pause_is_over_when_either_clock_says_so() {
        let start = Instant::now();
        let minute = Duration::from_secs(60);
        let pause = Pause::new(moment(1_000, start), minute);
        assert_eq!(pause.left(&moment(1_020, start)), minute * 2 / 3);
        assert!(!pause.left(&moment(0, start + minute / 2)).is_zero());
        assert!(pause.left(&moment(0, start + minute)).is_zero());
        assert!(pause.left(&moment(1_060, start)).is_zero());
    }
}
