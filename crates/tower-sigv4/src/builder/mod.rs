mod authorization;
mod check;
#[cfg(feature = "chunked")]
mod checksum;
mod start;

use std::{
    fmt,
    sync::Arc,
    time::{Duration, SystemTime},
};

#[cfg(doc)]
use credentials_cache::EnvironmentCredentials;
use credentials_cache::{CacheSettings, CredentialsCache, IntoCredentialsCache};
use http::HeaderName;
use http_sigv4::Profile;
#[cfg(doc)]
use http_sigv4::Signer;
#[cfg(feature = "chunked")]
use http_sigv4::chunked::ChecksumAlgorithm;

use crate::{
    Error, PayloadMode, RequestSigner, SigV4Layer, UnlistedHosts, body::Settings,
    environment::Environment,
};

/// Configures a [`SigV4Layer`] or a [`RequestSigner`].
///
/// No setter fails, and their order does not matter: [`build`](Self::build) checks everything at once
/// and names every problem. A setter that is called twice has the effect of its last call, but those
/// that allow a host or sign a header, which add up.
///
/// ```
/// use aws_credential_types::Credentials;
/// use tower_sigv4::{PayloadMode, SigV4Layer};
///
/// let provider = Credentials::new("AKIDEXAMPLE", "secret", None, None, "example");
/// let error = SigV4Layer::builder("execute-api", "eu west", provider)
///     .allow_host("https://api.example.com/")
///     .payload(PayloadMode::Unsigned)
///     .build()
///     .unwrap_err();
/// assert!(error.to_string().starts_with("3 settings are wrong"));
/// ```
#[must_use = "a builder does nothing until it is built"]
pub struct SigV4LayerBuilder {
    scope: ScopeSetting,
    credentials: Box<dyn FnOnce(CacheSettings) -> CredentialsCache + Send>,
    cache_settings: CacheSettings,
    clock: Option<Arc<dyn Fn() -> SystemTime + Send + Sync>>,
    profile: Option<Profile>,
    payload: Option<PayloadMode>,
    #[cfg(feature = "chunked")]
    checksum: Option<ChecksumAlgorithm>,
    signed_headers: Vec<HeaderName>,
    moved_authorization: Option<HeaderName>,
    signing_host: Option<Box<str>>,
    signing_path_prefix: Option<Box<str>>,
    rewrite_plus: bool,
    named: Vec<Box<str>>,
    parents: Vec<Box<str>>,
    loopback: bool,
    plain_http: bool,
    relative_uri: bool,
    unlisted: UnlistedHosts,
    body_limit: Option<usize>,
    total_body_limit: Option<usize>,
    body_timeout: Duration,
    retry_rejected: bool,
    request_spans: bool,
}

/// What is to be signed for.
enum ScopeSetting {
    Fixed {
        service: Box<str>,
        region: Box<str>,
    },
    FromEnvironment {
        service: Box<str>,
        environment: Environment,
    },
    #[cfg(feature = "aws-config")]
    FromChain {
        service: Box<str>,
        region: Option<Box<str>>,
    },
    Detected,
}

impl SigV4LayerBuilder {
    /// The [`body_limit`](Self::body_limit) unless another is set: 10 MiB, which is also the most that
    /// API Gateway takes.
    pub const DEFAULT_BODY_LIMIT: usize = Settings::DEFAULT_LIMIT;

    /// The [`total_body_limit`](Self::total_body_limit) unless another is set: 64 MiB.
    pub const DEFAULT_TOTAL_BODY_LIMIT: usize = Settings::DEFAULT_TOTAL_LIMIT;

    /// The [`body_timeout`](Self::body_timeout) unless another is set: 30 seconds.
    pub const DEFAULT_BODY_TIMEOUT: Duration = Settings::DEFAULT_TIMEOUT;

