use std::{
    fmt,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use tokio::{
    runtime::Handle,
    time::{Instant, timeout_at},
};

use crate::{
    cached::CachedCredentials,
    error::{Error, Kind},
    load::{Load, Outcome},
    lookup::{Lookup, give_up, look_up, settle},
    refresh::LoadTask,
    shared::Shared,
    time::Moment,
};

/// A lookup of credentials; [`CredentialsCache::get`](crate::CredentialsCache::get) starts one.
///
/// # Cancellation
///
/// Dropping it leaves the load alone, for the other callers and for the next.
#[must_use = "a lookup is of no use unless it is awaited"]
pub struct Get {
    state: State,
}

enum State {
    Ready(Result<CachedCredentials, Error>),
    Waiting(Pin<Box<dyn Future<Output = Result<CachedCredentials, Error>> + Send>>),
    Done,
}

impl Get {
    pub(crate) fn new(shared: &Arc<Shared>) -> Self {
        let state = match look_up(shared) {
            Lookup::Serve(credentials) => State::Ready(Ok(credentials)),
            Lookup::Fail(error) => State::Ready(Err(error)),
            Lookup::Wait(load, task) => State::Waiting(Box::pin(Wait::new(shared).run(load, task))),
        };
        Self { state }
    }

    /// Returns the result if it was there at once, or else the lookup to wait for.
    ///
    /// For callers that go on without a poll where they need not wait.
    ///
    /// # Errors
    ///
    /// The lookup itself, if it has to be waited for.
    #[inline]
    pub fn try_into_ready(self) -> Result<Result<CachedCredentials, Error>, Self> {
        match self.state {
            State::Ready(result) => Ok(result),
            _ => Err(self),
        }
    }
}

impl Future for Get {
    type Output = Result<CachedCredentials, Error>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        if let State::Waiting(wait) = &mut self.state {
            let result = std::task::ready!(wait.as_mut().poll(cx));
            self.state = State::Done;
            return Poll::Ready(result);
        }
        match std::mem::replace(&mut self.state, State::Done) {
            State::Ready(result) => Poll::Ready(result),
            // As with any future, that is the caller's mistake.
            State::Waiting(_) | State::Done => panic!("`Get` was polled after it was ready"),
        }
    }
}

impl fmt::Debug for Get {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match self.state {
            State::Ready(_) => "Ready",
            State::Waiting(_) => "Waiting",
            State::Done => "Done",
        };
        f.debug_tuple("Get").field(&state).finish()
    }
}

/// One caller's wait.
pub(crate) struct Wait {
    shared: Arc<Shared>,
    started: Moment,
    deadline: Option<Instant>,
}

/// How many loads one caller waits for that come to nothing because their runtimes went away.
pub(crate) const MOST_LOADS: usize = 4;

impl Wait {
    pub(crate) fn new(shared: &Arc<Shared>) -> Self {
        Self {
            shared: Arc::clone(shared),
            started: shared.now(),
            // `Duration::MAX` is a setting too, and no limit.
            deadline: Instant::now().checked_add(shared.settings.max_wait),
        }
    }

    async fn run(
        self,
        load: Arc<Load>,
        task: Option<LoadTask>,
    ) -> Result<CachedCredentials, Error> {
        let result = self.within_limit(self.follow(load, task)).await;
        let result = result.unwrap_or_else(|| give_up(&self.shared, &self.started));
        self.note_end();
        result
    }

    /// Waits for some load, but not for longer than anybody should. Without a runtime there is no
    /// timer, and so no limit.
    pub(crate) async fn within_limit<T>(&self, wait: impl Future<Output = T>) -> Option<T> {
        match self.deadline {
            Some(deadline) if Handle::try_current().is_ok() => {
                timeout_at(deadline, wait).await.ok()
            }
            _ => Some(wait.await),
        }
    }

    pub(crate) fn note_end(&self) {
        let waited = self.shared.now().since(&self.started);
        self.shared.telemetry.waited(waited);
    }

    async fn follow(
        &self,
        mut load: Arc<Load>,
        mut task: Option<LoadTask>,
    ) -> Result<CachedCredentials, Error> {
        let mut disregarded = None;
        for _ in 0..MOST_LOADS {
            if let Some(task) = task.take() {
                match Handle::try_current() {
                    // There was none when the wait began.
                    Ok(runtime) => task.spawn(&runtime),
                    Err(_) => task.run_here().await,
                }
            }
            match load.outcome().await {
                Outcome::Failed { error, counts } => {
                    // One more lookup finds a load that does count; a second would only cost time.
                    if counts || disregarded.is_some() {
                        return settle(&self.shared, error);
                    }
                    disregarded = Some(error);
                }
                Outcome::Loaded | Outcome::Cancelled => {}
            }
            // Whatever the outcome was, much time may have passed since, in a frozen sandbox.
            match look_up(&self.shared) {
                Lookup::Serve(credentials) => return Ok(credentials),
                Lookup::Fail(error) => return Err(error),
                Lookup::Wait(next, its_task) => (load, task) = (next, its_task),
            }
        }
        let error = disregarded.unwrap_or_else(|| Kind::Aborted.into());
        settle(&self.shared, error)
    }
}
