//! A provider that does what a test says, and counts what is asked of it.

use std::{
    collections::BTreeMap,
    fmt,
    future::pending,
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

use super::Wall;

/// What one load does.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// Takes so long, then delivers.
    After(Duration, Box<Self>),
    /// Credentials that live for so long from the moment they are delivered.
    Living(Duration),
    /// Credentials that expire at this time.
    Expiring(SystemTime),
    /// The first load's credentials, with so long to live now.
    Prolonged(Duration),
    /// Credentials without an expiry.
    Unlimited,
    /// A failure that may pass.
    Error,
    /// A failure that stays until somebody corrects the configuration.
    Misconfigured,
    /// No answer at all.
    Hang,
    Panic,
}

impl Step {
    pub(crate) fn after(self, latency: Duration) -> Self {
        Self::After(latency, Box::new(self))
    }
}

/// A load, as it begins: the how many-th, from 1, and when, since the script was made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Begun {
    pub(crate) number: usize,
    pub(crate) at: Duration,
}

/// Clones share the counts.
#[derive(Clone)]
pub(crate) struct Script {
    plan: Arc<dyn Fn(Begun) -> Step + Send + Sync>,
    wall: Wall,
    started: Instant,
    counts: Arc<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    begun: Mutex<Vec<Duration>>,
    /// When what each load delivered expires, in true time.
    expiries: Mutex<BTreeMap<usize, SystemTime>>,
    in_flight: AtomicUsize,
    peak: AtomicUsize,
    completed: AtomicUsize,
}

impl Script {
    pub(crate) fn new(wall: &Wall, plan: impl Fn(Begun) -> Step + Send + Sync + 'static) -> Self {
        Self {
            plan: Arc::new(plan),
            wall: wall.clone(),
            started: Instant::now(),
            counts: Arc::default(),
        }
    }

    /// How many loads have begun.
    pub(crate) fn loads(&self) -> usize {
        self.counts.begun.lock().unwrap().len()
    }

    /// When each load began.
    pub(crate) fn begun(&self) -> Vec<Duration> {
        self.counts.begun.lock().unwrap().clone()
    }

    /// How many are under way now.
    pub(crate) fn in_flight(&self) -> usize {
        self.counts.in_flight.load(Ordering::SeqCst)
    }

    /// How many were under way at once, at most.
    pub(crate) fn peak(&self) -> usize {
        self.counts.peak.load(Ordering::SeqCst)
    }

    /// How many have ended by themselves.
    pub(crate) fn completed(&self) -> usize {
        self.counts.completed.load(Ordering::SeqCst)
    }

    /// Whether the credentials of a load have expired, whatever the clock shows.
    pub(crate) fn is_expired(&self, load: usize) -> bool {
        let expiries = self.counts.expiries.lock().unwrap();
        let now = self.wall.truth();
        expiries.get(&load).is_some_and(|&expiry| expiry <= now)
    }

    async fn load(&self) -> provider::Result {
        let begun = {
            let mut all = self.counts.begun.lock().unwrap();
            all.push(self.started.elapsed());
            Begun {
                number: all.len(),
                at: all[all.len() - 1],
            }
        };
        let in_flight = self.counts.in_flight.fetch_add(1, Ordering::SeqCst) + 1;
        self.counts.peak.fetch_max(in_flight, Ordering::SeqCst);
        let _landing = Landing(&self.counts);
        let mut step = (self.plan)(begun);
        while let Step::After(latency, next) = step {
            sleep(latency).await;
            step = *next;
        }
        let result = match step {
            Step::After(..) => unreachable!(),
            Step::Living(life) => {
                self.expires(begun.number, self.wall.truth() + life);
                Ok(credentials(begun.number, Some(self.wall.now() + life)))
            }
            Step::Expiring(expiry) => {
                self.expires(begun.number, expiry);
                Ok(credentials(begun.number, Some(expiry)))
            }
            Step::Prolonged(life) => Ok(credentials(1, Some(self.wall.now() + life))),
            Step::Unlimited => Ok(credentials(begun.number, None)),
            Step::Error => Err(CredentialsError::provider_error("scripted failure")),
            Step::Misconfigured => Err(CredentialsError::invalid_configuration("scripted mistake")),
            Step::Hang => pending().await,
            Step::Panic => panic!("scripted panic"),
        };
        self.counts.completed.fetch_add(1, Ordering::SeqCst);
        result
    }

    fn expires(&self, load: usize, expiry: SystemTime) {
        self.counts.expiries.lock().unwrap().insert(load, expiry);
    }
}

/// The credentials of a load say in all their parts which one it was.
pub(crate) fn credentials(number: usize, expiry: Option<SystemTime>) -> Credentials {
    Credentials::new(
        format!("AKID{number}"),
        format!("secret-{number}"),
        Some(format!("token-{number}")),
        expiry,
        "script",
    )
}

struct Landing<'a>(&'a Counts);

impl Drop for Landing<'_> {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::SeqCst);
    }
}

impl ProvideCredentials for Script {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.load())
    }
}

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Script")
            .field("counts", &self.counts)
            .finish_non_exhaustive()
    }
}
