use std::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
};

use http::{Request, Response};
use http_body::Body;
use pin_project_lite::pin_project;
use tower_service::Service;

use crate::{
    Error, SignedBody, SignedRequest,
    attempt::{Attempt, Retry, keep},
    body::{Collect, Known},
    error::BoxError,
    telemetry::RequestSpan,
    waiting::Waiting,
};

pin_project! {
    /// The future of [`SigV4`](crate::SigV4): signs the request if that is still to be done, then
    /// is the inner service's own future, or another one for a
    /// [second attempt](crate::SigV4LayerBuilder::retry_rejected).
    ///
    /// # Panics
    ///
    /// As most futures do, if it is polled again after it has failed.
    #[must_use = "futures do nothing unless polled"]
    pub struct ResponseFuture<S, F, B>
    where
        F: Future,
    {
        #[pin]
        state: State<S, F, B>,
        span: RequestSpan,
    }
}

pin_project! {
    #[project = StateProj]
    enum State<S, F, B>
    where
        F: Future,
    {
        Collecting { waiting: Option<Box<Waiting<S, Collect<B>>>> },
        Loading { waiting: Option<Box<Waiting<S, Known<B>>>> },
        Responding { #[pin] future: F, signed: Option<SignedRequest> },
        Attempting { #[pin] future: F, attempt: Option<Box<Attempt<S, B>>> },
        Retrying { retry: Option<Box<Retry<S, B, F::Output>>> },
        Failed { error: Option<Error> },
    }
}

impl<S, F: Future, B> State<S, F, B> {
    /// The body is there; credentials are not.
    fn loading(waiting: Waiting<S, Known<B>>) -> Self {
        let waiting = Some(Box::new(waiting));
        Self::Loading { waiting }
    }

    /// The request is on its way, and kept if there may be another attempt.
    fn responding(
        future: F,
        signed: SignedRequest,
        kept: Option<Box<Waiting<S, Known<B>>>>,
    ) -> Self {
        match kept {
            Some(kept) => Self::attempting(future, Attempt::first(signed, kept)),
            None => {
                let signed = Some(signed);
                Self::Responding { future, signed }
            }
        }
    }

    fn attempting(future: F, attempt: Attempt<S, B>) -> Self {
        let attempt = Some(Box::new(attempt));
        Self::Attempting { future, attempt }
    }

    fn failed(error: Error) -> Self {
        let error = Some(error);
        Self::Failed { error }
    }
}

impl<S, F: Future, B> ResponseFuture<S, F, B> {
    /// The body is not there yet.
    pub(crate) fn collecting(waiting: Waiting<S, Collect<B>>) -> Self {
        let waiting = Some(Box::new(waiting));
        State::Collecting { waiting }.into()
    }

    /// The body is there; credentials are not.
    pub(crate) fn loading(waiting: Waiting<S, Known<B>>) -> Self {
        State::loading(waiting).into()
    }

    /// The request is on its way, and kept if there may be another attempt.
    pub(crate) fn responding(
        future: F,
        signed: SignedRequest,
        kept: Option<Box<Waiting<S, Known<B>>>>,
    ) -> Self {
        State::responding(future, signed, kept).into()
    }

    /// The request is on its way as it was.
    pub(crate) fn forwarding(future: F) -> Self {
        let signed = None;
        State::Responding { future, signed }.into()
    }

    pub(crate) fn failed(error: Error) -> Self {
        State::failed(error).into()
    }

    /// Has all that still happens to the request happen in a span.
    pub(crate) fn set_span(&mut self, span: RequestSpan) {
        self.span = span;
    }
}

impl<S, F: Future, B> From<State<S, F, B>> for ResponseFuture<S, F, B> {
    fn from(state: State<S, F, B>) -> Self {
        let span = RequestSpan::NONE;
        Self { state, span }
    }
}

impl<S, F, B, ResBody, E> Future for ResponseFuture<S, F, B>
where
    S: Service<Request<SignedBody<B>>, Future = F, Error = E> + Clone,
    F: Future<Output = Result<Response<ResBody>, E>>,
    E: Into<BoxError>,
    B: Body + Unpin,
    B::Error: Into<BoxError>,
{
    type Output = Result<Response<ResBody>, BoxError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        const COMPLETED: &str = "`ResponseFuture` polled after completion";
        let this = self.project();
        let (mut state, span) = (this.state, this.span);
        let _entered = span.enter();
        let result = loop {
            // What is taken out of a state is taken right before that state ends.
            let next = match state.as_mut().project() {
                StateProj::Collecting { waiting } => {
                    let body = ready!(waiting.as_mut().expect(COMPLETED).poll_body(cx));
                    body.and_then(|known| {
                        let waiting = waiting.take().expect(COMPLETED);
                        Ok(State::loading(waiting.with_body(known)?))
                    })
                }
                StateProj::Loading { waiting } => {
                    let credentials =
                        ready!(waiting.as_mut().expect(COMPLETED).poll_credentials(cx));
                    credentials.and_then(|credentials| {
                        let mut waiting = waiting.take().expect(COMPLETED);
                        let kept = keep(
                            &waiting.inner,
                            &waiting.parts,
                            &mut waiting.body,
                            &waiting.signing,
                        );
                        let (mut inner, request, signed) = waiting.sign(&credentials)?;
                        span.signed(&signed);
                        let future = inner.call(request);
                        Ok(State::responding(future, signed, kept))
                    })
                }
                StateProj::Responding { future, signed } => {
                    let mut result = ready!(future.poll(cx));
                    if let (Ok(response), Some(signed)) = (&mut result, signed.take()) {
                        signed.observe_response(response);
                    }
                    break result.map_err(Into::into);
                }
                StateProj::Attempting { future, attempt } => {
                    let mut result = ready!(future.poll(cx));
                    let attempt = attempt.take().expect(COMPLETED);
                    let response = result.as_mut().ok();
                    match response.and_then(|response| attempt.observe(response)) {
                        Some(retry) => {
                            let retry = Some(Box::new(retry.holding(result)));
                            Ok(State::Retrying { retry })
                        }
                        None => break result.map_err(Into::into),
                    }
                }
                StateProj::Retrying { retry } => {
                    let polled = ready!(retry.as_mut().expect(COMPLETED).poll(cx));
                    let retry = retry.take().expect(COMPLETED);
                    match polled {
                        Ok(Some(credentials)) => {
                            retry
                                .sign(&credentials)
                                .map(|(mut inner, request, signed)| {
                                    span.signed(&signed);
                                    let future = inner.call(request);
                                    State::attempting(future, Attempt::second(signed))
                                })
                        }
                        Ok(None) => {
                            let rejection = retry.into_rejection().expect("nothing was sent since");
                            break rejection.map_err(Into::into);
                        }
                        Err(error) => break Err(error),
                    }
                }
                StateProj::Failed { error } => {
                    return Poll::Ready(Err(error.take().expect(COMPLETED).into()));
                }
            };
            // A failure drops the request, and the inner service with whatever it reserved.
            state.set(next.unwrap_or_else(State::failed));
        };
        if let Ok(response) = &result {
            span.answered(response.status());
        }
        Poll::Ready(result)
    }
}

impl<S, F: Future, B> fmt::Debug for ResponseFuture<S, F, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}
