use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime},
};

use tokio::time::Instant;

/// A wall clock for tests, which can be set and be wrong. Clones are the same clock.
///
/// It runs with tokio's time, so a test that pauses tokio's time has both in hand, or it
/// [stands still](Self::stopped_at). What it shows and what the time [really is](Self::truth) are
/// two things: setting the clock changes the first, and a [freeze](Self::freeze) both.
///
/// ```
/// use std::time::{Duration, UNIX_EPOCH};
///
/// use sigv4_testkit::TestClock;
///
/// let noon = UNIX_EPOCH + Duration::from_secs(1_767_268_800);
/// let clock = TestClock::stopped_at(noon);
/// clock.jump(-60);
/// assert_eq!(clock.now(), noon - Duration::from_secs(60));
/// assert_eq!(clock.truth(), noon);
/// ```
#[derive(Clone, Debug)]
pub struct TestClock {
    start: SystemTime,
    /// When it began to run by tokio's clock; `None` if it stands still.
    started: Option<Instant>,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    /// Time that has passed unseen by tokio's clock.
    frozen: Duration,
    /// By how much the clock is fast, and by how much it is slow.
    fast: Duration,
    slow: Duration,
}

impl TestClock {
    /// Makes a clock that runs, from noon of the first day of 2026, UTC.
    pub fn new() -> Self {
        Self::starting_at(SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_268_800))
    }

    /// Makes a clock that runs, from a time.
    pub fn starting_at(time: SystemTime) -> Self {
        Self {
            start: time,
            started: Some(Instant::now()),
            state: Arc::default(),
        }
    }

    /// Makes a clock that stands still until it is set.
    pub fn stopped_at(time: SystemTime) -> Self {
        Self {
            start: time,
            started: None,
            state: Arc::default(),
        }
    }

    /// Reads what the clock shows.
    pub fn now(&self) -> SystemTime {
        self.read(|state, truth| truth + state.fast - state.slow)
    }

    /// Reads what the time really is, whatever the clock shows.
    pub fn truth(&self) -> SystemTime {
        self.read(|_, truth| truth)
    }

    /// Sets the clock to a time.
    pub fn set(&self, time: SystemTime) {
        self.read(|state, truth| {
            state.fast = time.duration_since(truth).unwrap_or_default();
            state.slow = truth.duration_since(time).unwrap_or_default();
        });
    }

    /// Sets the clock forward by so many seconds, or back if they are negative.
    pub fn jump(&self, seconds: i64) {
        let by = Duration::from_secs(seconds.unsigned_abs());
        let now = self.now();
        self.set(if seconds < 0 { now - by } else { now + by });
    }

    /// Lets time pass in which nothing runs and tokio's timers stand still, as in a Lambda sandbox
    /// between invocations.
    pub fn freeze(&self, time: Duration) {
        self.read(|state, _| state.frozen += time);
    }

    /// Returns what reads the clock, as settings and builders take it.
    pub fn reader(&self) -> impl Fn() -> SystemTime + Send + Sync + use<> + 'static {
        let clock = self.clone();
        move || clock.now()
    }

    fn read<T>(&self, what: impl FnOnce(&mut State, SystemTime) -> T) -> T {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let running = self
            .started
            .map_or(Duration::ZERO, |started| started.elapsed());
        let truth = self.start + running + state.frozen;
        what(&mut state, truth)
    }
}

impl Default for TestClock {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    #[tokio::test(start_paused = true)]
    async fn a_running_clock_runs_with_tokio_and_a_stopped_one_stands() {
        let running = TestClock::new();
        let start = running.now();
        let stopped = TestClock::stopped_at(start);
        tokio::time::sleep(MINUTE).await;
        assert_eq!(running.now(), start + MINUTE);
        assert_eq!(stopped.now(), start);
    }

    #[tokio::test(start_paused = true)]
    async fn what_a_clock_shows_can_be_set_and_the_truth_cannot() {
        let clock = TestClock::new();
        let start = clock.now();
        let same = clock.clone();
        clock.jump(-60);
        assert_eq!((same.now(), same.truth()), (start - MINUTE, start));
        clock.jump(120);
        assert_eq!((same.now(), same.truth()), (start + MINUTE, start));
        clock.set(start - MINUTE * 5);
        tokio::time::sleep(MINUTE).await;
        assert_eq!(same.now(), start - MINUTE * 4);
        assert_eq!((same.reader())(), same.now());
    }

    #[tokio::test(start_paused = true)]
    async fn in_a_freeze_time_passes_that_timers_do_not_see() {
        let clock = TestClock::new();
        let start = clock.now();
        clock.jump(-60);
        let before = Instant::now();
        clock.freeze(MINUTE * 10);
        assert_eq!(clock.truth(), start + MINUTE * 10);
        assert_eq!(clock.now(), start + MINUTE * 9);
        assert_eq!(before.elapsed(), Duration::ZERO);
    }
}
