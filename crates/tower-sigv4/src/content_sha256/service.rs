use std::{
    mem,
    task::{Context, Poll},
};

use http::{Request, Response};
use http_body::Body;
use http_sigv4::Payload;
use tower_service::Service;

use super::future::{ContentSha256Future, Waiting, with_digest};
use crate::{
    Error, PayloadMode, SignedBody,
    body::{self, Read, Settings},
    error::{BoxError, Larger},
};

/// An HTTP client that sends the digest of what it sends. See
/// [`ContentSha256Layer`](crate::ContentSha256Layer).
///
/// # Readiness
///
/// It is the inner service's own. A body that is in memory is hashed inside `call`; where another has
/// to be waited for, the response future holds the instance of the inner service that was ready.
///
/// # Errors
///
/// The inner service's own, or [`Error`](crate::Error), and then nothing was sent.
///
/// # Cancellation
///
/// Dropping the response future drops the request.
#[derive(Clone, Debug)]
pub struct ContentSha256<S> {
    inner: S,
    bodies: Settings,
}

impl<S> ContentSha256<S> {
    pub(super) fn with_settings(inner: S, bodies: Settings) -> Self {
        Self { inner, bodies }
    }

    /// Returns the inner service.
    pub fn get_ref(&self) -> &S {
        &self.inner
    }

    /// Returns the inner service, which sends requests as they are.
    pub fn get_mut(&mut self) -> &mut S {
        &mut self.inner
    }

    /// Returns the inner service, and drops what is around it.
    pub fn into_inner(self) -> S {
        self.inner
    }
}

impl<S, B, ResBody> Service<Request<B>> for ContentSha256<S>
where
    S: Service<Request<SignedBody<B>>, Response = Response<ResBody>> + Clone,
    S::Error: Into<BoxError>,
    B: Body + Unpin,
    B::Error: Into<BoxError>,
{
    type Response = Response<ResBody>;
    type Error = BoxError;
    type Future = ContentSha256Future<S, S::Future, B>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        self.start(request).unwrap_or_else(|error| {
            // What was ready for this request gives back what it reserved for it.
            self.inner = self.inner.clone();
            ContentSha256Future::failed(error)
        })
    }
}

impl<S> ContentSha256<S> {
    /// Hashes and hands on at once, or prepares to.
    fn start<B>(
        &mut self,
        request: Request<B>,
    ) -> Result<ContentSha256Future<S, S::Future, B>, Error>
    where
        S: Service<Request<SignedBody<B>>> + Clone,
        B: Body + Unpin,
        B::Error: Into<BoxError>,
    {
        // A marker is never replaced: it says how to read the body.
        if Payload::from_framing(request.headers())?.is_some() {
            let future = self.inner.call(request.map(SignedBody::untouched));
            return Ok(ContentSha256Future::responding(future));
        }
        let (parts, body) = request.into_parts();
        let declared = body::known_length(&parts.headers, &body);
        match body::read(
            body,
            PayloadMode::Buffered,
            &self.bodies,
            Larger::Refused,
            declared,
            #[cfg(feature = "chunked")]
            None,
        )? {
            Read::Done(known) => {
                let future = self.inner.call(with_digest(parts, known)?);
                Ok(ContentSha256Future::responding(future))
            }
            Read::Pending(collect) => {
                // The clone that takes its place is not ready yet.
                let clone = self.inner.clone();
                let inner = mem::replace(&mut self.inner, clone);
                Ok(ContentSha256Future::collecting(Waiting {
                    inner,
                    parts,
                    collect: *collect,
                }))
            }
        }
    }
}