    /// Starts with a service, by its signing name, a region, and credentials from any provider or from
    /// a [`CredentialsCache`].
    ///
    /// A provider is put into a cache with this builder's [`cache_settings`](Self::cache_settings) and
    /// [`clock`](Self::clock); a cache keeps its own. Give a cache that exists already to share it
    /// between layers.
    pub fn new(
        service: &str,
        region: &str,
        credentials: impl IntoCredentialsCache + Send + 'static,
    ) -> Self {
        let (service, region) = (service.into(), region.into());
        Self::with_scope(ScopeSetting::Fixed { service, region }, credentials)
    }

    /// Starts with the service and the region that each request's host tells, with that service's own
    /// [`Profile`]. For a client that calls several of AWS's services.
    ///
    /// A host that does not tell both, such as a custom domain, is refused, unless the request's
    /// [`SigningOptions`](crate::SigningOptions) give them. See [`Endpoint`](http_sigv4::Endpoint) for
    /// what is known. Such a client signs for any AWS host that a redirect names.
    pub fn detect(credentials: impl IntoCredentialsCache + Send + 'static) -> Self {
        Self::with_scope(ScopeSetting::Detected, credentials)
    }

    /// Starts with a service, and with the region and the keys of the environment, as a Lambda function
    /// has them.
    ///
    /// Reads `AWS_REGION` or else `AWS_DEFAULT_REGION` when it is built, and
    /// [`EnvironmentCredentials`]. Keys that are in a profile, or at a container's endpoint, as in ECS and
    /// EKS, are no variables: `from_default_chain`, of the feature `aws-config`, finds those as well.
    pub fn from_env(service: &str) -> Self {
        Self::from_environment(service, Environment::process())
    }

    pub(crate) fn from_environment(service: &str, environment: Environment) -> Self {
        let credentials = environment.credentials();
        let service = service.into();
        let scope = ScopeSetting::FromEnvironment {
            service,
            environment,
        };
        Self::with_scope(scope, credentials)
    }

    #[cfg(feature = "aws-config")]
    pub(crate) fn with_chain(
        service: Box<str>,
        region: Option<Box<str>>,
        credentials: impl IntoCredentialsCache + Send + 'static,
    ) -> Self {
        Self::with_scope(ScopeSetting::FromChain { service, region }, credentials)
    }

    fn with_scope(
        scope: ScopeSetting,
        credentials: impl IntoCredentialsCache + Send + 'static,
    ) -> Self {
        Self {
            scope,
            credentials: Box::new(|settings| credentials.into_credentials_cache(settings)),
            cache_settings: CacheSettings::new(),
            clock: None,
            profile: None,
            payload: None,
            #[cfg(feature = "chunked")]
            checksum: None,
            signed_headers: Vec::new(),
            moved_authorization: None,
            signing_host: None,
            signing_path_prefix: None,
            rewrite_plus: false,
            named: Vec::new(),
            parents: Vec::new(),
            loopback: false,
            plain_http: false,
            relative_uri: false,
            unlisted: UnlistedHosts::default(),
            body_limit: None,
            total_body_limit: None,
            body_timeout: Self::DEFAULT_BODY_TIMEOUT,
            retry_rejected: false,
            request_spans: false,
        }
    }

    /// Allows one more host, by its name or its IP address and on any port, besides AWS's own hosts of
    /// the service and region.
    ///
    /// It is trusted with signatures and the session token. What it says of the time and of the
    /// credentials counts for itself only. A host of AWS's that is known to take no signature of this
    /// kind is refused all the same, such as an S3 Multi-Region Access Point, which takes SigV4A only.
    /// Defaults to no such host.
    pub fn allow_host(mut self, host: &str) -> Self {
        self.named.push(host.into());
        self
    }

    /// Allows every host whose name ends in a dot and `domain`; not `domain` itself. Defaults to none.
    pub fn allow_subdomains_of(mut self, domain: &str) -> Self {
        self.parents.push(domain.into());
        self
    }

