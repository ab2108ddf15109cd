//! Why a service rejected a request, told where it happens.
//!
//! [`ExplainLayer`] stands above [`SigV4Layer`](crate::SigV4Layer). When a service rejects a request,
//! it reads what the service says, compares that with what was signed, and tells in the log which line
//! differed and what to change. The same [`Explanation`] is in the response's extensions; the response
//! is otherwise what the service sent, byte for byte.
//!
//! ```
//! use bytes::Bytes;
//! use http::{Request, Response};
//! use http_body_util::Full;
//! use tower::{ServiceBuilder, ServiceExt};
//! use tower_sigv4::{ExplainLayer, Explanation, SigV4Layer, explain::Cause};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), tower::BoxError> {
//! # let provider = aws_credential_types::Credentials::new("AKID", "secret", None, None, "example");
//! # let http_client = tower::service_fn(|_: Request<tower_sigv4::SignedBody<Full<Bytes>>>| async {
//! #     let rejection = r#"{"message":"Credential should be scoped to a valid region, not 'us-east-1'."}"#;
//! #     Response::builder()
//! #         .status(403)
//! #         .header("x-amzn-errortype", "InvalidSignatureException")
//! #         .body(Full::<Bytes>::from(rejection))
//! # });
//! let client = ServiceBuilder::new()
//!     .layer(ExplainLayer::new())
//!     .layer(
//!         SigV4Layer::builder("execute-api", "us-east-1", provider)
//!             .allow_host("api.example.com")
//!             .build()?,
//!     )
//!     .service(http_client);
//!
//! // A custom domain, of an API that is in another region.
//! let request = Request::get("https://api.example.com/orders").body(Full::<Bytes>::default())?;
//! let response = client.oneshot(request).await?;
//!
//! let explanation = response.extensions().get::<Explanation>().unwrap();
//! assert_eq!(explanation.cause(), Cause::ScopeRegion);
//! eprintln!("{explanation}"); // as the log has it already
//! # Ok(())
//! # }
//! ```
//!
//! # Where it goes in a stack
//!
//! Above `SigV4Layer`, which tells it what was signed, and above a retry, so that only what was
//! rejected in the end is explained; a retry below needs nothing for it, as extensions are cloned with
//! their request. Below a follow-redirect: tower-http's drops the extensions of a request that goes to
//! another origin, whose rejection would then be explained without what was signed.
//!
//! Below `SigV4Layer`, or without one, it explains what it can tell from the answer alone. A
//! decompression belongs below: of a compressed answer only the head is read.
//!
//! # What it costs
//!
//! A request is canonicalised twice, once to be signed and once to be kept until its answer is there.
//! An answer that can be no rejection, by its status and headers, is passed on as it came. The body of
//! another (400, 401, 403, a redirect of S3's, or any that names an error of AWS's) is read until it ends,
//! 64 KiB are there, or two seconds have passed, and the response waits for that; a stream of events is
//! not waited for.
//!
//! # What is logged
//!
//! Each [`Cause`] at most once a minute, at level `WARN`, for all clients of one layer and its clones
//! together. It does not say which request it was; a span around the call does, as of tower-http's
//! `TraceLayer`.
//!
//! An explanation shows the lines that differ, but no values: of headers and parameters only those of
//! harmless names, which [`http_sigv4::explain`] lists, and of the service's own words only those of any
//! such sentence. Of everything else it tells the length, and where and in what it differs.
//! [`ExplainLayer::show_values`] shows more, for debugging on a developer's machine. The path is always
//! shown; an API that takes secrets in its path should not have its explanations logged.

mod body;
mod captured;
mod future;
mod layer;
mod log;
mod read;
mod service;

pub use http_sigv4::explain::{Cause, CharacterClass, Difference, Explanation, Line, Mismatch};

pub(crate) use self::captured::{CaptureRequest, Captured};
#[cfg(feature = "grpc")]
pub(crate) use self::read::{BodyReader, is_worthwhile};
pub use self::{body::ExplainedBody, future::ExplainFuture, layer::ExplainLayer, service::Explain};
