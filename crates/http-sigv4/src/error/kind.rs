use std::fmt;

use crate::shown::Shown;

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
    /// To this header.
    MovedAuthorization(Box<str>),
    /// To this header.
    MovedOntoSignature(Box<str>),
    InboundSignature,
    InboundCredentials,
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
    ChunksRefused(Box<str>),
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

/// What was wrong, with the value where it may be shown, and what to change.
impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::RequestTarget => {
                "the request target is not a path, so it cannot be signed: `*`, CONNECT and \
                 authority-form targets have no signature; use an absolute URI"
            }
            Self::AmbiguousPath => {
                "the path ends in `/.` or `/..`, for which no canonical form is agreed on; remove \
                 the dot segment from the URI"
            }
            Self::PathAbovePrefix => {
                "the path has `..` that lead above its root, and something on the way may resolve \
                 them before the signing path prefix stands in front of it; send a path without"
            }
            Self::AlreadyPresigned => {
                "the query has `X-Amz-Signature`, so the URL is presigned already; send it \
                 unsigned, or sign the URL that it was made from"
            }
            Self::MissingHost => {
                "no host to sign for: the URI has no authority and there is no `Host` header; use \
                 an absolute URI, or name the host with `signing_host`"
            }
            Self::InvalidHost(host) => {
                return write!(
                    f,
                    "the host{host} is not one that can be signed: it is empty, or its port is not a \
                     number up to 65535, or it is not a host at all; correct the URI or the `Host` \
                     header"
                );
            }
            Self::HostMismatch { header, authority } => {
                return write!(
                    f,
                    "the `Host` header, `{header}`, differs from the URI's authority, `{authority}`, \
                     and HTTP/1.1 and HTTP/2 send one or the other; remove the header, or name the \
                     host that the service sees with `signing_host`"
                );
            }
            Self::SeveralHosts => "there is more than one `Host` header; leave one",
            Self::HeaderValue(name) => {
                return write!(
                    f,
                    "the value of `{name}` would be signed, but holds a tab or a byte outside \
                     ASCII, which services read differently; encode it or remove the header"
                );
            }
            Self::NominatedByConnection(name) => {
                return write!(
                    f,
                    "`Connection` nominates the signed header `{name}`, so the next hop would \
                     strip it; remove it from `Connection`"
                );
            }
            Self::TooManyHeaders => {
                "the request has too many headers to add a signature to; send fewer"
            }
            Self::TooManyLines { limit } => {
                return write!(
                    f,
                    "more than {limit} lines of headers would be signed, which no service takes; \
                     remove those that the service does not need"
                );
            }
            Self::UriTooLong => {
                "the URI with what signing adds to it is longer than 65534 bytes; shorten it"
            }
            Self::ReservedParameter(name) => {
                return write!(
                    f,
                    "the query has `{name}`, which presigning adds; remove the parameter"
                );
            }
            Self::ExpiresIn(asked) => {
                return write!(
                    f,
                    "a presigned URL lives from 1 to 604800 seconds (seven days), and not {asked}; \
                     choose a time between"
                );
            }
            Self::OutlivesCredentials => {
                "the credentials expire before the presigned URL or the token would; let it expire \
                 sooner, or sign with credentials that live longer"
            }
            Self::TwoSessionTokens => {
                "the request has an `x-amz-s3session-token`, and the credentials have a session \
                 token too; S3 Express takes one: sign with the session's credentials, without \
                 their token"
            }
            Self::MovedAuthorization(to) => {
                return write!(
                    f,
                    "`authorization` is to be moved to `{to}`, and there is more than one to stand \
                     there; leave one"
                );
            }
            Self::MovedOntoSignature(to) => {
                return write!(
                    f,
                    "`authorization` is to be moved to `{to}`, which signing sets itself; name a \
                     header of another meaning"
                );
            }
            Self::InboundSignature => {
                "the `authorization` of the request is no signature of AWS's that can be read, or there \
                 are two; have its client sign it anew"
            }
            Self::InboundCredentials => {
                "the credentials have another access key id than the signature of the request; look up \
                 those of that id"
            }
            Self::NeverSigned(name) => {
                return write!(
                    f,
                    "`{name}` changes on its way, so a signature over it would break; do not name \
                     it as a signed header"
                );
            }
            Self::SigningHost(host) => {
                return write!(
                    f,
                    "the signing host{host} is not a host with, at most, a port; give one, as in \
                     `api.example.com`"
                );
            }
            Self::PathPrefix(prefix) => {
                return write!(
                    f,
                    "the signing path prefix{prefix} is not a path as a URL has it; give one, as in \
                     `/prod`, that begins with `/` and does not end with it, has neither query nor \
                     fragment, neither empty segments nor dot segments, and percent-encodes what is \
                     not allowed in a path"
                );
            }
            Self::ScopeName(what, name) => {
                return write!(
                    f,
                    "the {what}{name} is not a name of 1 to 64 ASCII letters, digits, `-` or `_`, as in \
                     `execute-api` or `us-east-1`"
                );
            }
            #[cfg(feature = "sigv4a")]
            Self::RegionSet => {
                "the region set is not a list of regions divided by `,`, as in \
                 `us-east-1,eu-west-1`, `us-*` or `*`"
            }
            Self::AccessKeyId => {
                "the access key id is empty or has a byte that no `Authorization` header can \
                 carry; look for white space or a newline at its end"
            }
            Self::SecretAccessKey => {
                "the secret access key is empty, has white space around it or a control \
                 character in it; look for a newline at its end"
            }
            Self::SessionToken => {
                "the session token has a byte that no header can carry; look for white space or a \
                 newline in it"
            }
            Self::KeyOfAnotherDay => {
                "the signing key was derived for another day; derive it again for the time of \
                 signing"
            }
            Self::Clock => "the time is before 1970 or after the year 9999; set the clock",
            Self::UnsignedRefused(service) => {
                return write!(
                    f,
                    "the service `{service}` does not take `Payload::Unsigned`; hash the body"
                );
            }
            Self::UnsignedRequired(service) => {
                return write!(
                    f,
                    "the service `{service}` takes nothing but `Payload::Unsigned`; use it"
                );
            }
            Self::UnsignedInClear => {
                "an unsigned payload over plain http is covered by nothing; use https or hash the \
                 body"
            }
            Self::FramesRefused(service) => {
                return write!(
                    f,
                    "`{service}` takes no body in frames without signatures, as S3 does; send the \
                     body plain"
                );
            }
            Self::ChunksRefused(service) => {
                return write!(
                    f,
                    "`{service}` takes no body in signed chunks, as S3 does; send the body plain"
                );
            }
            Self::SignedChunks(marker) => {
                return write!(
                    f,
                    "`x-amz-content-sha256` says `{marker}`: the body is sent in frames whose \
                     signatures belong to another signature of the request; decode them to sign it \
                     again, or send the body plain"
                );
            }
            Self::MarkerWithoutPayload => {
                "`x-amz-content-sha256` says that the body is sent in frames, and the payload to \
                 sign says otherwise; sign `Payload::StreamingUnsignedTrailer`, or send the body \
                 plain and remove the header"
            }
            Self::FramesWithoutMarker => {
                "`content-encoding` has `aws-chunked`, and no `x-amz-content-sha256` that a \
                 signature can honour says how the body is framed; send the body plain and remove \
                 the coding"
            }
            Self::FramesInClear => {
                "a body in frames that nothing signs is covered by nothing over plain http; use \
                 https, or send the body plain and hash it"
            }
            Self::FramesPresigned => {
                "the body is to be sent in frames, which no service takes under a presigned URL; \
                 send the body plain"
            }
            Self::UnknownEndpoint => {
                "the host is not an endpoint of AWS's that tells its service and region, as custom \
                 domains and load balancers do not; configure both"
            }
            Self::UnknownRegion => {
                "the host does not tell the region, as S3 Transfer Acceleration's do not; configure \
                 that of the bucket"
            }
            Self::RequiresSigV4a => {
                "the endpoint has several regions and takes SigV4A only; use the endpoint of one \
                 region, or sign for it with `SigningScope::for_region_set`, of the feature \
                 `sigv4a` of `http-sigv4`"
            }
            Self::OtherAuthentication(takes) => {
                return write!(
                    f,
                    "the service takes {takes}, and no signature of this kind; do not sign for it"
                );
            }
            #[cfg(feature = "tokens")]
            Self::KeyOfAnotherService(service) => {
                return write!(
                    f,
                    "the signing key was derived for another service; derive it for `{service}`"
                );
            }
            #[cfg(feature = "tokens")]
            Self::TokenExpiresIn { longest, asked } => {
                return write!(
                    f,
                    "the service takes what lives from 1 to {longest} seconds, and not {asked}; choose \
                     a time between"
                );
            }
            #[cfg(feature = "tokens")]
            Self::Token(problem) => problem,
            #[cfg(feature = "tokens")]
            Self::FormField(name) => {
                return write!(
                    f,
                    "the form field `{name}` has no name, or one that the policy sets itself; leave it \
                     out"
                );
            }
            Self::PayloadText => {
                "not the text of a payload: 64 hexadecimal digits, `UNSIGNED-PAYLOAD` or \
                 `STREAMING-UNSIGNED-PAYLOAD-TRAILER`"
            }
        })
    }
}
