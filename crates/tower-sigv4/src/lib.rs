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
//! - **To the right host only.** Requests are signed for AWS hosts of the configured service and
//!   region, over https; anything else has to be allowed by name. See [`HostPolicy`].
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
//! | follow-redirect | each hop is judged and signed by itself; a client below must not follow any |
//! | `ExplainLayer`, with feature `explain` | explains what is refused in the end |
//! | retry | each attempt is signed afresh, with the time and the credentials of then |
//! | timeout per attempt | |
//! | default headers, compression, body mapping | the signature covers what they make |
//! | **`SigV4Layer`** | |
//! | buffer, concurrency limit | only if they are short: time passes in them; a client that is not `Clone` needs the buffer |
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
//! # Bodies
//!
//! A signature covers the body's SHA-256. An empty body and one in memory are hashed at once and
//! not copied; a streaming one is collected first, up to [`SigV4Layer::body_limit`], and all that
//! are collected at a time up to [`SigV4Layer::total_body_limit`]. [`PayloadMode`] has the
//! alternatives for services that take them.
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
//! # Clocks and refusals
//!
//! A service refuses a signature whose time is five minutes off. Where the `Date` of its answer says
//! so too, and no cache may have kept that answer, requests are signed with the servers' time from
//! then on: see [`SigV4Layer::clock_offset`]. Credentials that a service refuses as expired or unknown
//! are replaced. The refused request itself is answered with the refusal; [`Remedy`] says when it is
//! worth another attempt, and feature `retry` makes it.
//!
//! With feature `explain`, `ExplainLayer` says of any refusal which line of the canonical request
//! differed, who changes such a thing on the way, and what to do about it: in the log, and in the
//! response's extensions.
//!
//! # Runtime
//!
//! Credentials are loaded in short tokio tasks, so a service belongs in a tokio runtime with its
//! timer enabled. Nothing runs while no load is under way, and nothing outlives the last clone of
//! the layer.
//!
//! # Features
//!
//! None is on by default.
//!
//! - `aws-config`: `SigV4Layer::from_default_chain`, which finds region and credentials as the AWS
//!   SDKs do, at the cost of some 140 crates.
//! - `explain`: `ExplainLayer` and the module `explain`. Brings an XML parser, and canonicalises each
//!   request that goes through `ExplainLayer` twice.
//! - `metrics`: what the credentials cache does is recorded through the [metrics] facade, besides
//!   its [`Stats`] and its [tracing] events.
//! - `retry`: `ResignPolicy` for tower's retry layer sends a request once more, signed afresh, where
//!   the layer has learned why it was refused.
//!
//! [metrics]: https://docs.rs/metrics
//! [tracing]: https://docs.rs/tracing
//! [tower]: https://docs.rs/tower

mod attempt;
mod body;
mod clock;
mod credentials;
#[cfg(feature = "aws-config")]
mod default_chain;
mod error;
#[cfg(feature = "explain")]
pub mod explain;
mod future;
mod guard;
mod keys;
mod layer;
mod options;
mod payload;
mod refusal;
mod remedy;
#[cfg(feature = "retry")]
mod resign;
mod service;
mod signing;
mod skew;

#[cfg(feature = "explain")]
pub use self::explain::{ExplainLayer, Explanation};
#[cfg(feature = "retry")]
pub use self::resign::{ResignFuture, ResignOr, ResignPolicy};
pub use self::{
    body::SignedBody,
    credentials::{
        CacheSettings, CredentialsCache, EnvironmentCredentials, Generation, OnExpired, Stats,
    },
    error::Error,
    future::ResponseFuture,
    guard::{HostPolicy, OtherHosts},
    layer::SigV4Layer,
    options::SigningOptions,
    payload::PayloadMode,
    remedy::Remedy,
    service::SigV4,
};
