use std::{
    collections::BTreeMap,
    fmt,
    future::pending,
    panic::resume_unwind,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime},
};

use aws_credential_types::{
    Credentials,
    provider::{self, ProvideCredentials, error::CredentialsError, future},
};
use tokio::time::{Instant, sleep};

use crate::TestClock;

/// What one load does.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Step {
    /// Takes so long, then does the other.
    After(Duration, Box<Self>),
    /// Delivers credentials that live for so long from then, by the clock.
    Living(Duration),
    /// Delivers credentials that expire at this time.
    Expiring(SystemTime),
    /// Delivers the first load's credentials, which live for so long from now.
    Prolonged(Duration),
    /// Delivers credentials without an expiry.
    Unlimited,
    /// Delivers these credentials.
    Deliver(Credentials),
    /// Fails in a way that may pass.
    Error,
    /// Fails in a way that stays until somebody corrects the configuration.
    Misconfigured,
    /// Never answers.
    Hang,
    /// Panics.
    Panic,
}

impl Step {
    /// Does this after so long.
    #[must_use]
    pub fn after(self, latency: Duration) -> Self {
        Self::After(latency, Box::new(self))
    }
}

/// A load, as it starts.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct LoadStart {
    /// The how many-th load of this provider it is, from 1.
    pub number: usize,
    /// When it starts, since the provider was made.
    pub at: Duration,
}

/// A credentials provider that does what a test says, and counts what is asked of it. Clones share
/// the counts.
///
/// The credentials say in all their parts which load they are from: those of the first have the
/// access key id `AKID1`, the secret `secret-1` and the session token `token-1`.
///
/// ```
/// # #[tokio::main(flavor = "current_thread", start_paused = true)]
/// # async fn main() {
/// use std::time::Duration;
///
/// use aws_credential_types::provider::ProvideCredentials;
/// use sigv4_testkit::{ScriptedProvider, Step, TestClock};
///
/// let clock = TestClock::new();
/// let provider = ScriptedProvider::new(&clock, |load| match load.number {
///     1 => Step::Living(Duration::from_secs(900)).after(Duration::from_millis(100)),
///     _ => Step::Error,
/// });
/// let credentials = provider.provide_credentials().await.unwrap();
/// assert_eq!(credentials.access_key_id(), "AKID1");
/// assert!(provider.provide_credentials().await.is_err());
/// assert_eq!(provider.loads(), 2);
/// # }
/// ```
#[derive(Clone)]
pub struct ScriptedProvider {
    script: Arc<dyn Fn(LoadStart) -> Step + Send + Sync>,
    clock: TestClock,
    created: Instant,
    counts: Arc<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    started: Mutex<Vec<Duration>>,
    /// When what each load delivered expires, in true time.
    expiries: Mutex<BTreeMap<usize, SystemTime>>,
    in_flight: AtomicUsize,
    peak: AtomicUsize,
    completed: AtomicUsize,
}

impl ScriptedProvider {
    /// Makes a provider whose loads do what the script says.
    pub fn new(
        clock: &TestClock,
        script: impl Fn(LoadStart) -> Step + Send + Sync + 'static,
    ) -> Self {
        Self {
            script: Arc::new(script),
            clock: clock.clone(),
            created: Instant::now(),
            counts: Arc::default(),
        }
    }

    /// Counts the loads that have started.
    pub fn loads(&self) -> usize {
        self.counts.started.lock().unwrap().len()
    }

    /// Tells when each load started, since the provider was made.
    pub fn starts(&self) -> Vec<Duration> {
        self.counts.started.lock().unwrap().clone()
    }

    /// Counts the loads that are under way.
    pub fn in_flight(&self) -> usize {
        self.counts.in_flight.load(Ordering::SeqCst)
    }

    /// Counts the loads that were under way at once, at most.
    pub fn peak(&self) -> usize {
        self.counts.peak.load(Ordering::SeqCst)
    }

    /// Counts the loads that ended by themselves: they were not dropped, and did not panic.
    pub fn completed(&self) -> usize {
        self.counts.completed.load(Ordering::SeqCst)
    }

    /// Tells whether the credentials of a load have expired, whatever the clock shows.
    pub fn is_expired(&self, load: usize) -> bool {
        let expiries = self.counts.expiries.lock().unwrap();
        let now = self.clock.truth();
        expiries.get(&load).is_some_and(|&expiry| expiry <= now)
    }

