//! The time that signatures carry: the local clock, corrected for each host by what it has said of
//! the time.

mod date;
mod exchange;
mod host_clock;
mod offsets;

use std::{fmt, sync::Arc, time::SystemTime};

pub(crate) use self::{
    date::{server_date, shifted},
    exchange::Exchange,
    host_clock::Observed,
    offsets::Offsets,
};

/// Where the local time comes from.
///
/// It is read anew for each signature: a process may have been suspended in between.
#[derive(Clone, Default)]
pub(crate) struct Clock {
    /// `None` for the system's.
    source: Option<Arc<dyn Fn() -> SystemTime + Send + Sync>>,
}

impl Clock {
    pub(crate) fn new(source: Arc<dyn Fn() -> SystemTime + Send + Sync>) -> Self {
        Self {
            source: Some(source),
        }
    }

    /// Reads the local time.
    pub(crate) fn now(&self) -> SystemTime {
        match &self.source {
            Some(source) => source(),
            None => SystemTime::now(),
        }
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let source = match self.source {
            Some(_) => "a function",
            None => "the system's clock",
        };
        f.debug_tuple("Clock").field(&source).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    #[test]
    fn debug_tells_where_the_time_comes_from() {
        let system = format!("{:?}", Clock::default());
        assert_eq!(system, r#"Clock("the system's clock")"#);
        let function = format!("{:?}", Clock::new(Arc::new(|| UNIX_EPOCH)));
        assert_eq!(function, r#"Clock("a function")"#);
    }
}
