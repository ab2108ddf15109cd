//! What a request gets.

use std::sync::Arc;

use tokio::runtime::Handle;

use super::{
    Snapshot,
    events::Trigger,
    flight::Flight,
    gate::{Gate, Slot},
    policy::{self, Decision, Held},
    schedule::Stage,
    task::{Task, is_loading},
    time::Moment,
};
use crate::{Error, clock::Clock, error::Kind};

/// What to do for a request.
pub(crate) enum Answer {
    Serve(Arc<Snapshot>, Stage),
    Fail(Error),
    /// A load to wait for, and its task if the caller has to run it.
    Wait(Arc<Flight>, Option<Task>),
}

impl Gate {
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