    async fn load(&self) -> provider::Result {
        let start = {
            let mut started = self.counts.started.lock().unwrap();
            let at = self.created.elapsed();
            started.push(at);
            LoadStart {
                number: started.len(),
                at,
            }
        };
        let in_flight = self.counts.in_flight.fetch_add(1, Ordering::SeqCst) + 1;
        self.counts.peak.fetch_max(in_flight, Ordering::SeqCst);
        let _in_flight = InFlight(&self.counts);
        let mut step = (self.script)(start);
        while let Step::After(latency, next) = step {
            sleep(latency).await;
            step = *next;
        }
        let result = match step {
            Step::After(..) => unreachable!("unwrapped above"),
            Step::Living(life) => {
                self.note_expiry(start.number, self.clock.truth() + life);
                Ok(credentials(start.number, Some(self.clock.now() + life)))
            }
            Step::Expiring(expiry) => {
                self.note_expiry(start.number, expiry);
                Ok(credentials(start.number, Some(expiry)))
            }
            Step::Prolonged(life) => Ok(credentials(1, Some(self.clock.now() + life))),
            Step::Unlimited => Ok(credentials(start.number, None)),
            Step::Deliver(credentials) => Ok(credentials),
            Step::Error => Err(CredentialsError::provider_error("scripted failure")),
            Step::Misconfigured => Err(CredentialsError::invalid_configuration("scripted mistake")),
            Step::Hang => pending().await,
            // Without a word of the panic hook's, which takes long where there are many.
            Step::Panic => resume_unwind(Box::new("scripted panic")),
        };
        self.counts.completed.fetch_add(1, Ordering::SeqCst);
        result
    }

    fn note_expiry(&self, load: usize, expiry: SystemTime) {
        self.counts.expiries.lock().unwrap().insert(load, expiry);
    }
}

/// Makes the credentials that a load delivers: they say in all their parts which it was.
pub fn credentials(load: usize, expiry: Option<SystemTime>) -> Credentials {
    Credentials::new(
        format!("AKID{load}"),
        format!("secret-{load}"),
        Some(format!("token-{load}")),
        expiry,
        "script",
    )
}

impl ProvideCredentials for ScriptedProvider {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.load())
    }
}

impl fmt::Debug for ScriptedProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScriptedProvider")
            .field("counts", &self.counts)
            .finish_non_exhaustive()
    }
}

struct InFlight<'a>(&'a Counts);

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SECOND;

    #[tokio::test(start_paused = true)]
    async fn loads_follow_the_script_and_are_counted() {
        let clock = TestClock::new();
        let provider = ScriptedProvider::new(&clock, |load| match load.number {
            1 => Step::Living(SECOND * 10).after(SECOND),
            2 => Step::Error,
            3 => Step::Misconfigured,
            4 => Step::Prolonged(SECOND * 20),
            _ => Step::Unlimited,
        });
        let first = provider.provide_credentials().await.unwrap();
        assert_eq!(first, credentials(1, Some(clock.now() + SECOND * 10)));
        assert!(provider.provide_credentials().await.is_err());
        assert!(provider.provide_credentials().await.is_err());
        let prolonged = provider.provide_credentials().await.unwrap();
        assert_eq!(prolonged, credentials(1, Some(clock.now() + SECOND * 20)));
        let unlimited = provider.provide_credentials().await.unwrap();
        assert_eq!(unlimited, credentials(5, None));
        assert_eq!((provider.loads(), provider.completed()), (5, 5));
        assert_eq!(provider.starts()[..2], [Duration::ZERO, SECOND]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_load_that_is_dropped_is_in_flight_no_more_and_not_completed() {
        let provider = ScriptedProvider::new(&TestClock::new(), |_| Step::Hang);
        let timeout = tokio::time::timeout(SECOND, async {
            tokio::join!(provider.provide_credentials(), async {
                assert_eq!(provider.in_flight(), 1);
            })
        });
        assert!(timeout.await.is_err());
        assert_eq!((provider.in_flight(), provider.peak()), (0, 1));
        assert_eq!((provider.loads(), provider.completed()), (1, 0));
    }

    #[tokio::test(start_paused = true)]
    async fn credentials_expire_in_truth_whatever_the_clock_shows() {
        let clock = TestClock::new();
        let provider = ScriptedProvider::new(&clock, |_| Step::Living(SECOND * 10));
        provider.provide_credentials().await.unwrap();
        clock.jump(3_600);
        assert!(!provider.is_expired(1));
        clock.jump(-7_200);
        clock.freeze(SECOND * 10);
        assert!(provider.is_expired(1));
    }
}
