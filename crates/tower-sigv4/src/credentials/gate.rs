//! The one way to the provider, and to what it has delivered.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use arc_swap::ArcSwapOption;
use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use tokio::{runtime::Handle, task::AbortHandle};

use super::{
    CacheSettings, Generation, Snapshot, Stats,
    attempts::Attempts,
    events::{Ending, Events, Trigger},
    flight::{Flight, Outcome},
    policy::{self, Decision, Held, Verdict},
    schedule::Stage,
    snapshot::lifetime,
    task::{Failure, Task, is_loading},
    time::Moment,
};
use crate::{Error, clock::Clock, error::Kind};

/// What all handles of a cache share.
pub(crate) struct Gate {
    pub(super) provider: SharedCredentialsProvider,
    pub(super) settings: CacheSettings,
    pub(super) events: Arc<Events>,
    pub(super) snapshot: ArcSwapOption<Snapshot>,
    slot: Mutex<Slot>,
}

/// At most one load, and what came of those before. Held for moments, and never while anything of
/// a user's runs.
#[derive(Default)]
struct Slot {
    flight: Option<Arc<Flight>>,
    attempts: Attempts,
    warmer: Option<AbortHandle>,
}

/// What a request gets.
pub(crate) enum Answer {
    Serve(Arc<Snapshot>, Stage),
    Fail(Error),
    /// A load to wait for, and its task if the caller has to run it.
    Wait(Arc<Flight>, Option<Task>),
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

    /// Answers a request, and starts a load where one is due.
    pub(crate) fn answer(self: &Arc<Self>, clock: &Clock) -> Answer {
        let now = Moment::now(clock);
        if let Some(snapshot) = &*self.snapshot.load()
            && let held = snapshot.held(&now)
            && held.is_good()
        {
            return Answer::Serve(Arc::clone(snapshot), held.stage);
        }
        self.answer_with_care(clock, now)
    }

    /// Answers where there are no credentials, or none that are simply good.
    #[cold]
    fn answer_with_care(self: &Arc<Self>, clock: &Clock, now: Moment) -> Answer {
        let slot = match self.held(&now) {
            // Nobody waits for a lock either while there are valid credentials.
            Some((snapshot, held)) if matches!(held.stage, Stage::Fresh | Stage::Due) => {
                match self.slot.try_lock() {
                    Ok(slot) => slot,
                    Err(_) => return Answer::Serve(snapshot, held.stage),
                }
            }
            _ => self.lock(),
        };
        // A load may have ended meanwhile; from here on none can.
        let held = self.held(&now);
        let runtime = Handle::try_current().ok();
        let mut attempted = slot.attempts.so_far(&now);
        attempted.paused &= slot.flight.is_none();
        // Without a runtime nothing can happen in the background.
        attempted.degraded &= runtime.is_some();
        let on_expired = self.settings.on_expired;
        let decision = policy::decide(held.as_ref().map(|(_, held)| *held), attempted, on_expired);
        let trigger = trigger(held.as_ref(), &now);
        match (decision, held) {
            (Decision::Serve, Some((snapshot, held))) => Answer::Serve(snapshot, held.stage),
            (Decision::ServeAndRefresh, Some((snapshot, held))) => {
                if let Some(runtime) = runtime {
                    self.refresh(slot, trigger, now, clock, &runtime);
                }
                Answer::Serve(snapshot, held.stage)
            }
            (Decision::Fail, held) => Answer::Fail(self.error(&slot, held, None, &now)),
            (Decision::FailAndRefresh, held) => {
                let error = self.error(&slot, held, None, &now);
                if let Some(runtime) = runtime {
                    self.refresh(slot, trigger, now, clock, &runtime);
                }
                Answer::Fail(error)
            }
            _ if is_loading(self) => Answer::Fail(Kind::Reentrant.into()),
            _ => {
                let (flight, task) = self.board(slot, trigger, now, clock, runtime.as_ref());
                Answer::Wait(flight, task)
            }
        }
    }

    /// Answers one who has waited for a load that failed.
    pub(crate) fn settle(&self, clock: &Clock, error: Error) -> Result<Arc<Snapshot>, Error> {
        let now = Moment::now(clock);
        match self.held(&now) {
            Some((snapshot, held)) if held.is_usable(self.settings.on_expired) => {
                self.note_served(&snapshot, held.stage, clock);
                Ok(snapshot)
            }
            held => Err(self.error(&self.lock(), held, Some(error), &now)),
        }
    }

    /// Answers one who has waited for as long as anybody should.
    pub(crate) fn give_up(&self, clock: &Clock) -> Result<Arc<Snapshot>, Error> {
        let expired = |(_, held): (_, Held)| held.stage == Stage::Expired;
        if self.held(&Moment::now(clock)).is_some_and(expired) {
            self.lock().attempts.waited_in_vain();
        }
        self.settle(clock, Kind::WaitedTooLong(self.settings.max_wait).into())
    }

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
    fn refresh(
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
    fn board(
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

    /// A request is signed with these.
    pub(super) fn note_served(&self, snapshot: &Snapshot, stage: Stage, clock: &Clock) {
        snapshot.mark_used();
        self.events.served(stage);
        if stage == Stage::Expired {
            self.events
                .served_stale(snapshot.expired_for(&Moment::now(clock)));
        }
    }

    /// Why there is nothing to sign with: `latest`, or else what the last load failed with.
    fn error(
        &self,
        slot: &Slot,
        held: Option<(Arc<Snapshot>, Held)>,
        latest: Option<Error>,
        now: &Moment,
    ) -> Error {
        let latest = latest.or_else(|| slot.attempts.error().cloned());
        match held {
            Some((snapshot, held)) => {
                let kind = Kind::Expired {
                    ago: snapshot.expired_for(now),
                    failures: slot.attempts.failures,
                    refused: held.rejected,
                };
                match latest {
                    Some(latest) => Error::with_source(kind, latest),
                    None => kind.into(),
                }
            }
            None => latest.unwrap_or_else(|| Kind::LoadAborted.into()),
        }
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

    fn lock(&self) -> MutexGuard<'_, Slot> {
        // Nothing panics while it is held.
        self.slot.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Slot {
    /// Whether `flight` was the current one.
    fn clear(&mut self, flight: &Arc<Flight>) -> bool {
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

fn trigger(held: Option<&(Arc<Snapshot>, Held)>, now: &Moment) -> Trigger {
    let Some((snapshot, held)) = held else {
        return Trigger::Cold;
    };
    match held.stage {
        Stage::Fresh => Trigger::Rejected,
        Stage::Due if snapshot.remaining(now).is_none() => Trigger::Revalidate,
        Stage::Due => Trigger::Due,
        Stage::LastSeconds | Stage::Expired => Trigger::Expired,
    }
}
