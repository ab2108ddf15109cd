use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError},
    time::Duration,
};

use arc_swap::ArcSwapOption;
use tokio::task::AbortHandle;

use crate::{
    backoff::Backoff,
    error::Error,
    fetch::Source,
    load::{Load, Trigger},
    settings::CacheSettings,
    snapshot::{Snapshot, SnapshotRef},
    stats::Stats,
    telemetry::Telemetry,
    time::Moment,
};

/// What all clones of a cache share.
pub(crate) struct Shared {
    pub(crate) source: Arc<Source>,
    pub(crate) settings: CacheSettings,
    pub(crate) telemetry: Arc<Telemetry>,
    snapshot: ArcSwapOption<Snapshot>,
    state: Mutex<State>,
}

/// What changes by loads. It is locked for moments, and never while code of a user's runs.
#[derive(Default)]
pub(crate) struct State {
    /// The one load that is under way.
    pub(crate) load: Option<Arc<Load>>,
    pub(crate) backoff: Backoff,
    /// What the latest load failed with, whether or not that counts.
    pub(crate) last_error: Option<Error>,
    timer: Option<AbortHandle>,
}

impl Shared {
    pub(crate) fn new(source: Source, settings: CacheSettings) -> Self {
        Self {
            source: Arc::new(source),
            settings,
            telemetry: Arc::default(),
            snapshot: ArcSwapOption::empty(),
            state: Mutex::default(),
        }
    }

    pub(crate) fn now(&self) -> Moment {
        Moment::now(&self.settings.clock)
    }

    pub(crate) fn snapshot(&self) -> Option<SnapshotRef> {
        SnapshotRef::load(&self.snapshot)
    }

    /// Replaces the credentials that are held. With the state locked, so that no other load does the
    /// same between its comparison and this.
    pub(crate) fn store(&self, _: &mut State, snapshot: Snapshot) {
        self.snapshot.store(Some(Arc::new(snapshot)));
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it is held.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn try_lock(&self) -> Option<MutexGuard<'_, State>> {
        match self.state.try_lock() {
            Ok(state) => Some(state),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }

    pub(crate) fn stats(&self) -> Stats {
        let snapshot = self.snapshot();
        let state = self.lock();
        Stats {
            consecutive_failures: state.backoff.failures(),
            backoff: state.backoff.pause(),
            generation: snapshot.as_ref().map(|snapshot| snapshot.generation),
            loaded: snapshot.as_ref().map(|snapshot| snapshot.loaded.wall),
            expiry: snapshot
                .as_ref()
                .and_then(|snapshot| snapshot.credentials.expiry()),
            ..self.telemetry.stats()
        }
    }
}

impl State {
    /// The load that is under way. None where it should have timed out by now: its runtime stands
    /// still, or everything was frozen.
    pub(crate) fn live_load(&self, now: &Moment, lease: Duration) -> Option<&Arc<Load>> {
        let load = self.load.as_ref();
        load.filter(|load| now.since(&load.started) < lease)
    }

    /// Forgets a load that has ended, and has the callers of what is `held` ask again. Tells whether it
    /// was the current one.
    pub(crate) fn clear(&mut self, load: &Arc<Load>, held: Option<&Snapshot>) -> bool {
        if let Some(held) = held {
            held.unsettle();
        }
        let current = |current: &mut Arc<Load>| Arc::ptr_eq(current, load);
        self.load.take_if(current).is_some()
    }

    /// Forgets a load that was dropped before its end, and all that was noted when it started.
    pub(crate) fn cancel(&mut self, load: &Arc<Load>, held: Option<&Snapshot>) {
        // What another load that took over has noted since is not this one's to undo.
        if !self.clear(load, held) || load.trigger != Trigger::Rejected {
            return;
        }
        self.backoff.reload_cancelled();
        if let Some(held) = held {
            held.hasten_reload();
        }
    }

    pub(crate) fn set_timer(&mut self, timer: AbortHandle) {
        if let Some(before) = self.timer.replace(timer) {
            before.abort();
        }
    }
}

/// Nothing runs on after the last clone of a cache.
impl Drop for Shared {
    fn drop(&mut self) {
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Some(load) = state.load.take() {
            load.abort();
        }
        if let Some(timer) = state.timer.take() {
            timer.abort();
        }
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared")
            .field("provider", &self.source)
            .field("snapshot", &self.snapshot.load())
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}
