use std::{
    future::{Future, poll_fn},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::SystemTime,
};

use credentials_cache::{CachedCredentials, Get};
use http::{
    HeaderMap,
    header::{CONTENT_LENGTH, UPGRADE},
    request::Parts,
};
use http_body::Body;
use http_sigv4::{ExpiresIn, Payload, Presigner, Profile};

#[cfg(feature = "explain")]
use crate::explain::{CaptureRequest, Captured};
use crate::{
    Error, PayloadMode, SignedRequest,
    clock::shifted,
    config::{Config, Observations},
    decision::Decision,
    error::Kind,
    keys::SigningKeys,
};

/// One request on its way to its signature: it may be signed, and it is settled for what, with whose
/// credentials, and how the signature covers the body.
///
/// [`RequestSigner::begin`](crate::RequestSigner::begin) makes it. Read the body as
/// [`payload_mode`](Self::payload_mode) asks, then [`sign`](Self::sign).
#[derive(Debug)]
#[must_use = "a request is not signed by beginning"]
pub struct Signing {
    decision: Arc<Decision>,
    get: Option<Get>,
}

/// What came of an attempt to sign at once.
#[derive(Debug)]
#[non_exhaustive]
pub enum TrySign {
    /// The request is signed.
    Signed(SignedRequest),
    /// There are no credentials at hand; they are being loaded. [`Signing::sign`] waits for them.
    Waiting(Signing),
}

impl Signing {
    pub(crate) fn new(decision: Arc<Decision>) -> Self {
        Self {
            decision,
            get: None,
        }
    }

    /// Returns how the signature covers the body.
    pub fn payload_mode(&self) -> PayloadMode {
        self.decision.payload_mode
    }

    /// Signs if credentials are at hand.
    ///
    /// The time of the signature is that of this call: read the body first.
    ///
    /// # Errors
    ///
    /// A request that has no certain signature, or credentials that could not be loaded. `parts` is
    /// then unchanged.
    pub fn try_sign(mut self, parts: &mut Parts, payload: Payload) -> Result<TrySign, Error> {
        match self.config().credentials.get().try_into_ready() {
            Ok(credentials) => {
                let signed = self.sign_with(&credentials?, parts, payload)?;
                Ok(TrySign::Signed(signed))
            }
            Err(get) => {
                self.get = Some(get);
                Ok(TrySign::Waiting(self))
            }
        }
    }

    /// Signs as soon as there are credentials.
    ///
    /// # Errors
    ///
    /// As [`try_sign`](Self::try_sign).
    ///
    /// # Cancellation
    ///
    /// Dropping the future leaves the request unsigned, and the load of the credentials alone.
    pub async fn sign(
        mut self,
        parts: &mut Parts,
        payload: Payload,
    ) -> Result<SignedRequest, Error> {
        let credentials = poll_fn(|cx| self.poll_credentials(cx)).await?;
        self.sign_with(&credentials, parts, payload)
    }

    /// Presigns as soon as there are credentials.
    pub(crate) async fn presign(
        mut self,
        parts: &mut Parts,
        expires_in: ExpiresIn,
    ) -> Result<SystemTime, Error> {
        let presigner = Presigner::new(self.config().signer.clone(), expires_in)?;
        let credentials = poll_fn(|cx| self.poll_credentials(cx)).await?;
        let Decision {
            config,
            scope,
            host,
            ..
        } = &*self.decision;
        let sent = config.clock.now();
        let now = shifted(sent, config.observations.offsets.offset(host, sent));
        let key = SigningKeys::key(&credentials, scope, now)?;
        let ends_at = expires_in.ends_at(&key, now)?;
        presigner.sign(parts, &key, now)?;
        Ok(ends_at)
    }

    /// Starts a load of credentials if one is due, and waits for nothing.
    pub(crate) fn start_load(&self) {
        // Dropping the lookup leaves the load alone.
        drop(self.config().credentials.get());
    }

    /// Refuses what can be told of a body before it is read.
    pub(crate) fn check_body(&self, headers: &HeaderMap, body: &impl Body) -> Result<(), Error> {
        let is_empty = body.is_end_stream();
        if headers.contains_key(UPGRADE) && !is_empty {
            return Err(Kind::UpgradeWithBody.into());
        }
        // A client sends a body whose length it does not know in chunks, which S3 does not take.
        let has_length = is_empty
            || self.decision.payload_mode == PayloadMode::Buffered
            || body.size_hint().exact().is_some()
            || headers.contains_key(CONTENT_LENGTH);
        match self.config().signer.profile() == Profile::S3 && !has_length {
            true => Err(Kind::UnknownLength.into()),
            false => Ok(()),
        }
    }

    pub(crate) fn config(&self) -> &Config {
        &self.decision.config
    }

    pub(crate) fn poll_credentials(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Result<CachedCredentials, Error>> {
        let credentials = &self.decision.config.credentials;
        let get = self.get.get_or_insert_with(|| credentials.get());
        let result = ready!(Pin::new(get).poll(cx));
        self.get = None;
        Poll::Ready(result.map_err(Into::into))
    }

    /// Signs with one reading of the clock, taken when everything else is known.
    pub(crate) fn sign_with(
        self,
        credentials: &CachedCredentials,
        parts: &mut Parts,
        payload: Payload,
    ) -> Result<SignedRequest, Error> {
        let Decision {
            config,
            scope,
            host,
            ..
        } = &*self.decision;
        let Observations {
            offsets,
            rejected_keys,
        } = &*config.observations;
        let access_key = SigningKeys::access_key(credentials);
        if credentials.is_expired() && rejected_keys.contains(host, access_key) {
            return Err(self.rejected());
        }
        let sent = config.clock.now();
        let offset = offsets.offset(host, sent);
        let now = shifted(sent, offset);
        let key = SigningKeys::key(credentials, scope, now)?;
        #[cfg(feature = "explain")]
        let capture = parts.extensions.remove::<CaptureRequest>();
        let prepared = config.signer.prepare(parts, &key, payload, now)?;
        #[cfg(feature = "explain")]
        let captured = capture
            .map(|CaptureRequest| Box::new(Captured::new(prepared.canonical_request(), now)));
        prepared.apply()?;
        Ok(SignedRequest {
            generation: credentials.generation(),
            access_key,
            sent,
            offset,
            decision: self.decision,
            #[cfg(feature = "explain")]
            captured,
        })
    }

    #[cold]
    fn rejected(&self) -> Error {
        let host = self.decision.host.to_string().into();
        let kind = Kind::RejectedCredentials { host };
        match self.config().credentials.last_error() {
            Some(error) => Error::with_source(kind, error),
            None => kind.into(),
        }
    }
}
