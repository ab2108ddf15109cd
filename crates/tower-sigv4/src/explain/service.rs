use std::{
    sync::Arc,
    task::{Context, Poll},
};

use http::{Request, Response};
use http_body::Body;
use http_sigv4::explain::Explainer;
use tower_service::Service;

use super::{ExplainFuture, ExplainedBody, captured::CaptureRequest, log::Log};

/// An HTTP client that explains rejections. See the [module](super).
///
/// Readiness and errors are the inner service's own.
///
/// # Cancellation
///
/// Dropping the response future drops the rejection that it was reading, and the connection with it
/// if the client below does so.
#[derive(Clone, Debug)]
pub struct Explain<S> {
    inner: S,
    explainer: Explainer,
    log: Arc<Log>,
}

impl<S> Explain<S> {
    pub(super) fn new(inner: S, explainer: Explainer, log: Arc<Log>) -> Self {
        Self {
            inner,
            explainer,
            log,
        }
    }

    /// Returns the inner service.
    pub fn get_ref(&self) -> &S {
        &self.inner
    }

    /// Returns the inner service, the rejections of which are not explained.
    pub fn get_mut(&mut self) -> &mut S {
        &mut self.inner
    }

    /// Gives up explaining.
    pub fn into_inner(self) -> S {
        self.inner
    }
}

impl<S, B, ResBody> Service<Request<B>> for Explain<S>
where
    S: Service<Request<B>, Response = Response<ResBody>>,
    ResBody: Body,
{
    type Response = Response<ExplainedBody<ResBody>>;
    type Error = S::Error;
    type Future = ExplainFuture<S::Future, ResBody>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        request.extensions_mut().insert(CaptureRequest);
        let future = self.inner.call(request);
        ExplainFuture::new(future, self.explainer, Arc::clone(&self.log))
    }
}
