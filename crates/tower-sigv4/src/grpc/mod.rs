//! A rejection that gRPC clients understand.
//!
//! AWS rejects a request with the status 401 or 403 and a message in text, JSON or XML, also where the
//! request is gRPC's. A gRPC client looks for `grpc-status`, finds none, and takes the message for
//! frames of its protocol: tonic then reports "invalid compression flag". [`GrpcStatusLayer`] stands
//! above [`SigV4Layer`](crate::SigV4Layer) and adds to such a response what the client looks for:
//! `grpc-status: 16`, which is `UNAUTHENTICATED`, and a `grpc-message` of what the service says.
//!
//! ```
//! use bytes::Bytes;
//! use http::{Request, Response};
//! use http_body_util::Full;
//! use tower::{ServiceBuilder, ServiceExt};
//! use tower_sigv4::{GrpcStatusLayer, SigV4Layer};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), tower::BoxError> {
//! # let provider = aws_credential_types::Credentials::new("AKID", "secret", None, None, "example");
//! # let http_client = tower::service_fn(|_: Request<tower_sigv4::SignedBody<Full<Bytes>>>| async {
//! #     let rejection = r#"{"message":"The security token included in the request is expired"}"#;
//! #     Response::builder()
//! #         .status(403)
//! #         .header("x-amzn-errortype", "ExpiredTokenException")
//! #         .body(Full::<Bytes>::from(rejection))
//! # });
//! // What tonic's `Grpc::new`, or a generated client's `new`, takes in place of a `Channel`.
//! let client = ServiceBuilder::new()
//!     .layer(GrpcStatusLayer::new())
//!     .layer(SigV4Layer::new("vpc-lattice-svcs", "eu-west-1", provider)?)
//!     .service(http_client);
//!
//! let request = Request::post("https://orders-0a1b.7d67968.vpc-lattice-svcs.eu-west-1.on.aws/Orders/Get")
//!     .header("content-type", "application/grpc")
//!     .body(Full::<Bytes>::default())?;
//! let response = client.oneshot(request).await?;
//! assert_eq!(response.headers()["grpc-status"], "16");
//! assert_eq!(
//!     response.headers()["grpc-message"],
//!     "ExpiredTokenException: The security token included in the request is expired",
//! );
//! # Ok(())
//! # }
//! ```
//!
//! # Which responses
//!
//! Those with the status 401 or 403, without `grpc-status`, and not themselves of type
//! `application/grpc`, to a request of that type. Everything else passes as it came, and so does all
//! else of such a response: its status, its other headers, its body. It waits for the beginning of the
//! body, as [`ExplainLayer`](crate::ExplainLayer) does, at most two seconds. The errors of the layers
//! below stay errors.
//!
//! # What the message shows
//!
//! The service's error code and the first sentence or two of its message, of which it shows what
//! [`http_sigv4::explain`] shows, as a service may repeat a session token. It is percent-encoded, as
//! [gRPC wants it].
//!
//! [gRPC wants it]: https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md#responses

mod future;
mod layer;
mod service;
mod status;

pub use self::{future::GrpcStatusFuture, layer::GrpcStatusLayer, service::GrpcStatus};