    /// Sets whether the loopback interface is allowed, where local gateways and emulators listen:
    /// `localhost`, and every loopback address, also by plain http. Defaults to `false`.
    pub fn allow_loopback(mut self, allow: bool) -> Self {
        self.loopback = allow;
        self
    }

    /// Sets whether every allowed host may be reached by plain http as well, over which anybody on the
    /// way can read the session token and replay the request for minutes. Defaults to `false`.
    pub fn allow_plain_http(mut self, allow: bool) -> Self {
        self.plain_http = allow;
        self
    }

    /// Sets whether a request is signed whose URI has neither scheme nor host, for the host of its
    /// `Host` header. Defaults to `false`.
    ///
    /// What lies below then decides where the request goes and whether over TLS, unseen by the layer:
    /// a client that is bound to one origin, as a connection of hyper's.
    pub fn allow_relative_uri(mut self, allow: bool) -> Self {
        self.relative_uri = allow;
        self
    }

    /// Sets what happens to requests to all other hosts, for a client that calls AWS and others.
    /// Defaults to [`UnlistedHosts::Refuse`].
    ///
    /// A host that may be signed for, but not over the request's transport, is refused either way.
    pub fn unlisted_hosts(mut self, unlisted: UnlistedHosts) -> Self {
        self.unlisted = unlisted;
        self
    }

    /// Signs for the host that the service sees, where that is not the one that requests are sent to:
    /// behind a CDN of one's own, or through a VPC endpoint. See [`Signer::signing_host`]. Defaults to
    /// the host that a request is sent to.
    ///
    /// Requests may then be sent to that host and to hosts that are [named](Self::allow_host), and to
    /// no other host of AWS's, since a stranger's could replay the signature at the signing host. So a
    /// VPC endpoint or a CDN has to be named.
    pub fn signing_host(mut self, host: &str) -> Self {
        self.signing_host = Some(host.into());
        self
    }

    /// Signs a prefix in front of each path, where the service sees it and requests are sent without:
    /// behind a CDN with an origin path. See [`Signer::signing_path_prefix`]. Defaults to none.
    ///
    /// The crate's documentation says [when](crate#behind-a-cdn-or-a-proxy).
    pub fn signing_path_prefix(mut self, prefix: &str) -> Self {
        self.signing_path_prefix = Some(prefix.into());
        self
    }

    /// Sets how signatures cover bodies. Defaults to what the profile asks for.
    pub fn payload(mut self, mode: impl Into<PayloadMode>) -> Self {
        self.payload = Some(mode.into());
        self
    }

    /// Sets another profile than the service's own, for services that only speak the protocol of
    /// another, as an object store speaks S3's. Defaults to [`Profile::for_service`].
    ///
    /// Not for services that are [detected](Self::detect), which have their own.
    pub fn profile(mut self, profile: Profile) -> Self {
        self.profile = Some(profile);
        self
    }

    /// Signs one more header, wherever a request has it. Defaults to those of
    /// [`Signer::sign_header`].
    pub fn sign_header(mut self, name: HeaderName) -> Self {
        self.signed_headers.push(name);
        self
    }

    /// Sets whether a raw `+` of a query is sent as `%20`. See [`Signer::rewrite_plus`]. Defaults to
    /// `false`.
    pub fn rewrite_plus(mut self, rewrite: bool) -> Self {
        self.rewrite_plus = rewrite;
        self
    }

