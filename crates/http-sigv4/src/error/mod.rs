mod kind;
#[cfg(test)]
mod tests;

use std::{error::Error, fmt};

pub(crate) use self::kind::Kind;

/// Why a request was not signed.
///
/// The request is then as it was: signing is all or nothing. The message names the input that is at
/// fault and what to do about it; it never holds a secret, a session token or a header's value.
///
/// The predicates tell what kind of failure it is; more kinds may come.
#[derive(Clone, Debug)]
pub struct SignError {
    kind: Kind,
}

impl SignError {
    /// Returns whether the request is at fault: its target, its host or a header.
    pub fn is_request(&self) -> bool {
        use Kind::*;
        matches!(
            self.kind,
            RequestTarget
                | AmbiguousPath
                | PathAbovePrefix
                | AlreadyPresigned
                | MissingHost
                | InvalidHost(_)
                | HostMismatch { .. }
                | SeveralHosts
                | HeaderValue(_)
                | NominatedByConnection(_)
                | TooManyHeaders
                | TooManyLines { .. }
                | UriTooLong
                | ReservedParameter(_)
                | TwoSessionTokens
                | MovedAuthorization(_)
                | InboundSignature
        )
    }

    /// Returns whether the request carries a signature in its query already, as a presigned URL
    /// does.
    pub fn is_already_signed(&self) -> bool {
        matches!(self.kind, Kind::AlreadyPresigned)
    }

    /// Returns whether the credentials are at fault: a key or a token that no request can carry.
    pub fn is_credentials(&self) -> bool {
        use Kind::*;
        matches!(self.kind, AccessKeyId | SecretAccessKey | SessionToken)
    }

    /// Returns whether the time is at fault: the clock itself, or a key that was derived for
    /// another day.
    pub fn is_clock(&self) -> bool {
        matches!(self.kind, Kind::Clock | Kind::KeyOfAnotherDay)
    }

    /// Returns whether the lifetime of a presigned URL or a token is at fault: one that AWS does
    /// not take, or that outlives the credentials.
    pub fn is_expiry(&self) -> bool {
        match self.kind {
            Kind::ExpiresIn(_) | Kind::OutlivesCredentials => true,
            #[cfg(feature = "tokens")]
            Kind::TokenExpiresIn { .. } => true,
            _ => false,
        }
    }

    /// Returns whether the payload is at fault: one that the service does not take, that is not
    /// what the request says of its body, or no payload at all.
    pub fn is_payload(&self) -> bool {
        use Kind::*;
        matches!(
            self.kind,
            UnsignedRefused(_) | UnsignedRequired(_) | UnsignedInClear | PayloadText
        ) || self.is_framing()
    }

    /// Returns whether the payload is at fault because the request's body is sent in frames, as
    /// `aws-chunked`, and no signature honours them. The same body sent plain could be signed.
    pub fn is_framing(&self) -> bool {
        use Kind::*;
        matches!(
            self.kind,
            FramesRefused(_)
                | ChunksRefused(_)
                | SignedChunks(_)
                | MarkerWithoutPayload
                | FramesWithoutMarker
                | FramesInClear
                | FramesPresigned
        )
    }

    /// Returns whether a setting is at fault: a service or region that is not a name, a header that
    /// cannot be signed, a signing host that is not a host or a path prefix that is not a path,
    /// something that a token cannot be made for.
    pub fn is_configuration(&self) -> bool {
        match self.kind {
            Kind::ScopeName(..) | Kind::NeverSigned(_) | Kind::InboundCredentials => true,
            Kind::SigningHost(_) | Kind::PathPrefix(_) | Kind::MovedOntoSignature(_) => true,
            #[cfg(feature = "sigv4a")]
            Kind::RegionSet => true,
            #[cfg(feature = "tokens")]
            Kind::KeyOfAnotherService(_) | Kind::Token(_) | Kind::FormField(_) => true,
            _ => false,
        }
    }

    /// Returns whether a host does not tell what to sign for, so that service or region, or both,
    /// have to be configured.
    pub fn needs_configuration(&self) -> bool {
        matches!(self.kind, Kind::UnknownEndpoint | Kind::UnknownRegion)
    }

    /// Returns whether the endpoint takes no signature of this kind, but SigV4A only or none at
    /// all.
    pub fn is_unsupported(&self) -> bool {
        use Kind::*;
        matches!(self.kind, RequiresSigV4a | OtherAuthentication(_))
    }
}

impl From<Kind> for SignError {
    #[cold]
    fn from(kind: Kind) -> Self {
        Self { kind }
    }
}

impl fmt::Display for SignError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(f)
    }
}

impl Error for SignError {}
