//! Client-side AWS Signature Version 4 as a [tower] layer.
//!
//! [`SigV4Layer`] wraps any tower HTTP **client** and signs every request that goes through it, with
//! credentials that are cached and refresh themselves. The code that sends the requests does not
//! know.
//!
//! ```
//! use bytes::Bytes;
//! use http::{Request, Response};
//! use http_body_util::{Empty, Full};
//! use tower::{ServiceBuilder, ServiceExt};
//! use tower_sigv4::SigV4Layer;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), tower::BoxError> {
//! # let provider = aws_credential_types::Credentials::new("AKID", "secret", None, None, "example");
//! # let http_client = tower::service_fn(|request: Request<tower_sigv4::SignedBody<Full<Bytes>>>| async move {
//! #     assert!(request.headers().contains_key("authorization"));
//! #     Ok::<_, tower::BoxError>(Response::new(Empty::<Bytes>::new()))
//! # });
//! let client = ServiceBuilder::new()
//!     .layer(SigV4Layer::new("execute-api", "eu-west-1", provider)?)
//!     .service(http_client); // hyper-util's `Client`, for one
//!
//! let request = Request::get("https://abc123.execute-api.eu-west-1.amazonaws.com/prod/items")
//!     .body(Full::<Bytes>::default())?;
//! let response = client.oneshot(request).await?;
//! # Ok(())
//! # }
//! ```
//!
//! In a Lambda function, or wherever keys and region are in the environment,
//! [`SigV4Layer::from_env`] is all there is to configure. Any provider of the AWS SDK's type
//! [`ProvideCredentials`](aws_credential_types::provider::ProvideCredentials) will do.
//!
//! # What it promises
//!
//! - **Right or refused.** The signature is the one that AWS computes from the bytes that arrive, or
//!   there is an [`Error`] that says what to change, and nothing is sent. Without credentials there
//!   is an error, never an unsigned request.
//! - **Never in the way.** No request waits for credentials while those at hand are valid for ten
//!   seconds more.
//! - **To the right host only.** Requests are signed for AWS hosts of the configured service, region
//!   and partition, over https; anything else has to be allowed by name. See [Hosts](#hosts).
//!
//! # Where it goes in a stack
//!
//! As far in as it can: nothing below may change the method, the URI, a signed header or the body (but
//! see [behind a CDN](#behind-a-cdn-or-a-proxy)), and nothing below should hold a request back, as a signature is good for five minutes. Outermost
//! first:
//!
#![doc = include_str!("stack.svg")]
//!
//! | layer | why there |
//! | --- | --- |
//! | trace, total timeout | see the whole call, and the wait for credentials |
//! | follow-redirect | each hop is checked and signed by itself; a client below must not follow any |
//! | `GrpcStatusLayer`, with feature `grpc` | tells a gRPC client what is rejected in the end |
//! | `ExplainLayer`, with feature `explain` | explains it |
//! | retry | each attempt is signed afresh, with the time and the credentials of then |
//! | timeout per attempt | |
//! | default headers, compression, body mapping | the signature covers what they make |
//! | buffer | a client that is not `Clone` needs one below, and then a short one: a signature ages in it |
//! | **`SigV4Layer`** | |
//! | concurrency limit, rate limit | they wait in `poll_ready`, before anything is signed |
//! | the client | |
//!
//! The module [`stacks`] has whole stacks, boxed ones and those of kube's kind, and says what the
//! compiler's messages mean where one does not fit.
//!
//! A client below that follows redirects by itself sends a request on as it was signed, wherever they
//! lead, and the layer sees nothing of it: clients leave out `authorization` on the way to another
//! host, but not `x-amz-security-token`. Turn that off, as with reqwest's `redirect::Policy::none()`;
//! tower-http's `FollowRedirect` does not compile there. Above the layer, a redirect from any host to
//! one that may be signed for is signed; with tower-http's policy `SameOrigin`, none is followed to
//! another host.
//!
//! The layer changes the request's body from `B` to [`SignedBody<B>`]. A client generic over its
//! body, as hyper-util's, does not notice; before one with a body of its own, map it with
//! tower-http's `map_request_body`.
//!
//! # Hosts
//!
//! A signature carries the session token, and is good for minutes wherever it is replayed. So it goes
//! only where it was meant to go: to AWS hosts of the service, the region and the partition that are
//! signed for, by https, and to hosts that are [named](SigV4LayerBuilder::allow_host). Each request is
//! checked by its own URI, and by its `Host` header where it has one, so a redirect followed above the
//! layer is checked as well. With a [signing host](SigV4LayerBuilder::signing_host) only that host and
//! named hosts are destinations.
//!
//! An AWS host of the service and region may be another customer's, who can do nothing with the
//! signature, which is good for that host only, nor with the session token, which takes the secret
//! access key. A host on the loopback interface (a loopback address, or `localhost`) has to be
//! [allowed](SigV4LayerBuilder::allow_loopback) too, and may then be reached by plain http.
//!
//! A host of AWS's that is known to take no Signature Version 4 is refused, also where it is named: an S3
//! Multi-Region Access Point, a global endpoint of EventBridge and CloudFront's key-value store take
//! [SigV4A] only, which this layer does not make. [`http_sigv4`] does, with its feature `sigv4a`, by
//! `SigningScope::for_region_set`.
//!
//! [SigV4A]: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html
//!
//! # Behind a CDN or a proxy
//!
//! A signature covers the host and the path that the **service** sees. Where something of one's own
//! changes them on the way, there are three ways to sign what will arrive:
//!
//! | what is there | what to do |
//! | --- | --- |
//! | a CDN or a proxy that puts in another host, or its origin path in front of the path, so that `https://cdn.example.com/items` arrives as `/prod/items` at the API's own host | send to the CDN, and name what the service sees: [`signing_host`](SigV4LayerBuilder::signing_host) and [`signing_path_prefix`](SigV4LayerBuilder::signing_path_prefix), with the CDN [allowed](SigV4LayerBuilder::allow_host); for one request, in its [`SigningOptions`] |
//! | code that writes `/items` and a layer that makes the whole URL of it | that layer **above** this one: what it makes is what is sent and what arrives |
//! | a CDN or a proxy that does more, such as cutting off a part of the path | write the API's own URLs, sign them, and have a layer **below** this one turn them into the CDN's, which the CDN turns back. This layer then does not see where requests go: that layer has to send them to one host and to no other |
//!
//! A layer below is right only where something on the way undoes what it does; anything else it changes
//! is rejected by the service. A CDN that signs by itself, as CloudFront does with origin access control,
//! needs no signature of the client's. Nor does a custom domain of API Gateway's need any of this: the
//! host and the path that were sent to it are what is checked, its base path included.
//!
//! # Bodies
//!
//! A signature covers the body's SHA-256. An empty body and one in memory are hashed at once and
//! not copied; a streaming one is collected first, up to [`body_limit`](SigV4LayerBuilder::body_limit),
//! and all that are collected at a time up to
//! [`total_body_limit`](SigV4LayerBuilder::total_body_limit). [`PayloadMode`] has the alternatives for
//! services that take them. Where the length is known, it is sent, and the body without
//! `transfer-encoding`.
//!
//! With feature `chunked`, a body for S3, or for a store with that [`Profile`](http_sigv4::Profile), is
//! sent in chunks where it is over the limit and its length is known: encoded and signed while it
//! passes, with 64 KiB of it held at a time. Without the feature such a body is an error.
//! `PayloadMode::Chunked` has all bodies sent so, and `Chunks` can be told to send a checksum behind
//! them, or to send that in the place of signatures. `SigV4LayerBuilder::checksum` sends a checksum with
//! all bodies for S3, and `ResponseChecksumLayer` verifies those that S3 sends.
//!
//! A body that comes in frames already, as an SDK uploads to S3, is never signed as a plain one, of
//! which a store would keep the frames. Where `x-amz-content-sha256` says
//! `STREAMING-UNSIGNED-PAYLOAD-TRAILER`, it passes as it comes, to S3 over https or to a loopback host,
//! whatever mode is set. Frames that carry signatures continue the one that the request had, so
//! they are an error, and so is `content-encoding: aws-chunked` by itself.
//!
//! # Signing again
//!
//! A proxy or a gateway gets requests that others have signed, with the keys of their own. With feature
//! `chunked`, `InboundLayer` above the layer takes those signatures out, and has each body be covered as
//! its client has asked: by a digest, not at all, or by signed chunks, which are decoded, verified and
//! made anew. An `authorization` that is not AWS's can be
//! [moved](SigV4LayerBuilder::move_authorization) to another header.
//!
//! # Behind CloudFront
//!
//! Where CloudFront signs for its clients, with origin access control before a Lambda function URL,
//! they have to send the digest of each body. [`ContentSha256Layer`] does that, and needs no
//! credentials.
//!
//! # gRPC
//!
//! A unary call and one whose response is a stream have a request that ends by itself: they are
//! collected like any other, [`Buffered`](PayloadMode::Buffered), over HTTP/2 by a client such as
//! hyper-util's. A stream from the client, and a bidirectional one, cannot be hashed before it is sent,
//! as it may wait for the response to go on: they need a service that takes
//! [`Unsigned`](PayloadMode::Unsigned) bodies, as VPC Lattice, whose default that is. Elsewhere they
//! fail once [`body_timeout`](SigV4LayerBuilder::body_timeout) has passed, with an error that names
//! them. tonic's clients need the origin, as with `Grpc::with_origin`: a URI without a host is refused.
//!
//! A service rejects a gRPC request in text or JSON, which gRPC clients take for broken frames. With
//! feature `grpc`, `GrpcStatusLayer` above the layer adds a `grpc-status` to such a response, and to no
//! other.
//!
//! # Without tower
//!
//! [`RequestSigner`] is what the layer wraps around a service: it signs `http::request::Parts` for any
//! client, with the same rules and the same credentials.
//!
//! # One request otherwise
//!
//! [`SigningOptions`] in a request's extensions choose another region, service, signing host or path
//! prefix, payload mode or other credentials for that request, or forward it unsigned.
//!
//! # Credentials
//!
//! They are loaded when the first request needs them and refreshed in the background, so that no
//! request waits while those at hand are valid for ten seconds more; [`CredentialsCache`] says how, and
//! [`CacheSettings`] what can be changed about it. Each load that brings credentials begins another
//! [`Generation`]; a response whose status is a client error has that of the credentials that it was
//! signed with in its extensions.
//!
//! # Clocks and rejections
//!
//! A service rejects a signature whose time is five minutes off. Where the `Date` of its response says
//! so too, and no cache may have kept that response, requests to **that host** are signed with its time
//! from then on: see [`SigV4Layer::clock_offset`]. A wrong local clock so costs one rejected attempt per
//! host. An offset is dropped when a response of the host disagrees, and after a day in which nothing
//! has confirmed it; one of more than 25 hours is never taken over.
//!
//! How long credentials live is decided by the local clocks alone. Where the wall clock is fast,
//! temporary credentials look expired: they are signed with all the same, and loads are paced, unless
//! [`OnExpired::Fail`] is set. Where it is slow by more than the refresh window, the requests between
//! the true expiry and the reload are rejected, once per generation.
//!
//! Credentials that a service rejects as expired or unknown are loaded anew, at once the first time,
//! then every 60 to 120 seconds at most. That host is not signed for with the same access key once it
//! has expired; other hosts are. What one host says counts for that host.
//!
//! The rejected request itself is answered with the rejection; [`RetryAdvice`] says when it is worth
//! another attempt. Feature `retry` has a policy for tower's retry layer, which makes it, for requests
//! that are `Clone`; [`retry_rejected`](SigV4LayerBuilder::retry_rejected) has the layer make it, for
//! all whose bodies it has read. Both wait for the credentials where these were rejected. They are not
//! loaded again within a second of a load, nor within a minute of a load that a rejection has asked
//! for: then the rejection is the answer. With feature `explain`, `ExplainLayer` says of any
//! rejection which line of the canonical request differed, who changes such a thing on the way, and
//! what to do about it: in the log, and in the response's extensions.
//!
//! # Seeing what happens
//!
//! Each signature is a [tracing] event at level `DEBUG`: the host, the service, the region, the
//! generation of the credentials, their age and the time that they have left, the clock offset, and how
//! the body is covered. What a host's clock does is told at `WARN` and `INFO`, and what becomes of
//! credentials by the cache. [`request_spans`](SigV4LayerBuilder::request_spans) gives each request a
//! span. Neither a secret nor a signature is in any of it, and nothing is computed where nobody
//! listens.
//!
//! With feature `metrics`, the [metrics] facade gets the following, and what
//! [the cache](credentials_cache#metrics) records. No label is a host, as those could be without
//! number; the log has them.
//!
//! | name | kind | what |
//! | --- | --- | --- |
//! | `aws_sigv4_signatures_total` | counter | requests that were signed, each attempt by itself, by `payload` (`sha256`, `unsigned`, `streaming`) |
//! | `aws_sigv4_rejections_total` | counter | responses that reject a request for its signature, its credentials or their permissions, by `cause`: the name of an [`ErrorKind`](http_sigv4::ErrorKind), as `expired_credentials`; `unspecified` for a 401 or 403 without an error code in its headers |
//! | `aws_sigv4_retries_total` | counter | rejected requests that were sent once more, by the layer or by `RetryPolicy`, by `cause` (`time`, `credentials`) |
//! | `aws_sigv4_explanations_total` | counter | rejections that `ExplainLayer` has explained, by `cause`: the name of a `Cause`, as `path_decoded` |
//! | `aws_sigv4_clock_offset_changes_total` | counter | hosts whose clock offset has changed, by `change` (`observed`, `dropped`, `contradicted`) |
//! | `aws_sigv4_clock_offset_seconds` | gauge | the offset that has changed last |
//! | `aws_sigv4_body_bytes` | histogram | the sizes of bodies that were read for their hashes |
//! | `aws_sigv4_waits_total` | counter | waits that came to their end, by `for` (`body`, `credentials`, `retry`) |
//! | `aws_sigv4_wait_seconds` | histogram | how long they lasted, by `for` |
//!
//! # Runtime
//!
//! Credentials are loaded in short tokio tasks, and bodies and waits are limited in time, so a service
//! belongs in a tokio runtime **with its timer enabled** (`enable_time` or `enable_all`). A runtime
//! without a timer panics, as tokio does, where a request waits. Outside of any runtime, what is at hand
//! is signed, and there are no timeouts. Nothing runs while no load is under way, and nothing outlives
//! the last clone of the layer.
//!
//! # Features
//!
//! None is on by default.
//!
//! - `aws-lc-rs`: hashes, signs and derives keys with that crate; see [`http_sigv4`'s features](http_sigv4#features).
//! - `aws-config`: `SigV4Layer::from_default_chain`, which finds region and credentials as the AWS
//!   SDKs do, at the cost of some 115 crates. For IAM Identity Center and for processes, depend on
//!   `aws-config` without its default features and with `sso` and `credentials-process`.
//! - `chunked`: `PayloadMode::Chunked` and `Chunks`, for bodies that are signed, or summed up, while
//!   they stream; large bodies for S3 are sent so instead of failing. Checksums for S3, and
//!   `ResponseChecksumLayer`. Brings crates for CRC and SHA-1.
//! - `explain`: `ExplainLayer` and the module `explain`. Brings an XML parser.
//! - `grpc`: `GrpcStatusLayer` and the module `grpc`. Brings `explain`.
//! - `metrics`: what happens is recorded through the [metrics] facade, besides the cache's [`Stats`]
//!   and the [tracing] events.
//! - `reqwest`: the layer around a `reqwest::Client`, and the module `reqwest`, which has a client with
//!   reqwest's own feel and one for the stacks of tower. Enables none of reqwest's features but `json`.
//! - `reqwest-middleware`: the layer among the middleware of `reqwest-middleware`.
//! - `retry`: `RetryPolicy` for tower's retry layer sends a request once more, signed afresh, where
//!   the layer knows why it was rejected.
//! - `tokens`: [`RequestSigner`] signs login tokens for databases, caches, brokers and clusters, and
//!   WebSocket handshakes, of every kind in `http_sigv4::tokens`: `RequestSigner::sign_token`.
//!
//! [metrics]: https://docs.rs/metrics
//! [tracing]: https://docs.rs/tracing
//! [tower]: https://docs.rs/tower

