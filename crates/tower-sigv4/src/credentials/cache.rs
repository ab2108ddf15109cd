use std::{fmt, sync::Arc};

use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};

use super::{CacheSettings, Generation, Load, Snapshot, Stats, answer::Answer, gate::Gate};
use crate::{Error, clock::Clock};

/// Credentials from any provider, loaded when they are needed and refreshed before they expire.
///
/// A layer makes one of its provider, and its clones and services share it. Make one yourself to
/// share it between several layers (whatever provides credentials is asked once for all of them),
/// or to change its [settings](CacheSettings).
///
/// - **Nobody waits while credentials are valid.** They are refreshed in the background, well
///   before they expire; only a request that finds none, or none with more than seconds to live,
///   waits, and never for longer than [`max_wait`](CacheSettings::max_wait).
/// - **One load at a time.** All who wait share its outcome, success or failure. After a failure
///   the provider is left alone for a while, whose length doubles with each, and requests are
///   answered at once.
/// - **A failure takes nothing away.** Valid credentials are served as long as they are valid, and
///   what happens then is [a setting](CacheSettings::on_expired).
/// - **A caller that goes away cancels nothing.** A load runs in a short tokio task of its own,
///   which ends with the load, after [`load_timeout`](CacheSettings::load_timeout), or with the
///   last clone of the cache.
/// - **No clock is trusted alone.** Neither a wall clock that is set nor a sandbox that is frozen
///   makes credentials live longer.
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
///
/// # Providers
///
/// A provider must not send its own requests through a client that signs with this very cache: it
/// would wait for itself, and gets an error that says so. One that blocks its thread should do so
/// in `tokio::task::spawn_blocking`; on a runtime of one thread nothing can time it out.
///
/// # Runtimes
///
/// Any of tokio's will do, and several may share a cache: if the one that a load runs on is dropped
/// or not polled any more, another takes over. Outside a runtime a load runs in the first request
/// that waits for it, without a timeout, and nothing is refreshed in the background, so every
/// lifetime of credentials costs one request a wait.
#[derive(Clone)]
pub struct CredentialsCache {
    gate: Arc<Gate>,
}

impl CredentialsCache {
    /// A cache that nothing is loaded into yet.
    pub fn new(provider: impl ProvideCredentials + 'static) -> Self {
        Self::with_settings(provider, CacheSettings::new())
    }

    /// A cache with other settings than the usual.
    pub fn with_settings(
        provider: impl ProvideCredentials + 'static,
        settings: CacheSettings,
    ) -> Self {
        let provider = SharedCredentialsProvider::new(provider);
        Self {
            gate: Arc::new(Gate::new(provider, settings)),
        }
    }

    /// Loads credentials, unless there are valid ones: at start-up, so that the first request does
    /// not wait, or to find out whether there are any.
    ///
    /// # Errors
    ///
    /// What a request would fail with: the provider failed, or took longer than
    /// [`max_wait`](CacheSettings::max_wait).
    ///
    /// # Cancellation
    ///
    /// Dropping the future leaves the load alone.
    pub async fn warm_up(&self) -> Result<(), Error> {
        match self.lookup(&self.gate.settings.clock) {
            Lookup::Ready(_) => Ok(()),
            Lookup::Wait(load) => load.await.map(drop),
        }
    }

    /// Says that a service refused to take the credentials of this generation.
    ///
    /// If they are not those that are held, nothing happens: others have been loaded since.
    /// Otherwise the next request starts a load in the background, at most once a minute for this
    /// reason. Until others come they are still signed with if they have not expired, as it may be
    /// the service that is wrong; once they have expired they are never signed with again.
    ///
    /// The layer does so by itself when a service says in the header `x-amzn-errortype` that a token
    /// has expired or is not known. Services that say it in the body, as S3 does, need help:
    ///
    /// ```
    /// use http::Response;
    /// use tower_sigv4::{CredentialsCache, Generation};
    ///
    /// fn look_at(response: &Response<String>, credentials: &CredentialsCache) {
    ///     if let Some(generation) = response.extensions().get::<Generation>()
    ///         && response.body().contains("<Code>ExpiredToken</Code>")
    ///     {
    ///         credentials.invalidate(*generation);
    ///     }
    /// }
    /// ```
    pub fn invalidate(&self, generation: Generation) {
        let snapshot = self.gate.snapshot.load();
        if let Some(snapshot) = snapshot.as_ref()
            && snapshot.generation == generation
        {
            snapshot.reject();
        }
    }

    /// Which credentials are held.
    pub fn current_generation(&self) -> Option<Generation> {
        let snapshot = self.gate.snapshot.load();
        snapshot.as_ref().map(|snapshot| snapshot.generation)
    }

    /// What the cache has done so far.
    pub fn stats(&self) -> Stats {
        self.gate.stats()
    }

    /// Credentials to sign with now, or a wait for them. Starts a load where one is due.
    pub(crate) fn lookup(&self, clock: &Clock) -> Lookup {
        match self.gate.answer(clock) {
            Answer::Serve(snapshot, stage) => {
                self.gate.note_served(&snapshot, stage, clock);
                Lookup::Ready(snapshot)
            }
            Answer::Fail(error) => Lookup::Wait(Load::failed(error)),
            Answer::Wait(flight, task) => Lookup::Wait(Load::new(&self.gate, clock, flight, task)),
        }
    }

    /// A wait for the load that is to replace credentials which a service has refused. `None` if
    /// they have been replaced, or may not be now.
    pub(crate) fn renew(&self, refused: Generation, clock: &Clock) -> Option<Load> {
        let flight = self.gate.renew(refused, clock)?;
        Some(Load::new(&self.gate, clock, flight, None))
    }

    /// What it goes by, unless it is told otherwise.
    pub(crate) fn clock(&self) -> &Clock {
        &self.gate.settings.clock
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
            .field("gate", &self.gate)
            .finish()
    }
}

/// What a request finds.
pub(crate) enum Lookup {
    Ready(Arc<Snapshot>),
    Wait(Load),
}
