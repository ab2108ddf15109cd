use std::task::{Context, Poll};

use http::{Request, Response};
use http_body::Body;
use tower_service::Service;

use super::{body::InboundBody, future::InboundFuture, layer::InboundLayer};
use crate::error::BoxError;

/// An HTTP client that takes requests which others have signed. See
/// [`InboundLayer`](crate::InboundLayer).
///
/// # Readiness
///
/// It is the inner service's own.
///
/// # Errors
///
/// The inner service's own, or [`Error`](crate::Error), and then nothing was sent.
#[derive(Clone, Debug)]
pub struct Inbound<S> {
    inner: S,
    layer: InboundLayer,
}

impl<S> Inbound<S> {
    /// Wraps a service, as [`InboundLayer`] does.
    pub fn new(inner: S, layer: &InboundLayer) -> Self {
        let layer = layer.clone();
        Self { inner, layer }
    }

    /// Returns the inner service.
    pub fn get_ref(&self) -> &S {
        &self.inner
    }

    /// Returns the inner service, which gets requests as they are.
    pub fn get_mut(&mut self) -> &mut S {
        &mut self.inner
    }

    /// Returns the inner service, and drops what is around it.
    pub fn into_inner(self) -> S {
        self.inner
    }
}

impl<S> tower_layer::Layer<S> for InboundLayer {
    type Service = Inbound<S>;

    fn layer(&self, inner: S) -> Inbound<S> {
        Inbound::new(inner, self)
    }
}

impl<S, B, ResBody> Service<Request<B>> for Inbound<S>
where
    S: Service<Request<InboundBody<B>>, Response = Response<ResBody>> + Clone,
    S::Error: Into<BoxError>,
    B: Body + Unpin,
    B::Error: Into<BoxError>,
{
    type Response = Response<ResBody>;
    type Error = BoxError;
    type Future = InboundFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        match self.layer.prepare(request) {
            Ok(request) => InboundFuture::responding(self.inner.call(request)),
            Err(error) => {
                // What was ready for this request gives back what it reserved for it.
                self.inner = self.inner.clone();
                InboundFuture::failed(error)
            }
        }
    }
}
