use std::{
    mem,
    task::{Context, Poll},
};

use reqwest::{Request, Response};
use tower_service::Service;

use super::ResponseFuture;
use crate::{SigV4, error::BoxError};

/// A `reqwest::Client` that signs what it sends. See the [module](crate::reqwest).
///
/// `S` is a [`reqwest::Client`], perhaps with limits around it.
///
/// # Readiness
///
/// It is the inner service's own. The response future signs, together with the instance of the inner
/// service that was ready.
///
/// # Errors
///
/// The service's error is a `BoxError`: the inner service's own, as a [`reqwest::Error`], or the
/// layer's [`Error`](crate::Error). Then nothing was sent, unless it
/// [is a redirect](crate::Error::is_redirect).
///
/// # Cancellation
///
/// Dropping the response future drops the request. A load of credentials that it waited for goes on.
impl<S> Service<Request> for SigV4<S>
where
    S: Service<Request, Response = Response> + Clone,
    S::Error: Into<BoxError>,
{
    type Response = Response;
    type Error = BoxError;
    type Future = ResponseFuture<S, S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.get_mut().poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let signer = self.signer().cloned();
        // The clone that takes its place is not ready yet.
        let clone = self.get_ref().clone();
        let ready = mem::replace(self.get_mut(), clone);
        ResponseFuture::new(signer, request, ready)
    }
}
