//! One request's signing: the layer's settings with the request's own options over them.

use std::borrow::Cow;

use http::{
    HeaderMap,
    header::{CONTENT_LENGTH, UPGRADE},
    request::Parts,
};
use http_body::Body;
use http_sigv4::{Payload, Profile, Signer, SigningScope};

use crate::{
    CredentialsCache, Error, PayloadMode, SigningOptions,
    credentials::Snapshot,
    error::Kind,
    layer::{Config, check_payload, default_payload},
};

/// Credentials, scope, rules and payload mode of one request.
pub(crate) struct Signing<'a> {
    pub(crate) credentials: Cow<'a, CredentialsCache>,
    pub(crate) scope: Cow<'a, SigningScope>,
    pub(crate) signer: Cow<'a, Signer>,
    pub(crate) payload: PayloadMode,
}

impl<'a> Signing<'a> {
    pub(crate) fn of(config: &'a Config, options: Option<SigningOptions>) -> Result<Self, Error> {
        let mut signing = Self {
            credentials: Cow::Borrowed(&config.credentials),
            scope: Cow::Borrowed(&config.scope),
            signer: Cow::Borrowed(&config.signer),
            payload: config.payload,
        };
        if let Some(options) = options {
            signing.apply(options)?;
        }
        Ok(signing)
    }

    fn apply(&mut self, options: SigningOptions) -> Result<(), Error> {
        if options.service.is_some() || options.region.is_some() {
            let Self { scope, .. } = self;
            let service = options
                .service
                .as_deref()
                .unwrap_or_else(|| scope.service());
            let region = options.region.as_deref().unwrap_or_else(|| scope.region());
            *scope = Cow::Owned(SigningScope::new(service, region)?);
        }
        if let Some(service) = &options.service {
            let profile = Profile::for_service(service);
            self.signer = Cow::Owned(self.signer.clone().into_owned().with_profile(profile));
            self.payload = default_payload(profile);
        }
        if let Some(host) = &options.signing_host {
            let signer = self.signer.clone().into_owned().signing_host(host);
            self.signer = Cow::Owned(signer.map_err(Error::configuration)?);
        }
        if let Some(mode) = options.payload {
            check_payload(mode, self.signer.profile())?;
            self.payload = mode;
        }
        if let Some(credentials) = options.credentials {
            self.credentials = Cow::Owned(credentials);
        }
        Ok(())
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
        config: &Config,
        snapshot: &Snapshot,
        parts: &mut Parts,
        payload: Payload,
    ) -> Result<(), Error> {
        let now = config.clock.now();
        let key = snapshot.keys.key(&snapshot.credentials, &self.scope, now)?;
        Ok(self.signer.sign(parts, &key, payload, now)?)
    }
}
