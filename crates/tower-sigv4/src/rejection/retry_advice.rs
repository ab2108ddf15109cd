use std::fmt;

use credentials_cache::{CredentialsCache, Generation, Reload, Replacement};

/// Why a rejected request may well be accepted once it is signed again.
///
/// The layer puts one into the extensions of a response whose rejection tells it something: that the
/// clock is off, or that the credentials are not taken any more. Feature `retry` has a policy that acts
/// on it; to act by yourself, send the request through the layer once more, once:
///
/// ```
/// use http::Response;
/// use tower_sigv4::RetryAdvice;
///
/// async fn is_worth_another_attempt<B>(rejected: &Response<B>) -> bool {
///     match rejected.extensions().get::<RetryAdvice>() {
///         Some(advice) => advice.ready().await,
///         None => false,
///     }
/// }
/// ```
///
/// Credentials are not loaded again within a second of a load, and where a rejection has asked for a
/// load, no rejection asks for another for 60 to 120 seconds: then there is nothing to wait for, and no
/// attempt.
#[derive(Clone)]
pub struct RetryAdvice {
    cause: Cause,
}

#[derive(Clone)]
enum Cause {
    Time,
    Credentials {
        rejected: Generation,
        credentials: CredentialsCache,
    },
}

impl RetryAdvice {
    pub(crate) fn time() -> Self {
        Self { cause: Cause::Time }
    }

    pub(crate) fn credentials(rejected: Generation, credentials: CredentialsCache) -> Self {
        let cause = Cause::Credentials {
            rejected,
            credentials,
        };
        Self { cause }
    }

    /// Waits until the same request would be signed otherwise, for other credentials at most as long
    /// as [a request](credentials_cache::CacheSettings::max_wait) does. Returns whether it would be now.
    ///
    /// # Cancellation
    ///
    /// Dropping the future leaves the load of credentials alone.
    pub async fn ready(&self) -> bool {
        match self.start() {
            Start::Never => false,
            Start::Now => true,
            Start::After(reload) => reload.await,
        }
    }

    /// Its name, for those who count.
    pub(crate) fn cause(&self) -> &'static str {
        match self.cause {
            Cause::Time => "time",
            Cause::Credentials { .. } => "credentials",
        }
    }

    pub(crate) fn start(&self) -> Start {
        match &self.cause {
            Cause::Time => Start::Now,
            Cause::Credentials {
                rejected,
                credentials,
            } => match credentials.replace(*rejected) {
                Replacement::Done => Start::Now,
                Replacement::Loading(reload) => Start::After(reload),
                _ => Start::Never,
            },
        }
    }
}

impl fmt::Debug for RetryAdvice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cause = match self.cause {
            Cause::Time => "Time",
            Cause::Credentials { .. } => "Credentials",
        };
        f.debug_tuple("RetryAdvice").field(&cause).finish()
    }
}

/// When another attempt makes sense.
pub(crate) enum Start {
    Now,
    After(Reload),
    Never,
}
