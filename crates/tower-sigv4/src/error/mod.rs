mod body;
#[cfg(feature = "chunked")]
mod chunked;
#[cfg(feature = "chunked")]
mod inbound;
mod kind;
#[cfg(feature = "reqwest")]
mod reqwest;

use std::{error::Error as StdError, fmt, sync::Arc};

use credentials_cache::CredentialsCache;
use http_sigv4::SignError;

#[cfg(feature = "chunked")]
pub(crate) use self::chunked::ChunkedKind;
#[cfg(feature = "chunked")]
pub(crate) use self::inbound::InboundKind;
#[cfg(feature = "reqwest")]
pub(crate) use self::reqwest::ReqwestKind;
pub(crate) use self::{
    body::Larger,
    kind::{Kind, Unlisted},
};

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
/// The message says what was wrong, where, and what to change, with the cause of a failure that is not
/// the layer's own. [`report`](Self::report) has all that lies below, such as the provider's own error,
/// a line each. None of it holds a secret, a session token or a query, unless a provider or a body puts
/// one into an error of its own.
///
/// The type is opaque so that new failures can be added without breaking anybody, and cheap to clone
/// because all requests that wait for one load of credentials share its failure.
#[derive(Clone)]
pub struct Error {
    inner: Arc<Inner>,
}

/// Writes the [`report`](Error::report): a `main` that returns an error shows it by `Debug`.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.report())
    }
}

#[derive(Debug)]
struct Inner {
    kind: Kind,
    source: Option<BoxError>,
}

impl Error {
    /// Returns whether credentials are at fault: there are none, or a request cannot carry them.
    pub fn is_credentials(&self) -> bool {
        match &self.inner.kind {
            Kind::Credentials(_) | Kind::RejectedCredentials { .. } | Kind::ExpiredCredentials => {
                true
            }
            Kind::Signing(error) => error.is_credentials(),
            _ => false,
        }
    }

    /// Returns whether the request is at fault: it has no certain signature.
    ///
    /// A body that is sent in frames which a new signature cannot honour is such a fault too; where
    /// the [`source`](StdError::source) is a [`SignError`], [`SignError::is_framing`] tells.
    pub fn is_request(&self) -> bool {
        match &self.inner.kind {
            Kind::UpgradeWithBody | Kind::FramesRefused { .. } | Kind::TooManyHeaders => true,
            #[cfg(feature = "chunked")]
            Kind::Chunked(kind) => kind.is_request(),
            #[cfg(feature = "reqwest")]
            Kind::Reqwest(kind) => !kind.is_redirect(),
            #[cfg(feature = "chunked")]
            Kind::Inbound(kind) => !kind.is_body(),
            Kind::Signing(_) => {
                !self.is_credentials() && !self.is_configuration() && !self.is_expiry()
            }
            _ => false,
        }
    }

    /// Returns whether the lifetime of a presigned URL or a token is at fault: one that the service
    /// does not take, or that outlives the credentials.
    pub fn is_expiry(&self) -> bool {
        matches!(&self.inner.kind, Kind::Signing(error) if error.is_expiry())
    }

    /// Returns whether the body is at fault: it failed, stalled, is too large, has trailers, or has no
    /// length; or is not what its request says of it.
    pub fn is_body(&self) -> bool {
        use Kind::*;
        match &self.inner.kind {
            Body | BodyStalled { .. } | BodyTooLarge { .. } | BodiesTooLarge { .. } => true,
            BodyLength { .. } | Trailers | UnknownLength => true,
            #[cfg(feature = "chunked")]
            Chunked(kind) => kind.is_body(),
            #[cfg(feature = "chunked")]
            Inbound(kind) => kind.is_body(),
            _ => false,
        }
    }

    /// Returns whether the body is larger than may be held for its hash: than
    /// [`body_limit`](crate::SigV4LayerBuilder::body_limit). It is [of the body](Self::is_body) too.
    ///
    /// A proxy answers 413 then. Where only all bodies together were too large, the request may succeed
    /// [later](Self::is_retryable), and 503 says so.
    pub fn is_body_too_large(&self) -> bool {
        matches!(self.inner.kind, Kind::BodyTooLarge { .. })
    }

    /// Returns whether something took too long: credentials, for a load or for this caller, or a body,
    /// of which nothing came for [`body_timeout`](crate::SigV4LayerBuilder::body_timeout).
    pub fn is_timeout(&self) -> bool {
        match &self.inner.kind {
            Kind::Credentials(error) => error.is_timeout(),
            Kind::BodyStalled { .. } => true,
            _ => false,
        }
    }

    /// Returns whether the request's host was refused, or its transport.
    pub fn is_refused_host(&self) -> bool {
        use Kind::*;
        matches!(
            self.inner.kind,
            RefusedHost { .. }
                | UndetectedHost { .. }
                | UncertainHost
                | RelativeUri { .. }
                | RefusedTransport { .. }
        )
    }

    /// Returns whether a setting is at fault, of the layer or of a request's
    /// [`SigningOptions`](crate::SigningOptions), or the clock.
    pub fn is_configuration(&self) -> bool {
        use Kind::*;
        match &self.inner.kind {
            Several(_) | Environment { .. } | MissingRegion | RegionNotUnicode => true,
            PayloadMode { .. }
            | HostName { .. }
            | ProfileOfDetected
            | BodyLimits { .. }
            | ForwardedUnsigned => true,
            #[cfg(feature = "chunked")]
            Chunked(kind) => kind.is_configuration(),
            #[cfg(feature = "chunked")]
            ChecksumRefused { .. } => true,
            #[cfg(feature = "aws-config")]
            MissingRegionOfChain => true,
            #[cfg(feature = "tokens")]
            MissingRegionOfToken => true,
            // Of frames the request tells, and no setting.
            Signing(error) if error.is_framing() => false,
            Signing(error) => error.is_configuration() || error.is_payload() || error.is_clock(),
            _ => false,
        }
    }

