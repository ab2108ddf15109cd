use std::{fmt, time::Duration};

use http_sigv4::SignError;
#[cfg(feature = "chunked")]
use http_sigv4::chunked::ChecksumAlgorithm;

#[cfg(feature = "chunked")]
use super::chunked::ChunkedKind;
#[cfg(feature = "chunked")]
use super::inbound::InboundKind;
#[cfg(feature = "reqwest")]
use super::reqwest::ReqwestKind;
use super::{Error, body::Larger};

#[derive(Debug)]
pub(crate) enum Kind {
    /// Several settings are wrong.
    Several(Vec<Error>),
    /// A variable of the environment is missing or not Unicode.
    Environment {
        error: credentials_cache::Error,
        /// Other variables say where credentials are.
        is_elsewhere: bool,
    },
    MissingRegion,
    RegionNotUnicode,
    #[cfg(feature = "aws-config")]
    MissingRegionOfChain,
    #[cfg(feature = "tokens")]
    MissingRegionOfToken,
    PayloadMode {
        mode: &'static str,
        service: Box<str>,
        /// The mode that the service does take.
        instead: &'static str,
    },
    HostName {
        /// What was given, if it is fit to be shown.
        text: Option<Box<str>>,
        is_pattern: bool,
    },
    ProfileOfDetected,
    ForwardedUnsigned,
    BodyLimits {
        one: usize,
        total: usize,
    },
    Credentials(credentials_cache::Error),
    RejectedCredentials {
        host: Box<str>,
    },
    ExpiredCredentials,
    Signing(SignError),
    UpgradeWithBody,
    FramesRefused {
        service: Box<str>,
    },
    TooManyHeaders,
    #[cfg(feature = "chunked")]
    Inbound(InboundKind),
    Body,
    BodyStalled {
        after: Duration,
        /// How many bytes had come.
        read: usize,
        is_grpc: bool,
    },
    /// The body itself or the headers declare a length, and it has another.
    BodyLength {
        declared: u64,
        read: u64,
    },
    BodyTooLarge {
        limit: usize,
        larger: Larger,
    },
    BodiesTooLarge {
        limit: usize,
    },
    Trailers,
    UnknownLength,
    #[cfg(feature = "chunked")]
    Chunked(ChunkedKind),
    #[cfg(feature = "chunked")]
    ChecksumRefused {
        service: Box<str>,
    },
    #[cfg(feature = "chunked")]
    ResponseChecksum {
        algorithm: ChecksumAlgorithm,
    },
    RefusedHost {
        host: Box<str>,
        /// What is signed for.
        scope: Box<str>,
        why: Unlisted,
    },
    UndetectedHost {
        host: Box<str>,
        error: SignError,
        /// The setting that has to permit the host besides.
        permission: Option<&'static str>,
    },
    UncertainHost,
    RelativeUri {
        host: Box<str>,
    },
    RefusedTransport {
        host: Box<str>,
        scheme: Box<str>,
        is_plain: bool,
    },
    #[cfg(feature = "reqwest")]
    Reqwest(ReqwestKind),
}

/// Why a host is none of those that may be signed for.
#[derive(Debug)]
pub(crate) enum Unlisted {
    NotAws,
    Loopback,
    /// It is another service's of AWS, or another region's.
    OtherEndpoint {
        endpoint: Box<str>,
    },
    /// It takes no such signature.
    Unsupported(SignError),
    /// Another host was named to sign for.
    NotSigningHost {
        signing_host: Box<str>,
    },
}

