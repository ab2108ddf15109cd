use std::task::{Context, Poll};

use credentials_cache::CachedCredentials;
use http::{Request, request::Parts};
use http_body::Body;

use crate::{
    Error, SignedBody, SignedRequest, Signing,
    body::{Collect, Known},
    error::BoxError,
    telemetry::{Awaited, Stopwatch},
};

/// A request that is not signed yet, with the inner service that is to send it.
pub(crate) struct Waiting<S, B> {
    pub(crate) inner: S,
    pub(crate) parts: Parts,
    pub(crate) body: B,
    pub(crate) signing: Signing,
    pub(crate) stopwatch: Stopwatch,
}

impl<S, B> Waiting<S, Collect<B>>
where
    B: Body + Unpin,
    B::Error: Into<BoxError>,
{
    /// Waits for the body.
    pub(crate) fn poll_body(&mut self, cx: &mut Context<'_>) -> Poll<Result<Known<B>, Error>> {
        let polled = self.body.poll_in_time(&self.parts.headers, cx);
        self.stopwatch.time(Awaited::Body, polled)
    }

    /// Goes on with the body, whose length is sent.
    pub(crate) fn with_body(mut self, mut body: Known<B>) -> Result<Waiting<S, Known<B>>, Error> {
        body.write_headers(&mut self.parts)?;
        Ok(Waiting {
            inner: self.inner,
            parts: self.parts,
            body,
            signing: self.signing,
            stopwatch: self.stopwatch,
        })
    }
}

impl<S, B> Waiting<S, Known<B>> {
    /// Waits for the credentials.
    pub(crate) fn poll_credentials(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Result<CachedCredentials, Error>> {
        let polled = self.signing.poll_credentials(cx);
        self.stopwatch.time(Awaited::Credentials, polled)
    }

    /// Signs, and returns what is to be sent and by which service.
    pub(crate) fn sign(
        mut self,
        credentials: &CachedCredentials,
    ) -> Result<(S, Request<SignedBody<B>>, SignedRequest), Error> {
        let Known {
            mut body, payload, ..
        } = self.body;
        let signed = (self.signing).sign_with(credentials, &mut self.parts, payload)?;
        signed.begin_body(&mut body, &self.parts.headers)?;
        Ok((self.inner, Request::from_parts(self.parts, body), signed))
    }
}
