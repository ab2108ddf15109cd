use std::{
    convert::Infallible,
    future::{Future, Ready, ready},
    pin::pin,
    task::{Context, Poll, Waker},
};

use http::{Request, Response};
use tower_service::Service;

/// An HTTP client that answers at once, and keeps the latest request, so that dropping it is no part of
/// a call.
#[derive(Debug)]
pub struct NoOp<B>(Option<Request<B>>);

impl<B> NoOp<B> {
    /// Makes a client.
    pub const fn new() -> Self {
        Self(None)
    }
}

impl<B> Default for NoOp<B> {
    fn default() -> Self {
        Self::new()
    }
}

impl<B> Clone for NoOp<B> {
    fn clone(&self) -> Self {
        Self::new()
    }
}

impl<B> Service<Request<B>> for NoOp<B> {
    type Response = Response<()>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        self.0 = Some(request);
        ready(Ok(Response::new(())))
    }
}

/// The result of a future that waits for nothing; it may leave the thread to others now and then.
pub(crate) fn at_once<F: Future>(future: F) -> F::Output {
    let mut context = Context::from_waker(Waker::noop());
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
}
