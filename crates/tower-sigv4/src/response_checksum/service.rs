use std::task::{Context, Poll};

use http::{HeaderName, HeaderValue, Method, Request, Response};
use tower_service::Service;

use super::{body::ChecksummedBody, future::ResponseChecksumFuture};

/// An HTTP client that verifies the bodies of responses. See
/// [`ResponseChecksumLayer`](crate::ResponseChecksumLayer).
#[derive(Clone, Debug)]
pub struct ResponseChecksum<S> {
    inner: S,
}

static X_AMZ_CHECKSUM_MODE: HeaderName = HeaderName::from_static("x-amz-checksum-mode");

impl<S> ResponseChecksum<S> {
    /// Wraps a service.
    pub fn new(inner: S) -> Self {
        Self { inner }
    }

    /// Returns the inner service.
    pub fn get_ref(&self) -> &S {
        &self.inner
    }

    /// Returns the inner service, whose responses are not verified.
    pub fn get_mut(&mut self) -> &mut S {
        &mut self.inner
    }

    /// Returns the inner service, and drops what is around it.
    pub fn into_inner(self) -> S {
        self.inner
    }
}

impl<S, B, ResBody> Service<Request<B>> for ResponseChecksum<S>
where
    S: Service<Request<B>, Response = Response<ResBody>>,
{
    type Response = Response<ChecksummedBody<ResBody>>;
    type Error = S::Error;
    type Future = ResponseChecksumFuture<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        let is_get = request.method() == Method::GET;
        let headers = request.headers_mut();
        if is_get && !headers.contains_key(&X_AMZ_CHECKSUM_MODE) {
            // A map that is full takes no other header: then nothing is verified.
            _ = headers.try_insert(&X_AMZ_CHECKSUM_MODE, HeaderValue::from_static("ENABLED"));
        }
        ResponseChecksumFuture::new(self.inner.call(request), is_get)
    }
}
