use std::{any::Any, fmt, sync::Arc};

use aws_credential_types::{
    Credentials,
    provider::{self, ProvideCredentials, error::CredentialsError, future},
};

use crate::{
    cached::CachedCredentials,
    error::Error,
    get::Get,
    lookup::fallback,
    rejected::is_to_replace,
    replace::{Replacement, reject, replace},
    shared::Shared,
    snapshot::Generation,
};

/// A [`CredentialsCache`](crate::CredentialsCache) as a provider, for whatever takes one: an SDK
/// client, `aws-sigv4`, reqsign.
///
/// Each call is a [`get`](crate::CredentialsCache::get), and costs next to nothing while credentials
/// are valid. A cache that is made of a provider which uses this one passes on what a service has
/// rejected. An SDK client caches once more what its provider delivers; give it
/// [`IdentityCache::no_cache`], so that it has what this cache holds.
///
/// Where a cache is made of the handle itself, that is the cache that it is a handle of. Where it
/// comes back as another type, as from an SDK's configuration, it is a provider like any other: see
/// [`IntoCredentialsCache`](crate::IntoCredentialsCache).
///
/// It is cheap to clone.
///
/// ```
/// use aws_credential_types::{Credentials, provider::ProvideCredentials};
/// use credentials_cache::CredentialsCache;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let keys = Credentials::new("AKIDEXAMPLE", "secret", None, None, "example");
/// let provider = CredentialsCache::new(keys).provider();
/// let credentials = provider.provide_credentials().await?;
/// assert_eq!(credentials.access_key_id(), "AKIDEXAMPLE");
/// # Ok(())
/// # }
/// ```
///
/// [`IdentityCache::no_cache`]: https://docs.rs/aws-config/latest/aws_config/identity/struct.IdentityCache.html#method.no_cache
#[derive(Clone)]
pub struct CachedProvider {
    shared: Arc<Shared>,
}

impl CachedProvider {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    /// Returns the cache that a provider is a handle of.
    ///
    /// Nothing tells a handle of which only the trait is known, in a `SharedCredentialsProvider` or
    /// an `Arc<dyn ProvideCredentials>`, from a provider that has a handle in it and provides
    /// something else, such as a chain or a role: such a provider may answer every call but the one
    /// for credentials as the handle does, and be of its size and at its address.
    pub(crate) fn find_shared<P>(provider: &P) -> Option<Arc<Shared>>
    where
        P: ProvideCredentials + 'static,
    {
        let any: &dyn Any = provider;
        let handle = any.downcast_ref::<Self>()?;
        Some(Arc::clone(&handle.shared))
    }

    /// The credentials that are held, if a cache in front of this one asks for others in their place.
    fn rejected(&self) -> Option<Generation> {
        let held = self.shared.snapshot()?;
        is_to_replace(&held).then_some(held.generation)
    }
}

impl ProvideCredentials for CachedProvider {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        if let Some(rejected) = self.rejected() {
            return future::ProvideCredentials::new(async move {
                reject(&self.shared, rejected);
                if let Replacement::Loading(reload) = replace(&self.shared, rejected) {
                    reload.await;
                }
                provided(Get::new(&self.shared).await)
            });
        }
        match Get::new(&self.shared).try_into_ready() {
            Ok(result) => future::ProvideCredentials::ready(provided(result)),
            Err(get) => future::ProvideCredentials::new(async { provided(get.await) }),
        }
    }

    /// Returns the credentials that are held, if they may be served.
    fn fallback_on_interrupt(&self) -> Option<Credentials> {
        fallback(&self.shared).map(|cached| cached.credentials().clone())
    }
}

/// Keeps the kind of the provider's own error, by which a chain of providers goes on or not.
fn provided(result: Result<CachedCredentials, Error>) -> provider::Result {
    result
        .map(|cached| cached.credentials().clone())
        .map_err(|error| match error.provider_error() {
            Some(CredentialsError::CredentialsNotLoaded(_)) => CredentialsError::not_loaded(error),
            _ if error.is_configuration() => CredentialsError::invalid_configuration(error),
            _ => CredentialsError::provider_error(error),
        })
}

impl fmt::Debug for CachedProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CachedProvider")
            .field("cache", &self.shared)
            .finish()
    }
}
