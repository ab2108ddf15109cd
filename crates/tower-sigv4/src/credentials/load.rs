use std::{
    future::{self, Future},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use tokio::{
    runtime::Handle,
    time::{Instant, timeout_at},
};

use super::{
    Snapshot,
    answer::Answer,
    flight::{Flight, Outcome},
    gate::Gate,
    task::Task,
    time::Moment,
};
use crate::{Error, clock::Clock, error::Kind};

/// A wait for credentials. Dropping it leaves the load alone.
pub(crate) struct Load {
    result: Pin<Box<dyn Future<Output = Result<Arc<Snapshot>, Error>> + Send>>,
}

impl Load {
    pub(super) fn failed(error: Error) -> Self {
        let result = Box::pin(future::ready(Err(error)));
        Self { result }
    }

    /// Waits for a load, which the gate has just answered with.
    pub(super) fn new(
        gate: &Arc<Gate>,
        clock: &Clock,
        flight: Arc<Flight>,
        task: Option<Task>,
    ) -> Self {
        let wait = Wait {
            gate: Arc::clone(gate),
            clock: clock.clone(),
            started: Moment::now(clock),
            deadline: Instant::now().checked_add(gate.settings.max_wait),
        };
        let result = Box::pin(wait.run(flight, task));
        Self { result }
    }
}

impl Future for Load {
    type Output = Result<Arc<Snapshot>, Error>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.result.as_mut().poll(cx)
    }
}

struct Wait {
    gate: Arc<Gate>,
    clock: Clock,
    started: Moment,
    deadline: Option<Instant>,
}

/// How many loads one request waits for that come to nothing because their runtimes went away.
const MOST_CANCELLED: usize = 4;

impl Wait {
    async fn run(self, flight: Arc<Flight>, task: Option<Task>) -> Result<Arc<Snapshot>, Error> {
        let follow = self.follow(flight, task);
        let result = match self.deadline {
            // Without a runtime there is no timer.
            Some(deadline) if Handle::try_current().is_ok() => timeout_at(deadline, follow)
                .await
                .unwrap_or_else(|_| self.gate.give_up(&self.clock)),
            _ => follow.await,
        };
        let now = Moment::now(&self.clock);
        self.gate.events.waited(now.since(&self.started));
        result
    }

    async fn follow(
        &self,
        mut flight: Arc<Flight>,
        mut task: Option<Task>,
    ) -> Result<Arc<Snapshot>, Error> {
        for _ in 0..MOST_CANCELLED {
            if let Some(task) = task.take() {
                match Handle::try_current() {
                    // There was none when the service was called.
                    Ok(runtime) => task.launch(&runtime),
                    Err(_) => task.run_here().await,
                }
            }
            if let Outcome::Failed(error) = flight.outcome().await {
                return self.gate.settle(&self.clock, error);
            }
            // Whatever the outcome was, much time may have passed since, in a frozen sandbox.
            match self.gate.answer(&self.clock) {
                Answer::Serve(snapshot, stage) => {
                    self.gate.note_served(&snapshot, stage, &self.clock);
                    return Ok(snapshot);
                }
                Answer::Fail(error) => return Err(error),
                Answer::Wait(next, its_task) => (flight, task) = (next, its_task),
            }
        }
        self.gate.settle(&self.clock, Kind::LoadAborted.into())
    }
}
