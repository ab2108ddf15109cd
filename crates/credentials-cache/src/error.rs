use std::{borrow::Cow, error::Error as StdError, fmt, iter, sync::Arc, time::Duration};

use aws_credential_types::provider::error::CredentialsError;

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
///     "could not load credentials: the environment variable AWS_ACCESS_KEY_ID is not set, or is empty"
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

#[derive(Debug)]
pub(crate) enum Kind {
    /// The provider failed; its error is the source.
    Provider,
    Panicked {
        /// The type of the provider.
        provider: &'static str,
    },
    LoadTimedOut(Duration),
    NoProgress,
    DeliveredExpired {
        ago: Duration,
    },
    /// The runtimes of the loads that somebody waited for were shut down.
    Aborted,
    WaitedTooLong(Duration),
    /// There are credentials, but they have expired; why no others came is the source.
    Expired {
        ago: Duration,
        failures: u32,
    },
    Reentrant,
    MissingVariable(&'static str),
    VariableNotUnicode(&'static str),
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
            Kind::MissingVariable(_) | Kind::VariableNotUnicode(_) => true,
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

    /// Returns the message and, a line each, those of all that lies below.
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
    ///      caused by: the environment variable AWS_ACCESS_KEY_ID is not set, or is empty"
    /// );
    /// # }
    /// ```
    pub fn report(&self) -> String {
        let first = self.inner.kind.to_string();
        sources(self).fold(first, |report, source| {
            let message = match source.downcast_ref::<Self>() {
                // Its causes have lines of their own.
                Some(own) => own.inner.kind.to_string(),
                None => source.to_string(),
            };
            report + "\ncaused by: " + &message
        })
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

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text: Cow<'_, str> = match self {
            Self::Provider => "could not load credentials".into(),
            Self::Panicked { provider } => {
                format!("the credentials provider `{provider}` panicked").into()
            }
            Self::LoadTimedOut(limit) => format!(
                "the credentials provider did not answer within {limit:?}; see \
                 `CacheSettings::load_timeout`"
            )
            .into(),
            Self::NoProgress => "the credentials provider delivered credentials that live no \
                                 longer than those it delivered before"
                .into(),
            Self::DeliveredExpired { ago } => format!(
                "the credentials provider delivered credentials that expired {} s ago by the local \
                 clock; check the clock, and where the provider gets them from",
                ago.as_secs()
            )
            .into(),
            Self::Aborted => "credentials were not loaded, as the runtimes that they were loaded \
                              on were shut down"
                .into(),
            Self::WaitedTooLong(limit) => format!(
                "there were no credentials within {limit:?}, and they are still being loaded; see \
                 `CacheSettings::max_wait`"
            )
            .into(),
            Self::Expired { ago, failures } => {
                let ago = ago.as_secs();
                let attempts = match failures {
                    0 => "have been loaded yet".into(),
                    1 => "could be loaded in 1 attempt".into(),
                    _ => format!("could be loaded in {failures} attempts"),
                };
                format!(
                    "the credentials expired {ago} s ago by the local clock, and no others \
                     {attempts}"
                )
                .into()
            }
            Self::Reentrant => "the credentials provider asked for its own credentials, and so \
                                would wait for itself; give it a client of its own"
                .into(),
            Self::MissingVariable(name) => {
                format!("the environment variable {name} is not set, or is empty").into()
            }
            Self::VariableNotUnicode(name) => {
                format!("the environment variable {name} is not valid Unicode").into()
            }
        };
        f.write_str(&text)
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        let source = self.inner.source.as_deref()?;
        Some(source)
    }
}
