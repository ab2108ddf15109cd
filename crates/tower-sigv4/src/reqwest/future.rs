use std::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
};

use pin_project_lite::pin_project;
use reqwest::{Request, Response};
use tower_service::Service;

use super::sign::{Awaited, Outgoing, sign};
use crate::{Error, RequestSigner, error::BoxError};

pin_project! {
    /// The future of a [`SigV4`](crate::SigV4) around a [`reqwest::Client`]: signs the request, then is
    /// the client's own future.
    ///
    /// # Panics
    ///
    /// As most futures do, if it is polled again after it has completed.
    #[must_use = "futures do nothing unless polled"]
    pub struct ResponseFuture<S, F> {
        #[pin]
        state: State<S, F>,
    }
}

pin_project! {
    #[project = StateProj]
    enum State<S, F> {
        Signing { sign: Sign, ready: Option<S> },
        Responding { #[pin] future: F, awaited: Option<Awaited> },
        Failed,
    }
}

type Sign = Pin<Box<dyn Future<Output = Result<Outgoing, Error>> + Send>>;

impl<S, F> ResponseFuture<S, F> {
    pub(super) fn new(signer: Option<RequestSigner>, request: Request, ready: S) -> Self {
        let sign = Box::pin(async move { sign(signer.as_ref(), request, None).await });
        let ready = Some(ready);
        Self {
            state: State::Signing { sign, ready },
        }
    }
}

impl<S, F, E> Future for ResponseFuture<S, F>
where
    S: Service<Request, Future = F>,
    F: Future<Output = Result<Response, E>>,
    E: Into<BoxError>,
{
    type Output = Result<Response, BoxError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        const COMPLETED: &str = "`ResponseFuture` polled after completion";
        let mut state = self.project().state;
        loop {
            match state.as_mut().project() {
                StateProj::Signing { sign, ready } => {
                    let next = match ready!(sign.as_mut().poll(cx)) {
                        Ok(Outgoing { request, awaited }) => State::Responding {
                            // Taken right before this state ends.
                            future: ready.take().expect(COMPLETED).call(request),
                            awaited: Some(awaited),
                        },
                        Err(error) => {
                            // Drops the inner service with whatever it reserved.
                            state.set(State::Failed);
                            return Poll::Ready(Err(error.into()));
                        }
                    };
                    state.set(next);
                }
                StateProj::Responding { future, awaited } => {
                    let result = ready!(future.poll(cx));
                    let awaited = awaited.take().expect(COMPLETED);
                    return Poll::Ready(match result {
                        Ok(response) => awaited.observe(response).map_err(Into::into),
                        Err(error) => Err(error.into()),
                    });
                }
                StateProj::Failed => panic!("{COMPLETED}"),
            }
        }
    }
}

impl<S, F> fmt::Debug for ResponseFuture<S, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}
