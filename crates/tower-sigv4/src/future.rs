use std::{
    fmt,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use http::{Request, Response, request::Parts};
use http_body::Body;
use pin_project_lite::pin_project;
use tower_service::Service;

use crate::{
    Error, SignedBody,
    attempt::Attempt,
    credentials::{Load, Lookup, Snapshot},
    error::BoxError,
    layer::Config,
    payload::{Collect, Known},
    signing::Signing,
};

pin_project! {
    /// The future of [`SigV4`](crate::SigV4): signs the request if that is still to be done, then
    /// is the inner service's own future.
    ///
    /// # Panics
    ///
    /// As most futures do, if it is polled again after it has failed.
    #[must_use = "futures do nothing unless polled"]
    pub struct ResponseFuture<S, F, B> {
        #[pin]
        state: State<S, F, B>,
    }
}

pin_project! {
    #[project = StateProj]
    enum State<S, F, B> {
        Collecting { waiting: Option<Box<Waiting<S, Collect<B>>>> },
        Loading { waiting: Option<Box<Waiting<S, Known<B>>>> },
        Responding { #[pin] future: F, attempt: Option<Attempt> },
        Failed { error: Option<Error> },
    }
}

impl<S, F, B> ResponseFuture<S, F, B> {
    /// The body is not there yet.
    pub(crate) fn collecting(waiting: Waiting<S, Collect<B>>) -> Self {
        let waiting = Some(Box::new(waiting));
        Self {
            state: State::Collecting { waiting },
        }
    }

    /// The body is there; credentials are not.
    pub(crate) fn loading(waiting: Waiting<S, Known<B>>) -> Self {
        let waiting = Some(Box::new(waiting));
        Self {
            state: State::Loading { waiting },
        }
    }

    /// The request is on its way, signed if there is an attempt.
    pub(crate) fn responding(future: F, attempt: Option<Attempt>) -> Self {
        Self {
            state: State::Responding { future, attempt },
        }
    }

    pub(crate) fn failed(error: Error) -> Self {
        let error = Some(error);
        Self {
            state: State::Failed { error },
        }
    }
}

impl<S, F, B, ResBody, E> Future for ResponseFuture<S, F, B>
where
    S: Service<Request<SignedBody<B>>, Future = F>,
    F: Future<Output = Result<Response<ResBody>, E>>,
    E: Into<BoxError>,
    B: Body + Unpin,
    B::Error: Into<BoxError>,
{
    type Output = Result<Response<ResBody>, BoxError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        const COMPLETED: &str = "`ResponseFuture` polled after completion";
        let mut state = self.project().state;
        loop {
            // What is taken out of a state is taken right before that state ends.
            let next = match state.as_mut().project() {
                StateProj::Collecting { waiting } => {
                    let body = ready!(waiting.as_mut().expect(COMPLETED).body.poll(cx));
                    body.map(|known| {
                        let waiting = waiting.take().expect(COMPLETED);
                        Self::loading(waiting.with_body(known)).state
                    })
                }
                StateProj::Loading { waiting } => {
                    let snapshot = ready!(waiting.as_mut().expect(COMPLETED).poll_credentials(cx));
                    snapshot.and_then(|snapshot| {
                        let waiting = waiting.take().expect(COMPLETED);
                        let (mut inner, request, attempt) = waiting.sign(snapshot)?;
                        let future = inner.call(request);
                        Ok(Self::responding(future, Some(attempt)).state)
                    })
                }
                StateProj::Responding { future, attempt } => {
                    let mut result = ready!(future.poll(cx)).map_err(Into::into);
                    if let (Ok(response), Some(attempt)) = (&mut result, attempt.take()) {
                        attempt.learn(response);
                    }
                    return Poll::Ready(result);
                }
                StateProj::Failed { error } => {
                    return Poll::Ready(Err(error.take().expect(COMPLETED).into()));
                }
            };
            // A failure drops the request, and the inner service with whatever it reserved.
            state.set(next.unwrap_or_else(|error| Self::failed(error).state));
        }
    }
}

impl<S, F, B> fmt::Debug for ResponseFuture<S, F, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}

/// A request that cannot be signed yet, with the inner service that is ready for it.
pub(crate) struct Waiting<S, B> {
    pub(crate) inner: S,
    pub(crate) parts: Parts,
    pub(crate) body: B,
    pub(crate) load: Option<Load>,
    pub(crate) signing: Signing<'static>,
    pub(crate) config: Arc<Config>,
}

impl<S, T> Waiting<S, T> {
    pub(crate) fn with_body<B>(self, body: B) -> Waiting<S, B> {
        Waiting {
            inner: self.inner,
            parts: self.parts,
            body,
            load: self.load,
            signing: self.signing,
            config: self.config,
        }
    }
}

impl<S, B> Waiting<S, Known<B>> {
    fn poll_credentials(&mut self, cx: &mut Context<'_>) -> Poll<Result<Arc<Snapshot>, Error>> {
        let (credentials, clock) = (&self.signing.credentials, &self.config.clock);
        let load = match self.load.take() {
            Some(load) => load,
            None => match credentials.lookup(clock) {
                Lookup::Ready(snapshot) => return Poll::Ready(Ok(snapshot)),
                Lookup::Wait(load) => load,
            },
        };
        Pin::new(self.load.insert(load)).poll(cx)
    }

    fn sign(
        mut self,
        snapshot: Arc<Snapshot>,
    ) -> Result<(S, Request<SignedBody<B>>, Attempt), Error> {
        let Known { body, payload } = self.body;
        let clock = &self.config.clock;
        let attempt = self
            .signing
            .sign(clock, snapshot, &mut self.parts, payload)?;
        Ok((self.inner, Request::from_parts(self.parts, body), attempt))
    }
}