impl Kind {
    /// A text that is to be a host and is none.
    pub(crate) fn host_name(text: &str) -> Self {
        // A URL may hold user information, which is not for a log.
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.*:[]".contains(&byte);
        Self::HostName {
            text: text.bytes().all(is_plain).then(|| text.into()),
            is_pattern: text.contains('*'),
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Several(problems) => {
                write!(f, "{} settings are wrong", problems.len())?;
                problems
                    .iter()
                    .enumerate()
                    .try_for_each(|(index, problem)| {
                        let separator = if index == 0 { ':' } else { ';' };
                        write!(f, "{separator} ({}) {problem}", index + 1)
                    })
            }
            Self::MissingRegion => f.write_str(
                "neither AWS_REGION nor AWS_DEFAULT_REGION is set, or both are empty; set one, or \
                 name the region with `SigV4Layer::new`",
            ),
            Self::RegionNotUnicode => {
                f.write_str("AWS_REGION or AWS_DEFAULT_REGION is not valid Unicode; correct it")
            }
            #[cfg(feature = "aws-config")]
            Self::MissingRegionOfChain => {
                f.write_str("no region is configured: set AWS_REGION, or `region` in the profile")
            }
            #[cfg(feature = "tokens")]
            Self::MissingRegionOfToken => f.write_str(
                "each request's host tells the region to sign for, and a token has none; name its \
                 region with `sign_token_in`",
            ),
            Self::PayloadMode {
                mode,
                service,
                instead,
            } => write!(
                f,
                "the payload mode `{mode}` does not fit the service `{service}`; choose `{instead}`, or \
                 give the profile of a service that takes it"
            ),
            Self::HostName { text, is_pattern } => {
                match text {
                    Some(text) => write!(f, "`{text}` is not a host name or an IP address")?,
                    None => f.write_str("a host is not a host name or an IP address")?,
                }
                f.write_str(match is_pattern {
                    true => "; name the domain without `*` in `allow_subdomains_of`",
                    false => "; give it without scheme, port and path",
                })
            }
            Self::ProfileOfDetected => f.write_str(
                "a profile is set, but the service is detected, and has its own; remove the \
                 profile, or name service and region",
            ),
            Self::ForwardedUnsigned => f.write_str(
                "the request is to be forwarded unsigned, by its options or because its host is \
                 unlisted, but was to be signed; use `begin`, which tells",
            ),
            Self::BodyLimits { one, total } => write!(
                f,
                "`body_limit` is {one} bytes, more than the {total} bytes of `total_body_limit`, \
                 so that a body of that size would always fail; raise the total"
            ),
            Self::Environment {
                error,
                is_elsewhere,
            } => {
                error.fmt(f)?;
                f.write_str(match is_elsewhere {
                    true if cfg!(feature = "aws-config") => {
                        ", with `SigV4Layer::from_default_chain`"
                    }
                    true => ", with `SigV4Layer::from_default_chain` of the feature `aws-config`",
                    false => "",
                })
            }
            Self::Credentials(error) => error.fmt(f),
            Self::RejectedCredentials { host } => write!(
                f,
                "the credentials have expired, and `{host}` has rejected them before; no others \
                 could be loaded yet"
            ),
            Self::ExpiredCredentials => f.write_str(
                "the credentials have expired, and with them all that they would sign for later; \
                 no others could be loaded yet",
            ),
            Self::Signing(error) => write!(f, "cannot sign: {error}"),
            Self::UpgradeWithBody => f.write_str(
                "the request asks for an upgrade and has a body, which no signature covers; send \
                 it without a body",
            ),
            Self::FramesRefused { service } => write!(
                f,
                "the request says that its body is sent in frames, as \
                 `STREAMING-UNSIGNED-PAYLOAD-TRAILER`, which `{service}` does not take; send the \
                 body plain, without that `x-amz-content-sha256` and without `aws-chunked`"
            ),
            Self::TooManyHeaders => {
                f.write_str("the request has too many headers to add one; remove some")
            }
            #[cfg(feature = "chunked")]
            Self::Inbound(kind) => kind.fmt(f),
            Self::Body => f.write_str("the request body failed while it was read for its hash"),
            Self::BodyStalled {
                after,
                read,
                is_grpc,
            } => {
                write!(
                    f,
                    "the request body yielded nothing for {after:?}, after {read} bytes, while it \
                     was read for its hash; "
                )?;
                f.write_str(match is_grpc {
                    true => {
                        "a gRPC stream from the client, above all a bidirectional one that goes on \
                         when it is answered, cannot be read to its end before it is sent: only a \
                         service that takes `PayloadMode::Unsigned`, as VPC Lattice, serves such \
                         calls; if this one ends by itself, raise `body_timeout`"
                    }
                    false => {
                        "raise `body_timeout`, or choose another payload mode if the service takes \
                         it (a bidirectional stream, which goes on when it is answered, cannot be \
                         read to its end before it is sent)"
                    }
                })
            }
            Self::BodyLength { declared, read } => write!(
                f,
                "the body itself, or else the headers, declare a request body of {declared} bytes, and \
                 {read} were read of it, so it may have been cut off; correct `content-length` or \
                 `x-amz-decoded-content-length`, or remove them, or correct the body's size hint"
            ),
            Self::BodyTooLarge { limit, larger } => write!(
                f,
                "the request body is larger than {limit} bytes, the most that is held for its hash; \
                 {}",
                larger.advice()
            ),
            Self::BodiesTooLarge { limit } => write!(
                f,
                "request bodies held for their hashes would take more than {limit} bytes \
                 together; send fewer at a time or raise `total_body_limit`"
            ),
            Self::Trailers => f.write_str(
                "the request body has trailers, which a signature over its hash does not cover; send \
                 it without",
            ),
            Self::UnknownLength => f.write_str(
                "the length of the request body is not known, and S3 takes none without; give a \
                 `content-length`, or collect the body with `PayloadMode::Buffered`",
            ),
            #[cfg(feature = "chunked")]
            Self::Chunked(kind) => kind.fmt(f),
            #[cfg(feature = "chunked")]
            Self::ChecksumRefused { service } => write!(
                f,
                "a checksum is set, and `{service}` is not known to take any, as S3 does; remove it, \
                 or give the profile of a service that takes it"
            ),
            #[cfg(feature = "chunked")]
            Self::ResponseChecksum { algorithm } => write!(
                f,
                "the body of the response is not what its {algorithm} says, which S3 has sent with it; \
                 do not use what was read, and request it again"
            ),
            Self::RefusedHost { host, scope, why } => {
                write!(f, "refused to sign for `{host}`: ")?;
                match why {
                    Unlisted::NotAws => write!(
                        f,
                        "it is not an AWS host that is known to be {scope}, which the layer signs \
                         for; if credentials may go there, name it with `allow_host`"
                    ),
                    Unlisted::Loopback => write!(
                        f,
                        "it is on the loopback interface, and not an AWS host of {scope}; permit it with \
                         `allow_loopback`"
                    ),
                    Unlisted::OtherEndpoint { endpoint } => write!(
                        f,
                        "this host is {endpoint}, and the layer signs for {scope}; give it the \
                         host's service and region, as `SigningOptions` do for one request, or \
                         correct the host"
                    ),
                    Unlisted::Unsupported(error) => error.fmt(f),
                    Unlisted::NotSigningHost { signing_host } => write!(
                        f,
                        "the signing host is `{signing_host}`, so requests go there or to hosts \
                         that are named; if this one passes them on, as a VPC endpoint or a CDN \
                         does, name it with `allow_host`"
                    ),
                }
            }
            Self::UndetectedHost { host, error, .. } if error.is_unsupported() => {
                write!(f, "refused to sign for `{host}`: {error}")
            }
            Self::UndetectedHost {
                host, permission, ..
            } => {
                write!(
                    f,
                    "refused to sign for `{host}`: it does not tell both the service and the region \
                     to sign for; give them with `SigV4Layer::new`, or with `SigningOptions` for one \
                     request"
                )?;
                match permission {
                    Some(setting) => write!(f, ", and permit the host with `{setting}`"),
                    None => Ok(()),
                }
            }
            Self::UncertainHost => f.write_str(
                "refused to sign, as the request does not name one host; use an absolute URI, or \
                 one `Host` header",
            ),
            Self::RelativeUri { host } => write!(
                f,
                "refused to sign for `{host}`, as the URI names neither host nor scheme, so what \
                 lies below chooses where the request goes and over which transport; use an \
                 absolute URI, or permit it with `allow_relative_uri`"
            ),
            Self::RefusedTransport {
                host,
                is_plain: true,
                ..
            } => write!(
                f,
                "refused to sign for `{host}` over plain http; use https, or permit it with \
                 `allow_plain_http`"
            ),
            Self::RefusedTransport { host, scheme, .. } => write!(
                f,
                "refused to sign for `{host}` over `{scheme}`, which is not http; use https"
            ),
            #[cfg(feature = "reqwest")]
            Self::Reqwest(kind) => kind.fmt(f),
        }
    }
}
