use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use super::{Cause, Explanation};

/// What was logged lately. There are as many entries as causes, at most.
#[derive(Debug, Default)]
pub(super) struct Log {
    last: Mutex<HashMap<Cause, Instant>>,
}

/// How long a cause is not logged again. What is wrong with one request is wrong with the next ones.
const PAUSE: Duration = Duration::from_secs(60);

impl Log {
    pub(super) fn tell(&self, explanation: &Explanation) {
        let cause = explanation.cause();
        if self.is_due(cause) {
            tracing::warn!(?cause, message = %explanation);
        }
    }

    fn is_due(&self, cause: Cause) -> bool {
        let now = Instant::now();
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let is_due = last.get(&cause).is_none_or(|last| now - *last >= PAUSE);
        if is_due {
            last.insert(cause, now);
        }
        is_due
    }
}
