//! Signs what a [`reqwest::Client`] sends, with feature `reqwest`.
//!
//! Four ways lead there; all sign the same way, with the layer's hosts, credentials and bodies.
//!
//! | you have | use |
//! | --- | --- |
//! | code that calls `get(url).send()` | [`SigningClient`] |
//! | a tower stack of reqwest's own types | [`SigV4Layer`] around the client |
//! | a tower stack of `http`'s types, with retry and explanations | [`HttpService`] below the layer |
//! | a stack of `reqwest-middleware` | [`SigV4Layer`] as a middleware, with feature `reqwest-middleware` |
//!
//! The layer goes around a client as it is, for it is a tower service:
//!
//! ```no_run
//! use tower::{ServiceBuilder, ServiceExt};
//! use tower_sigv4::SigV4Layer;
//!
//! # async fn example() -> Result<(), tower::BoxError> {
//! let http = reqwest::Client::builder()
//!     .redirect(reqwest::redirect::Policy::none())
//!     .build()?;
//! let client = ServiceBuilder::new()
//!     .layer(SigV4Layer::from_env("execute-api")?)
//!     .service(http.clone());
//!
//! let url = "https://abc123.execute-api.eu-west-1.amazonaws.com/prod/orders";
//! let response = client.oneshot(http.get(url).build()?).await?;
//! # Ok(())
//! # }
//! ```
//!
//! # What is signed
//!
//! The URL that reqwest sends, which may be another than the one it was given: its parser resolves `.`
//! and `..` in a path, also where they are encoded, and encodes `{`, `}`, `"` and more.
//!
//! A client's default headers are added after the request was signed, and so are the `Accept` of
//! reqwest and the cookies of its store. Services reject a request with an `x-amz-` header that is not
//! signed: give those with each request.
//!
//! # Bodies
//!
//! One in memory is hashed and not copied, and reqwest can still send it again by itself. A stream is
//! collected for its hash, unless [`PayloadMode`](crate::PayloadMode) says that it need not be; then it
//! is passed on as it comes.
//!
//! # Redirects
//!
//! reqwest follows redirects unless it is told not to, and takes the session token and the other headers
//! of the signature along, to whatever host. [`SigningClient::new`] turns that off. Build any other
//! client with [`Policy::none`](reqwest::redirect::Policy::none); it does not tell its policy, so a
//! signed request whose response is from another URL is an [error](crate::Error::is_redirect) when it is
//! too late.
//!
//! # One request otherwise
//!
//! [`SigningRequestBuilder::options`] takes [`SigningOptions`](crate::SigningOptions). To give them to
//! the layer, make the `reqwest::Request` of an `http::Request` that has them in its extensions.
//!
//! # Rejections
//!
//! A response whose status is a client error has a [`Generation`](crate::Generation) in its extensions,
//! and a [`RetryAdvice`](crate::RetryAdvice) where another attempt may help. reqwest's own retries send
//! a request as it was signed; `RetryPolicy` above an [`HttpService`] signs it afresh.
//!
//! [`SigV4Layer`]: crate::SigV4Layer

mod client;
mod future;
mod http_service;
#[cfg(feature = "reqwest-middleware")]
mod middleware;
mod request_builder;
mod send;
mod sent;
mod service;
mod sign;

pub use self::{
    client::SigningClient,
    future::ResponseFuture,
    http_service::{HttpFuture, HttpService, rewrite_uri},
    request_builder::SigningRequestBuilder,
    send::SendError,
};
