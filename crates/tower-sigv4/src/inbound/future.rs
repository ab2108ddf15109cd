use std::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use pin_project_lite::pin_project;

use crate::{Error, error::BoxError};

pin_project! {
    /// The future of [`Inbound`](crate::Inbound): the inner service's own, or an error.
    ///
    /// # Panics
    ///
    /// As most futures do, if it is polled again after it has failed.
    #[must_use = "futures do nothing unless polled"]
    pub struct InboundFuture<F> {
        #[pin]
        state: State<F>,
    }
}

pin_project! {
    #[project = StateProj]
    enum State<F> {
        Responding { #[pin] future: F },
        Failed { error: Option<Error> },
    }
}

impl<F> InboundFuture<F> {
    pub(super) fn responding(future: F) -> Self {
        let state = State::Responding { future };
        Self { state }
    }

    pub(super) fn failed(error: Error) -> Self {
        let error = Some(error);
        Self {
            state: State::Failed { error },
        }
    }
}

impl<F, T, E> Future for InboundFuture<F>
where
    F: Future<Output = Result<T, E>>,
    E: Into<BoxError>,
{
    type Output = Result<T, BoxError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project().state.project() {
            StateProj::Responding { future } => future.poll(cx).map_err(Into::into),
            StateProj::Failed { error } => {
                let error = error
                    .take()
                    .expect("`InboundFuture` polled after completion");
                Poll::Ready(Err(error.into()))
            }
        }
    }
}

impl<F> fmt::Debug for InboundFuture<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InboundFuture").finish_non_exhaustive()
    }
}
