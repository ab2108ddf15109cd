use std::{error::Error, fmt};

use crate::shown::Shown;

/// Why a request was not signed.
///
/// The request is then as it was: signing is all or nothing. The message names the input that is at
/// fault and what to do about it; it never holds a secret, a session token or a header's value.
///
/// What kind of failure it is, the predicates tell; more kinds may come.
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
            Kind::ScopeName(..) | Kind::NeverSigned(_) => true,
            Kind::SigningHost(_) | Kind::PathPrefix(_) => true,
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

#[derive(Clone, Debug)]
pub(crate) enum Kind {
    RequestTarget,
    AmbiguousPath,
    PathAbovePrefix,
    AlreadyPresigned,
    MissingHost,
    InvalidHost(Shown),
    HostMismatch {
        header: Box<str>,
        authority: Box<str>,
    },
    SeveralHosts,
    HeaderValue(Box<str>),
    NominatedByConnection(Box<str>),
    TooManyHeaders,
    TooManyLines {
        limit: usize,
    },
    UriTooLong,
    ReservedParameter(&'static str),
    ExpiresIn(u64),
    OutlivesCredentials,
    TwoSessionTokens,
    NeverSigned(Box<str>),
    SigningHost(Shown),
    PathPrefix(Shown),
    /// Which of the two names, and what was given for it.
    ScopeName(&'static str, Shown),
    #[cfg(feature = "sigv4a")]
    RegionSet,
    AccessKeyId,
    SecretAccessKey,
    SessionToken,
    KeyOfAnotherDay,
    Clock,
    /// By this service.
    UnsignedRefused(Box<str>),
    /// By this service.
    UnsignedRequired(Box<str>),
    UnsignedInClear,
    /// By this service.
    FramesRefused(Box<str>),
    SignedChunks(&'static str),
    MarkerWithoutPayload,
    FramesWithoutMarker,
    FramesInClear,
    FramesPresigned,
    UnknownEndpoint,
    UnknownRegion,
    RequiresSigV4a,
    OtherAuthentication(&'static str),
    PayloadText,
    #[cfg(feature = "tokens")]
    KeyOfAnotherService(&'static str),
    #[cfg(feature = "tokens")]
    TokenExpiresIn {
        longest: u32,
        asked: u64,
    },
    /// What is wrong and what to do about it.
    #[cfg(feature = "tokens")]
    Token(&'static str),
    #[cfg(feature = "tokens")]
    FormField(Box<str>),
}

impl fmt::Display for SignError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.kind {
            Kind::RequestTarget => {
                "the request target is not a path, so it cannot be signed: `*`, CONNECT and \
                 authority-form targets have no signature; use an absolute URI"
            }
            Kind::AmbiguousPath => {
                "the path ends in `/.` or `/..`, for which no canonical form is agreed on; remove \
                 the dot segment from the URI"
            }
            Kind::PathAbovePrefix => {
                "the path has `..` that lead above its root, and something on the way may resolve \
                 them before the signing path prefix stands in front of it; send a path without"
            }
            Kind::AlreadyPresigned => {
                "the query has `X-Amz-Signature`, so the URL is presigned already; send it \
                 unsigned, or sign the URL that it was made from"
            }
            Kind::MissingHost => {
                "no host to sign for: the URI has no authority and there is no `Host` header; use \
                 an absolute URI, or name the host with `signing_host`"
            }
            Kind::InvalidHost(host) => {
                return write!(
                    f,
                    "the host{host} is not one that can be signed: it is empty, or its port is not a \
                     number up to 65535, or it is not a host at all; correct the URI or the `Host` \
                     header"
                );
            }
            Kind::HostMismatch { header, authority } => {
                return write!(
                    f,
                    "the `Host` header, `{header}`, differs from the URI's authority, `{authority}`, \
                     and HTTP/1.1 and HTTP/2 send one or the other; remove the header, or name the \
                     host that the service sees with `signing_host`"
                );
            }
            Kind::SeveralHosts => "there is more than one `Host` header; leave one",
            Kind::HeaderValue(name) => {
                return write!(
                    f,
                    "the value of `{name}` would be signed, but holds a tab or a byte outside \
                     ASCII, which services read differently; encode it or remove the header"
                );
            }
            Kind::NominatedByConnection(name) => {
                return write!(
                    f,
                    "`Connection` nominates the signed header `{name}`, so the next hop would \
                     strip it; remove it from `Connection`"
                );
            }
            Kind::TooManyHeaders => {
                "the request has too many headers to add a signature to; send fewer"
            }
            Kind::TooManyLines { limit } => {
                return write!(
                    f,
                    "more than {limit} lines of headers would be signed, which no service takes; \
                     remove those that the service does not need"
                );
            }
            Kind::UriTooLong => {
                "the URI with what signing adds to it is longer than 65534 bytes; shorten it"
            }
            Kind::ReservedParameter(name) => {
                return write!(
                    f,
                    "the query has `{name}`, which presigning adds; remove the parameter"
                );
            }
            Kind::ExpiresIn(asked) => {
                return write!(
                    f,
                    "a presigned URL lives from 1 to 604800 seconds (seven days), and not {asked}; \
                     choose a time between"
                );
            }
            Kind::OutlivesCredentials => {
                "the credentials expire before the presigned URL or the token would; let it expire \
                 sooner, or sign with credentials that live longer"
            }
            Kind::TwoSessionTokens => {
                "the request has an `x-amz-s3session-token`, and the credentials have a session \
                 token too; S3 Express takes one: sign with the session's credentials, without \
                 their token"
            }
            Kind::NeverSigned(name) => {
                return write!(
                    f,
                    "`{name}` changes on its way, so a signature over it would break; do not name \
                     it as a signed header"
                );
            }
            Kind::SigningHost(host) => {
                return write!(
                    f,
                    "the signing host{host} is not a host with, at most, a port; give one, as in \
                     `api.example.com`"
                );
            }
            Kind::PathPrefix(prefix) => {
                return write!(
                    f,
                    "the signing path prefix{prefix} is not a path as a URL has it; give one, as in \
                     `/prod`, that begins with `/` and does not end with it, has neither query nor \
                     fragment, neither empty segments nor dot segments, and percent-encodes what is \
                     not allowed in a path"
                );
            }
            Kind::ScopeName(what, name) => {
                return write!(
                    f,
                    "the {what}{name} is not a name of 1 to 64 ASCII letters, digits, `-` or `_`, as in \
                     `execute-api` or `us-east-1`"
                );
            }
            #[cfg(feature = "sigv4a")]
            Kind::RegionSet => {
                "the region set is not a list of regions divided by `,`, as in \
                 `us-east-1,eu-west-1`, `us-*` or `*`"
            }
            Kind::AccessKeyId => {
                "the access key id is empty or has a byte that no `Authorization` header can \
                 carry; look for white space or a newline at its end"
            }
            Kind::SecretAccessKey => {
                "the secret access key is empty, has white space around it or a control \
                 character in it; look for a newline at its end"
            }
            Kind::SessionToken => {
                "the session token has a byte that no header can carry; look for white space or a \
                 newline in it"
            }
            Kind::KeyOfAnotherDay => {
                "the signing key was derived for another day; derive it again for the time of \
                 signing"
            }
            Kind::Clock => "the time is before 1970 or after the year 9999; set the clock",
            Kind::UnsignedRefused(service) => {
                return write!(
                    f,
                    "the service `{service}` does not take `Payload::Unsigned`; hash the body"
                );
            }
            Kind::UnsignedRequired(service) => {
                return write!(
                    f,
                    "the service `{service}` takes nothing but `Payload::Unsigned`; use it"
                );
            }
            Kind::UnsignedInClear => {
                "an unsigned payload over plain http is covered by nothing; use https or hash the \
                 body"
            }
            Kind::FramesRefused(service) => {
                return write!(
                    f,
                    "`{service}` takes no body in frames without signatures, as S3 does; send the \
                     body plain"
                );
            }
            Kind::SignedChunks(marker) => {
                return write!(
                    f,
                    "`x-amz-content-sha256` says `{marker}`: the body is sent in frames whose \
                     signatures belong to another signature of the request, so it cannot be signed \
                     again; send the body plain"
                );
            }
            Kind::MarkerWithoutPayload => {
                "`x-amz-content-sha256` says that the body is sent in frames, and the payload to \
                 sign says otherwise; sign `Payload::StreamingUnsignedTrailer`, or send the body \
                 plain and remove the header"
            }
            Kind::FramesWithoutMarker => {
                "`content-encoding` has `aws-chunked`, and no `x-amz-content-sha256` that a \
                 signature can honour says how the body is framed; send the body plain and remove \
                 the coding"
            }
            Kind::FramesInClear => {
                "a body in frames that nothing signs is covered by nothing over plain http; use \
                 https, or send the body plain and hash it"
            }
            Kind::FramesPresigned => {
                "the body is to be sent in frames, which no service takes under a presigned URL; \
                 send the body plain"
            }
            Kind::UnknownEndpoint => {
                "the host is not an endpoint of AWS's that tells its service and region, as custom \
                 domains and load balancers do not; configure both"
            }
            Kind::UnknownRegion => {
                "the host does not tell the region, as S3 Transfer Acceleration's do not; configure \
                 that of the bucket"
            }
            Kind::RequiresSigV4a => {
                "the endpoint has several regions and takes SigV4A only; use the endpoint of one \
                 region"
            }
            Kind::OtherAuthentication(takes) => {
                return write!(
                    f,
                    "the service takes {takes}, and no signature of this kind; do not sign for it"
                );
            }
            #[cfg(feature = "tokens")]
            Kind::KeyOfAnotherService(service) => {
                return write!(
                    f,
                    "the signing key was derived for another service; derive it for `{service}`"
                );
            }
            #[cfg(feature = "tokens")]
            Kind::TokenExpiresIn { longest, asked } => {
                return write!(
                    f,
                    "the service takes what lives from 1 to {longest} seconds, and not {asked}; choose \
                     a time between"
                );
            }
            #[cfg(feature = "tokens")]
            Kind::Token(problem) => problem,
            #[cfg(feature = "tokens")]
            Kind::FormField(name) => {
                return write!(
                    f,
                    "the form field `{name}` has no name, or one that the policy sets itself; leave it \
                     out"
                );
            }
            Kind::PayloadText => {
                "not the text of a payload: 64 hexadecimal digits, `UNSIGNED-PAYLOAD` or \
                 `STREAMING-UNSIGNED-PAYLOAD-TRAILER`"
            }
        })
    }
}

impl Error for SignError {}

#[cfg(test)]
mod tests;
