//! A provider that has other credentials each time, and much that goes wrong.

use std::{
    fmt,
    future::pending,
    panic::resume_unwind,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use aws_credential_types::{
    Credentials,
    provider::{self, ProvideCredentials, error::CredentialsError, future},
};
use tokio::time::sleep;

use crate::{
    Clock, LIFE,
    common::{secret, token},
};

/// Numbers the credentials of all providers.
static DELIVERED: AtomicUsize = AtomicUsize::new(0);

pub(crate) struct Provider {
    clock: Clock,
}

impl Provider {
    pub(crate) fn new(clock: Clock) -> Self {
        Self { clock }
    }

    async fn load(&self) -> provider::Result {
        sleep(Duration::from_micros(fastrand::u64(..10_000))).await;
        let life = match fastrand::u8(..100) {
            0..6 => return Err(CredentialsError::provider_error("by chance")),
            6 => return Err(CredentialsError::invalid_configuration("by chance")),
            // Without a word of the panic hook's.
            7 => resume_unwind(Box::new("by chance")),
            8 => pending().await,
            // Has expired already, or is about to.
            9 => Duration::ZERO,
            10 => LIFE / 50,
            _ => LIFE,
        };
        let number = DELIVERED.fetch_add(1, Ordering::Relaxed);
        let id = format!("AKID{number:08}");
        let (secret, token) = (secret(&id), token(&id));
        let expiry = Some(self.clock.now() + life);
        Ok(Credentials::new(id, secret, Some(token), expiry, "stress"))
    }
}

impl ProvideCredentials for Provider {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.load())
    }
}

impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Provider").finish_non_exhaustive()
    }
}
