//! AWS Signature Version 4 for requests of the [`http`] crate.
//!
//! [`Signer::sign`] puts a signature on [`http::request::Parts`], or says why it cannot. It is pure:
//! no async, no I/O, no clock, no globals. The time, the credentials and the body's digest come in
//! as arguments, so every outcome can be tested.
//!
//! **Right or refused.** Either the signature is the one that AWS computes from the bytes that
//! arrive, or there is a [`SignError`] that names the input and what to change, and the request is
//! unchanged. Nothing that a request or credentials can hold makes it panic.
//!
//! For a client that signs by itself, with credentials that refresh themselves, take the
//! `tower-sigv4` crate, which is a tower layer over this one.
//!
//! # From credentials to a signature
//!
//! 1. [`SigningScope`]: the service and the region. [`Endpoint`] reads them from a host of AWS's.
//! 2. [`SigningKey`]: credentials, scope and day, derived once and kept.
//! 3. [`Payload`]: the body's digest, or that it is left unsigned.
//! 4. [`Signer`]: the rules of the service's [`Profile`], applied to a request.
//!
//! [`Signer`] has the example. [`Presigner`] puts the signature in the URL instead.
//!
//! # Choices that are not obvious
//!
//! Signature Version 4 leaves some spellings open, and signers differ on them. Where servers are
//! known to agree, this crate follows them; where they are not, it refuses.
//!
//! | input | what is signed |
//! | --- | --- |
//! | `%` in a path | `%25`: the path of the wire is encoded once more (except for S3) |
//! | a path that ends in `/.` or `/..` | refused, unless it leads to the root: signers disagree, and no server's answer is known |
//! | raw `+` in a query | a space, as every verifier reads it; write `%2B` for a plus, or have it sent as `%20` with [`Signer::rewrite_plus`] |
//! | bytes that are not UTF-8, as `%FF` | those bytes |
//! | tab or non-ASCII in a signed header | refused: services read them differently |
//! | a signed header on several lines | joined by `,`, on the wire as well |
//! | userinfo, default port, capitals in the authority | signed without, and sent without |
//! | `..` that lead above the root | the root; refused with a [path prefix](Signer::signing_path_prefix), which they may or may not lead out of |
//! | `Host` header unlike the authority | refused, since HTTP/1.1 sends one and HTTP/2 both; see [`Signer::signing_host`] |
//! | headers of an earlier signature | not signed, replaced or removed; `x-amz-content-sha256` too |
//! | an `authorization` of another kind | replaced, or moved with [`Signer::move_authorization`] |
//! | a body in frames (`STREAMING-` in `x-amz-content-sha256`, `aws-chunked` in `content-encoding`) | refused, unless the [`Payload`] says so too, as [`Payload::StreamingUnsignedTrailer`] does |
//! | a URL that is presigned already | refused |
//! | a custom domain, a load balancer | not [detected](Endpoint::detect): name service and region |
//!
//! # Traps
//!
//! What a signer cannot see, or what a service takes no notice of:
//!
//! - **A URL parser that rewrites the path after it was signed.** WHATWG's, as in the `url` crate and
//!   so in reqwest, resolves `%2e%2e` as `..`, and encodes `{`, `}`, `"`, `` ` `` and more in a path.
//!   Sign what the parser has made of the URL, not what it was given. `http::Uri` rewrites nothing.
//! - **A raw `+` in the key of an S3 object.** S3 reads it as a space, and it is signed as one; some
//!   stores that speak S3's protocol read a plus, and reject the signature or find another object.
//!   Write `%20` or `%2B`, which all read alike.
//! - **Credentials that end before a presigned URL does.** The URL ends with them, whatever
//!   `X-Amz-Expires` says. [`ExpiresIn::exactly`] refuses such a URL, [`ExpiresIn::at_most`] shortens
//!   it; both know only what the credentials say of their own expiry, and a role's session can be
//!   revoked earlier.
//! - **Login tokens that are to live longer than the service takes.** RDS and ElastiCache take 900
//!   seconds, and reject a longer token as a wrong password, without a word about its life. The
//!   `tokens` feature refuses to make one; [`Presigner`], which knows no service's limit but the seven
//!   days of all, does not.
//! - **A `Host` header that a proxy replaces.** Sign for the host that the service sees, by
//!   [`Signer::signing_host`].
//!
//! # Features
//!
//! None is on by default.
//!
//! - `aws-lc-rs`: hashes, signs and derives keys with that crate instead of `sha2` and `hmac`. The API
//!   is the same. A program that turns on that crate's own feature `fips` does all of this within its
//!   validated module. Needs a C compiler.
//! - `chunked`: bodies of S3's `aws-chunked`, whose chunks are signed while they stream, or whose
//!   checksum follows in a trailer.
//! - `explain`: when a service refuses a signature all the same, `Explanation` compares what the
//!   service says it computed with what was signed, and names the line and the cause.
//! - `serde`: `Serialize` for explanations.
//! - `sigv4a`: [`SigningScope::for_region_set`](SigningScope), for signatures that are good for
//!   several regions.
//! - `tokens`: login tokens for databases, caches, brokers and clusters, WebSocket handshakes, and
//!   forms that upload to S3.
//!
//! The rules are those of AWS's page on [signed requests].
//!
//! [signed requests]: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html

#![cfg_attr(docsrs, feature(doc_cfg))]

mod all_or_nothing;
mod authorization;
mod canonical;
mod changes;
#[cfg(feature = "chunked")]
pub mod chunked;
mod date;
mod endpoint;
mod error;
mod error_code;
mod expires_in;
#[cfg(feature = "explain")]
pub mod explain;
mod framing;
mod hash;
mod host;
pub mod inbound;
mod key;
mod marker;
mod own_headers;
mod path_prefix;
mod payload;
mod prepared;
mod presigner;
mod profile;
mod scope;
mod session_token;
mod shown;
mod signed_host;
mod signer;
#[cfg(feature = "sigv4a")]
mod sigv4a;
mod string_to_sign;
mod text;
#[cfg(feature = "tokens")]
pub mod tokens;
mod uri;

#[cfg(feature = "explain")]
pub use self::explain::Explanation;
pub use self::{
    canonical::CanonicalRequest,
    endpoint::Endpoint,
    error::SignError,
    error_code::{ErrorCode, ErrorKind},
    expires_in::ExpiresIn,
    host::{Host, HostKind},
    key::SigningKey,
    payload::{Payload, PayloadHasher},
    prepared::PreparedSignature,
    presigner::Presigner,
    profile::Profile,
    scope::SigningScope,
    signer::Signer,
};
