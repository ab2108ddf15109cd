//! The one way to the provider, and to what it has delivered.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use arc_swap::ArcSwapOption;
use aws_credential_types::provider::SharedCredentialsProvider;
use tokio::{runtime::Handle, task::AbortHandle};

use super::{
    CacheSettings, Generation, Snapshot, Stats,
    attempts::Attempts,
    events::{Events, Trigger},
    flight::Flight,
    policy::Held,
    task::{Task, is_loading},
    time::Moment,
};
use crate::clock::Clock;

/// What all handles of a cache share.
pub(crate) struct Gate {
    pub(super) provider: SharedCredentialsProvider,
    pub(super) settings: CacheSettings,
    pub(super) events: Arc<Events>,
    pub(super) snapshot: ArcSwapOption<Snapshot>,
    pub(super) slot: Mutex<Slot>,
}

/// At most one load, and what came of those before. Held for moments, and never while anything of
/// a user's runs.
#[derive(Default)]
pub(super) struct Slot {
    pub(super) flight: Option<Arc<Flight>>,
    pub(super) attempts: Attempts,
    warmer: Option<AbortHandle>,
}

impl Gate {
    pub(crate) fn new(provider: SharedCredentialsProvider, settings: CacheSettings) -> Self {
        Self {
            provider,
            settings,
            events: Arc::default(),
            snapshot: ArcSwapOption::empty(),
            slot: Mutex::default(),
        }
    }

    pub(crate) fn stats(&self) -> Stats {
        let snapshot = self.snapshot.load();
        let snapshot = snapshot.as_ref();
        let slot = self.lock();
        Stats {
            consecutive_failures: slot.attempts.failures,
            backoff: slot.attempts.pause(),
            generation: snapshot.map(|snapshot| snapshot.generation),
            loaded: snapshot.map(|snapshot| snapshot.loaded.wall),
            expiry: snapshot.and_then(|snapshot| snapshot.credentials.expiry()),
            ..self.events.stats()
        }
    }

    /// The load that is to replace credentials which a service has refused: the one under way, or a
    /// new one, if one may start now. `None` also if others have come already.
    pub(crate) fn renew(
        self: &Arc<Self>,
        refused: Generation,
        clock: &Clock,
    ) -> Option<Arc<Flight>> {
        // The provider itself must not wait for its own load.
        if is_loading(self) {
            return None;
        }
        let now = Moment::now(clock);
        let runtime = Handle::try_current().ok()?;
        let slot = self.lock();
        let (snapshot, _) = self.held(&now)?;
        if snapshot.generation != refused {
            return None;
        }
        self.refresh(slot, Trigger::Rejected, now, clock, &runtime)
    }

    /// Starts a load in the background, if one may start now. Gives the one that is under way then.
    pub(super) fn refresh(
        self: &Arc<Self>,
        mut slot: MutexGuard<'_, Slot>,
        trigger: Trigger,
        now: Moment,
        clock: &Clock,
        runtime: &Handle,
    ) -> Option<Arc<Flight>> {
        let may_start = |attempts: &mut Attempts| {
            !attempts.so_far(&now).paused && (trigger != Trigger::Rejected || attempts.force(now))
        };
        (slot.flight.is_some() || may_start(&mut slot.attempts))
            .then(|| self.board(slot, trigger, now, clock, Some(runtime)).0)
    }

    /// Joins the load under way, or starts one. What is left of the caller's work is the task.
    pub(super) fn board(
        self: &Arc<Self>,
        mut slot: MutexGuard<'_, Slot>,
        trigger: Trigger,
        now: Moment,
        clock: &Clock,
        runtime: Option<&Handle>,
    ) -> (Arc<Flight>, Option<Task>) {
        let lost = match slot.flight.take() {
            Some(flight) if now.since(&flight.started) < self.settings.lease() => {
                slot.flight = Some(Arc::clone(&flight));
                return (flight, None);
            }
            lost => lost,
        };
        let flight = Flight::new(trigger, now);
        slot.flight = Some(Arc::clone(&flight));
        // A runtime that is shutting down drops the task at once, which takes the lock.
        drop(slot);
        if let Some(lost) = lost {
            self.events.taken_over(now.since(&lost.started));
            lost.abort();
        }
        self.events.load_started(trigger);
        let task = Task::new(self, Arc::clone(&flight), clock.clone());
        match runtime {
            Some(runtime) => {
                task.launch(runtime);
                (flight, None)
            }
            None => (flight, Some(task)),
        }
    }

    /// What is at hand.
    pub(super) fn held(&self, now: &Moment) -> Option<(Arc<Snapshot>, Held)> {
        let snapshot = self.snapshot.load_full()?;
        let held = snapshot.held(now);
        Some((snapshot, held))
    }

    /// How long until a pause is over.
    pub(super) fn pause_left(&self, now: &Moment) -> Duration {
        self.lock().attempts.pause_left(now)
    }

    /// Replaces the timer of a cache that is kept warm.
    pub(super) fn set_warmer(&self, warmer: AbortHandle) {
        let before = self.lock().warmer.replace(warmer);
        if let Some(before) = before {
            before.abort();
        }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Slot> {
        // Nothing panics while it is held.
        self.slot.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Slot {
    /// Whether `flight` was the current one.
    pub(super) fn clear(&mut self, flight: &Arc<Flight>) -> bool {
        let current = |current: &mut Arc<Flight>| Arc::ptr_eq(current, flight);
        self.flight.take_if(current).is_some()
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        let slot = self.slot.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Some(flight) = slot.flight.take() {
            flight.abort();
        }
        if let Some(warmer) = slot.warmer.take() {
            warmer.abort();
        }
    }
}

impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gate")
            .field("snapshot", &self.snapshot.load())
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}
