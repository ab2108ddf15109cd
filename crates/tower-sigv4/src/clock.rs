use std::{fmt, sync::Arc, time::SystemTime};

use http::HeaderMap;

use crate::skew::Skew;

/// Where the time comes from, corrected by what servers have said of it. Clones share what they
/// learn.
#[derive(Clone)]
pub(crate) struct Clock {
    local: Arc<dyn Fn() -> SystemTime + Send + Sync>,
    skew: Arc<Skew>,
}

impl Clock {
    pub(crate) fn new(now: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        Self {
            local: Arc::new(now),
            skew: Arc::default(),
        }
    }

    /// One reading: the time by the local clock, and as servers have it.
    pub(crate) fn read(&self) -> (SystemTime, SystemTime) {
        let local = (self.local)();
        (local, self.skew.correct(local))
    }

    /// Seconds from the local clock to the servers' time.
    pub(crate) fn offset(&self) -> i64 {
        self.skew.offset()
    }

    /// Learns from a response to a request that was signed at `sent` by the local clock. Says
    /// whether the next signature will have another time.
    ///
    /// `refused` is whether the time may be why the service refused the signature.
    pub(crate) fn learn(&self, headers: &HeaderMap, refused: bool, sent: SystemTime) -> bool {
        // Most responses teach nothing, and cost no reading of the clock.
        if !refused && self.skew.offset() == 0 {
            return false;
        }
        self.skew.learn(headers, refused, sent, (self.local)())
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self::new(SystemTime::now)
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Clock")
            .field("offset", &self.offset())
            .finish_non_exhaustive()
    }
}