#![cfg_attr(docsrs, feature(doc_cfg))]

mod attempt;
mod body;
mod builder;
mod clock;
mod config;
mod content_sha256;
mod decision;
#[cfg(feature = "aws-config")]
mod default_chain;
mod encoding;
mod environment;
mod error;
#[cfg(feature = "explain")]
pub mod explain;
mod future;
#[cfg(feature = "grpc")]
pub mod grpc;
mod grpc_request;
mod host_key;
mod host_policy;
#[cfg(feature = "chunked")]
mod inbound;
mod keys;
mod layer;
mod options;
mod read_body;
mod rejection;
#[cfg(feature = "reqwest")]
pub mod reqwest;
#[cfg(feature = "chunked")]
mod response_checksum;
mod sent_headers;
mod service;
mod signed_request;
mod signer;
mod signing;
#[cfg(any(doc, doctest))]
pub mod stacks {
    #![doc = include_str!("../docs/stacks.md")]
    //!
    //! [`Error`]: crate::Error
    //! [`SigV4Layer::disabled`]: crate::SigV4Layer::disabled
    //! [`retry_rejected`]: crate::SigV4LayerBuilder::retry_rejected
}
mod telemetry;
#[cfg(feature = "tokens")]
mod tokens;
mod waiting;

// Its types stand in signatures: `Payload`, `Profile`, `ExpiresIn`, the kinds of `tokens`.
pub use http_sigv4;

