use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::SystemTime,
};

use aws_credential_types::{
    Credentials,
    provider::{self, ProvideCredentials, error::CredentialsError, future},
};
use tokio::sync::Semaphore;

/// The access key id of the `n`th credentials.
pub(crate) fn id(n: usize) -> &'static str {
    ["AKIDNONE", "AKIDFIRST", "AKIDSECOND", "AKIDTHIRD"][n]
}

/// The secret that belongs to an access key id, and to no other.
pub(crate) fn secret(id: &str) -> String {
    format!("{id}/wJalrXUtnFEMI/K7MDENG")
}

/// The session token that belongs to an access key id.
pub(crate) fn token(id: &str) -> String {
    format!("IQoJb3JpZ2luX2Vj+{id}/token==")
}

/// Credentials that never expire.
pub(crate) fn credentials(id: &str) -> Credentials {
    Credentials::new(id, secret(id), Some(token(id)), None, "test")
}

/// A provider that answers each call when the test lets it.
#[derive(Clone, Debug)]
pub(crate) struct HeldProvider {
    permits: Arc<Semaphore>,
    calls: Arc<AtomicUsize>,
}

impl HeldProvider {
    /// A provider that answers nothing yet.
    pub(crate) fn new() -> Self {
        Self {
            permits: Arc::new(Semaphore::new(0)),
            calls: Arc::default(),
        }
    }

    /// Lets one call through.
    pub(crate) fn release(&self) {
        self.permits.add_permits(1);
    }

    /// Has every call fail.
    pub(crate) fn fail(&self) {
        self.permits.close();
    }

    /// How often it was asked.
    pub(crate) fn calls(&self) -> usize {
        self.calls.load(Ordering::Relaxed)
    }
}

impl ProvideCredentials for HeldProvider {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        self.calls.fetch_add(1, Ordering::Relaxed);
        future::ProvideCredentials::new(async {
            match self.permits.acquire().await {
                Ok(permit) => {
                    permit.forget();
                    Ok(credentials(id(1)))
                }
                Err(closed) => Err(CredentialsError::provider_error(closed)),
            }
        })
    }
}

/// A provider whose first credentials expire at a time, and which then has the second, for good.
#[derive(Debug)]
pub(crate) struct Rotating {
    expiry: SystemTime,
    calls: AtomicUsize,
}

impl Rotating {
    pub(crate) fn at(expiry: SystemTime) -> Self {
        let calls = AtomicUsize::new(0);
        Self { expiry, calls }
    }
}

impl ProvideCredentials for Rotating {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        let first = self.calls.fetch_add(1, Ordering::Relaxed) == 0;
        let (id, expiry) = match first {
            true => (id(1), Some(self.expiry)),
            false => (id(2), None),
        };
        let credentials: provider::Result = Ok(Credentials::new(
            id,
            secret(id),
            Some(token(id)),
            expiry,
            "test",
        ));
        future::ProvideCredentials::ready(credentials)
    }
}
