//! Why a service rejected a request, from its answer and from what was signed.
//!
//! A signature says one bit: it fits or it does not. Many services add what they computed: API
//! Gateway, OpenSearch, AppSync and the query services quote their canonical request in the error's
//! message, S3 in an element of its own. [`Explanation::from_rejection`] reads that, compares it line by
//! line with the [`CanonicalRequest`](crate::CanonicalRequest) of this side, and names the line that
//! differs and what does such a thing on the way. Where a service quotes nothing, its code, its message
//! and its clock still tell a wrong region from a wrong clock, and a signature that does not fit from a
//! policy that says no.
//!
//! It knows the rejections of API Gateway (REST and HTTP APIs), Lambda function URLs, OpenSearch and
//! OpenSearch Serverless, VPC Lattice, AppSync, Neptune, Bedrock, S3, EC2, and of the services that
//! speak AWS JSON or query XML; and those of MinIO, Ceph, Swift, Garage, Cloudflare R2 and Backblaze B2.
//!
//! # Secrets
//!
//! A service's canonical request holds the live session token and whatever else the request carries,
//! and its message may repeat any of it. An explanation goes into logs, so it shows values only where
//! they are harmless by their names:
//!
//! - of headers `host`, `content-type`, `date`, `x-amz-date`, `content-length`,
//!   `x-amz-decoded-content-length`, and digests of the body (`content-md5`, `x-amz-content-sha256`,
//!   `digest`, `content-digest`, `repr-digest`, and those `x-amz-checksum-*` that hold one);
//! - of the query `Action`, `Version`, `X-Amz-Algorithm`, `X-Amz-Credential`, `X-Amz-Date`,
//!   `X-Amz-Expires` and `X-Amz-SignedHeaders`;
//! - the method, the path, the credential scope and the access key id.
//!
//! Of any other value it tells the length, and [where and in what](Mismatch) the two sides differ. Of a
//! service's message and code it shows the words that services make their sentences of, names, and what
//! is harmless by its form: moments, regions, ARNs, actions. A secret that is such a word, in the
//! service's own sentence, it cannot tell from the sentence. Names are always shown, and
//! [`Explainer::show_values`] shows values, for debugging.
//!
//! Control characters are replaced, so that an answer cannot write to a terminal, and everything is cut
//! to one screen.
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
//! let (mut parts, _) = request.body(()).unwrap().into_parts();
//! let prepared = Signer::new(Profile::STANDARD).prepare(&mut parts, &key, Payload::EMPTY, now)?;
//! let signed = prepared.canonical_request();
//! prepared.apply()?;
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
//! let rejection = Response::builder()
//!     .status(403)
//!     .header("x-amzn-errortype", "InvalidSignatureException")
//!     .body(())
//!     .unwrap();
//! let (head, ()) = rejection.into_parts();
//!
//! let explanation = Explanation::from_rejection(&head, body.as_bytes(), Some(&signed), now).unwrap();
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
mod clock;
mod compare;
mod diagnosis;
mod difference;
mod echo;
mod exchange;
mod explainer;
mod explanation;
mod headers;
mod hint;
mod line;
mod local;
mod mismatch;
mod parse;
mod path;
mod query;
mod redact;
mod rejection;
mod render;
mod scope;

pub use self::{
    cause::Cause,
    difference::Difference,
    explainer::Explainer,
    explanation::Explanation,
    line::Line,
    mismatch::{CharacterClass, Mismatch},
};
