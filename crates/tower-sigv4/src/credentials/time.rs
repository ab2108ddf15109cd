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
    /// The local clock's, so that what a server says of the time makes nothing look older.
    pub(crate) wall: SystemTime,
    /// The servers'.
    true_wall: SystemTime,
    /// Tokio's, so that a test which pauses tokio's time has both in hand.
    monotonic: Instant,
}

impl Moment {
    pub(crate) fn now(clock: &Clock) -> Self {
        let (wall, true_wall) = clock.read();
        Self {
            wall,
            true_wall,
            monotonic: Instant::now(),
        }
    }

    /// How long it is until a moment of the servers' time; zero if that is past.
    pub(crate) fn until(&self, time: SystemTime) -> Duration {
        let by = |wall| time.duration_since(wall).unwrap_or_default();
        // A server that is wrong must not make good credentials look expired.
        match by(self.true_wall) {
            Duration::ZERO => by(self.wall),
            left => left,
        }
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

    pub(crate) fn is_over(&self, now: &Moment) -> bool {
        self.left(now).is_zero()
    }
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    fn moment(wall: u64, monotonic: Instant) -> Moment {
        let wall = UNIX_EPOCH + Duration::from_secs(wall);
        Moment {
            wall,
            true_wall: wall,
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
    fn servers_are_believed_about_an_expiry_unless_it_were_past() {
        let local = UNIX_EPOCH + Duration::from_secs(10_000);
        let expiry = local + Duration::from_secs(3_600);
        for (offset, left) in [(0, 3_600), (600, 3_000), (3_600, 3_600), (7_200, 3_600)] {
            let moment = Moment {
                wall: local,
                true_wall: local + Duration::from_secs(offset),
                monotonic: Instant::now(),
            };
            assert_eq!(moment.until(expiry).as_secs(), left, "{offset}");
        }
    }

    #[test]
    fn a_pause_is_over_when_either_clock_says_so() {
        let start = Instant::now();
        let minute = Duration::from_secs(60);
        let pause = Pause::new(moment(1_000, start), minute);
        assert_eq!(pause.left(&moment(1_020, start)), minute * 2 / 3);
        assert!(!pause.is_over(&moment(0, start + minute / 2)));
        assert!(pause.is_over(&moment(0, start + minute)));
        assert!(pause.is_over(&moment(1_060, start)));
    }
}
