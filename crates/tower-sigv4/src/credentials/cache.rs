use std::{
    fmt,
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    task::{Context, Poll},
    time::{Duration, SystemTime},
};

use arc_swap::ArcSwapOption;
use aws_credential_types::{
    Credentials,
    provider::{ProvideCredentials, SharedCredentialsProvider},
};
use tokio::{
    runtime::Handle,
    sync::watch,
    task::AbortHandle,
    time::{Instant, timeout},
};

use super::policy::{Decision, Validity};
use crate::{Error, clock::Clock, error::Kind, keys::SigningKeys};

/// Credentials from any provider, loaded when they are needed and refreshed before they expire.
///
/// A layer makes one of its provider, and its clones and services share it. Make one yourself to
/// share it between several layers: whatever provides credentials is asked once for all of them.
///
/// - **Nobody waits while credentials are valid.** They are refreshed in the background, well
///   before they expire; only a request that finds none, or expired ones, waits.
/// - **One load at a time.** All who wait share its outcome, success or failure.
/// - **A caller that goes away cancels nothing.** A load runs in a short tokio task of its own,
///   which ends with the load, after 30 seconds, or with the last clone of the cache.
///
/// Cheap to clone.
///
/// ```
/// use aws_credential_types::Credentials;
/// use tower_sigv4::{CredentialsCache, SigV4Layer};
///
/// let provider = Credentials::new("AKIDEXAMPLE", "secret", None, None, "example");
/// let credentials = CredentialsCache::new(provider);
/// let orders = SigV4Layer::new("execute-api", "us-east-1", credentials.clone())?;
/// let search = SigV4Layer::new("es", "us-east-1", credentials)?;
/// # Ok::<_, tower_sigv4::Error>(())
/// ```
#[derive(Clone)]
pub struct CredentialsCache {
    shared: Arc<Shared>,
}

impl CredentialsCache {
    /// A cache that nothing is loaded into yet.
    ///
    /// The provider must not send through a client that signs with this very cache: it would wait
    /// for itself.
    pub fn new(provider: impl ProvideCredentials + 'static) -> Self {
        Self {
            shared: Arc::new(Shared {
                provider: SharedCredentialsProvider::new(provider),
                snapshot: ArcSwapOption::empty(),
                loading: Mutex::default(),
            }),
        }
    }

    /// Credentials to sign with now, or a wait for them. Starts a load where one is due.
    pub(crate) fn lookup(&self, clock: &Clock) -> Lookup {
        let now = clock.now();
        match self.shared.decide(now) {
            (Some(snapshot), Decision::Serve) => Lookup::Ready(snapshot),
            (Some(snapshot), Decision::ServeAndRefresh) => {
                // A failure to start is a failure to refresh: the next request tries again.
                let _ = self.shared.load(clock);
                Lookup::Ready(snapshot)
            }
            _ => Lookup::Wait(self.wait(clock)),
        }
    }

    fn wait(&self, clock: &Clock) -> Load {
        let outcome = self.shared.load(clock);
        let shared = Arc::clone(&self.shared);
        let clock = clock.clone();
        Load {
            outcome: Box::pin(async move {
                let error = match outcome {
                    Ok(Running::Done(snapshot)) => return Ok(snapshot),
                    Ok(Running::Task(mut outcome)) => match outcome.wait_for(Option::is_some).await
                    {
                        // `wait_for` has seen that it is there.
                        Ok(outcome) => match &*outcome {
                            Some(Ok(snapshot)) => return Ok(Arc::clone(snapshot)),
                            Some(Err(error)) => error.clone(),
                            None => Kind::LoadAborted.into(),
                        },
                        Err(_) => Kind::LoadAborted.into(),
                    },
                    Err(error) => error,
                };
                // Close to their end, but better than nothing.
                let snapshot = shared.snapshot.load_full();
                snapshot
                    .filter(|snapshot| !snapshot.validity.is_expired(clock.now()))
                    .ok_or(error)
            }),
        }
    }
}

/// So that a layer takes a provider as well as a cache of it.
impl<P> From<P> for CredentialsCache
where
    P: ProvideCredentials + 'static,
{
    fn from(provider: P) -> Self {
        Self::new(provider)
    }
}

impl fmt::Debug for CredentialsCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CredentialsCache")
            .field("snapshot", &self.shared.snapshot.load())
            .finish_non_exhaustive()
    }
}

/// Credentials as they were loaded, with the signing keys derived from them.
pub(crate) struct Snapshot {
    pub(crate) credentials: Credentials,
    pub(crate) keys: SigningKeys,
    validity: Validity,
}

/// `Credentials` redacts the secret key and leaves out the token.
impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Snapshot")
            .field("credentials", &self.credentials)
            .finish_non_exhaustive()
    }
}

