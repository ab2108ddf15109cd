use std::task::Poll;

#[cfg(feature = "metrics")]
use tokio::time::Instant;

/// Measures how long a request waits. It is nothing, and reads no clock, without feature `metrics`.
#[derive(Default)]
pub(crate) struct Stopwatch {
    /// The first time that what is awaited was not there.
    #[cfg(feature = "metrics")]
    started: Option<Instant>,
}

/// What a request waits for.
#[derive(Clone, Copy)]
pub(crate) enum Awaited {
    /// The end of its body, which is read for its hash.
    Body,
    Credentials,
    /// All that a second attempt takes.
    Retry,
}

impl Awaited {
    #[cfg(feature = "metrics")]
    fn name(self) -> &'static str {
        match self {
            Self::Body => "body",
            Self::Credentials => "credentials",
            Self::Retry => "retry",
        }
    }
}

impl Stopwatch {
    /// Takes the time from the first poll that is pending to the one that is ready. What is there at
    /// once is no wait.
    #[cfg_attr(
        not(feature = "metrics"),
        expect(unused_variables, clippy::unused_self, reason = "for the feature")
    )]
    pub(crate) fn time<T>(&mut self, awaited: Awaited, polled: Poll<T>) -> Poll<T> {
        #[cfg(feature = "metrics")]
        match polled {
            Poll::Pending => {
                self.started.get_or_insert_with(Instant::now);
            }
            Poll::Ready(_) => {
                if let Some(started) = self.started.take() {
                    super::metrics::waited(awaited.name(), started.elapsed());
                }
            }
        }
        polled
    }
}
