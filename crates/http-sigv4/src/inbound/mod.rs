//! Requests that somebody else has signed, to be signed again: what a proxy or a gateway gets.
//!
//! [`InboundPayload`] reads what such a request says of its body, [`InboundSignature`] whose signature
//! it carries, and [`remove_signature`] takes that out of it, be it in the headers or in the query.
//! Then the request is as if nobody had signed it. A body in signed chunks has to be decoded too, with
//! `chunked::Decoder` of the feature `chunked`, as the chunks continue the signature.
//!
//! Nothing here verifies a request: a proxy that signs for whoever reaches it lends them its
//! credentials.
//!
//! ```
//! use http::Request;
//! use http_sigv4::inbound::{InboundPayload, InboundSignature, remove_signature};
//!
//! let request = Request::put("http://localhost:9000/bucket/key")
//!     .header(
//!         "authorization",
//!         "AWS4-HMAC-SHA256 Credential=AKIDCLIENT/20150830/us-east-1/s3/aws4_request, \
//!          SignedHeaders=host;x-amz-content-sha256;x-amz-date, \
//!          Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7",
//!     )
//!     .header("x-amz-content-sha256", "UNSIGNED-PAYLOAD")
//!     .header("x-amz-date", "20150830T123600Z")
//!     .body(())
//!     .unwrap();
//! let (mut parts, ()) = request.into_parts();
//!
//! assert_eq!(InboundPayload::from_parts(&parts)?, InboundPayload::Unsigned);
//! let signature = InboundSignature::from_headers(&parts.headers)?.unwrap();
//! assert_eq!(signature.access_key_id(), "AKIDCLIENT");
//! remove_signature(&mut parts)?;
//! assert!(parts.headers.is_empty());
//! # Ok::<_, http_sigv4::SignError>(())
//! ```

mod payload;
mod query;
mod remove;
mod signature;

pub use self::{payload::InboundPayload, remove::remove_signature, signature::InboundSignature};
