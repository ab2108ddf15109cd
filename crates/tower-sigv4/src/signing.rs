//! One request's signing: the layer's settings with the request's own options over them.

use std::{borrow::Cow, sync::Arc};

use http::{
    HeaderMap, Request,
    header::{CONTENT_LENGTH, UPGRADE},
    request::Parts,
};
use http_body::Body;
use http_sigv4::{Endpoint, Payload, Profile, Signer, SigningScope};

#[cfg(feature = "explain")]
use crate::explain::{Keep, Signed};
use crate::{
    CredentialsCache, Error, PayloadMode, SigningOptions,
    attempt::Attempt,
    clock::Clock,
    credentials::Snapshot,
    error::Kind,
    guard::{destination, name},
    layer::{Config, check_payload},
};

/// Credentials, scope, rules and payload mode of one request.
pub(crate) struct Signing<'a> {
    pub(crate) credentials: Cow<'a, CredentialsCache>,
    pub(crate) scope: Cow<'a, SigningScope>,
    pub(crate) signer: Cow<'a, Signer>,
    pub(crate) payload: PayloadMode,
}

impl<'a> Signing<'a> {
    /// `None` for a request that is to be forwarded unsigned.
    ///
    /// # Errors
    ///
    /// A host or a transport that may not be signed for, and options that are not possible.
    pub(crate) fn of<B>(
        config: &'a Config,
        request: &Request<B>,
        options: Option<SigningOptions>,
    ) -> Result<Option<Self>, Error> {
        let options = options.unwrap_or_default();
        let mut signer = Cow::Borrowed(&config.signer);
        if let Some(host) = &options.signing_host {
            let named = config.signer.clone().signing_host(host);
            signer = Cow::Owned(named.map_err(Error::configuration)?);
        }
        let uri = request.uri();
        let (destination, passed_on) = destination(uri, request.headers())?;
        let signing = Self::to_host(config, signer, options, destination).and_then(|signing| {
            // A request without any host is the signer's to refuse.
            let signing_host = signing.signer.host_override().map(name).transpose()?;
            let host = destination.or(signing_host);
            for host in host.into_iter().chain(passed_on) {
                config.hosts.check_host(host, &signing.scope)?;
            }
            if let Some(host) = host {
                let profile = signing.signer.profile();
                config.hosts.check_transport(uri, host, profile)?;
            }
            Ok(signing)
        });
        match (signing, destination) {
            (Err(error), Some(host)) if error.refuses(host) && config.hosts.forwards(host) => {
                Ok(None)
            }
            (signing, _) => signing.map(Some),
        }
    }

    fn to_host(
        config: &'a Config,
        mut signer: Cow<'a, Signer>,
        options: SigningOptions,
        destination: Option<&str>,
    ) -> Result<Self, Error> {
        let credentials = match options.credentials {
            Some(credentials) => Cow::Owned(credentials),
            None => Cow::Borrowed(&config.credentials),
        };
        let (scope, profile) = match (&config.scope, &options.service, &options.region) {
            (Some(scope), None, None) => (Cow::Borrowed(scope), None),
            (_, Some(service), Some(region)) => other_scope(service, region)?,
            (Some(scope), Some(service), None) => other_scope(service, scope.region())?,
            (Some(scope), None, Some(region)) => {
                let scope = SigningScope::new(scope.service(), region)?;
                (Cow::Owned(scope), None)
            }
            (None, service, region) => {
                let host = match signer.host_override() {
                    Some(host) => Some(name(host)?),
                    None => destination,
                };
                let (scope, profile) = detected(host)?;
                match (service, region) {
                    (None, None) => (Cow::Owned(scope), Some(profile)),
                    (service, region) => other_scope(
                        service.as_deref().unwrap_or_else(|| scope.service()),
                        region.as_deref().unwrap_or_else(|| scope.region()),
                    )?,
                }
            }
        };
        // A mode of the layer's is for the layer's service.
        let mut payload = config.payload.filter(|_| options.service.is_none());
        if let Some(profile) = profile {
            signer = Cow::Owned(signer.into_owned().with_profile(profile));
        }
        payload = options.payload.or(payload);
        let profile = signer.profile();
        let payload = match payload {
            Some(mode) => check_payload(mode, profile).map(|()| mode)?,
            None if profile.requires_unsigned_payload() => PayloadMode::Unsigned,
            None => PayloadMode::Buffered,
        };
        Ok(Self {
            credentials,
            scope,
            signer,
            payload,
        })
    }

    /// Refuses what can be told of a body before it is read.
    pub(crate) fn check_body(&self, headers: &HeaderMap, body: &impl Body) -> Result<(), Error> {
        let is_empty = body.is_end_stream();
        if headers.contains_key(UPGRADE) && !is_empty {
            return Err(Kind::UpgradeWithBody.into());
        }
        // A client sends a body whose length it does not know in chunks, which S3 does not take.
        let has_length = is_empty
            || self.payload == PayloadMode::Buffered
            || body.size_hint().exact().is_some()
            || headers.contains_key(CONTENT_LENGTH);
        if self.signer.profile() == Profile::S3 && !has_length {
            return Err(Kind::UnknownLength.into());
        }
        Ok(())
    }

    pub(crate) fn into_owned(self) -> Signing<'static> {
        Signing {
            credentials: Cow::Owned(self.credentials.into_owned()),
            scope: Cow::Owned(self.scope.into_owned()),
            signer: Cow::Owned(self.signer.into_owned()),
            payload: self.payload,
        }
    }

    /// Signs with one reading of the clock, taken when everything else is known.
    pub(crate) fn sign(
        &self,
        clock: &Clock,
        snapshot: Arc<Snapshot>,
        parts: &mut Parts,
        payload: Payload,
    ) -> Result<Attempt, Error> {
        let (sent, now) = clock.read();
        let key = snapshot.keys.key(&snapshot.credentials, &self.scope, now)?;
        #[cfg(feature = "explain")]
        let signed = match parts.extensions.remove::<Keep>() {
            Some(Keep) => {
                let request = self.signer.canonical_request(parts, &key, payload, now)?;
                Some(Box::new(Signed::new(request, now)))
            }
            None => None,
        };
        self.signer.sign(parts, &key, payload, now)?;
        Ok(Attempt {
            credentials: self.credentials.clone().into_owned(),
            snapshot,
            clock: clock.clone(),
            sent,
            #[cfg(feature = "explain")]
            signed,
        })
    }
}

fn other_scope(
    service: &str,
    region: &str,
) -> Result<(Cow<'static, SigningScope>, Option<Profile>), Error> {
    let scope = SigningScope::new(service, region)?;
    Ok((Cow::Owned(scope), Some(Profile::for_service(service))))
}

/// What a host tells.
fn detected(host: Option<&str>) -> Result<(SigningScope, Profile), Error> {
    let host = host.ok_or(Kind::UncertainHost)?;
    let detected =
        Endpoint::detect(host).and_then(|endpoint| Ok((endpoint.scope()?, endpoint.profile())));
    detected.map_err(|error| Error::with_source(Kind::UndetectedHost { host: host.into() }, error))
}
