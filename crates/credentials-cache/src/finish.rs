//! What becomes of a load when it ends.

use std::sync::Arc;

use aws_credential_types::Credentials;

use crate::{
    compare::{Comparison, compare},
    error::{Error, Kind},
    load::{Load, Outcome, Trigger},
    policy::{self, FailedLoad},
    shared::{Shared, State},
    snapshot::{Snapshot, lifetime},
    time::Moment,
};

/// Takes what a load has brought, and notes what its end says about the provider.
pub(crate) fn finish(
    shared: &Shared,
    load: &Arc<Load>,
    fetched: Result<Credentials, Error>,
) -> Outcome {
    // Clock and random numbers may be a user's code, which never runs under the lock.
    let now = shared.now();
    let random = shared.settings.draw();
    let mut state = shared.lock();
    // Lives longer than the lock, so that nothing derived from it is dropped while that is held.
    let before = shared.snapshot();
    let is_current = state.clear(load, before.as_deref());
    let accepted =
        fetched.and_then(|new| accept(shared, &mut state, before.as_deref(), new, &now, random));
    let Err(error) = accepted else {
        state
            .backoff
            .succeeded(now, policy::pause_after_success(random));
        state.last_error = None;
        let new = shared.snapshot();
        drop(state);
        if let Some(new) = new {
            let expiry = new.credentials.expiry();
            let loaded = new.loaded.wall;
            shared.telemetry.loaded(new.generation, loaded, expiry);
        }
        return Outcome::Loaded;
    };
    // The provider has answered, and has no other keys: asking again would bring the same.
    if let Some(before) = &before
        && load.for_rejection
        && matches!(
            error.kind(),
            Kind::NoProgress | Kind::DeliveredExpired { .. }
        )
    {
        before.reloaded_in_vain();
    }
    if is_current {
        state.last_error = Some(error.clone());
    }
    let failed = FailedLoad {
        age: now.since(&load.started),
        for_rejection_only: load.trigger == Trigger::Rejected,
        began_before_expiry: before
            .as_ref()
            .is_some_and(|held| held.expired_since(&load.started, &now)),
    };
    // If another load has taken over meanwhile, its outcome counts and not this one's.
    let counts = is_current && policy::failure_counts(failed, shared.settings.lease());
    if counts {
        let left = shared.snapshot().map(|held| held.remaining(&now));
        let failures = state.backoff.failures().saturating_add(1);
        let pause = policy::pause_after_failure(failures, left, &shared.settings, random);
        let expired = left.flatten().is_some_and(|left| left.is_zero());
        state.backoff.failed(error.clone(), now, pause, expired);
        drop(state);
        shared.telemetry.failed(&error, failures, pause);
    } else {
        drop(state);
        shared.telemetry.disregarded(&error, load.trigger);
    }
    Outcome::Failed { error, counts }
}

/// Stores credentials if they are better than those that are held.
fn accept(
    shared: &Shared,
    state: &mut State,
    before: Option<&Snapshot>,
    new: Credentials,
    now: &Moment,
    random: f64,
) -> Result<(), Error> {
    let current = before.map(|before| before.current(&new, now));
    let expired_at = new.expiry();
    let comparison = compare(lifetime(&new, now), current);
    // Expired ones are kept where there is nothing better, for `ServeStale` and for their generation.
    if let Comparison::Better | Comparison::Expired { keep: true } = comparison {
        let new = Snapshot::new(new, before, *now, &shared.settings, random);
        shared.store(state, new);
    }
    match comparison {
        Comparison::Better => Ok(()),
        Comparison::NoProgress => Err(Kind::NoProgress.into()),
        Comparison::Expired { .. } => {
            let ago = expired_at.and_then(|expiry| now.wall.duration_since(expiry).ok());
            let ago = ago.unwrap_or_default();
            Err(Kind::DeliveredExpired { ago }.into())
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use tokio::runtime::Handle;

    use super::*;
    use crate::{fetch::Source, refresh::join_or_start_if_allowed, settings::CacheSettings};

    fn credentials(id: &str, life: Duration) -> Credentials {
        let expiry = SystemTime::now() + life;
        Credentials::new(id, "secret", None, Some(expiry), "test")
    }

    /// A cache's state, a load that another has taken over from, and that other.
    fn taken_over() -> (Shared, Arc<Load>, Arc<Load>) {
        let source = Source::from_provider(credentials("AKID", Duration::ZERO));
        let shared = Shared::new(source, CacheSettings::new());
        let late = Load::new(Trigger::Cold, shared.now(), false);
        let current = Load::new(Trigger::Cold, shared.now(), false);
        shared.lock().load = Some(Arc::clone(&current));
        (shared, late, current)
    }

    #[test]
    fn a_late_failure_of_a_load_that_was_taken_over_from_does_not_count() {
        let (shared, late, current) = taken_over();
        let error = || Error::with_source(Kind::Provider, "late");
        finish(&shared, &late, Err(error()));
        assert_eq!(shared.stats().consecutive_failures, 0);
        finish(&shared, &current, Err(error()));
        assert_eq!(shared.stats().consecutive_failures, 1);
    }

    #[test]
    fn a_late_success_of_a_load_that_was_taken_over_from_counts_if_it_is_better() {
        let (shared, late, current) = taken_over();
        let hour = Duration::from_secs(3_600);
        for (load, life, name) in [
            (&late, hour, "ok"),
            (&current, hour * 2, "ok"),
            (&late, hour, "no_progress"),
        ] {
            let outcome = finish(&shared, load, Ok(credentials("AKID", life)));
            assert_eq!(Outcome::NAMES[outcome.index()], name);
        }
        assert_eq!(shared.stats().consecutive_failures, 0);
    }

    #[tokio::test]
    async fn callers_ask_for_a_load_again_once_the_one_under_way_has_ended() {
        let (shared, _, current) = taken_over();
        let shared = Arc::new(shared);
        let held = credentials("AKID", Duration::from_secs(3_600));
        let held = Snapshot::new(held, None, shared.now(), &shared.settings, 0.5);
        shared.store(&mut shared.lock(), held);
        let is_settled = || shared.snapshot().unwrap().is_settled(&shared.now());
        assert!(!is_settled());
        let (now, runtime) = (shared.now(), Handle::current());
        let joined = join_or_start_if_allowed(&shared, shared.lock(), now, &runtime);
        assert!(Arc::ptr_eq(&joined.unwrap(), &current) && is_settled());

        finish(
            &shared,
            &current,
            Err(Error::with_source(Kind::Provider, "down")),
        );
        assert!(!is_settled());
        // Not within the pause after the failure.
        let joined = join_or_start_if_allowed(&shared, shared.lock(), shared.now(), &runtime);
        assert!(joined.is_none() && is_settled());
    }
}
