use std::{error::Error as StdError, fmt, sync::Arc, time::Duration};

use aws_credential_types::provider::error::CredentialsError;
use http_sigv4::SignError;

/// Any error, as tower's own middleware has it.
pub(crate) type BoxError = Box<dyn StdError + Send + Sync>;

/// Why a request was not sent, or why a layer was not built.
///
/// The inner service's errors pass through as they are; this is what the layer itself reports. It
/// arrives boxed, as tower's own middleware reports errors, and is found by downcasting:
///
/// ```
/// # fn example(error: tower::BoxError) {
/// match error.downcast_ref::<tower_sigv4::Error>() {
///     Some(error) if error.is_retryable() => { /* try again a little later */ }
///     Some(error) => eprintln!("not sent: {error}"),
///     None => { /* the inner service failed */ }
/// }
/// # }
/// ```
///
/// The type is opaque so that it can learn new failures without breaking anybody, and cheap to
/// clone because all requests that wait for one load of credentials share its failure. What lies
/// below, such as the provider's own error, is the [`source`](StdError::source). No message holds a
/// secret, a session token or a query.
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
    MissingVariable(&'static str),
    VariableNotUnicode(&'static str),
    #[cfg(feature = "aws-config")]
    MissingRegion,
    Configuration,
    PayloadMode,
    HostName,
    Credentials,
    LoadTimedOut(Duration),
    LoadAborted,
    WaitedTooLong(Duration),
    ProviderPanicked(Box<str>),
    ProviderExpired,
    NoProgress,
    Expired {
        ago: Duration,
        failures: u32,
        refused: bool,
    },
    Reentrant,
    Request,
    UpgradeWithBody,
    Body,
    BodyTooLarge {
        limit: usize,
    },
    BodiesTooLarge {
        limit: usize,
    },
    Trailers,
    UnknownLength,
    RefusedHost {
        host: Box<str>,
        scope: Box<str>,
    },
    UndetectedHost {
        host: Box<str>,
    },
    UncertainHost,
    RefusedTransport {
        host: Box<str>,
    },
}

impl Error {
    /// Whether credentials are at fault: there are none, or a request cannot carry them.
    pub fn is_credentials(&self) -> bool {
        use Kind::*;
        matches!(
            self.inner.kind,
            Credentials
                | LoadTimedOut(_)
                | LoadAborted
                | WaitedTooLong(_)
                | ProviderPanicked(_)
                | ProviderExpired
                | NoProgress
                | Expired { .. }
                | Reentrant
        )
    }

    /// Whether the request is at fault: it has no certain signature.
    pub fn is_request(&self) -> bool {
        matches!(self.inner.kind, Kind::Request | Kind::UpgradeWithBody)
    }

    /// Whether the body is at fault: it failed, is too large, has trailers, or has no length.
    pub fn is_body(&self) -> bool {
        use Kind::*;
        matches!(
            self.inner.kind,
            Body | BodyTooLarge { .. } | BodiesTooLarge { .. } | Trailers | UnknownLength
        )
    }

    /// Whether the layer refused to sign for the request's host, or over its transport.
    pub fn is_refused_host(&self) -> bool {
        use Kind::*;
        matches!(
            self.inner.kind,
            RefusedHost { .. } | UndetectedHost { .. } | UncertainHost | RefusedTransport { .. }
        )
    }

    /// Whether it is this host that was refused, over whatever transport.
    pub(crate) fn refuses(&self, host: &str) -> bool {
        use Kind::*;
        match &self.inner.kind {
            RefusedHost { host: refused, .. } | UndetectedHost { host: refused } => {
                **refused == *host
            }
            _ => false,
        }
    }

    /// Whether a setting is at fault, of the layer or of a request's
    /// [`SigningOptions`](crate::SigningOptions), or the clock.
    pub fn is_configuration(&self) -> bool {
        use Kind::*;
        #[cfg(feature = "aws-config")]
        if matches!(self.inner.kind, MissingRegion) {
            return true;
        }
        matches!(
            self.inner.kind,
            MissingVariable(_) | VariableNotUnicode(_) | Configuration | PayloadMode | HostName
        )
    }

    /// Whether the same request may well succeed a little later.
    ///
    /// True where credentials could not be loaded and where too many bodies were held at once.
    pub fn is_retryable(&self) -> bool {
        use Kind::*;
        match self.inner.kind {
            LoadTimedOut(_)
            | LoadAborted
            | WaitedTooLong(_)
            | ProviderPanicked(_)
            | ProviderExpired
            | NoProgress
            | Expired { .. }
            | BodiesTooLarge { .. } => true,
            Credentials => !self.source().is_some_and(is_permanent),
            _ => false,
        }
    }

    pub(crate) fn with_source(kind: Kind, source: impl Into<BoxError>) -> Self {
        Self {
            inner: Arc::new(Inner {
                kind,
                source: Some(source.into()),
            }),
        }
    }

    /// A failure to load credentials, with the provider's own error.
    pub(crate) fn credentials(source: impl Into<BoxError>) -> Self {
        Self::with_source(Kind::Credentials, source)
    }

    /// The message with those of all that lies below, for a log.
    pub(crate) fn with_sources(&self) -> String {
        let below = std::iter::successors(self.source(), |&error| error.source());
        below.fold(self.to_string(), |text, error| format!("{text}: {error}"))
    }

    /// A setting that the signer does not take.
    pub(crate) fn configuration(source: SignError) -> Self {
        Self::with_source(Kind::Configuration, source)
    }

    /// A failure of the request's body, with the body's own error.
    pub(crate) fn body(source: impl Into<BoxError>) -> Self {
        Self::with_source(Kind::Body, source)
    }
}

/// Whether what is wrong with credentials stays wrong: a key that no header can carry, or a
/// provider that cannot work as it is configured.
fn is_permanent(source: &(dyn StdError + 'static)) -> bool {
    source.is::<SignError>()
        || matches!(
            source.downcast_ref(),
            Some(CredentialsError::InvalidConfiguration(_))
        )
}

impl From<Kind> for Error {
    #[cold]
    fn from(kind: Kind) -> Self {
        Self {
            inner: Arc::new(Inner { kind, source: None }),
        }
    }
}

impl From<SignError> for Error {
    #[cold]
    fn from(error: SignError) -> Self {
        let is_setting = error.is_configuration() || error.is_payload() || error.is_clock();
        let kind = if error.is_credentials() {
            Kind::Credentials
        } else if is_setting {
            Kind::Configuration
        } else {
            Kind::Request
        };
        Self::with_source(kind, error)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.inner.kind {
            Kind::MissingVariable(name) => {
                write!(f, "the environment variable {name} is not set, or is empty")
            }
            Kind::VariableNotUnicode(name) => {
                write!(f, "the environment variable {name} is not valid Unicode")
            }
            #[cfg(feature = "aws-config")]
            Kind::MissingRegion => {
                f.write_str("no region is configured: set AWS_REGION, or `region` in the profile")
            }
            Kind::Configuration => f.write_str("a signing setting is not possible"),
            Kind::PayloadMode => f.write_str(
                "the payload mode does not fit the service: choose one that its profile takes, or \
                 give another profile",
            ),
            Kind::HostName => f.write_str(
                "a host to allow is not a host name or an IP address; give it without scheme, \
                 port and path",
            ),
            Kind::Credentials => f.write_str("no usable credentials"),
            Kind::LoadTimedOut(limit) => {
                write!(
                    f,
                    "the credentials provider did not answer within {limit:?}"
                )
            }
            Kind::LoadAborted => f.write_str(
                "credentials were not loaded, as the runtimes that they were loaded on were shut \
                 down",
            ),
            Kind::WaitedTooLong(limit) => write!(
                f,
                "there were no credentials within {limit:?}; they are still being loaded, see \
                 `CacheSettings::max_wait`"
            ),
            Kind::ProviderPanicked(message) => {
                write!(f, "the credentials provider panicked: {message}")
            }
            Kind::ProviderExpired => f.write_str(
                "the credentials provider returned credentials that have expired already; check \
                 the clock and the source of the credentials",
            ),
            Kind::NoProgress => f.write_str(
                "the credentials provider returned credentials that live no longer than those it \
                 returned before",
            ),
            Kind::Expired {
                ago,
                failures,
                refused,
            } => {
                let refused = match refused {
                    true => " and a service has refused them",
                    false => "",
                };
                let seconds = ago.as_secs();
                write!(
                    f,
                    "the credentials expired {seconds} s ago{refused}; attempts to load others \
                     that failed: {failures}"
                )
            }
            Kind::Reentrant => f.write_str(
                "the credentials provider sent a request through the client that signs with its \
                 own credentials, and so would wait for itself; give it a client of its own",
            ),
            Kind::Request => f.write_str("the request cannot be signed"),
            Kind::UpgradeWithBody => f.write_str(
                "the request asks for an upgrade and has a body, which no signature covers",
            ),
            Kind::Body => f.write_str("the request body failed while it was read for its hash"),
            Kind::BodyTooLarge { limit } => write!(
                f,
                "the request body is larger than {limit} bytes, the most that is held for its \
                 hash; raise `body_limit`, or choose another payload mode if the service takes it"
            ),
            Kind::BodiesTooLarge { limit } => write!(
                f,
                "request bodies held for their hashes would take more than {limit} bytes \
                 together; send fewer at a time or raise `total_body_limit`"
            ),
            Kind::Trailers => f.write_str(
                "the request body has trailers, which a signature over its hash does not cover",
            ),
            Kind::UnknownLength => f.write_str(
                "the length of the request body is not known, and S3 takes none without; give a \
                 `content-length`, or collect the body with `PayloadMode::Buffered`",
            ),
            Kind::RefusedHost { host, scope } => write!(
                f,
                "refused to sign for `{host}`: it is not an AWS host of {scope}; if credentials \
                 may go there, name it with `allow_host`"
            ),
            Kind::UndetectedHost { host } => write!(
                f,
                "refused to sign for `{host}`: it does not tell the service and the region to sign \
                 for; give both with `SigV4Layer::new`, or with `SigningOptions` for one request"
            ),
            Kind::UncertainHost => f.write_str(
                "refused to sign, as the request does not name one host; use an absolute URI, or \
                 one `Host` header",
            ),
            Kind::RefusedTransport { host } => write!(
                f,
                "refused to sign for `{host}` over a transport that is not https; use https, or \
                 permit it with `HostPolicy::allow_plain_http`"
            ),
        }
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        let source = self.inner.source.as_deref()?;
        Some(source)
    }
}
