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
use pin_project_lite::pin_project;

use super::{
    ExplainedBody, Explanation,
    log::Log,
    read::{Reading, is_worthwhile},
    signed::Signed,
};

pin_project! {
    /// The future of [`Explain`](super::Explain): the inner service's own, and the reading of a
    /// refusal.
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
        Reading { refused: Option<Box<Refused<B>>> },
    }
}

/// A refusal whose body is being read.
struct Refused<B: Body> {
    head: Parts,
    signed: Option<Signed>,
    reading: Reading<B>,
}

impl<F, B: Body> ExplainFuture<F, B> {
    pub(super) fn new(future: F, log: Arc<Log>) -> Self {
        Self {
            state: State::Responding { future },
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
                    let signed = head.extensions.remove::<Signed>();
                    if !Explanation::is_worth_reading(&head) {
                        (head, ExplainedBody::untouched(body))
                    } else if !is_worthwhile(&head.headers) {
                        explain(&mut head, &[], signed.as_ref(), this.log);
                        (head, ExplainedBody::untouched(body))
                    } else {
                        let reading = Reading::new(body);
                        let refused = Refused {
                            head,
                            signed,
                            reading,
                        };
                        let refused = Some(Box::new(refused));
                        state.set(State::Reading { refused });
                        continue;
                    }
                }
                StateProj::Reading { refused } => {
                    ready!(refused.as_mut().expect(COMPLETED).reading.poll(cx));
                    let refused = refused.take().expect(COMPLETED);
                    let Refused {
                        mut head,
                        signed,
                        reading,
                    } = *refused;
                    let replay = reading.finish();
                    explain(&mut head, &replay.start(), signed.as_ref(), this.log);
                    (head, ExplainedBody::read(replay))
                }
            };
            return Poll::Ready(Ok(Response::from_parts(head, body)));
        }
    }
}

/// Logs why a request was refused, and attaches it to the answer, if there is anything to say.
fn explain(head: &mut Parts, body: &[u8], signed: Option<&Signed>, log: &Log) {
    let time = signed.map_or_else(SystemTime::now, |signed| signed.time);
    let request = signed.map(|signed| &signed.request);
    if let Some(explanation) = Explanation::of(head, body, request, time) {
        log.tell(&explanation);
        head.extensions.insert(explanation);
    }
}

impl<F, B: Body> fmt::Debug for ExplainFuture<F, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExplainFuture").finish_non_exhaustive()
    }
}
