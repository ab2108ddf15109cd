use std::{fmt, future::Future, sync::Arc};

use aws_credential_types::provider::ProvideCredentials;

use crate::{
    cached::CachedCredentials,
    error::Error,
    fetch::Source,
    get::Get,
    lookup::try_look_up,
    provider::CachedProvider,
    replace::{Replacement, reject, replace},
    settings::CacheSettings,
    shared::Shared,
    snapshot::Generation,
    stats::Stats,
};

/// Credentials from any provider, loaded when they are needed and refreshed before they expire.
///
/// - **Nobody waits while those at hand are valid for ten seconds more.** They are refreshed in the
///   background, well before they expire; any other caller waits, and never for longer than
///   [`max_wait`](CacheSettings::max_wait).
/// - **One load at a time.** All who wait share its outcome, success or failure. After a failure
///   the provider is left alone for a while, whose length doubles with each, and callers are
///   answered at once.
/// - **A failure takes nothing away.** Valid credentials are served as long as they are valid, and
///   what happens then is [a setting](CacheSettings::on_expired).
/// - **A caller that goes away cancels nothing.** A load runs in a short tokio task of its own,
///   which ends with the load, after [`load_timeout`](CacheSettings::load_timeout), or with the
///   last clone of the cache.
/// - **No clock is trusted alone.** Neither a wall clock that is set nor a sandbox that is frozen
///   makes credentials live longer.
///
/// Make one of each provider and share it: it is cheap to clone, and all clones hold the same
/// credentials.
///
/// ```
/// use aws_credential_types::Credentials;
/// use credentials_cache::CredentialsCache;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), credentials_cache::Error> {
/// let provider = Credentials::new("AKIDEXAMPLE", "secret", None, None, "example");
/// let cache = CredentialsCache::new(provider);
/// let cached = cache.get().await?;
/// assert_eq!(cached.credentials().access_key_id(), "AKIDEXAMPLE");
/// # Ok(())
/// # }
/// ```
///
/// # Providers
///
/// A provider must not ask the very cache that it provides for: it would wait for itself. Where it
/// asks within the same task it gets an error that says so; where it spawns a task that asks, it
/// waits until [`max_wait`](CacheSettings::max_wait) is over.
///
/// One that blocks its thread should do so in `tokio::task::spawn_blocking`; on a runtime of one
/// thread nothing can time it out. One that panics has failed: the error names its type, and what
/// the panic says is only seen by the panic hook.
///
/// # Runtimes
///
/// Any of tokio's will do, and several may share a cache: if the one that a load runs on is dropped
/// or not polled any more, another takes over. **The timer has to be enabled** (`enable_time` or
/// `enable_all`): a load has a limit and so has a wait for it, and in a runtime without a timer
/// tokio panics where either begins. There is no way to ask beforehand.
///
/// Outside a runtime a load runs in the first caller that waits for it, without a limit, and nothing
/// is refreshed in the background, so every lifetime of credentials costs one caller a wait.
///
/// # Clocks
///
/// How long credentials live is told by the local clocks only, the wall clock and the monotonic one.
/// What a wrong wall clock costs is in the [crate's documentation](crate#a-wrong-clock).
#[derive(Clone)]
pub struct CredentialsCache {
    shared: Arc<Shared>,
}

impl CredentialsCache {
    /// Makes a cache of what a provider delivers. Nothing is loaded yet.
    ///
    /// A [`CachedProvider`] gives the cache that it is a handle of, as with
    /// [`IntoCredentialsCache`].
    pub fn new(provider: impl ProvideCredentials + 'static) -> Self {
        Self::with_settings(provider, CacheSettings::new())
    }

    /// Makes a cache with settings.
    ///
    /// A [`CachedProvider`] gives the cache that it is a handle of, with the settings that it has.
    pub fn with_settings(
        provider: impl ProvideCredentials + 'static,
        settings: CacheSettings,
    ) -> Self {
        provider.into_credentials_cache(settings)
    }

