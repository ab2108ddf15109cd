//! What a signer reads of a request, and what it refuses to sign.

use std::{borrow::Cow, time::SystemTime};

use http::{Method, Uri, request::Parts, uri::Scheme};

use super::Signer;
use crate::{
    Host, Payload, SignError, SigningKey,
    canonical::{
        headers::{SignedHeaders, X_AMZ_S3SESSION_TOKEN},
        path::SignedPath,
        sent::SentHeaders,
    },
    date::AmzDate,
    error::Kind,
    profile::{TokenRule, UnsignedPayload},
    signed_host::SignedHost,
};

impl Signer {
    /// Reads the time, and refuses a request that has no signature by then and with this key.
    pub(crate) fn read_time(
        &self,
        parts: &Parts,
        key: &SigningKey,
        time: SystemTime,
    ) -> Result<AmzDate, SignError> {
        if parts.method == Method::CONNECT {
            return Err(Kind::RequestTarget.into());
        }
        let date = key.date_at(time)?;
        self.check_token(parts, key)?;
        Ok(date)
    }

    /// Reads the headers of a request; those that are signed become a part of `signed`.
    pub(crate) fn read_headers<'a>(
        &self,
        parts: &'a Parts,
        signed: &mut SignedHeaders<'a>,
    ) -> Result<SentHeaders<'a>, SignError> {
        SentHeaders::read(&parts.headers, &self.named_headers, signed)
    }

    /// Reads the host that is signed.
    pub(crate) fn read_host<'a>(
        &'a self,
        parts: &'a Parts,
        sent: &SentHeaders<'a>,
    ) -> Result<SignedHost<'a>, SignError> {
        SignedHost::from_parts(parts, &sent.host, self.signing_host.as_deref())
    }

    /// The path that is signed.
    pub(crate) fn signed_path<'a>(&'a self, uri: &'a Uri) -> SignedPath<'a> {
        SignedPath {
            rule: self.profile.path,
            prefix: self.path_prefix().unwrap_or_default(),
            path: uri.path(),
        }
    }

    /// A session of S3 Express has a token of its own, beside which no other is taken.
    pub(super) fn check_token(&self, parts: &Parts, key: &SigningKey) -> Result<(), SignError> {
        let session = self.profile.token == TokenRule::S3Session
            && parts.headers.contains_key(&X_AMZ_S3SESSION_TOKEN);
        match key.session_token() {
            Some(_) if session => Err(Kind::TwoSessionTokens.into()),
            _ => Ok(()),
        }
    }

    /// The query of the wire.
    pub(crate) fn query<'a>(&self, uri: &'a Uri) -> Option<Cow<'a, str>> {
        uri.query()
            .map(|query| match self.rewrite_plus && query.contains('+') {
                true => Cow::Owned(query.replace('+', "%20")),
                false => Cow::Borrowed(query),
            })
    }

    pub(crate) fn check_payload(
        &self,
        payload: Payload,
        key: &SigningKey,
    ) -> Result<(), SignError> {
        let service = || key.scope().service().into();
        match (payload, self.profile.unsigned_payload) {
            (Payload::Unsigned, UnsignedPayload::Refused) => {
                Err(Kind::UnsignedRefused(service()).into())
            }
            (Payload::Sha256(_), UnsignedPayload::Required) => {
                Err(Kind::UnsignedRequired(service()).into())
            }
            (Payload::StreamingUnsignedTrailer, _) if !self.profile.allows_streaming_payload() => {
                Err(Kind::FramesRefused(service()).into())
            }
            (Payload::StreamingSigned | Payload::StreamingSignedTrailer, _)
                if !self.profile.allows_signed_chunks() =>
            {
                Err(Kind::ChunksRefused(service()).into())
            }
            _ => Ok(()),
        }
    }

    /// Refuses a payload that neither the signature nor the transport covers.
    pub(super) fn check_transport(&self, uri: &Uri, payload: Payload) -> Result<(), SignError> {
        let over_tls = self.profile.unsigned_payload == UnsignedPayload::OverTls;
        if !over_tls || uri.scheme() != Some(&Scheme::HTTP) {
            return Ok(());
        }
        let uncovered = match payload {
            Payload::Sha256(_) | Payload::StreamingSigned | Payload::StreamingSignedTrailer => {
                return Ok(());
            }
            Payload::Unsigned => Kind::UnsignedInClear,
            Payload::StreamingUnsignedTrailer => Kind::FramesInClear,
        };
        match Host::from_uri(uri)? {
            // What never leaves this machine cannot be changed on its way.
            Some(host) if host.is_loopback() => Ok(()),
            _ => Err(uncovered.into()),
        }
    }
}
