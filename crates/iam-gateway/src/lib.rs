//! A local stand-in for an IAM-authenticated API Gateway (REST, `execute-api`).
//!
//! It verifies AWS Signature Version 4 and answers as API Gateway does, word for word, so a client
//! that signs can be tried and tested without an AWS account: as a library in tests, and as the
//! command `iam-gateway` anywhere else. What is signed as it should be is echoed, or forwarded to a
//! server of yours, whose response comes in one piece or [as it is sent](Gateway::stream_responses).
//!
//! ```
//! use http_body_util::Empty;
//! use iam_gateway::{Account, Accounts, Gateway};
//! use hyper_util::{client::legacy::Client, rt::TokioExecutor};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let accounts = Accounts::from(Account::new("AKIDEXAMPLE", "secret"));
//! let gateway = Gateway::new("execute-api", "eu-west-1", accounts.clone());
//! let server = gateway.serve().await?;
//!
//! // This client does not sign. One that does gets an echo: the README has it.
//! let client = Client::builder(TokioExecutor::new()).build_http::<Empty<bytes::Bytes>>();
//! let response = client.get(server.url().parse()?).await?;
//! assert_eq!(response.status(), 403);
//! assert_eq!(response.headers()["x-amzn-errortype"], "MissingAuthenticationTokenException");
//!
//! // Keys can be rotated while it serves.
//! accounts.add(Account::new("AKIDNEXT", "another secret"));
//! accounts.remove("AKIDEXAMPLE");
//! server.shutdown().await;
//! # Ok(())
//! # }
//! ```
//!
//! A [`Gateway`] is a tower `Service` too: mount it in a server of your own, or call it in memory.
//!
//! # Who verifies
//!
//! Whether a signature is right is for AWS's own code to say: the crate [`aws-sigv4`] signs the
//! received request again, at the request's own time and with only its signed headers. The
//! canonical request and the string to sign that the gateway shows are written by the gateway from
//! what it received, and must lead to the same signature. Where the two disagree, it answers 500 and
//! says so, for then one of them is wrong. That is so for
//!
//! - bytes in a query that are not UTF-8, as `%FF`, which `aws-sigv4` reads as U+FFFD;
//! - a path that ends in `/.` or `/..` below the root, on which signers differ;
//! - tabs inside a signed header, which `aws-sigv4` does not fold, and bytes that are not ASCII.
//!
//! # What it checks and what it answers
//!
//! In this order. A message that is not in quotes is longer; the crate's tests have them all.
//!
//! | checked | answered otherwise |
//! | --- | --- |
//! | the body has at most 10 MiB | 413 `RequestTooLargeException` |
//! | request line and headers have at most 10,240 bytes | 431 `RequestTooLargeException` |
//! | the target is a path | 400 `BadRequestException` |
//! | there is a signature, in a header or in the query | 403 `MissingAuthenticationTokenException` "Missing Authentication Token" |
//! | there is one and not both | 400 `BadRequestException` |
//! | it is whole: algorithm, credential, signed headers, signature, date, and the seconds for which a presigned URL is good | 403 `IncompleteSignatureException`, naming all that is missing |
//! | `host` and every `x-amz-*` header are signed | 403 `InvalidSignatureException` "... must be a 'SignedHeader' in the AWS Authorization." |
//! | every signed header arrived | 403 `IncompleteSignatureException` "... is named as a SignedHeader, but it does not exist in the HTTP request" |
//! | region, service, `aws4_request` and day of the scope | 403 `InvalidSignatureException`, naming all that is wrong |
//! | at most five minutes early or late; a presigned URL is in its time | 403 `InvalidSignatureException` "Signature expired: ..." or "Signature not yet current: ..." |
//! | the access key id is known, and the session token is the account's | 403 `UnrecognizedClientException` "The security token included in the request is invalid." |
//! | the account has not [expired](Account::expires_at) | 403 `ExpiredTokenException` |
//! | the signature, over the SHA-256 of the body | 403 `InvalidSignatureException`, with the canonical string and the string to sign |
//! | an `x-amz-content-sha256` header is the body's SHA-256 | 403 `InvalidSignatureException` |
//! | an upstream answers, wholly unless it is streamed | 502 `BadGatewayException` |
//!
//! Every answer has an `x-amzn-requestid`; a rejection has its type in `x-amzn-errortype`, and a
//! `message` in JSON. An accepted request gets 200 and JSON:
//!
//! ```json
//! {
//!   "method": "GET", "path": "/pets", "query": "a=1", "headers": { "host": ["127.0.0.1:8080"] },
//!   "body": "", "isBase64Encoded": false,
//!   "accessKeyId": "AKIDEXAMPLE", "canonicalRequest": "GET\n/pets\n...", "stringToSign": "AWS4-..."
//! }
//! ```
//!
//! The headers are without `Authorization` and `x-amz-security-token`. The canonical request has the
//! token, where it was signed, as the one in API Gateway's own rejection does.
//!
//! # What it does not do
//!
//! - Policies, API keys, throttling, stages: whoever signs right may do everything.
//! - The rules of other services. Any service that signs as `execute-api` does may be named, such as
//!   `lambda` or `es`; not S3, which reads paths in another way, nor those that take
//!   `UNSIGNED-PAYLOAD`.
//! - Signature Version 4A, chunked signatures, and a `Date` header in place of `x-amz-date`.
//! - Repeating what stands in an `Authorization` header that is none, as AWS does: it may be a bearer
//!   token, so the message has `'***'` there.
//! - What AWS does not tell: that the statuses 400, 413, 431 and 502 come with these very types and
//!   messages is this crate's choice.
//!
//! It is made to test against, not to protect anything: keep it on loopback.
//!
//! # Features
//!
//! - `tls`: [`Gateway`] serves over TLS, with a certificate of its own making.
//! - `cli`: the command `iam-gateway`.
//! - `websocket`: `Gateway::echo_websockets`, so that WebSocket clients can be tried whose handshake is
//!   signed.
//!
//! [`aws-sigv4`]: https://docs.rs/aws-sigv4

#![cfg_attr(docsrs, feature(doc_cfg))]

mod account;
mod authorization;
mod canonical;
mod date;
mod echo;
mod encoding;
mod error;
mod gateway;
mod header_values;
mod limits;
mod oracle;
mod proxy;
mod received;
mod rejection;
mod response_body;
mod server;
mod signed_parts;
#[cfg(feature = "tls")]
mod tls;
mod verify;
#[cfg(feature = "websocket")]
mod websocket;

pub use self::{
    account::{Account, Accounts},
    error::Error,
    gateway::Gateway,
    received::Received,
    rejection::Rejection,
    response_body::ResponseBody,
    server::Server,
    verify::Accepted,
};
