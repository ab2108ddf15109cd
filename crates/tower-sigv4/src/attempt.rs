//! One more attempt, made inside of the layer.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
};

use credentials_cache::{CachedCredentials, Reload};
use http::{Request, Response, request::Parts};
use http_body::Body;
use tower_service::Service;

use crate::{
    Error, SignedBody, SignedRequest, Signing,
    body::Known,
    error::BoxError,
    rejection::{RetryAdvice, Start},
    telemetry::{self, Awaited, Stopwatch},
    waiting::Waiting,
};

/// Keeps a request as it is before it is signed, if the configuration asks for it and the body can be
/// sent twice.
pub(crate) fn keep<S, B>(
    inner: &S,
    parts: &Parts,
    known: &mut Known<B>,
    signing: &Signing,
) -> Option<Box<Waiting<S, Known<B>>>>
where
    S: Clone,
    B: Body,
{
    if !signing.config().retry_rejected {
        return None;
    }
    let body = known.body.copy()?;
    let payload = known.payload;
    Some(Box::new(Waiting {
        inner: inner.clone(),
        parts: parts.clone(),
        body: Known::new(body, payload),
        signing: signing.again(),
        stopwatch: Stopwatch::default(),
    }))
}

/// A request on its way, by a layer that makes one more attempt.
pub(crate) struct Attempt<S, B> {
    signed: SignedRequest,
    /// The same request for the second attempt. `None` if this is the second.
    kept: Option<Box<Waiting<S, Known<B>>>>,
}

impl<S, B> Attempt<S, B> {
    pub(crate) fn first(signed: SignedRequest, kept: Box<Waiting<S, Known<B>>>) -> Self {
        let kept = Some(kept);
        Self { signed, kept }
    }

    pub(crate) fn second(signed: SignedRequest) -> Self {
        Self { signed, kept: None }
    }

    /// Observes a response. Returns a second attempt if there is to be one.
    pub(crate) fn observe<ResBody, R>(
        self,
        response: &mut Response<ResBody>,
    ) -> Option<Retry<S, B, R>> {
        let advice = (self.signed).observe(response.status(), response.headers());
        let Some(waiting) = self.kept else {
            // Nobody above is to make a third attempt.
            let status = response.status();
            self.signed.note(status, None, response.extensions_mut());
            return None;
        };
        let start = advice.as_ref().map_or(Start::Never, RetryAdvice::start);
        let cause = advice.as_ref().map(RetryAdvice::cause);
        let status = response.status();
        self.signed.note(status, advice, response.extensions_mut());
        let reload = match start {
            Start::Never => return None,
            Start::Now => None,
            Start::After(reload) => Some(reload),
        };
        Some(Retry {
            waiting,
            rejection: None,
            reload,
            cause: cause.unwrap_or_default(),
        })
    }
}

/// A rejected request that is about to be sent once more.
pub(crate) struct Retry<S, B, R> {
    waiting: Box<Waiting<S, Known<B>>>,
    /// What was answered, until the second attempt begins.
    rejection: Option<R>,
    cause: &'static str,
    /// A load of other credentials, until it has ended.
    reload: Option<Reload>,
}

impl<S, B, R> Retry<S, B, R> {
    /// Keeps the answer, for as long as it may be the last.
    pub(crate) fn holding(mut self, rejection: R) -> Self {
        self.rejection = Some(rejection);
        self
    }

    /// Waits until the request can be sent, then returns the credentials to sign it with, or `None` if
    /// no others could be loaded.
    pub(crate) fn poll(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Option<CachedCredentials>, BoxError>>
    where
        S: Service<Request<SignedBody<B>>>,
        S::Error: Into<BoxError>,
    {
        let polled = self.poll_in_turn(cx);
        self.waiting.stopwatch.time(Awaited::Retry, polled)
    }

    fn poll_in_turn(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Option<CachedCredentials>, BoxError>>
    where
        S: Service<Request<SignedBody<B>>>,
        S::Error: Into<BoxError>,
    {
        if let Some(reload) = &mut self.reload {
            let is_replaced = ready!(Pin::new(reload).poll(cx));
            self.reload = None;
            if !is_replaced {
                return Poll::Ready(Ok(None));
            }
        }
        // The connection that its body may hold may be the one that the service waits for.
        self.rejection = None;
        ready!(self.waiting.inner.poll_ready(cx)).map_err(Into::into)?;
        let credentials = ready!(self.waiting.signing.poll_credentials(cx))?;
        Poll::Ready(Ok(Some(credentials)))
    }

    /// Returns the rejection, if no attempt has begun.
    pub(crate) fn into_rejection(self) -> Option<R> {
        self.rejection
    }

    /// Signs the request for its second attempt.
    pub(crate) fn sign(
        self,
        credentials: &CachedCredentials,
    ) -> Result<(S, Request<SignedBody<B>>, SignedRequest), Error> {
        telemetry::retried(self.cause);
        self.waiting.sign(credentials)
    }
}
