//! Starts loads, and joins them.
//!
//! A load runs in a task of its own, so that a caller which goes away takes nothing from the others.
//! The task knows the cache weakly: it keeps nothing alive, and ends with the last clone.

use std::{
    sync::{Arc, MutexGuard, Weak},
    time::Duration,
};

use tokio::{runtime::Handle, time::sleep};

use crate::{
    fetch::Source,
    finish::finish,
    load::{Load, Outcome, Trigger},
    rejected::replacing,
    schedule::Stage,
    shared::{Shared, State},
    snapshot::Snapshot,
    telemetry::Telemetry,
    time::Moment,
};

/// Joins the load under way, or starts one. Without a runtime to spawn it on, the caller gets the
/// task to run.
pub(crate) fn join_or_start(
    shared: &Arc<Shared>,
    mut state: MutexGuard<'_, State>,
    now: Moment,
    runtime: Option<&Handle>,
) -> (Arc<Load>, Option<LoadTask>) {
    if let Some(load) = state.live_load(&now, shared.settings.lease()) {
        return (Arc::clone(load), None);
    }
    let snapshot = shared.snapshot();
    let trigger = trigger(snapshot.as_deref(), &now);
    // Another reason may have come first; the provider is to bring other keys all the same.
    let for_rejection =
        trigger == Trigger::Rejected || snapshot.is_some_and(|snapshot| snapshot.awaits_reload());
    let load = Load::new(trigger, now, for_rejection);
    let lost = state.load.replace(Arc::clone(&load));
    // A runtime that is shutting down drops the task at once, which takes the lock.
    drop(state);
    if let Some(lost) = lost {
        shared.telemetry.taken_over(now.since(&lost.started));
        lost.abort();
    }
    shared.telemetry.load_started(trigger);
    // If its runtime ends before it has run, dropping the task ends the load.
    let task = LoadTask::new(shared, Arc::clone(&load));
    match runtime {
        Some(runtime) => {
            task.spawn(runtime);
            (load, None)
        }
        None => (load, Some(task)),
    }
}

/// Joins the load under way, or starts one in the background, unless the provider has to be left
/// alone.
pub(crate) fn join_or_start_if_allowed(
    shared: &Arc<Shared>,
    mut state: MutexGuard<'_, State>,
    now: Moment,
    runtime: &Handle,
) -> Option<Arc<Load>> {
    let snapshot = shared.snapshot();
    let lease = shared.settings.lease();
    let load = state.live_load(&now, lease);
    let of_load = load.map(|load| lease.saturating_sub(now.since(&load.started)));
    let left = of_load.unwrap_or_else(|| state.backoff.pause_left(&now));
    if let Some(snapshot) = &snapshot {
        snapshot.settle(left, &now);
    }
    if of_load.is_none() {
        // Callers have what they need; only one that has nothing may ask a provider in its pause.
        if !left.is_zero() {
            return None;
        }
        if trigger(snapshot.as_deref(), &now) == Trigger::Rejected {
            if !state.backoff.until_reload(&now).is_zero() {
                return None;
            }
            state.backoff.reloading(now);
            // Should this one fail, the next is asked for already.
            if let Some(snapshot) = &snapshot {
                snapshot.reload_in(state.backoff.until_reload(&now), &now);
            }
        }
    }
    Some(join_or_start(shared, state, now, Some(runtime)).0)
}

fn trigger(snapshot: Option<&Snapshot>, now: &Moment) -> Trigger {
    let Some(snapshot) = snapshot else {
        return Trigger::Cold;
    };
    match snapshot.held(now).stage {
        // Nothing else makes fresh credentials worth a load.
        Stage::Fresh => Trigger::Rejected,
        Stage::Due if snapshot.remaining(now).is_none() => Trigger::Revalidate,
        Stage::Due => Trigger::Due,
        Stage::Expiring | Stage::Expired => Trigger::Expired,
    }
}

/// A load's own side. However it ends, even dropped half-way, nobody is left waiting.
pub(crate) struct LoadTask {
    shared: Weak<Shared>,
    source: Arc<Source>,
    telemetry: Arc<Telemetry>,
    load: Arc<Load>,
    limit: Duration,
    ended: bool,
}

impl LoadTask {
    fn new(shared: &Arc<Shared>, load: Arc<Load>) -> Self {
        Self {
            shared: Arc::downgrade(shared),
            source: Arc::clone(&shared.source),
            telemetry: Arc::clone(&shared.telemetry),
            load,
            limit: shared.settings.load_timeout,
            ended: false,
        }
    }

    /// Runs on its own.
    pub(crate) fn spawn(self, runtime: &Handle) {
        let load = Arc::clone(&self.load);
        let task = runtime.spawn(async move {
            let limit = Some(self.limit);
            self.run(limit).await;
        });
        load.runs_in(task.abort_handle());
    }

