use std::sync::Arc;

use credentials_cache::CredentialsCache;
use http::Uri;
#[cfg(feature = "chunked")]
use http_sigv4::chunked::ChecksumAlgorithm;
use http_sigv4::{Endpoint, Host, Profile, SignError, Signer, SigningScope};

use crate::{
    Error, PayloadMode, SigningOptions, body,
    clock::{Clock, Offsets},
    error::Kind,
    host_policy::HostPolicy,
    rejection::RejectedKeys,
};

/// How requests are signed: what a builder built, or what one request's options made of it.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    pub(crate) scope: Scope,
    pub(crate) signer: Signer,
    /// `None` for what the service's profile asks for.
    pub(crate) payload: Option<PayloadMode>,
    /// Sent with bodies for S3.
    #[cfg(feature = "chunked")]
    pub(crate) checksum: Option<ChecksumAlgorithm>,
    pub(crate) hosts: Arc<HostPolicy>,
    pub(crate) credentials: CredentialsCache,
    pub(crate) bodies: body::Settings,
    pub(crate) clock: Clock,
    /// Whether the layer makes a second attempt of its own.
    pub(crate) retry_rejected: bool,
    /// Whether each request has a span.
    pub(crate) request_spans: bool,
    pub(crate) observations: Arc<Observations>,
}

/// What is signed for.
#[derive(Clone, Debug)]
pub(crate) enum Scope {
    Fixed(SigningScope),
    /// What each request's host tells, but for what is set.
    Detected {
        service: Option<Box<str>>,
        region: Option<Box<str>>,
    },
}

/// What the responses of hosts have taught, each about itself.
#[derive(Debug, Default)]
pub(crate) struct Observations {
    pub(crate) offsets: Offsets,
    pub(crate) rejected_keys: RejectedKeys,
}

impl Config {
    /// Returns the configuration of a request with options of its own.
    ///
    /// # Errors
    ///
    /// Options that are not possible.
    pub(crate) fn with_options(&self, options: SigningOptions) -> Result<Self, Error> {
        let mut config = self.clone();
        if let Some(credentials) = options.credentials {
            config.credentials = credentials;
        }
        if let Some(to) = options.moved_authorization {
            config.signer = config.signer.move_authorization(to)?;
        }
        if let Some(host) = &options.signing_host {
            config.signer = config.signer.signing_host(host)?;
        }
        if let Some(prefix) = &options.signing_path_prefix {
            config.signer = config.signer.signing_path_prefix(prefix)?;
        }
        if let Some(service) = &options.service {
            config.signer = config.signer.with_profile(Profile::for_service(service));
            // A mode of the layer's is for the layer's service.
            config.payload = None;
            #[cfg(feature = "chunked")]
            {
                config.checksum = None;
            }
        }
        config.payload = options.payload.or(config.payload);
        #[cfg(feature = "chunked")]
        {
            config.checksum = options.checksum.or(config.checksum);
        }
        let (service, region) = (options.service.as_deref(), options.region.as_deref());
        config.scope = config.scope.with(service, region)?;
        Ok(config)
    }

    /// Returns the configuration for a host that is to tell what is signed for.
    ///
    /// # Errors
    ///
    /// A host that does not tell it.
    pub(crate) fn for_host(
        &self,
        host: Option<&Host<'_>>,
        uri: &Uri,
        service: Option<&str>,
        region: Option<&str>,
    ) -> Result<Detected, Error> {
        let (scope, profile, depends_on_path) = match (service, region) {
            (Some(service), Some(region)) => {
                let scope = SigningScope::new(service, region)?;
                (scope, self.signer.profile(), false)
            }
            _ => {
                let (detected, depends_on_path) = self.detect(host, uri, region)?;
                let scope = SigningScope::new(
                    service.unwrap_or_else(|| detected.service()),
                    region.unwrap_or_else(|| detected.region()),
                )?;
                let profile = Profile::for_service(scope.service());
                (scope, profile, depends_on_path)
            }
        };
        let config = Self {
            scope: Scope::Fixed(scope.clone()),
            signer: self.signer.clone().with_profile(profile),
            ..self.clone()
        };
        Ok(Detected {
            config,
            scope,
            depends_on_path,
        })
    }

    /// Reads what the host that is signed for tells, and whether another path would tell otherwise.
    /// `region` is the one of those that do not tell theirs.
    fn detect(
        &self,
        host: Option<&Host<'_>>,
        uri: &Uri,
        region: Option<&str>,
    ) -> Result<(SigningScope, bool), Error> {
        let host = host.ok_or(Kind::UncertainHost)?;
        // Not `Endpoint::from_uri`: what is signed for may be another host than that of the URI, which
        // may have none.
        let endpoint = Endpoint::from_host(host).map_err(|error| self.undetected(host, error))?;
        let endpoint = endpoint.for_uri(uri, self.signer.path_prefix());
        let scope = match (endpoint.region(), region) {
            (None, Some(region)) if !endpoint.requires_sigv4a() => {
                SigningScope::new(endpoint.service(), region)?
            }
            _ => endpoint
                .scope()
                .map_err(|error| self.undetected(host, error))?,
        };
        Ok((scope, endpoint.depends_on_uri()))
    }

    #[cold]
    fn undetected(&self, host: &Host<'_>, error: SignError) -> Error {
        // A signing host is not where the request goes.
        let permission = match self.signer.host_override() {
            Some(_) => None,
            None => self.hosts.missing_permission(host),
        };
        Kind::UndetectedHost {
            host: host.name().into(),
            error,
            permission,
        }
        .into()
    }

    /// Returns how the signature covers the body.
    ///
    /// # Errors
    ///
    /// A mode, or a checksum, that the service does not take.
    pub(crate) fn payload_mode(&self, service: &str) -> Result<PayloadMode, Error> {
        let profile = self.signer.profile();
        #[cfg(feature = "chunked")]
        if self.checksum.is_some() && !profile.allows_signed_chunks() {
            let service = service.into();
            return Err(Kind::ChecksumRefused { service }.into());
        }
        match self.payload {
            None => Ok(PayloadMode::for_profile(profile)),
            Some(mode) if mode.fits(profile) => {
                #[cfg(feature = "chunked")]
                mode.check()?;
                Ok(mode)
            }
            Some(mode) => Err(Kind::PayloadMode {
                mode: mode.name(),
                service: service.into(),
                instead: PayloadMode::for_profile(profile).name(),
            }
            .into()),
        }
    }
}

impl Scope {
    /// All that each request's host tells.
    pub(crate) fn detected() -> Self {
        Self::Detected {
            service: None,
            region: None,
        }
    }

    fn with(self, service: Option<&str>, region: Option<&str>) -> Result<Self, Error> {
        Ok(match self {
            Self::Fixed(scope) if service.is_none() && region.is_none() => Self::Fixed(scope),
            Self::Fixed(scope) => Self::Fixed(SigningScope::new(
                service.unwrap_or_else(|| scope.service()),
                region.unwrap_or_else(|| scope.region()),
            )?),
            Self::Detected { .. } => Self::Detected {
                service: service.map(Into::into),
                region: region.map(Into::into),
            },
        })
    }
}

/// A configuration for what a host has told.
pub(crate) struct Detected {
    pub(crate) config: Config,
    pub(crate) scope: SigningScope,
    /// Whether another path at the same host may be another service's.
    pub(crate) depends_on_path: bool,
}
