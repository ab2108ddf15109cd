use std::time::Duration;

use crate::{
    error::Error,
    policy::{self, Health},
    time::{Moment, Pause},
};

/// When the provider may be asked again, and what came of the loads so far.
///
/// Whatever wants a load asks here first, so the provider is left alone in between, however many
/// callers there are and however the loads end.
#[derive(Debug, Default)]
pub(crate) struct Backoff {
    failures: u32,
    pause: Option<Pause>,
    /// What the latest failure was that counts.
    error: Option<Error>,
    /// When a load last failed, or kept a caller waiting for too long, although the credentials had
    /// expired.
    outage: Option<Moment>,
    /// Between two reloads for no other reason than a rejection.
    reloads: Option<Pause>,
    /// How long the next such pause is.
    between_reloads: Duration,
}

impl Backoff {
    pub(crate) fn health(&self, now: &Moment, lease: Duration) -> Health {
        let memory = policy::outage_memory(self.pause(), lease);
        Health {
            paused: !self.pause_left(now).is_zero(),
            degraded: self
                .outage
                .is_some_and(|latest| now.since(&latest) < memory),
        }
    }

    pub(crate) fn pause_left(&self, now: &Moment) -> Duration {
        self.pause.map_or(Duration::ZERO, |pause| pause.left(now))
    }

    /// How long the latest pause is, from its beginning to its end.
    pub(crate) fn pause(&self) -> Duration {
        self.pause.map_or(Duration::ZERO, |pause| pause.length())
    }

    /// How many loads in a row have failed.
    pub(crate) fn failures(&self) -> u32 {
        self.failures
    }

    pub(crate) fn error(&self) -> Option<&Error> {
        self.error.as_ref()
    }

    pub(crate) fn succeeded(&mut self, now: Moment, pause: Duration) {
        *self = Self {
            pause: Some(Pause::new(now, pause)),
            reloads: self.reloads,
            between_reloads: self.between_reloads,
            ..Self::default()
        };
    }

    pub(crate) fn failed(&mut self, error: Error, now: Moment, pause: Duration, expired: bool) {
        self.failures = self.failures.saturating_add(1);
        self.pause = Some(Pause::new(now, pause));
        self.error = Some(error);
        if expired {
            self.outage = Some(now);
        }
    }

    /// Notes that a caller has waited for as long as anybody should, and the credentials had expired
    /// when it began to.
    pub(crate) fn waited_in_vain(&mut self, now: Moment) {
        self.outage = Some(now);
    }

    /// How long it is until a reload may start for no other reason than a rejection.
    pub(crate) fn until_reload(&self, now: &Moment) -> Duration {
        self.reloads.map_or(Duration::ZERO, |pause| pause.left(now))
    }

    /// Sets how long after the next such reload the one after it may start.
    pub(crate) fn space_reloads(&mut self, pause: Duration) {
        self.between_reloads = pause;
    }

    /// Notes that such a reload starts.
    pub(crate) fn reloading(&mut self, now: Moment) {
        self.reloads = Some(Pause::new(now, self.between_reloads));
    }

    /// Notes that the reload which started last has come to nothing, so that none need wait for it.
    /// There was no pause when it started.
    pub(crate) fn reload_cancelled(&mut self) {
        self.reloads = None;
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::advance;

    use super::*;
    use crate::{clock::Clock, error::Kind};

    const SECOND: Duration = Duration::from_secs(1);

    /// A clock that stands still: what is advanced is tokio's.
    fn now() -> Moment {
        Moment::now(&Clock::new(|| std::time::UNIX_EPOCH))
    }

    #[tokio::test(start_paused = true)]
    async fn an_outage_is_forgotten_after_twice_the_pause_and_the_lease() {
        let lease = SECOND * 30;
        let mut backoff = Backoff::default();
        backoff.failed(Kind::NoProgress.into(), now(), SECOND * 5, true);
        advance(SECOND * 70 - Duration::from_millis(1)).await;
        assert!(backoff.health(&now(), lease).degraded);
        advance(Duration::from_millis(1)).await;
        assert!(!backoff.health(&now(), lease).degraded);
    }

    #[tokio::test(start_paused = true)]
    async fn a_success_ends_the_failures_and_keeps_the_pace_of_reloads() {
        let mut backoff = Backoff::default();
        backoff.failed(Kind::NoProgress.into(), now(), SECOND * 5, true);
        backoff.space_reloads(SECOND * 60);
        backoff.reloading(now());
        backoff.succeeded(now(), SECOND);
        assert_eq!(backoff.failures(), 0);
        assert!(backoff.error().is_none());
        assert!(!backoff.health(&now(), SECOND).degraded);
        assert_eq!(backoff.pause(), SECOND);
        assert_eq!(backoff.until_reload(&now()), SECOND * 60);
        advance(SECOND * 60).await;
        backoff.reloading(now());
        assert_eq!(backoff.until_reload(&now()), SECOND * 60);
    }
}
