//! What becomes of a load when it ends.

use std::sync::Arc;

use aws_credential_types::Credentials;

use super::{
    Snapshot,
    events::Ending,
    flight::{Flight, Outcome},
    gate::Gate,
    policy::{self, Verdict},
    snapshot::lifetime,
    task::Failure,
    time::Moment,
};
use crate::{clock::Clock, error::Kind};

impl Gate {
    /// Takes what a load has brought.
    pub(super) fn conclude(
        &self,
        flight: &Arc<Flight>,
        answer: Result<Credentials, Failure>,
        clock: &Clock,
    ) -> (Ending, Outcome) {
        let now = Moment::now(clock);
        let random = self.settings.draw();
        let mut slot = self.lock();
        let current = slot.clear(flight);
        let (ending, error) = match answer.and_then(|new| self.accept(new, &now, random)) {
            Ok(snapshot) => {
                let pause = policy::pause_after_success(random);
                slot.attempts.succeeded(now, pause);
                drop(slot);
                let expiry = snapshot.credentials.expiry();
                self.events.loaded(snapshot.generation, expiry);
                return (Ending::Ok, Outcome::Loaded);
            }
            Err(failure) => failure,
        };
        // If another load has taken over meanwhile, its outcome counts and not this one's.
        if current {
            let left = self.held(&now).map(|(held, _)| held.remaining(&now));
            let failures = slot.attempts.failures.saturating_add(1);
            let pause = policy::pause_after_failure(failures, left, &self.settings, random);
            let expired = left.flatten().is_some_and(|left| left.is_zero());
            slot.attempts.failed(error.clone(), now, pause, expired);
            drop(slot);
            self.events.failed(&error, failures, pause);
        }
        (ending, Outcome::Failed(error))
    }

    /// Stores credentials if they are better than those at hand. With the lock held.
    fn accept(
        &self,
        new: Credentials,
        now: &Moment,
        random: f64,
    ) -> Result<Arc<Snapshot>, Failure> {
        let before = self.snapshot.load_full();
        let rival = before.as_ref().map(|before| before.rival(&new, now));
        let verdict = policy::judge(lifetime(&new, now), rival);
        let store = || {
            let (settings, events) = (&self.settings, Arc::clone(&self.events));
            let new = Snapshot::new(new, before.as_deref(), *now, settings, random, events);
            let new = Arc::new(new);
            self.snapshot.store(Some(Arc::clone(&new)));
            new
        };
        match verdict {
            Verdict::Better => Ok(store()),
            Verdict::NoProgress => Err((Ending::NoProgress, Kind::NoProgress.into())),
            Verdict::Expired { keep } => {
                if keep {
                    store();
                }
                Err((Ending::Expired, Kind::ProviderExpired.into()))
            }
        }
    }

    /// A load was dropped before it ended.
    pub(super) fn release(&self, flight: &Arc<Flight>) {
        self.lock().clear(flight);
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use aws_credential_types::provider::{SharedCredentialsProvider, error::CredentialsError};

    use super::*;
    use crate::{CacheSettings, Error, credentials::events::Trigger};

    fn credentials(id: &str, life: Duration) -> Credentials {
        let expiry = SystemTime::now() + life;
        Credentials::new(id, "secret", None, Some(expiry), "test")
    }

    /// A gate, a load that another has taken over from, and that other.
    fn taken_over() -> (Gate, Arc<Flight>, Arc<Flight>) {
        let provider = SharedCredentialsProvider::new(credentials("AKID", Duration::ZERO));
        let gate = Gate::new(provider, CacheSettings::new());
        let now = Moment::now(&Clock::default());
        let flights = [Trigger::Cold; 2].map(|trigger| Flight::new(trigger, now));
        let [late, current] = flights;
        gate.lock().flight = Some(Arc::clone(&current));
        (gate, late, current)
    }

    #[test]
    fn a_late_failure_of_a_load_that_was_taken_over_from_does_not_count() {
        let (gate, late, current) = taken_over();
        let error = || Error::credentials(CredentialsError::provider_error("late"));
        gate.conclude(&late, Err((Ending::Error, error())), &Clock::default());
        assert_eq!(gate.stats().consecutive_failures, 0);
        gate.conclude(&current, Err((Ending::Error, error())), &Clock::default());
        assert_eq!(gate.stats().consecutive_failures, 1);
    }

    #[test]
    fn a_late_success_of_a_load_that_was_taken_over_from_counts_if_it_is_better() {
        let (gate, late, current) = taken_over();
        let hour = Duration::from_secs(3_600);
        for (flight, life, ending) in [
            (&late, hour, Ending::Ok),
            (&current, hour * 2, Ending::Ok),
            (&late, hour, Ending::NoProgress),
        ] {
            let answer = Ok(credentials("AKID", life));
            let (ended, _) = gate.conclude(flight, answer, &Clock::default());
            assert_eq!(ended, ending);
        }
        assert_eq!(gate.stats().consecutive_failures, 0);
    }
}