    /// Sets how many bytes of one body are held for its hash; a larger body is an error, and nothing
    /// of it is sent. But with feature `chunked`, one for S3 of a `PUT` and whose length is
    /// known is sent in signed chunks, unless a [payload mode](Self::payload) is set. Defaults to [`DEFAULT_BODY_LIMIT`](Self::DEFAULT_BODY_LIMIT).
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.body_limit = Some(bytes);
        self
    }

    /// Sets how many bytes of all bodies together are held for their hashes, with 32 more for each
    /// piece they came in. A request over it fails at once; it does not wait for the others. Defaults
    /// to [`DEFAULT_TOTAL_BODY_LIMIT`](Self::DEFAULT_TOTAL_BODY_LIMIT), or to the
    /// [`body_limit`](Self::body_limit) where that is more.
    ///
    /// What a body has at hand when its request is made is in memory anyway, and does not count.
    pub fn total_body_limit(mut self, bytes: usize) -> Self {
        self.total_body_limit = Some(bytes);
        self
    }

    /// Sets how long a body that is read for its hash may yield nothing. The request then fails, and
    /// what was held of the body is free for others. Defaults to
    /// [`DEFAULT_BODY_TIMEOUT`](Self::DEFAULT_BODY_TIMEOUT).
    pub fn body_timeout(mut self, timeout: Duration) -> Self {
        self.body_timeout = timeout;
        self
    }

    /// Sets whether the layer sends a rejected request once more, signed afresh, where it has observed
    /// why it was rejected: that a clock is off, or, once others could be loaded, that the credentials
    /// are not taken any more. Defaults to `false`.
    ///
    /// For requests whose bodies are not `Clone`, as tonic's and boxed ones, which a retry layer above
    /// cannot send again: the layer keeps what it has read of a body for its hash. A body that it
    /// passes through unread is sent once only. Until the response is there, the head of the request
    /// is kept as well, and the body's part of [`total_body_limit`](Self::total_body_limit) taken. The
    /// second attempt waits until a clone of the inner service is ready, and what that says is the
    /// result of the call. The rejection is dropped then; where no other credentials could be loaded,
    /// it is the result.
    ///
    /// There is one second attempt, and no [`RetryAdvice`](crate::RetryAdvice) for those above after
    /// it. Credentials are not loaded again within a second of a load, nor within a minute of a load
    /// that a rejection has asked for; then there is no other attempt. Does nothing for a
    /// [`RequestSigner`], whose caller sends.
    ///
    /// # Cancellation
    ///
    /// Dropping the response future drops both attempts, and leaves a load of credentials alone.
    pub fn retry_rejected(mut self, retry: bool) -> Self {
        self.retry_rejected = retry;
        self
    }

    /// Sets whether each request that is signed has a [tracing](https://docs.rs/tracing) span, `sigv4`
    /// at level `INFO`, with the host, the service, the region, the generation of the credentials, the
    /// clock offset, and the status of the response. Defaults to `false`.
    ///
    /// It lasts from the call to the response, with the waits for the body and for credentials, and
    /// what the inner service does happens in it. Does nothing for a [`RequestSigner`].
    pub fn request_spans(mut self, spans: bool) -> Self {
        self.request_spans = spans;
        self
    }

    /// Sets where the local time comes from. Defaults to the system's clock.
    ///
    /// The cache that is made of a provider goes by it as well.
    pub fn clock(mut self, now: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.clock = Some(Arc::new(now));
        self
    }

    /// Sets how the cache that is made of a provider refreshes, waits and gives up. Defaults to
    /// [`CacheSettings::new`].
    pub fn cache_settings(mut self, settings: CacheSettings) -> Self {
        self.cache_settings = settings;
        self
    }

    /// Builds the layer.
    ///
    /// # Errors
    ///
    /// Every setting that is not possible: a service or a region that is not a name, a host that is
    /// none, a header that cannot be signed, a payload mode that the service does not take, limits
    /// that contradict each other, a variable that is missing in the environment.
    pub fn build(self) -> Result<SigV4Layer, Error> {
        self.build_signer().map(SigV4Layer::from)
    }

    /// Builds a signer, for clients that are no tower service.
    ///
    /// # Errors
    ///
    /// As [`build`](Self::build).
    pub fn build_signer(self) -> Result<RequestSigner, Error> {
        self.checked().map(RequestSigner::new)
    }
}

impl fmt::Debug for SigV4LayerBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigV4LayerBuilder").finish_non_exhaustive()
    }
}
