use std::{sync::Arc, time::SystemTime};

use http::HeaderName;
use http_sigv4::{Profile, Signer, SigningScope};
use tower_layer::Layer;

use crate::{
    CredentialsCache, EnvironmentCredentials, Error, HostPolicy, PayloadMode, SigV4, clock::Clock,
    credentials::Environment, error::Kind, payload::Budget,
};

/// Signs every request on its way to an HTTP client. See the [crate's guide](crate).
///
/// The layer is its own builder, and cheap to clone. One layer is one cache of credentials: every
/// service that it makes, and every clone of the layer and of those services, shares it.
///
/// ```
/// use aws_credential_types::Credentials;
/// use tower_sigv4::SigV4Layer;
///
/// let provider = Credentials::new("AKIDEXAMPLE", "secret", None, None, "example");
/// let layer = SigV4Layer::new("execute-api", "eu-west-1", provider)?
///     .allow_host("api.example.com")?
///     .body_limit(64 * 1024);
/// # Ok::<_, tower_sigv4::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct SigV4Layer {
    config: Arc<Config>,
}

/// What a layer, its services and their requests share.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    /// `None` where each request's host tells it.
    pub(crate) scope: Option<SigningScope>,
    pub(crate) signer: Signer,
    /// `None` for what the service's profile asks for.
    pub(crate) payload: Option<PayloadMode>,
    pub(crate) hosts: HostPolicy,
    pub(crate) credentials: CredentialsCache,
    pub(crate) body_limit: usize,
    pub(crate) budget: Budget,
    pub(crate) clock: Clock,
}

impl SigV4Layer {
    /// The [`body_limit`](Self::body_limit) unless another is set: 10 MiB, which is also the most
    /// that API Gateway takes.
    pub const DEFAULT_BODY_LIMIT: usize = 10 * 1024 * 1024;

    /// The [`total_body_limit`](Self::total_body_limit) unless another is set: 64 MiB.
    pub const DEFAULT_TOTAL_BODY_LIMIT: usize = 64 * 1024 * 1024;

    /// Signs for a service, by its signing name, in a region, with credentials from any provider
    /// or from a [`CredentialsCache`].
    ///
    /// The service's own [`Profile`] applies; see [`profile`](Self::profile) to choose another.
    ///
    /// # Errors
    ///
    /// A service or a region that is not a name.
    pub fn new(
        service: &str,
        region: &str,
        credentials: impl Into<CredentialsCache>,
    ) -> Result<Self, Error> {
        let scope = SigningScope::new(service, region)?;
        let signer = Signer::new(Profile::for_service(service));
        Ok(Self::with_scope(Some(scope), signer, credentials.into()))
    }

    /// Signs for the service and the region that each request's host tells, with that service's own
    /// [`Profile`]. For a client that calls several of AWS's services.
    ///
    /// A host that does not tell both, such as a custom domain, is refused, unless the request's
    /// [`SigningOptions`](crate::SigningOptions) give them. See [`Endpoint`](http_sigv4::Endpoint)
    /// for what is known.
    ///
    /// ```
    /// use tower_sigv4::{EnvironmentCredentials, SigV4Layer};
    ///
    /// let layer = SigV4Layer::detect(EnvironmentCredentials::new());
    /// ```
    pub fn detect(credentials: impl Into<CredentialsCache>) -> Self {
        Self::with_scope(None, Signer::new(Profile::STANDARD), credentials.into())
    }

    fn with_scope(
        scope: Option<SigningScope>,
        signer: Signer,
        credentials: CredentialsCache,
    ) -> Self {
        Self {
            config: Arc::new(Config {
                scope,
                signer,
                payload: None,
                hosts: HostPolicy::new(),
                clock: credentials.clock().clone(),
                credentials,
                body_limit: Self::DEFAULT_BODY_LIMIT,
                budget: Budget::new(Self::DEFAULT_TOTAL_BODY_LIMIT),
            }),
        }
    }

