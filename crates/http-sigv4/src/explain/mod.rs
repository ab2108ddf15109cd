//! Why a service refused a request, from its answer and from what was signed.
//!
//! A signature says one bit: it fits or it does not. Many services add what they computed: API
//! Gateway, OpenSearch, AppSync and the query services quote their canonical request in the error's
//! message, S3 in an element of its own. [`Explanation::of`] reads that, compares it line by line with
//! the [`CanonicalRequest`](crate::CanonicalRequest) of this side, and names the line that differs and
//! what does such a thing on the way. Where a service quotes nothing, its code, its message and its
//! clock still tell a wrong region from a wrong clock, and a refused signature from a refused policy.
//!
//! It knows the refusals of API Gateway (REST and HTTP APIs), Lambda function URLs, OpenSearch and
//! OpenSearch Serverless, VPC Lattice, AppSync, Neptune, Bedrock, S3, EC2, and of the services that
//! speak AWS JSON or query XML.
//!
//! # Secrets
//!
//! A service's canonical request holds the live session token, and its message may hold a whole
//! `Authorization` header. Nothing here shows either: tokens, signatures and credentials are replaced
//! by their length, in headers, in queries and in the service's own words. Control characters are
//! replaced too, so that an answer cannot write to a terminal. Everything is cut to one screen.
//!
//! # Example
//!
//! ```
//! use std::time::{Duration, SystemTime};
//!
//! use aws_credential_types::Credentials;
//! use http::{Request, Response};
//! use http_sigv4::{
//!     Explanation, Payload, Profile, Signer, SigningKey, SigningScope,
//!     explain::{Cause, Line},
//! };
//!
//! let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_440_938_160);
//! let credentials = Credentials::new("AKIDEXAMPLE", "secret", None, None, "example");
//! let scope = SigningScope::new("execute-api", "us-east-1")?;
//! let key = SigningKey::derive(&credentials, &scope, now)?;
//!
//! let request = Request::get("https://abc123.execute-api.us-east-1.amazonaws.com/prod/items");
//! let (parts, _) = request.body(()).unwrap().into_parts();
//! let signer = Signer::new(Profile::STANDARD);
//! let signed = signer.canonical_request(&parts, &key, Payload::EMPTY, now)?;
//!
//! // A proxy took the stage off the path, so the service computed something else, and says so.
//! let message = format!(
//!     "The request signature we calculated does not match the signature you provided.\n\n\
//!      The Canonical String for this request should have been\n'{}'\n\n\
//!      The String-to-Sign should have been\n'{}'\n",
//!     signed.canonical_request().replace("/prod/items", "/items"),
//!     signed.string_to_sign(),
//! );
//! let body = serde_json::json!({ "message": message }).to_string();
//! let refusal = Response::builder()
//!     .status(403)
//!     .header("x-amzn-errortype", "InvalidSignatureException")
//!     .body(())
//!     .unwrap();
//! let (head, ()) = refusal.into_parts();
//!
//! let explanation = Explanation::of(&head, body.as_bytes(), Some(&signed), now).unwrap();
//! assert_eq!(explanation.cause(), Cause::PathPrefix);
//! let difference = &explanation.differences()[0];
//! assert_eq!(difference.line(), &Line::Path);
//! assert_eq!(difference.signed(), Some("/prod/items"));
//! assert_eq!(difference.received(), Some("/items"));
//! println!("{explanation}");
//! # Ok::<_, http_sigv4::SignError>(())
//! ```

mod canonical;
mod cause;
mod classify;
mod clock;
mod compare;
mod difference;
mod echo;
mod explanation;
mod headers;
mod hint;
mod path;
mod query;
mod redact;
mod refusal;
mod render;
mod shape;

pub use self::{
    cause::Cause,
    difference::{Difference, Line},
    explanation::Explanation,
};
