//! One call of a provider: its timeout, its panics, and calls of itself. Knows no cache.

use std::{
    any::type_name,
    fmt,
    future::Future,
    pin::Pin,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use aws_credential_types::{
    Credentials,
    provider::{self, ProvideCredentials, SharedCredentialsProvider},
};
use tokio::time::timeout;

use crate::{
    error::{Error, Kind},
    panic::catch_panic,
};

/// Where credentials come from: a provider, or a factory of providers.
pub(crate) struct Source {
    id: u64,
    /// The provider's type.
    name: &'static str,
    provider: Provider,
}

enum Provider {
    Given(SharedCredentialsProvider),
    Built {
        factory: Box<Factory>,
        /// The latest that has delivered.
        latest: Mutex<Option<SharedCredentialsProvider>>,
    },
}

type Factory = dyn Fn() -> Building + Send + Sync;
type Building = Pin<Box<dyn Future<Output = SharedCredentialsProvider> + Send>>;

tokio::task_local! {
    /// The sources that the running code is called by, the innermost last.
    static CALLED_BY: Vec<u64>;
}

impl Source {
    pub(crate) fn from_provider<P>(provider: P) -> Self
    where
        P: ProvideCredentials + 'static,
    {
        let provider = SharedCredentialsProvider::new(provider);
        Self::new(type_name::<P>(), Provider::Given(provider))
    }

    pub(crate) fn from_factory<F, Fut, P>(factory: F) -> Self
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = P> + Send + 'static,
        P: ProvideCredentials + 'static,
    {
        let factory = move || -> Building {
            let building = factory();
            Box::pin(async { SharedCredentialsProvider::new(building.await) })
        };
        let provider = Provider::Built {
            factory: Box::new(factory),
            latest: Mutex::default(),
        };
        Self::new(type_name::<P>(), provider)
    }

    fn new(name: &'static str, provider: Provider) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            name,
            provider,
        }
    }

    /// Tells whether the running code is called by this very provider, and so must not wait for it.
    ///
    /// A task that the provider has spawned is not known to be its own.
    pub(crate) fn is_calling(&self) -> bool {
        CALLED_BY
            .try_with(|sources| sources.contains(&self.id))
            .unwrap_or(false)
    }

    /// Asks for credentials, within a limit if there is a timer. A factory builds a provider if none
    /// has delivered yet, and if it is to do so `anew`.
    pub(crate) async fn fetch(
        &self,
        anew: bool,
        limit: Option<Duration>,
    ) -> Result<Credentials, Error> {
        let mut called_by = CALLED_BY.try_with(Vec::clone).unwrap_or_default();
        called_by.push(self.id);
        let call = CALLED_BY.scope(called_by, self.call(anew));
        let call = catch_panic(call);
        let result = match limit {
            Some(limit) => match timeout(limit, call).await {
                Ok(result) => result,
                Err(_) => return Err(Kind::LoadTimedOut(limit).into()),
            },
            None => call.await,
        };
        result.unwrap_or_else(|_| {
            Err(Kind::Panicked {
                provider: self.name,
            }
            .into())
        })
    }

    async fn call(&self, anew: bool) -> Result<Credentials, Error> {
        let credentials = match &self.provider {
            Provider::Given(provider) => provider.provide_credentials().await,
            Provider::Built { factory, latest } => build_and_call(factory, latest, anew).await,
        };
        credentials.map_err(|error| Error::with_source(Kind::Provider, error))
    }
}

/// Asks the latest provider, or one that is built anew. A new one is kept if it delivers. If it
/// does not, the one before is asked as well: a rejection, which any service can cause, must not
/// make a load fail that would not have without it.
async fn build_and_call(
    factory: &Factory,
    latest: &Mutex<Option<SharedCredentialsProvider>>,
    anew: bool,
) -> provider::Result {
    let before = lock(latest).clone();
    if let (Some(before), false) = (&before, anew) {
        return before.provide_credentials().await;
    }
    let new = factory().await;
    match (new.provide_credentials().await, before) {
        (Ok(credentials), _) => {
            // What it replaces is dropped when the lock is free.
            let replaced = lock(latest).replace(new);
            drop(replaced);
            Ok(credentials)
        }
        // If neither delivers, it is the new one's error that tells what to change.
        (Err(error), Some(before)) => before.provide_credentials().await.map_err(|_| error),
        (Err(error), None) => Err(error),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Nothing panics while it is held.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Shows the provider's type and nothing of what is in it.
impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

#[cfg(test)]
mod tests {
    use aws_credential_types::provider::future;

    use super::*;

    /// Panics where it is told to, with a secret in the message.
    #[derive(Debug)]
    struct Panics(When);

    #[derive(Clone, Copy, Debug)]
    enum When {
        Called,
        Polled,
        Dropped,
        DroppedTwice,
    }

    struct PanicOnDrop;

    impl Drop for PanicOnDrop {
        fn drop(&mut self) {
            panic!("secret on drop");
        }
    }

    impl ProvideCredentials for Panics {
        fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
        where
            Self: 'a,
        {
            match self.0 {
                When::Called => panic!("secret when called"),
                When::Polled => future::ProvideCredentials::new(async { panic!("secret") }),
                When::Dropped => future::ProvideCredentials::new(async {
                    let _panics = PanicOnDrop;
                    std::future::pending().await
                }),
                When::DroppedTwice => {
                    future::ProvideCredentials::new(async { std::panic::panic_any(PanicOnDrop) })
                }
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_panic_is_an_error_that_names_the_provider_and_not_the_message() {
        for when in [When::Called, When::Polled, When::DroppedTwice] {
            let source = Source::from_provider(Panics(when));
            let error = source.fetch(false, None).await.unwrap_err();
            let message = error.to_string();
            assert!(
                message.contains("::Panics` panicked") && !message.contains("secret"),
                "{message}"
            );
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_provider_that_panics_when_it_is_timed_out_has_timed_out() {
        let source = Source::from_provider(Panics(When::Dropped));
        let limit = Duration::from_secs(1);
        let error = source.fetch(false, Some(limit)).await.unwrap_err();
        assert!(error.is_timeout(), "{error}");
    }

    #[tokio::test]
    async fn a_factory_that_panics_is_called_again() {
        let calls = AtomicU64::new(0);
        let source = Source::from_factory(move || {
            let first = calls.fetch_add(1, Ordering::Relaxed) == 0;
            assert!(!first, "secret");
            async { Credentials::new("AKID", "secret", None, None, "test") }
        });
        let error = source.fetch(false, None).await.unwrap_err();
        assert!(error.to_string().contains("panicked"), "{error}");
        assert!(source.fetch(false, None).await.is_ok());
    }
}
