//! The table of every kind.

use std::time::Duration;

use credentials_cache::EnvironmentCredentials;
use http_sigv4::{Endpoint, SigningScope};

use super::super::*;

pub(super) fn missing_variable() -> credentials_cache::Error {
    let empty = EnvironmentCredentials::from_vars(|_| None);
    empty.read().unwrap_err()
}

fn scope_error() -> SignError {
    SigningScope::new("execute-api", "eu west").unwrap_err()
}

#[cfg(feature = "chunked")]
fn small_chunks() -> http_sigv4::chunked::ChunkedError {
    let upload = http_sigv4::chunked::Upload::signed(0);
    upload.chunk_size(1).unwrap_err()
}

fn undetected(host: &str, permission: Option<&'static str>) -> Kind {
    Kind::UndetectedHost {
        host: host.into(),
        error: Endpoint::detect(host).unwrap_err(),
        permission,
    }
}

fn refused(why: Unlisted) -> Kind {
    Kind::RefusedHost {
        host: "h.example".into(),
        scope: "`es` in eu-west-1".into(),
        why,
    }
}

/// Every kind, what was wrong, and what to change. A new kind does not compile until it is [`number`](super::number)ed,
/// and then has to stand here.
pub(super) fn table() -> Vec<(Kind, &'static str, &'static str)> {
    use Kind::*;
    let wait = Duration::from_secs(7);
    vec![
        (
            Several(vec![MissingRegion.into(), Error::from(scope_error())]),
            "2 settings are wrong: (1) neither AWS_REGION",
            "; (2) cannot sign: the region `eu west`",
        ),
        (
            Environment {
                error: missing_variable(),
                is_elsewhere: false,
            },
            "AWS_ACCESS_KEY_ID is not set",
            "set it",
        ),
        (
            Environment {
                error: missing_variable(),
                is_elsewhere: true,
            },
            "AWS_ACCESS_KEY_ID is not set",
            "`SigV4Layer::from_default_chain`",
        ),
        (MissingRegion, "AWS_REGION", "set one"),
        (RegionNotUnicode, "AWS_REGION", "correct it"),
        #[cfg(feature = "aws-config")]
        (MissingRegionOfChain, "no region", "set AWS_REGION"),
        #[cfg(feature = "tokens")]
        (MissingRegionOfToken, "a token has none", "`sign_token_in`"),
        (
            PayloadMode {
                mode: "PayloadMode::Unsigned",
                service: "es".into(),
                instead: "PayloadMode::Buffered",
            },
            "`PayloadMode::Unsigned` does not fit the service `es`",
            "choose `PayloadMode::Buffered`",
        ),
        (Kind::host_name("a:80"), "`a:80`", "give it without scheme"),
        (Kind::host_name("*.a"), "`*.a`", "`allow_subdomains_of`"),
        (Kind::host_name("u:p@a"), "a host is not", "give it without"),
        (ProfileOfDetected, "a profile is set", "remove the profile"),
        (ForwardedUnsigned, "forwarded unsigned", "use `begin`"),
        (
            BodyLimits { one: 2, total: 1 },
            "2 bytes",
            "raise the total",
        ),
        (
            Credentials(missing_variable()),
            "AWS_ACCESS_KEY_ID is not set",
            "set it",
        ),
        (
            RejectedCredentials {
                host: "h.example".into(),
            },
            "`h.example` has rejected them",
            "yet: scripted",
        ),
        (
            Signing(scope_error()),
            "cannot sign: the region `eu west`",
            "as in",
        ),
        (UpgradeWithBody, "asks for an upgrade", "without a body"),
        (Body, "the request body failed", "hash: scripted"),
        (
            BodyStalled {
                after: wait,
                read: 3,
                is_grpc: false,
            },
            "nothing for 7s, after 3 bytes",
            "`body_timeout`",
        ),
        (
            BodyTooLarge {
                limit: 7,
                larger: Larger::Refused,
            },
            "larger than 7 bytes",
            "raise `body_limit`, or choose",
        ),
        (
            BodyTooLarge {
                limit: 7,
                larger: Larger::NeedsLength,
            },
            "larger than 7 bytes",
            "give its length in `content-length`",
        ),
        (
            BodyTooLarge {
                limit: 7,
                larger: Larger::NeedsFeature,
            },
            "larger than 7 bytes",
            "enable the feature `chunked`",
        ),
        (
            BodyLength {
                declared: 7,
                read: 3,
            },
            "of 7 bytes, and 3 were read",
            "correct `content-length`",
        ),
        (BodiesTooLarge { limit: 7 }, "7 bytes", "`total_body_limit`"),
        (Trailers, "trailers", "send it without"),
        (UnknownLength, "length", "give a `content-length`"),
        #[cfg(feature = "chunked")]
        (
            ChecksumRefused {
                service: "es".into(),
            },
            "`es` is not known to take any",
            "remove it",
        ),
        #[cfg(feature = "chunked")]
        (
            ResponseChecksum {
                algorithm: http_sigv4::chunked::ChecksumAlgorithm::Crc32,
            },
            "what its CRC32 says",
            "request it again",
        ),
        #[cfg(feature = "chunked")]
        (
            Chunked(ChunkedKind::Encoding(small_chunks())),
            "cannot send the body in chunks: S3 takes no chunks",
            "choose a larger size",
        ),
        #[cfg(feature = "chunked")]
        (
            Chunked(ChunkedKind::OtherPayload),
            "not sent in chunks",
            "sign it with",
        ),
        #[cfg(feature = "chunked")]
        (
            Chunked(ChunkedKind::HasFailed),
            "has failed before",
            "send the request again",
        ),
        #[cfg(feature = "chunked")]
        (
            Chunked(ChunkedKind::OtherLength { declared: 7 }),
            "7 bytes",
            "correct `x-amz-decoded-content-length`",
        ),
        #[cfg(feature = "chunked")]
        (
            Chunked(ChunkedKind::UnknownTrailer {
                name: Some(http::header::AGE),
            }),
            "`age`",
            "use one of S3's",
        ),
        #[cfg(feature = "chunked")]
        (
            Chunked(ChunkedKind::SeveralChecksums),
            "several checksums",
            "leave one",
        ),
        #[cfg(feature = "chunked")]
        (
            Chunked(ChunkedKind::UnknownTrailer { name: None }),
            "`x-amz-trailer` names",
            "use one of S3's",
        ),
        (
            refused(Unlisted::NotAws),
            "`h.example`: it is not an AWS host that is known to be `es` in eu-west-1",
            "`allow_host`",
        ),
        (
            refused(Unlisted::Loopback),
            "loopback interface",
            "`allow_loopback`",
        ),
        (
            refused(Unlisted::OtherEndpoint {
                endpoint: "`aoss` in eu-west-2".into(),
            }),
            "this host is `aoss` in eu-west-2, and the layer signs for `es` in eu-west-1",
            "correct the host",
        ),
        (
            refused(Unlisted::Unsupported(
                Endpoint::detect("git-codecommit.eu-west-1.amazonaws.com").unwrap_err(),
            )),
            "takes Git credentials",
            "do not sign",
        ),
        (
            refused(Unlisted::NotSigningHost {
                signing_host: "s.example".into(),
            }),
            "the signing host is `s.example`",
            "`allow_host`",
        ),
        (
            undetected("h.example", Some("allow_host")),
            "`h.example`: it does not tell",
            "`SigV4Layer::new`, or with `SigningOptions` for one request, and permit the host with \
             `allow_host`",
        ),
        (
            undetected("h.example", None),
            "`h.example`: it does not tell",
            "`SigningOptions`",
        ),
        (
            undetected("git-codecommit.eu-west-1.amazonaws.com", None),
            "takes Git credentials",
            "do not sign",
        ),
        (UncertainHost, "does not name one host", "absolute URI"),
        (
            RelativeUri {
                host: "h.example".into(),
            },
            "`h.example`",
            "`allow_relative_uri`",
        ),
        (
            RefusedTransport {
                host: "h.example".into(),
                scheme: "http".into(),
                is_plain: true,
            },
            "`h.example` over plain http",
            "`allow_plain_http`",
        ),
        (
            RefusedTransport {
                host: "h.example".into(),
                scheme: "ftp".into(),
                is_plain: false,
            },
            "`h.example` over `ftp`",
            "use https",
        ),
        (ExpiredCredentials, "have expired", "loaded yet"),
        (
            FramesRefused {
                service: "es".into(),
            },
            "`es` does not take",
            "send the body plain",
        ),
        (TooManyHeaders, "too many headers", "remove some"),
        #[cfg(feature = "chunked")]
        (Inbound(InboundKind::Headers), "headers", "send it anew"),
        #[cfg(feature = "chunked")]
        (Inbound(InboundKind::Client), "no credentials", "give them"),
        #[cfg(feature = "chunked")]
        (Inbound(InboundKind::Chunks), "chunks", "send the body anew"),
        #[cfg(feature = "chunked")]
        (Inbound(InboundKind::Digest), "the digest", "send it anew"),
        #[cfg(feature = "reqwest")]
        (
            Reqwest(ReqwestKind::Redirected {
                from: "a.example".into(),
                to: "b.example".into(),
            }),
            "from `a.example` to `b.example`",
            "`redirect::Policy::none()`",
        ),
        #[cfg(feature = "reqwest")]
        (
            Reqwest(ReqwestKind::Rewritten {
                signed: "/a".into(),
                sent: "/b".into(),
            }),
            "would send `/b`, and `/a` was signed",
            "`map_request(rewrite_uri)`",
        ),
        #[cfg(feature = "reqwest")]
        (Reqwest(ReqwestKind::NotUri), "the URL", "HTTP request"),
    ]
}