    /// Makes a cache of a provider that is built when it is first needed, and built anew when a
    /// service has [rejected](Self::reject) what it delivered.
    ///
    /// Some providers read their configuration once. With `aws-config`'s profile provider, keys that
    /// are rewritten in `~/.aws/credentials`, or a fresh `aws sso login`, are only found by a new
    /// one. A provider is kept once it has delivered. Where a new one fails, the one before it is
    /// asked in the same load. The time that the factory takes is part of the load.
    ///
    /// ```
    /// use aws_credential_types::Credentials;
    /// use credentials_cache::{CacheSettings, CredentialsCache};
    ///
    /// let read_file = || async {
    ///     // A new provider, which reads the file that an operator may have changed.
    ///     Credentials::new("AKIDEXAMPLE", "secret", None, None, "example")
    /// };
    /// let cache = CredentialsCache::from_factory(read_file, CacheSettings::new());
    /// ```
    pub fn from_factory<F, Fut, P>(factory: F, settings: CacheSettings) -> Self
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = P> + Send + 'static,
        P: ProvideCredentials + 'static,
    {
        Self::from_source(Source::from_factory(factory), settings)
    }

    fn from_source(source: Source, settings: CacheSettings) -> Self {
        Self {
            shared: Arc::new(Shared::new(source, settings)),
        }
    }

    /// Looks up credentials, and waits for them only if there are none to be served.
    ///
    /// The lookup is done at once, and starts or joins a load where one is due; only the waiting is
    /// left to the future.
    ///
    /// # Errors
    ///
    /// The provider failed, or took longer than [`max_wait`](CacheSettings::max_wait), and there are
    /// no credentials that may be served instead.
    ///
    /// # Cancellation
    ///
    /// Dropping the future leaves the load alone.
    ///
    /// # Panics
    ///
    /// The future panics if it has to wait in a tokio runtime whose timer is not enabled: see
    /// [Runtimes](Self#runtimes).
    pub fn get(&self) -> Get {
        Get::new(&self.shared)
    }

    /// Looks up credentials that can be served at once. `None` where [`get`](Self::get) would wait
    /// or fail.
    ///
    /// A load that is due is started in the background; nothing is, outside a runtime. While
    /// credentials are valid this takes no lock, allocates nothing, and writes nothing that threads
    /// share.
    pub fn try_get(&self) -> Option<CachedCredentials> {
        try_look_up(&self.shared)
    }

    /// Loads credentials unless there are some to be served: at start-up, so that the first request
    /// does not wait, or to find out whether there are any.
    ///
    /// It is a [`get`](Self::get) by another name, with its errors and its cancellation.
    pub fn preload(&self) -> Get {
        self.get()
    }

    /// Notes that a service has rejected the credentials of a generation, and asks for a reload.
    ///
    /// It asks for no more than that. The next caller starts the reload in the background, and until
    /// it has brought others the credentials are served as before, since it may be the service that
    /// is wrong. The first reload for this reason starts at once and each later one 60 to 120 seconds
    /// after the last. One that fails costs nobody a wait. One that succeeds replaces the
    /// credentials by whatever the provider delivers that is new, even if it lives shorter.
    ///
    /// If the generation is not the one that is held, nothing happens: others have been loaded
    /// since.
    ///
    /// ```
    /// use credentials_cache::{CredentialsCache, Error};
    ///
    /// async fn send(cache: &CredentialsCache) -> Result<(), Error> {
    ///     let cached = cache.get().await?;
    ///     let response = sign_and_send(cached.credentials()).await;
    ///     if response.contains("<Code>ExpiredToken</Code>") {
    ///         cache.reject(cached.generation());
    ///     }
    ///     Ok(())
    /// }
    /// # async fn sign_and_send(_: &aws_credential_types::Credentials) -> String { String::new() }
    /// ```
    pub fn reject(&self, generation: Generation) {
        reject(&self.shared, generation);
    }

