//! What one caller gets: credentials, a failure, or a load to wait for.

use std::sync::Arc;

use tokio::runtime::Handle;

use crate::{
    cached::CachedCredentials,
    error::{Error, Kind},
    load::Load,
    policy::{self, Decision, Held},
    refresh::{LoadTask, join_or_start, join_or_start_if_allowed},
    schedule::Stage,
    shared::{Shared, State},
    snapshot::SnapshotRef,
    time::Moment,
};

/// What a caller gets.
pub(crate) enum Lookup {
    Serve(CachedCredentials),
    Fail(Error),
    /// A load to wait for, and its task if the caller has to run it.
    Wait(Arc<Load>, Option<LoadTask>),
}

/// Looks up credentials, and starts a load where one is due.
pub(crate) fn look_up(shared: &Arc<Shared>) -> Lookup {
    let now = shared.now();
    match serve_good(shared, &now) {
        Some(credentials) => Lookup::Serve(credentials),
        None => decide(shared, now, true),
    }
}

/// Looks up credentials for a caller that does not wait. A load that it would have to wait for is
/// started all the same, if there is a runtime to start it on.
pub(crate) fn try_look_up(shared: &Arc<Shared>) -> Option<CachedCredentials> {
    let now = shared.now();
    serve_good(shared, &now).or_else(|| match decide(shared, now, false) {
        Lookup::Serve(credentials) => Some(credentials),
        Lookup::Fail(_) | Lookup::Wait(..) => None,
    })
}

/// Serves credentials that are simply good. Every request of a program comes by here: there is no
/// lock, no allocation, and no write to memory that threads share.
fn serve_good(shared: &Shared, now: &Moment) -> Option<CachedCredentials> {
    let snapshot = shared.snapshot()?;
    let held = snapshot.held(now);
    // Once somebody has found others being loaded, nobody tries the lock, which all threads would write to.
    let is_served = held.is_good()
        || (matches!(held.stage, Stage::Fresh | Stage::Due) && snapshot.is_settled(now));
    is_served.then(|| serve(shared, snapshot, held.stage, now))
}

/// Decides where there are no credentials, or none that are simply good.
#[cold]
fn decide(shared: &Arc<Shared>, now: Moment, waits: bool) -> Lookup {
    let state = match hold(shared, &now) {
        // Nobody waits for a lock either while there are credentials that need no wait.
        Some((snapshot, held)) if matches!(held.stage, Stage::Fresh | Stage::Due) => {
            match shared.try_lock() {
                Some(state) => state,
                None => return Lookup::Serve(serve(shared, snapshot, held.stage, &now)),
            }
        }
        _ => shared.lock(),
    };
    // A load may have ended meanwhile; from here on none can.
    let held = hold(shared, &now);
    let runtime = Handle::try_current().ok();
    let mut health = state.backoff.health(&now, shared.settings.lease());
    // A pause keeps loads from starting. One that is under way can be waited for.
    health.paused &= state.load.is_none();
    // Without a runtime nothing can happen in the background.
    health.degraded &= runtime.is_some();
    let on_expired = shared.settings.on_expired;
    let decision = policy::decide(held.as_ref().map(|(_, held)| *held), health, on_expired);
    match (decision, held) {
        (Decision::Serve, Some((snapshot, held))) => {
            // What is served writes metrics, through a recorder that is a user's.
            drop(state);
            Lookup::Serve(serve(shared, snapshot, held.stage, &now))
        }
        (Decision::ServeAndRefresh, Some((snapshot, held))) => {
            if let Some(runtime) = runtime {
                join_or_start_if_allowed(shared, state, now, &runtime);
            }
            Lookup::Serve(serve(shared, snapshot, held.stage, &now))
        }
        (Decision::Fail, held) => Lookup::Fail(failure(&state, held.as_ref(), None, &now)),
        (Decision::FailAndRefresh, held) => {
            let error = failure(&state, held.as_ref(), None, &now);
            if let Some(runtime) = runtime {
                join_or_start_if_allowed(shared, state, now, &runtime);
            }
            Lookup::Fail(error)
        }
        // The provider itself must not wait for its own load.
        _ if shared.source.is_calling() => Lookup::Fail(Kind::Reentrant.into()),
        // Nobody would run the load.
        _ if runtime.is_none() && !waits => Lookup::Fail(Kind::Aborted.into()),
        _ => {
            let (load, task) = join_or_start(shared, state, now, runtime.as_ref());
            Lookup::Wait(load, task)
        }
    }
}

/// Serves what is held, for a caller that does not want anything loaded.
pub(crate) fn fallback(shared: &Shared) -> Option<CachedCredentials> {
    let now = shared.now();
    let (snapshot, held) = hold(shared, &now)?;
    held.is_usable(shared.settings.on_expired)
        .then(|| serve(shared, snapshot, held.stage, &now))
}

/// Decides for a caller that has waited for a load which failed.
pub(crate) fn settle(shared: &Shared, error: Error) -> Result<CachedCredentials, Error> {
    let now = shared.now();
    match hold(shared, &now) {
        Some((snapshot, held)) if held.is_usable(shared.settings.on_expired) => {
            Ok(serve(shared, snapshot, held.stage, &now))
        }
        held => Err(failure(&shared.lock(), held.as_ref(), Some(error), &now)),
    }
}

/// Decides for a caller that has waited, since `started`, for as long as anybody should.
pub(crate) fn give_up(shared: &Shared, started: &Moment) -> Result<CachedCredentials, Error> {
    let now = shared.now();
    // A wait that began before the expiry says nothing of the time after it.
    let expired_all_along = hold(shared, &now).is_some_and(|(snapshot, held)| {
        held.stage == Stage::Expired && !snapshot.expired_since(started, &now)
    });
    if expired_all_along {
        shared.lock().backoff.waited_in_vain(now);
    }
    settle(shared, Kind::WaitedTooLong(shared.settings.max_wait).into())
}

fn hold(shared: &Shared, now: &Moment) -> Option<(SnapshotRef, Held)> {
    let snapshot = shared.snapshot()?;
    let held = snapshot.held(now);
    Some((snapshot, held))
}

fn serve(shared: &Shared, snapshot: SnapshotRef, stage: Stage, now: &Moment) -> CachedCredentials {
    // The refresh timer leaves alone what nobody uses.
    snapshot.mark_used();
    shared.telemetry.served(stage);
    let is_expired = stage == Stage::Expired;
    if is_expired {
        let expired_for = snapshot.expired_for(now);
        shared.telemetry.served_expired(expired_for);
    }
    CachedCredentials::new(snapshot, is_expired)
}

/// Says why there are no credentials: `latest`, or else what the last load failed with.
fn failure(
    state: &State,
    held: Option<&(SnapshotRef, Held)>,
    latest: Option<Error>,
    now: &Moment,
) -> Error {
    // Who has not waited itself is told of the failure that the pause is for.
    let latest = latest.or_else(|| state.backoff.error().cloned());
    let Some((snapshot, _)) = held else {
        return latest.unwrap_or_else(|| Kind::Aborted.into());
    };
    let kind = Kind::Expired {
        ago: snapshot.expired_for(now),
        failures: state.backoff.failures(),
    };
    match latest {
        Some(latest) => Error::with_source(kind, latest),
        None => kind.into(),
    }
}
