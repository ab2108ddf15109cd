use std::time::Duration;

use super::{
    policy::{Attempted, BETWEEN_FORCED},
    time::{Moment, Pause},
};
use crate::Error;

/// What has come of the loads so far: how many have failed in a row, why, and when the next may
/// start.
///
/// Whatever asks for a load asks here first, so the provider is left alone in between however many
/// requests there are and however the loads end.
#[derive(Debug, Default)]
pub(crate) struct Attempts {
    pub(crate) failures: u32,
    pause: Option<(Pause, Duration)>,
    /// Why the last one failed.
    error: Option<Error>,
    degraded: bool,
    forced: Option<Pause>,
}

impl Attempts {
    pub(crate) fn so_far(&self, now: &Moment) -> Attempted {
        Attempted {
            paused: !self.pause_left(now).is_zero(),
            degraded: self.degraded,
        }
    }

    pub(crate) fn pause_left(&self, now: &Moment) -> Duration {
        self.pause
            .map_or(Duration::ZERO, |(pause, _)| pause.left(now))
    }

    /// The length of the latest pause.
    pub(crate) fn pause(&self) -> Duration {
        self.pause.map_or(Duration::ZERO, |(_, length)| length)
    }

    pub(crate) fn error(&self) -> Option<&Error> {
        self.error.as_ref()
    }

    pub(crate) fn succeeded(&mut self, now: Moment, pause: Duration) {
        *self = Self {
            pause: Some((Pause::new(now, pause), pause)),
            forced: self.forced,
            ..Self::default()
        };
    }

    pub(crate) fn failed(&mut self, error: Error, now: Moment, pause: Duration, expired: bool) {
        self.failures = self.failures.saturating_add(1);
        self.pause = Some((Pause::new(now, pause), pause));
        self.error = Some(error);
        self.degraded |= expired;
    }

    /// Somebody has waited for as long as anybody should, and the credentials have expired.
    pub(crate) fn waited_in_vain(&mut self) {
        self.degraded = true;
    }

    /// Whether a load may start for no other reason than a service's refusal. If so, this is it.
    pub(crate) fn force(&mut self, now: Moment) -> bool {
        let allowed = self.forced.is_none_or(|pause| pause.is_over(&now));
        if allowed {
            self.forced = Some(Pause::new(now, BETWEEN_FORCED));
        }
        allowed
    }
}
