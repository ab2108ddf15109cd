use std::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
};

use http::Response;
use pin_project_lite::pin_project;

use super::{body::ChecksummedBody, expected::Expected};

pin_project! {
    /// The future of [`ResponseChecksum`](crate::ResponseChecksum): the inner service's own, whose
    /// response has its body verified.
    #[must_use = "futures do nothing unless polled"]
    pub struct ResponseChecksumFuture<F> {
        #[pin]
        future: F,
        has_body: bool,
    }
}

impl<F> ResponseChecksumFuture<F> {
    pub(super) fn new(future: F, has_body: bool) -> Self {
        Self { future, has_body }
    }
}

impl<F, B, E> Future for ResponseChecksumFuture<F>
where
    F: Future<Output = Result<Response<B>, E>>,
{
    type Output = Result<Response<ChecksummedBody<B>>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let response = ready!(this.future.poll(cx))?;
        let expected = match this.has_body {
            true => Expected::from_response(response.status(), response.headers()),
            false => None,
        };
        Poll::Ready(Ok(response.map(|body| ChecksummedBody::new(body, expected))))
    }
}

impl<F> fmt::Debug for ResponseChecksumFuture<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseChecksumFuture")
            .finish_non_exhaustive()
    }
}