pub(crate) enum Lookup {
    Ready(Arc<Snapshot>),
    Wait(Load),
}

/// A wait for the outcome of a load. Dropping it leaves the load alone.
pub(crate) struct Load {
    outcome: Pin<Box<dyn Future<Output = Outcome> + Send>>,
}

impl Future for Load {
    type Output = Outcome;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Outcome> {
        self.outcome.as_mut().poll(cx)
    }
}

type Outcome = Result<Arc<Snapshot>, Error>;

/// How long a provider may take.
const LOAD_TIMEOUT: Duration = Duration::from_secs(30);

/// How long after a failed load the next one in the background may start.
const RETRY_AFTER: Duration = Duration::from_secs(1);

struct Shared {
    provider: SharedCredentialsProvider,
    snapshot: ArcSwapOption<Snapshot>,
    loading: Mutex<Loading>,
}

#[derive(Default)]
struct Loading {
    running: Option<(watch::Receiver<Option<Outcome>>, AbortHandle)>,
    not_before: Option<Instant>,
}

enum Running {
    /// Somebody else's load has ended meanwhile.
    Done(Arc<Snapshot>),
    Task(watch::Receiver<Option<Outcome>>),
}

impl Shared {
    fn decide(&self, now: SystemTime) -> (Option<Arc<Snapshot>>, Decision) {
        let snapshot = self.snapshot.load_full();
        let decision = match &snapshot {
            Some(snapshot) => snapshot.validity.decide(now),
            None => Decision::Wait,
        };
        (snapshot, decision)
    }

    /// Joins the running load, or starts one.
    fn load(self: &Arc<Self>, clock: &Clock) -> Result<Running, Error> {
        let mut loading = self.loading();
        if let Some((outcome, _)) = &loading.running {
            return Ok(Running::Task(outcome.clone()));
        }
        // A load stores its result before it is no longer running.
        match self.decide(clock.now()) {
            (Some(snapshot), Decision::Serve) => return Ok(Running::Done(snapshot)),
            (Some(snapshot), Decision::ServeAndRefresh)
                if loading.not_before.is_some_and(|time| Instant::now() < time) =>
            {
                return Ok(Running::Done(snapshot));
            }
            _ => {}
        }
        let runtime = Handle::try_current().map_err(|_| Kind::NoRuntime)?;
        let (sender, outcome) = watch::channel(None);
        let task = Task {
            shared: Arc::downgrade(self),
            outcome: Some(sender),
        };
        let provider = self.provider.clone();
        let load = runtime.spawn(task.run(provider, clock.clone()));
        loading.running = Some((outcome.clone(), load.abort_handle()));
        Ok(Running::Task(outcome))
    }

    fn loading(&self) -> MutexGuard<'_, Loading> {
        // Nothing panics while it is held.
        self.loading.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        if let Some((_, load)) = self.loading().running.take() {
            load.abort();
        }
    }
}

/// A load's own side. It keeps nothing alive, and however it ends, nobody is left waiting.
struct Task {
    shared: Weak<Shared>,
    outcome: Option<watch::Sender<Option<Outcome>>>,
}

impl Task {
    async fn run(mut self, provider: SharedCredentialsProvider, clock: Clock) {
        let outcome = match timeout(LOAD_TIMEOUT, provider.provide_credentials()).await {
            Ok(Ok(credentials)) => snapshot(credentials, clock.now()),
            Ok(Err(error)) => Err(Error::credentials(error)),
            Err(_) => Err(Kind::LoadTimedOut(LOAD_TIMEOUT).into()),
        };
        self.finish(outcome);
    }

    fn finish(&mut self, outcome: Outcome) {
        let Some(sender) = self.outcome.take() else {
            return;
        };
        if let Some(shared) = self.shared.upgrade() {
            let mut loading = shared.loading();
            loading.running = None;
            loading.not_before = match &outcome {
                Ok(snapshot) => {
                    tracing::debug!(expiry = ?snapshot.validity.expiry, "loaded credentials");
                    shared.snapshot.store(Some(Arc::clone(snapshot)));
                    None
                }
                Err(error) => {
                    tracing::warn!(error = error.with_sources(), "failed to load credentials");
                    Some(Instant::now() + RETRY_AFTER)
                }
            };
        }
        sender.send_replace(Some(outcome));
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        self.finish(Err(Kind::LoadAborted.into()));
    }
}

fn snapshot(credentials: Credentials, now: SystemTime) -> Outcome {
    let validity = Validity {
        loaded: now,
        expiry: credentials.expiry(),
    };
    if validity.is_expired(now) {
        return Err(Kind::ProviderExpired.into());
    }
    Ok(Arc::new(Snapshot {
        credentials,
        keys: SigningKeys::default(),
        validity,
    }))
}
