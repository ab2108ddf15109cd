use std::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
};

use http::{HeaderValue, Request, Response, request::Parts};
use http_body::Body;
use pin_project_lite::pin_project;
use tower_service::Service;

use crate::{
    Error, SignedBody,
    body::{Collect, Known},
    error::{BoxError, Kind},
};

pin_project! {
    /// The future of [`ContentSha256`](crate::ContentSha256): waits for the body if it is not there
    /// yet, then is the inner service's own future.
    ///
    /// # Panics
    ///
    /// As most futures do, if it is polled again after it has failed.
    #[must_use = "futures do nothing unless polled"]
    pub struct ContentSha256Future<S, F, B> {
        #[pin]
        state: State<S, F, B>,
    }
}

pin_project! {
    #[project = StateProj]
    enum State<S, F, B> {
        Collecting { waiting: Option<Box<Waiting<S, B>>> },
        Responding { #[pin] future: F },
        Failed { error: Option<Error> },
    }
}

/// A request whose body is not there yet, with the inner service that is ready for it.
pub(super) struct Waiting<S, B> {
    pub(super) inner: S,
    pub(super) parts: Parts,
    pub(super) collect: Collect<B>,
}

impl<S, F, B> ContentSha256Future<S, F, B> {
    /// The body is not there yet.
    pub(super) fn collecting(waiting: Waiting<S, B>) -> Self {
        let waiting = Some(Box::new(waiting));
        Self {
            state: State::Collecting { waiting },
        }
    }

    /// The request is on its way.
    pub(super) fn responding(future: F) -> Self {
        Self {
            state: State::Responding { future },
        }
    }

    pub(super) fn failed(error: Error) -> Self {
        let error = Some(error);
        Self {
            state: State::Failed { error },
        }
    }
}

impl<S, F, B, ResBody, E> Future for ContentSha256Future<S, F, B>
where
    S: Service<Request<SignedBody<B>>, Future = F>,
    F: Future<Output = Result<Response<ResBody>, E>>,
    E: Into<BoxError>,
    B: Body + Unpin,
    B::Error: Into<BoxError>,
{
    type Output = Result<Response<ResBody>, BoxError>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        const COMPLETED: &str = "`ContentSha256Future` polled after completion";
        let mut state = self.project().state;
        loop {
            let next = match state.as_mut().project() {
                StateProj::Collecting { waiting } => {
                    let Waiting { parts, collect, .. } = &mut **waiting.as_mut().expect(COMPLETED);
                    let known = ready!(collect.poll_in_time(&parts.headers, cx));
                    known.and_then(|known| {
                        // Taken right before this state ends.
                        let waiting = waiting.take().expect(COMPLETED);
                        let Waiting {
                            mut inner, parts, ..
                        } = *waiting;
                        let future = inner.call(with_digest(parts, known)?);
                        Ok(Self::responding(future).state)
                    })
                }
                StateProj::Responding { future } => return future.poll(cx).map_err(Into::into),
                StateProj::Failed { error } => {
                    return Poll::Ready(Err(error.take().expect(COMPLETED).into()));
                }
            };
            // A failure drops the request, and the inner service with whatever it reserved.
            state.set(next.unwrap_or_else(|error| Self::failed(error).state));
        }
    }
}

/// Puts a request together that sends the digest of its body.
pub(super) fn with_digest<B>(
    mut parts: Parts,
    mut known: Known<B>,
) -> Result<Request<SignedBody<B>>, Error>
where
    B: Body + Unpin,
    B::Error: Into<BoxError>,
{
    known.write_headers(&mut parts)?;
    let Known { body, payload, .. } = known;
    // Hexadecimal digits are a header value, and a map that is full takes no other.
    let digest = HeaderValue::try_from(payload.to_string()).map_err(|_| Kind::TooManyHeaders)?;
    let inserted = parts.headers.try_insert("x-amz-content-sha256", digest);
    inserted.map_err(|_| Kind::TooManyHeaders)?;
    Ok(Request::from_parts(parts, body))
}

impl<S, F, B> fmt::Debug for ContentSha256Future<S, F, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ContentSha256Future")
            .finish_non_exhaustive()
    }
}
