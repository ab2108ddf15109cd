use std::sync::{Arc, OnceLock};

use tokio::{sync::watch, task::AbortHandle};

use crate::{
    error::{Error, Kind},
    time::Moment,
};

/// One load, which any number of callers may wait for.
#[derive(Debug)]
pub(crate) struct Load {
    pub(crate) trigger: Trigger,
    pub(crate) started: Moment,
    /// It answers a rejection, whatever else triggered it.
    pub(crate) for_rejection: bool,
    outcome: watch::Sender<Option<Outcome>>,
    task: OnceLock<AbortHandle>,
}

/// Why credentials are loaded.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Trigger {
    /// There are none.
    Cold,
    Due,
    /// They have expired, or are about to.
    Expired,
    /// They have no expiry, and it is time to ask for others.
    Revalidate,
    /// A service has rejected them, and there is no other reason.
    Rejected,
}

impl Trigger {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Cold => "cold",
            Self::Due => "due",
            Self::Expired => "expired",
            Self::Revalidate => "revalidate",
            Self::Rejected => "rejected",
        }
    }
}

/// How a load ended.
#[derive(Clone, Debug)]
pub(crate) enum Outcome {
    Loaded,
    Failed {
        error: Error,
        /// It says something about the provider as it is now. If not, whoever waited for the load
        /// looks up again.
        counts: bool,
    },
    /// It came to nothing, through no fault of the provider.
    Cancelled,
}

impl Outcome {
    pub(crate) const NAMES: [&str; 7] = [
        "ok",
        "error",
        "timeout",
        "no_progress",
        "expired",
        "panic",
        "cancelled",
    ];

    /// Which of the names it has.
    pub(crate) fn index(&self) -> usize {
        match self {
            Self::Loaded => 0,
            Self::Failed { error, .. } => match error.kind() {
                Kind::LoadTimedOut(_) => 2,
                Kind::NoProgress => 3,
                Kind::DeliveredExpired { .. } => 4,
                Kind::Panicked { .. } => 5,
                _ => 1,
            },
            Self::Cancelled => 6,
        }
    }
}

impl Load {
    pub(crate) fn new(trigger: Trigger, started: Moment, for_rejection: bool) -> Arc<Self> {
        Arc::new(Self {
            trigger,
            started,
            for_rejection,
            outcome: watch::Sender::new(None),
            task: OnceLock::new(),
        })
    }

    /// Waits for the end, or is told its outcome.
    pub(crate) async fn outcome(&self) -> Outcome {
        let mut outcome = self.outcome.subscribe();
        match outcome.wait_for(Option::is_some).await.as_deref() {
            Ok(Some(outcome)) => outcome.clone(),
            _ => Outcome::Cancelled,
        }
    }

    /// Knows the task that it runs in, so as to be able to abort it.
    pub(crate) fn runs_in(&self, task: AbortHandle) {
        // It is spawned once.
        let _ = self.task.set(task);
    }

    /// Tells all who wait. The first outcome counts.
    pub(crate) fn end(&self, outcome: Outcome) {
        self.outcome.send_if_modified(|ended| {
            let first = ended.is_none();
            if first {
                *ended = Some(outcome);
            }
            first
        });
    }

    /// Ends it for good.
    pub(crate) fn abort(&self) {
        if let Some(task) = self.task.get() {
            task.abort();
        }
        self.end(Outcome::Cancelled);
    }
}
