use std::sync::Arc;

use http_sigv4::{Profile, Signer, SigningScope};

use super::{ScopeSetting, SigV4LayerBuilder};
use crate::{
    Error,
    body::Settings,
    clock::Clock,
    config::{Config, Observations, Scope},
    error::Kind,
    host_policy::{HostPolicy, parse_named, parse_parent},
};

impl SigV4LayerBuilder {
    /// Checks everything at once.
    ///
    /// # Errors
    ///
    /// Everything that is wrong.
    pub(super) fn checked(self) -> Result<Config, Error> {
        let mut problems = Vec::new();
        let scope = self.scope(&mut problems);
        // Whatever the scope, all else is checked as well.
        let config = self.config(scope.unwrap_or_else(Scope::detected), &mut problems);
        match problems.is_empty() {
            true => Ok(config),
            false => Err(Error::from_problems(problems)),
        }
    }

    /// Makes a configuration, and collects what is wrong with it.
    pub(crate) fn config(self, scope: Scope, problems: &mut Vec<Error>) -> Config {
        let service = self.service().map(String::from);
        let signer = self.signer(problems);
        let hosts = self.hosts(problems);
        if let (Some(one), Some(total)) = (self.body_limit, self.total_body_limit)
            && one > total
        {
            problems.push(Kind::BodyLimits { one, total }.into());
        }
        let (clock, cache_settings) = match self.clock {
            Some(clock) => {
                let local = Arc::clone(&clock);
                (
                    Clock::new(clock),
                    self.cache_settings.clock(move || local()),
                )
            }
            None => (Clock::default(), self.cache_settings),
        };
        let config = Config {
            scope,
            signer,
            payload: self.payload,
            #[cfg(feature = "chunked")]
            checksum: self.checksum,
            hosts: Arc::new(hosts),
            credentials: (self.credentials)(cache_settings),
            bodies: Settings::new(self.body_limit, self.total_body_limit, self.body_timeout),
            clock,
            retry_rejected: self.retry_rejected,
            request_spans: self.request_spans,
            observations: Arc::new(Observations::default()),
        };
        // Where the service is only known with the request, it is the request that fails.
        if let Some(service) = service {
            problems.extend(config.payload_mode(&service).err());
        }
        config
    }

    fn scope(&self, problems: &mut Vec<Error>) -> Option<Scope> {
        let scope = match &self.scope {
            ScopeSetting::Detected => {
                if self.profile.is_some() {
                    problems.push(Kind::ProfileOfDetected.into());
                }
                return Some(Scope::detected());
            }
            ScopeSetting::Fixed { service, region } => {
                SigningScope::new(service, region).map_err(Error::from)
            }
            ScopeSetting::FromEnvironment {
                service,
                environment,
            } => {
                let keys = environment.credentials().read();
                let is_elsewhere = environment.credentials().elsewhere().is_some();
                problems.extend(keys.err().map(|error| {
                    Kind::Environment {
                        error,
                        is_elsewhere,
                    }
                    .into()
                }));
                let region = environment.region();
                region.and_then(|region| Ok(SigningScope::new(service, &region)?))
            }
            #[cfg(feature = "aws-config")]
            ScopeSetting::FromChain { service, region } => match region {
                Some(region) => SigningScope::new(service, region).map_err(Error::from),
                None => Err(Kind::MissingRegionOfChain.into()),
            },
        };
        scope
            .map_err(|problem| problems.push(problem))
            .ok()
            .map(Scope::Fixed)
    }

    /// The service, unless it is detected.
    fn service(&self) -> Option<&str> {
        match &self.scope {
            ScopeSetting::Fixed { service, .. } | ScopeSetting::FromEnvironment { service, .. } => {
                Some(service)
            }
            #[cfg(feature = "aws-config")]
            ScopeSetting::FromChain { service, .. } => Some(service),
            ScopeSetting::Detected => None,
        }
    }

    fn signer(&self, problems: &mut Vec<Error>) -> Signer {
        let service_profile = self
            .service()
            .map_or(Profile::STANDARD, Profile::for_service);
        let profile = self.profile.unwrap_or(service_profile);
        let mut signer = Signer::new(profile).rewrite_plus(self.rewrite_plus);
        for name in &self.signed_headers {
            match signer.clone().sign_header(name.clone()) {
                Ok(with_header) => signer = with_header,
                Err(problem) => problems.push(problem.into()),
            }
        }
        if let Some(to) = &self.moved_authorization {
            match signer.clone().move_authorization(to.clone()) {
                Ok(moving) => signer = moving,
                Err(problem) => problems.push(problem.into()),
            }
        }
        if let Some(host) = &self.signing_host {
            match signer.clone().signing_host(host) {
                Ok(with_host) => signer = with_host,
                Err(problem) => problems.push(problem.into()),
            }
        }
        if let Some(prefix) = &self.signing_path_prefix {
            match signer.clone().signing_path_prefix(prefix) {
                Ok(with_prefix) => signer = with_prefix,
                Err(problem) => problems.push(problem.into()),
            }
        }
        signer
    }

    fn hosts(&self, problems: &mut Vec<Error>) -> HostPolicy {
        let mut parse_all = |texts: &[Box<str>], parse: fn(&str) -> Result<_, Kind>| {
            let mut hosts = Vec::new();
            for text in texts {
                match parse(text) {
                    Ok(host) => hosts.push(host),
                    Err(problem) => problems.push(problem.into()),
                }
            }
            hosts
        };
        HostPolicy {
            named: parse_all(&self.named, parse_named),
            parents: parse_all(&self.parents, parse_parent),
            loopback: self.loopback,
            plain_http: self.plain_http,
            relative_uri: self.relative_uri,
            unlisted: self.unlisted,
        }
    }
}
