use std::sync::{Arc, OnceLock};

use tokio::{sync::watch, task::AbortHandle};

use super::{events::Trigger, time::Moment};
use crate::Error;

/// A load under way, which any number of requests may wait for.
#[derive(Debug)]
pub(crate) struct Flight {
    pub(crate) trigger: Trigger,
    pub(crate) started: Moment,
    outcome: watch::Sender<Option<Outcome>>,
    task: OnceLock<AbortHandle>,
}

/// What all who wait for a load are told.
#[derive(Clone, Debug)]
pub(crate) enum Outcome {
    Loaded,
    Failed(Error),
    /// It came to nothing, through no fault of the provider.
    Cancelled,
}

impl Flight {
    pub(crate) fn new(trigger: Trigger, started: Moment) -> Arc<Self> {
        Arc::new(Self {
            trigger,
            started,
            outcome: watch::Sender::new(None),
            task: OnceLock::new(),
        })
    }

    /// Waits for the end, or learns that it has been.
    pub(crate) async fn outcome(&self) -> Outcome {
        let mut outcome = self.outcome.subscribe();
        match outcome.wait_for(Option::is_some).await.as_deref() {
            Ok(Some(outcome)) => outcome.clone(),
            _ => Outcome::Cancelled,
        }
    }

    /// Knows the task that flies it, so as to be able to abort it.
    pub(crate) fn flown_by(&self, task: AbortHandle) {
        // It is launched once.
        let _ = self.task.set(task);
    }

    /// Ends it for those who wait. The first outcome counts.
    pub(crate) fn land(&self, outcome: Outcome) {
        self.outcome.send_if_modified(|landed| {
            let first = landed.is_none();
            if first {
                *landed = Some(outcome);
            }
            first
        });
    }

    /// Ends it for good.
    pub(crate) fn abort(&self) {
        if let Some(task) = self.task.get() {
            task.abort();
        }
        self.land(Outcome::Cancelled);
    }
}