    /// Starts or joins the load that replaces credentials which a service has rejected, and tells
    /// whether it is worth waiting for.
    ///
    /// This is for whoever decides on another attempt, after [`reject`](Self::reject), whose pace it
    /// keeps. Another attempt makes sense once the keys are others; the same keys with a later
    /// expiry are not. The generation has to be one of this cache.
    ///
    /// ```
    /// use credentials_cache::{CredentialsCache, Generation, Replacement};
    ///
    /// async fn is_worth_another_attempt(cache: &CredentialsCache, rejected: Generation) -> bool {
    ///     match cache.replace(rejected) {
    ///         Replacement::Done => true,
    ///         Replacement::Loading(reload) => reload.await,
    ///         _ => false,
    ///     }
    /// }
    /// ```
    pub fn replace(&self, rejected: Generation) -> Replacement {
        replace(&self.shared, rejected)
    }

    /// Returns which credentials are held, valid or not.
    pub fn generation(&self) -> Option<Generation> {
        self.shared.snapshot().map(|snapshot| snapshot.generation)
    }

    /// Returns what the latest load failed with; `None` if it succeeded, or none has ended yet.
    pub fn last_error(&self) -> Option<Error> {
        self.shared.lock().last_error.clone()
    }

    /// Returns a handle that is a provider, for whatever takes one.
    pub fn provider(&self) -> CachedProvider {
        CachedProvider::new(Arc::clone(&self.shared))
    }

    /// Returns what the cache has done so far.
    pub fn stats(&self) -> Stats {
        self.shared.stats()
    }
}

impl fmt::Debug for CredentialsCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CredentialsCache")
            .field("shared", &self.shared)
            .finish()
    }
}

/// What a cache can be made of: a cache, or any provider.
///
/// A builder that takes `impl IntoCredentialsCache` takes either. Pass the same cache to several,
/// and they share it; pass the same provider to several, and each has a cache of its own.
///
/// ```
/// use aws_credential_types::Credentials;
/// use credentials_cache::{CacheSettings, CredentialsCache, IntoCredentialsCache};
///
/// fn client(credentials: impl IntoCredentialsCache) -> CredentialsCache {
///     credentials.into_credentials_cache(CacheSettings::new())
/// }
///
/// let keys = Credentials::new("AKIDEXAMPLE", "secret", None, None, "example");
/// let of_its_own = client(keys.clone());
/// let shared = CredentialsCache::new(keys);
/// let (one, other) = (client(shared.clone()), client(shared.provider()));
/// ```
pub trait IntoCredentialsCache {
    /// Makes a cache with these settings, if there is none yet.
    fn into_credentials_cache(self, settings: CacheSettings) -> CredentialsCache;
}

/// A cache is one already, and keeps its own settings.
impl IntoCredentialsCache for CredentialsCache {
    fn into_credentials_cache(self, _: CacheSettings) -> CredentialsCache {
        self
    }
}

/// A [`CachedProvider`] gives the cache that it is a handle of. Every other provider gets a cache of
/// its own, and so does a handle inside of one.
///
/// That includes a handle inside a
/// [`SharedCredentialsProvider`](aws_credential_types::provider::SharedCredentialsProvider), as an
/// SDK's configuration returns it, which cannot be told from a provider that only uses a handle.
/// The credentials are the same, with one cache in front of the other, and a rejection reaches both.
/// To share one cache with an SDK, keep it, and pass the cache itself to everything else.
impl<P> IntoCredentialsCache for P
where
    P: ProvideCredentials + 'static,
{
    fn into_credentials_cache(self, settings: CacheSettings) -> CredentialsCache {
        match CachedProvider::find_shared(&self) {
            Some(shared) => CredentialsCache { shared },
            None => CredentialsCache::from_source(Source::from_provider(self), settings),
        }
    }
}
