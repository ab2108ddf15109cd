use std::{
    fmt,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::SystemTime,
};

use http::{Response, response::Parts};
use http_body::Body;
use http_sigv4::explain::Explainer;
use pin_project_lite::pin_project;

use super::{
    ExplainedBody, Explanation,
    captured::Captured,
    log::Log,
    read::{BodyReader, is_worthwhile},
};
use crate::telemetry;

pin_project! {
    /// The future of [`Explain`](super::Explain): the inner service's own, and the reading of a
    /// rejection.
    ///
    /// # Panics
    ///
    /// As most futures do, if it is polled again after it has completed.
    #[must_use = "futures do nothing unless polled"]
    pub struct ExplainFuture<F, B>
    where
        B: Body,
    {
        #[pin]
        state: State<F, B>,
        explainer: Explainer,
        log: Arc<Log>,
    }
}

pin_project! {
    #[project = StateProj]
    enum State<F, B>
    where
        B: Body,
    {
        Responding { #[pin] future: F },
        Reading { rejected: Option<Box<Rejected<B>>> },
    }
}

/// A rejection whose body is being read.
struct Rejected<B: Body> {
    head: Parts,
    signed: Option<Captured>,
    reader: BodyReader<B>,
}

impl<F, B: Body> ExplainFuture<F, B> {
    pub(super) fn new(future: F, explainer: Explainer, log: Arc<Log>) -> Self {
        Self {
            state: State::Responding { future },
            explainer,
            log,
        }
    }
}

impl<F, B, E> Future for ExplainFuture<F, B>
where
    F: Future<Output = Result<Response<B>, E>>,
    B: Body,
{
    type Output = Result<Response<ExplainedBody<B>>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        const COMPLETED: &str = "`ExplainFuture` polled after completion";
        let this = self.project();
        let mut state = this.state;
        loop {
            let (head, body) = match state.as_mut().project() {
                StateProj::Responding { future } => {
                    let (mut head, body) = ready!(future.poll(cx))?.into_parts();
                    let signed = head.extensions.remove::<Captured>();
                    if !Explanation::is_worth_reading(&head) {
                        (head, ExplainedBody::untouched(body))
                    } else if !is_worthwhile(&head.headers) {
                        explain(&mut head, &[], signed.as_ref(), *this.explainer, this.log);
                        (head, ExplainedBody::untouched(body))
                    } else {
                        let reader = BodyReader::new(body);
                        let rejected = Rejected {
                            head,
                            signed,
                            reader,
                        };
                        let rejected = Some(Box::new(rejected));
                        state.set(State::Reading { rejected });
                        continue;
                    }
                }
                StateProj::Reading { rejected } => {
                    ready!(rejected.as_mut().expect(COMPLETED).reader.poll(cx));
                    let rejected = rejected.take().expect(COMPLETED);
                    let Rejected {
                        mut head,
                        signed,
                        reader,
                    } = *rejected;
                    let replay = reader.finish();
                    let start = replay.start();
                    explain(
                        &mut head,
                        &start,
                        signed.as_ref(),
                        *this.explainer,
                        this.log,
                    );
                    (head, ExplainedBody::read(replay))
                }
            };
            return Poll::Ready(Ok(Response::from_parts(head, body)));
        }
    }
}

/// Logs why a request was rejected, and attaches it to the answer, if there is anything to say.
fn explain(
    head: &mut Parts,
    body: &[u8],
    signed: Option<&Captured>,
    explainer: Explainer,
    log: &Log,
) {
    let time = signed.map_or_else(SystemTime::now, |signed| signed.time);
    let request = signed.map(|signed| &signed.request);
    if let Some(explanation) = explainer.explain(head, body, request, time) {
        telemetry::explained(explanation.cause());
        log.tell(&explanation);
        head.extensions.insert(explanation);
    }
}

impl<F, B: Body> fmt::Debug for ExplainFuture<F, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExplainFuture").finish_non_exhaustive()
    }
}