    /// Signs for a service with the region and the keys of the environment, as a Lambda function
    /// has them.
    ///
    /// Reads `AWS_REGION` or else `AWS_DEFAULT_REGION`, and [`EnvironmentCredentials`].
    ///
    /// # Errors
    ///
    /// A variable that is missing; the error says which.
    pub fn from_env(service: &str) -> Result<Self, Error> {
        Self::from_environment(service, Environment::default())
    }

    fn from_environment(service: &str, environment: Environment) -> Result<Self, Error> {
        let region = match environment.read("AWS_REGION")? {
            Some(region) => region,
            None => environment
                .read("AWS_DEFAULT_REGION")?
                .ok_or(Kind::MissingVariable("AWS_REGION (or AWS_DEFAULT_REGION)"))?,
        };
        let credentials = EnvironmentCredentials::from(environment);
        credentials.read()?;
        Self::new(service, &region, credentials)
    }

    /// Allows one more host, besides AWS's own hosts of the service and region. See
    /// [`HostPolicy::allow_host`].
    ///
    /// # Errors
    ///
    /// A text that is not a host name or an IP address.
    pub fn allow_host(mut self, host: &str) -> Result<Self, Error> {
        let config = self.config_mut();
        config.hosts = std::mem::take(&mut config.hosts).allow_host(host)?;
        Ok(self)
    }

    /// Allows the loopback interface, for local gateways and emulators. See
    /// [`HostPolicy::allow_loopback`].
    pub fn allow_loopback(mut self, allow: bool) -> Self {
        let config = self.config_mut();
        config.hosts = std::mem::take(&mut config.hosts).allow_loopback(allow);
        self
    }

    /// Sets which hosts may be signed for, and over which transport.
    pub fn host_policy(mut self, hosts: HostPolicy) -> Self {
        self.config_mut().hosts = hosts;
        self
    }

    /// Sets how signatures cover bodies.
    ///
    /// # Errors
    ///
    /// A mode that the service does not take. Where the service is only [known with the
    /// request](Self::detect), it is the request that fails.
    pub fn payload(mut self, mode: PayloadMode) -> Result<Self, Error> {
        if self.config.scope.is_some() {
            check_payload(mode, self.config.signer.profile())?;
        }
        self.config_mut().payload = Some(mode);
        Ok(self)
    }

    /// Sets another profile than the service's own, and with it that profile's payload mode.
    ///
    /// For services that only speak the protocol of another, as an object store speaks S3's. Not for
    /// services that are [detected](Self::detect), which have their own.
    pub fn profile(mut self, profile: Profile) -> Self {
        let config = self.config_mut();
        config.signer = config.signer.clone().with_profile(profile);
        config.payload = None;
        self
    }

    /// Signs a header too, wherever a request has it. See [`Signer::sign_header`].
    ///
    /// # Errors
    ///
    /// A header that changes on its way.
    pub fn sign_header(mut self, name: HeaderName) -> Result<Self, Error> {
        let config = self.config_mut();
        config.signer = config.signer.clone().sign_header(name)?;
        Ok(self)
    }

    /// Signs for the host that the service sees, where that is not the one that requests are sent
    /// to: behind a CDN of one's own, or through a VPC endpoint. See [`Signer::signing_host`].
    ///
    /// The host that requests are sent to has to be allowed all the same, and so has the one of a
    /// `Host` header.
    ///
    /// # Errors
    ///
    /// A text that is not a host with, at most, a port.
    pub fn signing_host(mut self, host: &str) -> Result<Self, Error> {
        let config = self.config_mut();
        let signer = config.signer.clone().signing_host(host);
        config.signer = signer.map_err(Error::configuration)?;
        Ok(self)
    }

