//! `ExplainLayer`: what it makes of rejections, and that it changes nothing else.
//!
//! The rejections here are short and written by hand; those of a gateway that verifies are in the
//! workspace's own tests.

#[path = "../common/mod.rs"]
mod common;

mod bodies;
mod log;
mod stack;

use std::future::{Ready, ready};

use bytes::Bytes;
use http::{Request, Response, response};
use http_body_util::Full;
use tower::BoxError;
use tower_sigv4::{ExplainLayer, Explanation, explain::Cause};

use crate::common::{full, get};

/// What API Gateway says of a signature for another region.
const WRONG_REGION: &str =
    r#"{"message":"Credential should be scoped to a valid region, not 'us-east-1'."}"#;

/// What it says of a request without a signature, and of one without a route.
const MISSING_TOKEN: &str = r#"{"message":"Missing Authentication Token"}"#;

fn request() -> Request<Full<Bytes>> {
    get().body(full("")).unwrap()
}

/// The head of a rejection.
fn rejection() -> response::Builder {
    Response::builder()
        .status(403)
        .header("x-amzn-errortype", "InvalidSignatureException")
}

/// A client that answers every request.
fn answering<B, R>(
    answer: impl Fn() -> Response<R> + Clone,
) -> impl tower::Service<
    Request<B>,
    Response = Response<R>,
    Error = BoxError,
    Future = Ready<Result<Response<R>, BoxError>>,
> + Clone {
    tower::service_fn(move |_: Request<B>| ready(Ok(answer())))
}

#[track_caller]
fn cause<B>(response: &Response<B>) -> Cause {
    explanation(response).cause()
}

#[track_caller]
fn explanation<B>(response: &Response<B>) -> &Explanation {
    let explanation = response.extensions().get();
    explanation.expect("the rejection is explained")
}

#[test]
fn what_is_made_of_sendable_parts_can_be_sent_and_shared() {
    use tower_sigv4::explain::{Explain, ExplainFuture, ExplainedBody};
    fn shared<T: Clone + Send + Sync + 'static>() {}
    fn sent<T: Send + Sync + 'static>() {}
    shared::<ExplainLayer>();
    shared::<Explain<common::Recorder>>();
    sent::<ExplainFuture<Ready<Response<Full<Bytes>>>, Full<Bytes>>>();
    sent::<ExplainedBody<Full<Bytes>>>();
}
