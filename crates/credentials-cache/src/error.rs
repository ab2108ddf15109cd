mod kind;

use std::{error::Error as StdError, fmt, iter, sync::Arc};

use aws_credential_types::provider::error::CredentialsError;

pub(crate) use self::kind::Kind;

type BoxError = Box<dyn StdError + Send + Sync>;

/// Why there are no credentials.
///
/// The message says what is wrong, with the provider's own cause, and what to change. The
/// [`source`](StdError::source) is what lies below, such as the provider's error;
/// [`report`](Self::report) has all of it. No message holds a secret key or a session token, unless
/// a provider puts one into an error of its own.
///
/// The type is opaque so that it can tell of new failures without breaking anybody, and cheap to clone
/// because all who wait for one load share its failure.
///
/// ```
/// use credentials_cache::{CredentialsCache, EnvironmentCredentials};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let empty = EnvironmentCredentials::from_vars(|_| None);
/// let error = CredentialsCache::new(empty).get().await.unwrap_err();
/// assert!(error.is_configuration() && !error.is_retryable());
/// assert_eq!(
///     error.to_string(),
///     "could not load credentials: the environment variable AWS_ACCESS_KEY_ID is not set, or is \
///      empty; set it"
/// );
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Error {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    kind: Kind,
    source: Option<BoxError>,
}

impl Error {
    /// Tells whether the same call may well succeed a little later.
    ///
    /// False where somebody has to change something first: the configuration of a provider, an
    /// environment variable, or a provider that asks its own cache.
    pub fn is_retryable(&self) -> bool {
        !self.is_configuration() && !matches!(self.inner.kind, Kind::Reentrant)
    }

    /// Tells whether a setting is at fault: an environment variable that is missing, or a provider
    /// that says that it cannot work as it is configured.
    pub fn is_configuration(&self) -> bool {
        match self.inner.kind {
            Kind::MissingVariable { .. } | Kind::VariableNotUnicode(_) => true,
            _ => sources(self).any(|source| {
                matches!(
                    source.downcast_ref(),
                    Some(CredentialsError::InvalidConfiguration(_))
                ) || source.downcast_ref().is_some_and(Self::is_configuration)
            }),
        }
    }

    /// Tells whether the provider took too long, for
    /// [a load](crate::CacheSettings::load_timeout) or for
    /// [a caller](crate::CacheSettings::max_wait).
    pub fn is_timeout(&self) -> bool {
        matches!(
            self.inner.kind,
            Kind::LoadTimedOut(_) | Kind::WaitedTooLong(_)
        )
    }

    /// Tells whether there are credentials, which have expired by the local clock.
    pub fn is_expired(&self) -> bool {
        matches!(
            self.inner.kind,
            Kind::Expired { .. } | Kind::DeliveredExpired { .. }
        )
    }

    /// Returns the message and, a line each, those of all that lies below. No line repeats the next, as
    /// errors do that quote their own cause.
    ///
    /// ```
    /// use credentials_cache::{CredentialsCache, EnvironmentCredentials};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let empty = EnvironmentCredentials::from_vars(|_| None);
    /// let error = CredentialsCache::new(empty).get().await.unwrap_err();
    /// assert_eq!(
    ///     error.report(),
    ///     "could not load credentials\n\
    ///      caused by: the credential provider was not enabled\n\
    ///      caused by: the environment variable AWS_ACCESS_KEY_ID is not set, or is empty; set it"
    /// );
    /// # }
    /// ```
    pub fn report(&self) -> String {
        let mut lines = vec![self.inner.kind.to_string()];
        for source in sources(self) {
            let message = match source.downcast_ref::<Self>() {
                // Its causes have lines of their own.
                Some(own) => own.inner.kind.to_string(),
                None => source.to_string(),
            };
            match lines.last_mut() {
                Some(last) if *last == message => continue,
                Some(last) => {
                    let alone = last.strip_suffix(&message);
                    if let Some(alone) = alone.and_then(|alone| alone.strip_suffix(": ")) {
                        *last = alone.into();
                    }
                }
                None => {}
            }
            lines.push(message);
        }
        lines.join("\ncaused by: ")
    }

    pub(crate) fn with_source(kind: Kind, source: impl Into<BoxError>) -> Self {
        let inner = Inner {
            kind,
            source: Some(source.into()),
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    pub(crate) fn kind(&self) -> &Kind {
        &self.inner.kind
    }

    /// Returns the provider's own error, if it is what lies below.
    pub(crate) fn provider_error(&self) -> Option<&CredentialsError> {
        self.inner.source.as_deref()?.downcast_ref()
    }

    /// What lies below, as far as it says anything.
    fn cause(&self) -> Option<String> {
        let source = self.inner.source.as_deref()?;
        if let Some(own) = source.downcast_ref::<Self>() {
            // That none could be loaded has been said.
            let cause = own
                .cause()
                .filter(|_| matches!(own.inner.kind, Kind::Provider));
            return cause.or_else(|| Some(own.to_string()));
        }
        let below: Vec<_> = sources(source).map(ToString::to_string).collect();
        // What a provider's error says by itself is only what kind of error it is.
        match below.is_empty() || !source.is::<CredentialsError>() {
            true => Some(source.to_string()),
            false => Some(below.join(": ")),
        }
    }
}

fn sources<'a>(
    error: &'a (dyn StdError + 'static),
) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    iter::successors(error.source(), |&error| error.source())
}

impl From<Kind> for Error {
    #[cold]
    fn from(kind: Kind) -> Self {
        Self {
            inner: Arc::new(Inner { kind, source: None }),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.cause() {
            Some(cause) => write!(f, "{}: {cause}", self.inner.kind),
            None => self.inner.kind.fmt(f),
        }
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        let source = self.inner.source.as_deref()?;
        Some(source)
    }
}

#[cfg(test)]
mod tests;
