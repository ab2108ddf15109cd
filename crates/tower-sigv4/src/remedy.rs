use std::fmt;

use crate::{CredentialsCache, Generation, clock::Clock, credentials::Load};

/// Why a refused request may well be accepted once it is signed again.
///
/// The layer puts one into the extensions of a response whose refusal it has learned from: that the
/// local clock is off, or that the credentials are not taken any more. Feature `retry` has a policy
/// that acts on it; to act by yourself, send the request through the layer once more, once:
///
/// ```
/// use http::Response;
/// use tower_sigv4::Remedy;
///
/// async fn is_worth_another_attempt<B>(refused: &Response<B>) -> bool {
///     match refused.extensions().get::<Remedy>() {
///         Some(remedy) => remedy.ready().await,
///         None => false,
///     }
/// }
/// ```
#[derive(Clone)]
pub struct Remedy {
    kind: Kind,
}

#[derive(Clone)]
enum Kind {
    Time,
    Credentials {
        refused: Generation,
        credentials: CredentialsCache,
        clock: Clock,
    },
}

impl Remedy {
    pub(crate) fn time() -> Self {
        Self { kind: Kind::Time }
    }

    pub(crate) fn credentials(
        refused: Generation,
        credentials: CredentialsCache,
        clock: Clock,
    ) -> Self {
        let kind = Kind::Credentials {
            refused,
            credentials,
            clock,
        };
        Self { kind }
    }

    /// Waits until the same request would be signed otherwise, for other credentials at most as long
    /// as [a request](crate::CacheSettings::max_wait) does. Says whether it would be now.
    ///
    /// # Cancellation
    ///
    /// Dropping the future leaves the load of credentials alone.
    pub async fn ready(&self) -> bool {
        match self.start() {
            Start::Never => false,
            Start::Now => true,
            Start::After(load) => load.await.is_ok() && self.start().is_now(),
        }
    }

    pub(crate) fn start(&self) -> Start {
        let Kind::Credentials {
            refused,
            credentials,
            clock,
        } = &self.kind
        else {
            return Start::Now;
        };
        if credentials.current_generation() != Some(*refused) {
            return Start::Now;
        }
        match credentials.renew(*refused, clock) {
            Some(load) => Start::After(load),
            None => Start::Never,
        }
    }
}

impl fmt::Debug for Remedy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            Kind::Time => "Time",
            Kind::Credentials { .. } => "Credentials",
        };
        f.debug_tuple("Remedy").field(&what).finish()
    }
}

/// When another attempt makes sense.
pub(crate) enum Start {
    Now,
    After(Load),
    Never,
}

impl Start {
    fn is_now(&self) -> bool {
        matches!(self, Self::Now)
    }
}
