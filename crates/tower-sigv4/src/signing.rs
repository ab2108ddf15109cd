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
use http_sigv4::{ExpiresIn, Payload, Presigner, SignError};

#[cfg(feature = "explain")]
use crate::explain::{CaptureRequest, Captured};
use crate::{
    Error, PayloadMode, SignedRequest,
    clock::shifted,
    config::{Config, Observations},
    decision::Decision,
    error::Kind,
    keys::SigningKeys,
    telemetry::{self, Signature},
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
    /// What the request says of frames in its body.
    framing: Result<Option<Payload>, SignError>,
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
    pub(crate) fn new(
        decision: Arc<Decision>,
        framing: Result<Option<Payload>, SignError>,
    ) -> Self {
        Self {
            decision,
            framing,
            get: None,
        }
    }

    /// Returns how the signature covers the body.
    ///
    /// That is what was set, but for a request whose `x-amz-content-sha256` says that the body is sent
    /// in frames: [`PayloadMode::StreamingUnsignedTrailer`].
    pub fn payload_mode(&self) -> PayloadMode {
        match self.framing {
            // To take them for a plain body would make an object of the frames.
            Ok(Some(_)) => PayloadMode::StreamingUnsignedTrailer,
            Ok(None) | Err(_) => self.decision.payload_mode,
        }
    }

    /// Signs if credentials are at hand.
    ///
    /// The time of the signature is that of this call: read the body first.
    ///
    /// # Errors
    ///
    /// A request that has no certain signature, or credentials that could not be loaded. `parts` is
    /// then unchanged.
    #[inline]
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
        let mut presigner = Presigner::new(self.config().signer.clone(), expires_in)?;
        // There is no body here that could be read. No URL is for frames, which the presigner refuses.
        if let Some(payload) = self.decision.payload_mode.payload() {
            presigner = presigner.payload(payload);
        }
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
        let ends_at = match expires_in.ends_at(&key, now) {
            // Expired by the host's clock too, if that is known.
            Err(error) if error.is_expiry() && credentials.is_expired() => {
                let kind = Kind::ExpiredCredentials;
                return Err(Error::of_stale(kind, &config.credentials));
            }
            ends_at => ends_at?,
        };
        presigner.sign(parts, &key, now)?;
        Ok(ends_at)
    }

    /// Starts a load of credentials if one is due, and waits for nothing.
    pub(crate) fn start_load(&self) {
        // Dropping the lookup leaves the load alone.
        drop(self.config().credentials.get());
    }

    /// Refuses a body in frames that no signature honours, before anything is read of it.
    pub(crate) fn check_framing(&self) -> Result<(), Error> {
        const FRAMES: PayloadMode = PayloadMode::StreamingUnsignedTrailer;
        match &self.framing {
            Ok(None) => Ok(()),
            Ok(Some(_)) if FRAMES.fits(self.config().signer.profile()) => Ok(()),
            Ok(Some(_)) => {
                let service = self.decision.scope.service().into();
                Err(Kind::FramesRefused { service }.into())
            }
            // The caller says what no header does. If one says something else, the signer refuses.
            Err(_) if self.decision.payload_mode == FRAMES => Ok(()),
            Err(error) => Err(error.clone().into()),
        }
    }

    /// Refuses what can be told of a body before it is read.
    pub(crate) fn check_body(&self, headers: &HeaderMap, body: &impl Body) -> Result<(), Error> {
        self.check_framing()?;
        let is_empty = body.is_end_stream();
        if !is_empty && headers.contains_key(UPGRADE) {
            return Err(Kind::UpgradeWithBody.into());
        }
        // A client sends a body whose length it does not know in chunks, which S3 does not take,
        // unless the frames in them come with the length of what they hold.
        let has_length = is_empty
            || body.size_hint().exact().is_some()
            || headers.contains_key(CONTENT_LENGTH)
            || match self.payload_mode() {
                PayloadMode::Buffered => true,
                PayloadMode::StreamingUnsignedTrailer => {
                    headers.contains_key("x-amz-decoded-content-length")
                }
                PayloadMode::Precomputed(_) | PayloadMode::Unsigned => false,
                // Another method's body is buffered.
                #[cfg(feature = "chunked")]
                PayloadMode::Chunked(_) => true,
            };
        match self.config().signer.profile().allows_signed_chunks() && !has_length {
            true => Err(Kind::UnknownLength.into()),
            false => Ok(()),
        }
    }

    pub(crate) fn config(&self) -> &Config {
        &self.decision.config
    }

    pub(crate) fn decision(&self) -> &Decision {
        &self.decision
    }

    /// The same request, to be signed another time.
    pub(crate) fn again(&self) -> Self {
        Self {
            decision: Arc::clone(&self.decision),
            framing: self.framing.clone(),
            get: None,
        }
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
        let captured = match parts.extensions.remove() {
            Some(CaptureRequest) => {
                let prepared = config.signer.prepare(parts, &key, payload, now)?;
                let captured = Box::new(Captured::new(prepared.canonical_request(), now));
                prepared.apply()?;
                Some(captured)
            }
            None => {
                config.signer.sign(parts, &key, payload, now)?;
                None
            }
        };
        #[cfg(not(feature = "explain"))]
        config.signer.sign(parts, &key, payload, now)?;
        telemetry::signed(&Signature {
            host,
            scope,
            credentials,
            payload,
            time: sent,
            offset,
        });
        Ok(SignedRequest {
            generation: credentials.generation(),
            access_key,
            sent,
            offset,
            decision: self.decision,
            #[cfg(feature = "chunked")]
            chunk_key: is_framed(payload).then(|| key.to_arc()),
            #[cfg(feature = "explain")]
            captured,
        })
    }

    #[cold]
    fn rejected(&self) -> Error {
        let host = self.decision.host.to_string().into();
        Error::of_stale(
            Kind::RejectedCredentials { host },
            &self.config().credentials,
        )
    }
}

/// Whether the body is sent in frames, which continue the signature where they are signed.
#[cfg(feature = "chunked")]
fn is_framed(payload: Payload) -> bool {
    !matches!(payload, Payload::Sha256(_) | Payload::Unsigned)
}
