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
//! - **Never in the way.** No request waits for credentials while valid ones exist.
//! - **To the right host only.** Requests are signed for AWS hosts of the configured service, region
//!   and partition, over https; anything else has to be allowed by name. See [Hosts](#hosts).
//!
//! # Where it goes in a stack
//!
//! As far in as it can: nothing below may change the method, the URI, a signed header or the body,
//! and nothing below should hold a request back, as a signature is good for five minutes. Outermost
//! first:
//!
//! | layer | why there |
//! | --- | --- |
//! | trace, total timeout | see the whole call, and the wait for credentials |
//! | follow-redirect | each hop is checked and signed by itself; a client below must not follow any |
//! | `ExplainLayer`, with feature `explain` | explains what is rejected in the end |
//! | retry | each attempt is signed afresh, with the time and the credentials of then |
//! | timeout per attempt | |
//! | default headers, compression, body mapping | the signature covers what they make |
//! | buffer | a client that is not `Clone` needs one below, and then a short one: a signature ages in it |
//! | **`SigV4Layer`** | |
//! | concurrency limit, rate limit | they wait in `poll_ready`, before anything is signed |
//! | the client | |
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
//! # Bodies
//!
//! A signature covers the body's SHA-256. An empty body and one in memory are hashed at once and
//! not copied; a streaming one is collected first, up to [`body_limit`](SigV4LayerBuilder::body_limit),
//! and all that are collected at a time up to
//! [`total_body_limit`](SigV4LayerBuilder::total_body_limit). [`PayloadMode`] has the alternatives for
//! services that take them.
//!
//! # Without tower
//!
//! [`RequestSigner`] is what the layer wraps around a service: it signs `http::request::Parts` for any
//! client, with the same rules and the same credentials.
//!
//! # One request otherwise
//!
//! [`SigningOptions`] in a request's extensions choose another region, service, payload mode or
//! other credentials for that request, or forward it unsigned.
//!
//! # Credentials
//!
//! They are loaded when the first request needs them and refreshed in the background, so that no
//! request waits while valid ones exist; [`CredentialsCache`] says how, and [`CacheSettings`] what
//! can be changed about it. A response whose status is a client error has the [`Generation`] of the
//! credentials in its extensions.
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
//! another attempt, and feature `retry` makes it. With feature `explain`, `ExplainLayer` says of any
//! rejection which line of the canonical request differed, who changes such a thing on the way, and
//! what to do about it: in the log, and in the response's extensions.
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
//!   SDKs do, at the cost of some 140 crates.
//! - `explain`: `ExplainLayer` and the module `explain`. Brings an XML parser.
//! - `metrics`: what the credentials cache does is recorded through the [metrics] facade, besides
//!   its [`Stats`] and its [tracing] events.
//! - `retry`: `RetryPolicy` for tower's retry layer sends a request once more, signed afresh, where
//!   the layer knows why it was rejected.
//!
//! [metrics]: https://docs.rs/metrics
//! [tracing]: https://docs.rs/tracing
//! [tower]: https://docs.rs/tower

mod body;
mod builder;
mod clock;
mod config;
mod decision;
#[cfg(feature = "aws-config")]
mod default_chain;
mod environment;
mod error;
#[cfg(feature = "explain")]
pub mod explain;
mod future;
mod host_key;
mod host_policy;
mod keys;
mod layer;
mod options;
mod rejection;
mod service;
mod signed_request;
mod signer;
mod signing;

pub use credentials_cache::{
    self, CacheSettings, CredentialsCache, EnvironmentCredentials, Generation,
    IntoCredentialsCache, OnExpired, Stats,
};

#[cfg(feature = "explain")]
pub use self::explain::{ExplainLayer, Explanation};
#[cfg(feature = "retry")]
pub use self::rejection::{RetryFuture, RetryOr, RetryPolicy};
pub use self::{
    body::{PayloadMode, SignedBody},
    builder::SigV4LayerBuilder,
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

/// The examples of the cache's README, which need the SDK's configuration.
#[cfg(all(doctest, feature = "aws-config"))]
#[doc = include_str!("../../credentials-cache/README.md")]
struct CacheReadme;
