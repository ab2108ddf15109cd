use std::{
    fmt,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use tokio::runtime::Handle;

use crate::{
    get::{MOST_LOADS, Wait},
    load::{Load, Outcome},
    policy,
    refresh::join_or_start_if_allowed,
    shared::{Shared, State},
    snapshot::{Generation, Snapshot},
    time::Moment,
};

/// What becomes of credentials that a service has rejected, as
/// [`CredentialsCache::replace`](crate::CredentialsCache::replace) says.
#[derive(Debug)]
#[non_exhaustive]
pub enum Replacement {
    /// Other keys are held by now.
    Done,
    /// A load is under way that may bring other keys.
    Loading(Reload),
    /// The same keys are held, and no load may start now.
    Unavailable,
}

/// A wait for the load that may replace rejected credentials, for no longer than
/// [`max_wait`](crate::CacheSettings::max_wait). Its output tells whether other keys are held at its
/// end.
///
/// # Cancellation
///
/// Dropping it leaves the load alone.
#[must_use = "a wait is of no use unless it is awaited"]
pub struct Reload {
    wait: Pin<Box<dyn Future<Output = bool> + Send>>,
}

impl Reload {
    fn new(shared: &Arc<Shared>, load: Arc<Load>, rejected: Generation) -> Self {
        let shared = Arc::clone(shared);
        let wait = Wait::new(&shared);
        let wait = async move {
            wait.within_limit(follow(&shared, load, rejected)).await;
            wait.note_end();
            let snapshot = shared.snapshot();
            snapshot.is_some_and(|snapshot| snapshot.replaces(rejected))
        };
        Self {
            wait: Box::pin(wait),
        }
    }
}

impl Future for Reload {
    type Output = bool;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<bool> {
        self.wait.as_mut().poll(cx)
    }
}

impl fmt::Debug for Reload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reload").finish_non_exhaustive()
    }
}

/// Notes that a service has rejected credentials, and has the next caller start their reload.
pub(crate) fn reject(shared: &Shared, rejected: Generation) {
    let Some(snapshot) = shared.snapshot() else {
        return;
    };
    if snapshot.generation != rejected {
        return;
    }
    let again = snapshot.reject();
    let pause = policy::between_reloads(shared.settings.draw());
    let now = shared.now();
    ask_for_reload(&mut shared.lock(), &snapshot, pause, &now);
    shared.telemetry.rejected(rejected, again);
}

/// Starts or joins the load that replaces rejected credentials, if one may start now.
pub(crate) fn replace(shared: &Arc<Shared>, rejected: Generation) -> Replacement {
    match find_load(shared, rejected) {
        Found::Done => Replacement::Done,
        Found::Load(load) => Replacement::Loading(Reload::new(shared, load, rejected)),
        Found::Nothing => Replacement::Unavailable,
    }
}

/// What there is instead of rejected credentials.
enum Found {
    Done,
    Load(Arc<Load>),
    Nothing,
}

fn find_load(shared: &Arc<Shared>, rejected: Generation) -> Found {
    // The provider itself must not wait for its own load.
    let runtime = Handle::try_current().ok();
    let runtime = runtime.filter(|_| !shared.source.is_calling());
    let pause = policy::between_reloads(shared.settings.draw());
    let now = shared.now();
    let mut state = shared.lock();
    // From here on no load can end.
    let Some(snapshot) = shared.snapshot() else {
        return Found::Nothing;
    };
    if snapshot.replaces(rejected) {
        return Found::Done;
    }
    let Some(runtime) = runtime else {
        return Found::Nothing;
    };
    ask_for_reload(&mut state, &snapshot, pause, &now);
    match join_or_start_if_allowed(shared, state, now, &runtime) {
        Some(load) => Found::Load(load),
        None => Found::Nothing,
    }
}

/// Waits for a load to end. If its runtime goes away, the wait goes on with the next.
async fn follow(shared: &Arc<Shared>, mut load: Arc<Load>, rejected: Generation) {
    for _ in 1..MOST_LOADS {
        if !matches!(load.outcome().await, Outcome::Cancelled) {
            return;
        }
        match find_load(shared, rejected) {
            Found::Load(next) => load = next,
            Found::Done | Found::Nothing => return,
        }
    }
    load.outcome().await;
}

/// Lets a reload start as soon as the pace allows it. `pause` is to come after it.
fn ask_for_reload(state: &mut State, snapshot: &Snapshot, pause: Duration, now: &Moment) {
    state.backoff.space_reloads(pause);
    snapshot.reload_in(state.backoff.until_reload(now), now);
}

#[cfg(test)]
mod tests {
    use aws_credential_types::Credentials;

    use super::*;
    use crate::{
        fetch::Source, lookup::try_look_up, settings::CacheSettings, snapshot::Generation,
    };

    #[tokio::test]
    async fn until_the_next_reload_may_start_callers_do_not_ask_whether_it_may() {
        let keys = Credentials::new("AKID", "secret", None, None, "test");
        let source = Source::from_provider(keys);
        let shared = Arc::new(Shared::new(source, CacheSettings::new()));
        let is_good = || {
            let snapshot = shared.snapshot().unwrap();
            snapshot.held(&shared.now()).is_good()
        };
        let held = || -> Generation { shared.snapshot().unwrap().generation };
        assert!(try_look_up(&shared).is_none());
        tokio::task::yield_now().await;
        assert!(is_good());
        reject(&shared, held());
        assert!(!is_good(), "the first reload is due at once");
        shared.lock().backoff.reloading(shared.now());
        reject(&shared, held());
        assert!(is_good());
    }
}