    /// Sets how many bytes of one body are held for its hash; a larger body is an error, and
    /// nothing of it is sent.
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.config_mut().body_limit = bytes;
        self
    }

    /// Sets how many bytes of all bodies together are held for their hashes, with 32 more for each
    /// piece they came in. A request over it fails at once; it does not wait for the others.
    ///
    /// What a body has at hand when its request is made is in memory anyway, and does not count.
    pub fn total_body_limit(mut self, bytes: usize) -> Self {
        self.config_mut().budget = Budget::new(bytes);
        self
    }

    /// Sets where the time comes from, which is the clock of the
    /// [`CredentialsCache`](crate::CacheSettings::clock) otherwise, and so the system's.
    pub fn clock(mut self, now: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.config_mut().clock = Clock::new(now);
        self
    }

    /// How many seconds ahead of the local clock the servers' time is, as far as is known; negative
    /// where it is behind.
    ///
    /// Zero, until a service refuses a signature and the `Date` of its answer is minutes away. From
    /// then on requests are signed with the servers' time, by every client of this layer and of the
    /// same [`CredentialsCache`]. It is zero again when the clock has been set right.
    pub fn clock_offset(&self) -> i64 {
        self.config.clock.offset()
    }

    /// The credentials that it signs with: to load them at start-up, or to look at their
    /// [`stats`](CredentialsCache::stats).
    pub fn credentials(&self) -> &CredentialsCache {
        &self.config.credentials
    }

    fn config_mut(&mut self) -> &mut Config {
        Arc::make_mut(&mut self.config)
    }
}

impl<S> Layer<S> for SigV4Layer {
    type Service = SigV4<S>;

    fn layer(&self, inner: S) -> SigV4<S> {
        SigV4::with_config(inner, Arc::clone(&self.config))
    }
}

pub(crate) fn check_payload(mode: PayloadMode, profile: Profile) -> Result<(), Error> {
    let fits = match mode {
        PayloadMode::Unsigned => profile.allows_unsigned_payload(),
        _ => !profile.requires_unsigned_payload(),
    };
    match fits {
        true => Ok(()),
        false => Err(Kind::PayloadMode.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEYS: [(&str, &str); 2] = [
        ("AWS_ACCESS_KEY_ID", "AKID"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
    ];

    fn from_environment(variables: &[(&'static str, &'static str)]) -> Result<SigV4Layer, Error> {
        let variables = [&KEYS, variables].concat();
        SigV4Layer::from_environment("execute-api", Environment::Of(variables))
    }

    #[test]
    fn the_region_comes_from_aws_region_or_else_from_aws_default_region() {
        for (variables, region) in [
            (
                &[("AWS_REGION", "eu-west-1"), ("AWS_DEFAULT_REGION", "x")][..],
                "eu-west-1",
            ),
            (&[("AWS_DEFAULT_REGION", "eu-west-2")], "eu-west-2"),
            (
                &[("AWS_REGION", ""), ("AWS_DEFAULT_REGION", "eu-west-2")],
                "eu-west-2",
            ),
        ] {
            let layer = from_environment(variables).unwrap();
            assert_eq!(layer.config.scope.as_ref().unwrap().region(), region);
        }
    }

    #[test]
    fn a_missing_region_and_a_missing_key_are_named() {
        let error = from_environment(&[]).unwrap_err();
        assert!(error.to_string().contains("AWS_REGION"), "{error}");
        let region = Environment::Of(vec![("AWS_REGION", "eu-west-1")]);
        let error = SigV4Layer::from_environment("execute-api", region).unwrap_err();
        assert!(error.to_string().contains("AWS_ACCESS_KEY_ID"), "{error}");
    }

    #[test]
    fn a_payload_mode_that_the_service_does_not_take_is_refused_when_the_layer_is_built() {
        let keys = EnvironmentCredentials::new();
        let api = SigV4Layer::new("execute-api", "us-east-1", keys.clone()).unwrap();
        assert!(
            api.payload(PayloadMode::Unsigned)
                .unwrap_err()
                .is_configuration()
        );
        let lattice = SigV4Layer::new("vpc-lattice-svcs", "us-east-1", keys.clone()).unwrap();
        assert!(
            lattice
                .payload(PayloadMode::Buffered)
                .unwrap_err()
                .is_configuration()
        );
        let s3 = SigV4Layer::new("s3", "us-east-1", keys).unwrap();
        assert!(s3.payload(PayloadMode::Unsigned).is_ok());
    }

    #[test]
    fn names_are_checked_when_the_layer_is_built() {
        for (service, region) in [("execute-api", "us-east-1/"), ("", "us-east-1")] {
            let error = SigV4Layer::new(service, region, EnvironmentCredentials::new());
            assert!(error.unwrap_err().is_configuration());
        }
    }
}