    /// Returns whether a client below has followed a redirect, and the headers of the signature have
    /// gone along. The request **was** sent.
    #[cfg(feature = "reqwest")]
    pub fn is_redirect(&self) -> bool {
        matches!(&self.inner.kind, Kind::Reqwest(kind) if kind.is_redirect())
    }

    /// Returns whether the body of a response is not what its checksum says. The request **was** sent.
    ///
    /// From [`ResponseChecksumLayer`](crate::ResponseChecksumLayer). Feature `chunked`.
    #[cfg(feature = "chunked")]
    pub fn is_response_checksum(&self) -> bool {
        matches!(&self.inner.kind, Kind::ResponseChecksum { .. })
    }

    /// Returns whether the same request may well succeed a little later.
    ///
    /// True where credentials could not be loaded and where too many bodies were held at once.
    pub fn is_retryable(&self) -> bool {
        match &self.inner.kind {
            Kind::Credentials(error) => error.is_retryable(),
            Kind::RejectedCredentials { .. }
            | Kind::ExpiredCredentials
            | Kind::BodiesTooLarge { .. } => true,
            _ => false,
        }
    }

    /// Returns the message and, a line each, those of all that lies below. No line repeats the next, as
    /// errors do that quote their own cause.
    ///
    /// ```
    /// use tower_sigv4::SigV4Layer;
    ///
    /// let provider = aws_credential_types::Credentials::new("AKID", "secret", None, None, "example");
    /// let error = SigV4Layer::new("execute-api", "eu west", provider).unwrap_err();
    /// assert_eq!(
    ///     error.report(),
    ///     "cannot sign\n\
    ///      caused by: the region `eu west` is not a name of 1 to 64 ASCII letters, digits, `-` or `_`, \
    ///      as in `execute-api` or `us-east-1`"
    /// );
    /// ```
    pub fn report(&self) -> String {
        // A cache's error has a report of its own.
        if let Kind::Credentials(error) = &self.inner.kind {
            return error.report();
        }
        let mut lines = vec![self.to_string()];
        let mut below = self.source();
        while let Some(error) = below {
            let of_cache = error.downcast_ref::<credentials_cache::Error>();
            let message = error.to_string();
            match lines.last_mut() {
                Some(last) if *last == message && of_cache.is_none() => {
                    lines.pop();
                }
                Some(last) => {
                    let alone = last.strip_suffix(&message);
                    if let Some(alone) = alone.and_then(|alone| alone.strip_suffix(": ")) {
                        *last = alone.into();
                    }
                }
                None => {}
            }
            if let Some(error) = of_cache {
                lines.push(error.report());
                break;
            }
            lines.push(message);
            below = error.source();
        }
        lines.join("\ncaused by: ")
    }

    /// Returns whether it is this host that was refused, over whatever transport.
    pub(crate) fn refuses(&self, host: &str) -> bool {
        use Kind::*;
        match &self.inner.kind {
            RefusedHost { host: refused, .. } | UndetectedHost { host: refused, .. } => {
                **refused == *host
            }
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

    /// An error about credentials that are past their use, with the reason why there are no others.
    pub(crate) fn of_stale(kind: Kind, credentials: &CredentialsCache) -> Self {
        match credentials.last_error() {
            Some(error) => Self::with_source(kind, error),
            None => kind.into(),
        }
    }

    /// Names every problem of a configuration. There is at least one.
    pub(crate) fn from_problems(mut problems: Vec<Self>) -> Self {
        match problems.len() {
            1 => problems.remove(0),
            _ => Kind::Several(problems).into(),
        }
    }

    /// A failure of the request's body, with the body's own error.
    pub(crate) fn body(source: impl Into<BoxError>) -> Self {
        Self::with_source(Kind::Body, source)
    }
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
        Kind::Signing(error).into()
    }
}

#[cfg(feature = "chunked")]
impl From<ChunkedKind> for Error {
    #[cold]
    fn from(kind: ChunkedKind) -> Self {
        Kind::Chunked(kind).into()
    }
}

#[cfg(feature = "chunked")]
impl From<http_sigv4::chunked::ChunkedError> for Error {
    #[cold]
    fn from(error: http_sigv4::chunked::ChunkedError) -> Self {
        ChunkedKind::Encoding(error).into()
    }
}

impl From<credentials_cache::Error> for Error {
    #[cold]
    fn from(error: credentials_cache::Error) -> Self {
        Kind::Credentials(error).into()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.kind.fmt(f)?;
        match &self.inner.source {
            Some(cause) => write!(f, ": {cause}"),
            None => Ok(()),
        }
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match &self.inner.kind {
            // Its message is this one's.
            Kind::Credentials(error) => error.source(),
            Kind::Signing(error) | Kind::UndetectedHost { error, .. } => Some(error),
            #[cfg(feature = "chunked")]
            Kind::Chunked(ChunkedKind::Encoding(error)) => Some(error),
            _ => {
                let source = self.inner.source.as_deref()?;
                Some(source)
            }
        }
    }
}

#[cfg(test)]
mod tests;
