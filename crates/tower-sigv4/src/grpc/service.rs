use std::task::{Context, Poll};

use http::{Request, Response};
use http_body::Body;
use tower_service::Service;

use super::GrpcStatusFuture;
use crate::{explain::ExplainedBody, grpc_request::is_grpc};

/// A gRPC client's transport, the rejections of which have a `grpc-status`. See the [module](super).
///
/// Readiness and errors are the inner service's own.
///
/// # Cancellation
///
/// Dropping the response future drops the rejection that it was reading.
#[derive(Clone, Debug)]
pub struct GrpcStatus<S> {
    inner: S,
}

impl<S> GrpcStatus<S> {
    pub(super) fn new(inner: S) -> Self {
        Self { inner }
    }

    /// Returns the inner service.
    pub fn get_ref(&self) -> &S {
        &self.inner
    }

    /// Returns the inner service, whose responses are as they come.
    pub fn get_mut(&mut self) -> &mut S {
        &mut self.inner
    }

    /// Gives up adding statuses, and returns the inner service.
    pub fn into_inner(self) -> S {
        self.inner
    }
}

impl<S, B, ResBody> Service<Request<B>> for GrpcStatus<S>
where
    S: Service<Request<B>, Response = Response<ResBody>>,
    ResBody: Body,
{
    type Response = Response<ExplainedBody<ResBody>>;
    type Error = S::Error;
    type Future = GrpcStatusFuture<S::Future, ResBody>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let is_grpc = is_grpc(request.headers());
        GrpcStatusFuture::new(self.inner.call(request), is_grpc)
    }
}
