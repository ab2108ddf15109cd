use std::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
};

use http::{Response, response::Parts};
use http_body::Body;
use pin_project_lite::pin_project;

use super::status;
use crate::explain::{BodyReader, ExplainedBody, is_worthwhile};

pin_project! {
    /// The future of [`GrpcStatus`](super::GrpcStatus): the inner service's own, and the reading of a
    /// rejection.
    ///
    /// # Panics
    ///
    /// As most futures do, if it is polled again after it has completed.
    #[must_use = "futures do nothing unless polled"]
    pub struct GrpcStatusFuture<F, B>
    where
        B: Body,
    {
        #[pin]
        state: State<F, B>,
    }
}

pin_project! {
    #[project = StateProj]
    enum State<F, B>
    where
        B: Body,
    {
        Responding { #[pin] future: F, is_grpc: bool },
        Reading { rejected: Option<Box<(Parts, BodyReader<B>)>> },
    }
}

impl<F, B: Body> GrpcStatusFuture<F, B> {
    pub(super) fn new(future: F, is_grpc: bool) -> Self {
        Self {
            state: State::Responding { future, is_grpc },
        }
    }
}

impl<F, B, E> Future for GrpcStatusFuture<F, B>
where
    F: Future<Output = Result<Response<B>, E>>,
    B: Body,
{
    type Output = Result<Response<ExplainedBody<B>>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        const COMPLETED: &str = "`GrpcStatusFuture` polled after completion";
        let mut state = self.project().state;
        loop {
            let (head, body) = match state.as_mut().project() {
                StateProj::Responding { future, is_grpc } => {
                    let (mut head, body) = ready!(future.poll(cx))?.into_parts();
                    if !*is_grpc || !status::is_missing(&head) {
                        (head, ExplainedBody::untouched(body))
                    } else if !is_worthwhile(&head.headers) {
                        status::add(&mut head, &[]);
                        (head, ExplainedBody::untouched(body))
                    } else {
                        let rejected = Some(Box::new((head, BodyReader::new(body))));
                        state.set(State::Reading { rejected });
                        continue;
                    }
                }
                StateProj::Reading { rejected } => {
                    ready!(rejected.as_mut().expect(COMPLETED).1.poll(cx));
                    let (mut head, reader) = *rejected.take().expect(COMPLETED);
                    let replay = reader.finish();
                    status::add(&mut head, &replay.start());
                    (head, ExplainedBody::read(replay))
                }
            };
            return Poll::Ready(Ok(Response::from_parts(head, body)));
        }
    }
}

impl<F, B: Body> fmt::Debug for GrpcStatusFuture<F, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GrpcStatusFuture").finish_non_exhaustive()
    }
}