    /// Runs in the caller, for want of a runtime and so of a timer.
    pub(crate) async fn run_here(self) {
        self.run(None).await;
    }

    async fn run(mut self, limit: Option<Duration>) {
        let for_rejection = self.load.for_rejection;
        let rejected = self.shared.upgrade().and_then(|shared| {
            let held = shared.snapshot()?;
            (for_rejection && held.awaits_reload()).then(|| held.credentials.clone())
        });
        let fetch = self.source.fetch(for_rejection, limit);
        let fetched = replacing(rejected, fetch).await;
        let (outcome, took) = match self.shared.upgrade() {
            Some(shared) => {
                let outcome = finish(&shared, &self.load, fetched);
                // Before the end is told: who waits for it finds the timer set.
                set_timer(&shared);
                (outcome, shared.now().since(&self.load.started))
            }
            None => (Outcome::Cancelled, Duration::ZERO),
        };
        self.end(outcome, took);
    }

    fn end(&mut self, outcome: Outcome, took: Duration) {
        self.ended = true;
        self.telemetry.load_ended(self.load.trigger, &outcome, took);
        self.load.end(outcome);
    }
}

impl Drop for LoadTask {
    fn drop(&mut self) {
        if self.ended {
            return;
        }
        // Its runtime has ended, or the caller that ran it went away: the next caller starts another.
        let took = self.shared.upgrade().map(|shared| {
            let mut state = shared.lock();
            let held = shared.snapshot();
            state.cancel(&self.load, held.as_deref());
            drop(state);
            shared.now().since(&self.load.started)
        });
        self.end(Outcome::Cancelled, took.unwrap_or_default());
    }
}

/// Has a timer refresh the credentials when they are due, if that is wanted.
fn set_timer(shared: &Arc<Shared>) {
    if !shared.settings.refresh_timer {
        return;
    }
    // After a load in the caller, for want of a runtime, there is none for a timer either.
    if let (Ok(runtime), Some(delay)) = (Handle::try_current(), until_refresh(shared)) {
        let timer = runtime.spawn(run_timer(Arc::downgrade(shared), delay));
        shared.lock().set_timer(timer.abort_handle());
    }
}

async fn run_timer(shared: Weak<Shared>, mut delay: Duration) {
    loop {
        sleep(delay).await;
        let Some(shared) = shared.upgrade() else {
            return;
        };
        // What nobody has used is left to the next caller.
        if !shared.snapshot().is_some_and(|held| held.was_used()) {
            return;
        }
        // The clocks decide, not that the timer has fired.
        match until_refresh(&shared) {
            Some(Duration::ZERO) => {
                let now = shared.now();
                let runtime = Handle::current();
                let load = join_or_start_if_allowed(&shared, shared.lock(), now, &runtime);
                // A wait must not keep the cache alive.
                drop(shared);
                let Some(load) = load else {
                    return;
                };
                // A load that ends sets the next timer. One that another runtime took with it
                // does not.
                match load.outcome().await {
                    Outcome::Cancelled => delay = Duration::ZERO,
                    Outcome::Loaded | Outcome::Failed { .. } => return,
                }
            }
            Some(left) => delay = left,
            None => return,
        }
    }
}

/// How long it is until a refresh may start; `None` if it is left to the next caller.
fn until_refresh(shared: &Shared) -> Option<Duration> {
    let now = shared.now();
    let snapshot = shared.snapshot()?;
    let pause = shared.lock().backoff.pause_left(&now);
    // Who asks for expired credentials waits for others anyway, so no timer need ask in vain.
    let expired = snapshot.held(&now).stage == Stage::Expired;
    (!expired).then(|| snapshot.until_due(&now).max(pause))
}

#[cfg(test)]
mod tests {
    use aws_credential_types::Credentials;

    use super::*;
    use crate::settings::CacheSettings;

    #[tokio::test]
    async fn callers_ask_for_a_load_again_once_the_one_under_way_was_dropped() {
        let keys = Credentials::new("AKID", "secret", None, None, "test");
        let source = Source::from_provider(keys.clone());
        let shared = Arc::new(Shared::new(source, CacheSettings::new()));
        let held = Snapshot::new(keys, None, shared.now(), &shared.settings, 0.5);
        shared.store(&mut shared.lock(), held);
        let is_settled = || shared.snapshot().unwrap().is_settled(&shared.now());
        let now = shared.now();
        let (load, task) = join_or_start(&shared, shared.lock(), now, None);
        let joined = join_or_start_if_allowed(&shared, shared.lock(), now, &Handle::current());
        assert!(Arc::ptr_eq(&joined.unwrap(), &load) && is_settled());
        drop(task);
        assert!(!is_settled());
    }
}
