//! A load's own side: asks the provider, and keeps nothing alive while it does.

use std::{
    any::Any,
    future::{Future, poll_fn},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    sync::{Arc, Weak},
    time::Duration,
};

use aws_credential_types::{
    Credentials,
    provider::{ProvideCredentials, SharedCredentialsProvider},
};
use tokio::{runtime::Handle, time::timeout};

use super::{
    events::{Ending, Events},
    flight::{Flight, Outcome},
    gate::Gate,
    time::Moment,
    warm,
};
use crate::{Error, clock::Clock, error::Kind};

tokio::task_local! {
    /// The cache that the running task loads credentials for.
    static LOADING: Weak<Gate>;
}

/// Whether the caller is the provider of this very cache, and so would wait for itself.
pub(crate) fn is_loading(gate: &Arc<Gate>) -> bool {
    LOADING
        .try_with(|loading| loading.as_ptr() == Arc::as_ptr(gate))
        .unwrap_or(false)
}

/// Why there are no credentials.
pub(crate) type Failure = (Ending, Error);

/// However it ends, even dropped half-way, nobody is left waiting.
pub(crate) struct Task {
    gate: Weak<Gate>,
    flight: Arc<Flight>,
    events: Arc<Events>,
    provider: SharedCredentialsProvider,
    clock: Clock,
    timeout: Duration,
    ended: bool,
}

impl Task {
    pub(crate) fn new(gate: &Arc<Gate>, flight: Arc<Flight>, clock: Clock) -> Self {
        Self {
            gate: Arc::downgrade(gate),
            flight,
            events: Arc::clone(&gate.events),
            provider: gate.provider.clone(),
            clock,
            timeout: gate.settings.load_timeout,
            ended: false,
        }
    }

    /// Runs on its own.
    pub(crate) fn launch(self, runtime: &Handle) {
        let flight = Arc::clone(&self.flight);
        let limit = self.timeout;
        let load = runtime.spawn(async move {
            let answer = timeout(limit, self.ask()).await;
            let late = || Err((Ending::TimedOut, Kind::LoadTimedOut(limit).into()));
            self.end(answer.unwrap_or_else(|_| late()));
        });
        flight.flown_by(load.abort_handle());
    }

    /// Runs in the caller, for want of a runtime and so of a timer.
    pub(crate) async fn run_here(self) {
        let answer = self.ask().await;
        self.end(answer);
    }

    async fn ask(&self) -> Result<Credentials, Failure> {
        let load = async { self.provider.provide_credentials().await };
        match LOADING.scope(self.gate.clone(), catch_panic(load)).await {
            Ok(Ok(credentials)) => Ok(credentials),
            Ok(Err(error)) => Err((Ending::Error, Error::credentials(error))),
            Err(panic) => Err((Ending::Panicked, Kind::ProviderPanicked(panic).into())),
        }
    }

    fn end(mut self, answer: Result<Credentials, Failure>) {
        let (ending, outcome) = match self.gate.upgrade() {
            Some(gate) => {
                let conclusion = gate.conclude(&self.flight, answer, &self.clock);
                warm::keep(&gate, &self.clock);
                conclusion
            }
            None => (Ending::Cancelled, Outcome::Cancelled),
        };
        self.land(ending, outcome);
    }

    fn land(&mut self, ending: Ending, outcome: Outcome) {
        self.ended = true;
        let took = Moment::now(&self.clock).since(&self.flight.started);
        self.events.load_ended(self.flight.trigger, ending, took);
        self.flight.land(outcome);
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        if self.ended {
            return;
        }
        if let Some(gate) = self.gate.upgrade() {
            gate.release(&self.flight);
        }
        self.land(Ending::Cancelled, Outcome::Cancelled);
    }
}

/// A provider's panic is its failure, and nobody else's.
async fn catch_panic<T>(future: impl Future<Output = T>) -> Result<T, Box<str>> {
    let mut future = pin!(future);
    poll_fn(|cx| {
        // What it leaves behind is dropped and not looked at.
        match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx))) {
            Ok(poll) => poll.map(Ok),
            Err(panic) => Err(message(&*panic)).into(),
        }
    })
    .await
}

fn message(panic: &(dyn Any + Send)) -> Box<str> {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("without a message").into()
}