pub use credentials_cache::{
    self, CacheSettings, CredentialsCache, EnvironmentCredentials, Generation,
    IntoCredentialsCache, OnExpired, Stats,
};

#[cfg(feature = "chunked")]
pub use self::body::Chunks;
#[cfg(feature = "explain")]
pub use self::explain::{ExplainLayer, Explanation};
#[cfg(feature = "grpc")]
pub use self::grpc::GrpcStatusLayer;
#[cfg(feature = "chunked")]
pub use self::inbound::{Inbound, InboundBody, InboundFuture, InboundLayer};
#[cfg(feature = "retry")]
pub use self::rejection::{RetryFuture, RetryOr, RetryPolicy};
#[cfg(feature = "chunked")]
pub use self::response_checksum::{
    ChecksummedBody, ResponseChecksum, ResponseChecksumFuture, ResponseChecksumLayer,
};
pub use self::{
    body::{PayloadMode, SignedBody},
    builder::SigV4LayerBuilder,
    content_sha256::{ContentSha256, ContentSha256Future, ContentSha256Layer},
    error::Error,
    future::ResponseFuture,
    host_policy::UnlistedHosts,
    layer::SigV4Layer,
    options::SigningOptions,
    rejection::RetryAdvice,
    service::SigV4,
    signed_request::SignedRequest,
    signer::RequestSigner,
    signing::{Signing, TrySign},
};
