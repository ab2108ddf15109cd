use std::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
};

use credentials_cache::CachedCredentials;
use http::{Request, Response, request::Parts};
use http_body::Body;
use pin_project_lite::pin_project;
use tower_service::Service;

use crate::{
    Error, SignedBody, SignedRequest, Signing,
    body::{Collect, Known, write_length},
    error::BoxError,
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
        Responding { #[pin] future: F, signed: Option<SignedRequest> },
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

    /// The request is on its way.
    pub(crate) fn responding(future: F, signed: Option<SignedRequest>) -> Self {
        Self {
            state: State::Responding { future, signed },
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
                    let body = ready!(waiting.as_mut().expect(COMPLETED).body.poll_in_time(cx));
                    body.and_then(|known| {
                        let waiting = waiting.take().expect(COMPLETED);
                        Ok(Self::loading(waiting.with_body(known)?).state)
                    })
                }
                StateProj::Loading { waiting } => {
                    let signing = &mut waiting.as_mut().expect(COMPLETED).signing;
                    let credentials = ready!(signing.poll_credentials(cx));
                    credentials.and_then(|credentials| {
                        let waiting = waiting.take().expect(COMPLETED);
                        let (mut inner, request, signed) = waiting.sign(&credentials)?;
                        let future = inner.call(request);
                        Ok(Self::responding(future, Some(signed)).state)
                    })
                }
                StateProj::Responding { future, signed } => {
                    let mut result = ready!(future.poll(cx)).map_err(Into::into);
                    if let (Ok(response), Some(signed)) = (&mut result, signed.take()) {
                        signed.observe_response(response);
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
    pub(crate) signing: Signing,
}

impl<S, B> Waiting<S, Collect<B>> {
    fn with_body(mut self, known: Known<B>) -> Result<Waiting<S, Known<B>>, Error>
    where
        B: Body + Unpin,
    {
        write_length(&mut self.parts, &known.body)?;
        Ok(Waiting {
            inner: self.inner,
            parts: self.parts,
            body: known,
            signing: self.signing,
        })
    }
}

impl<S, B> Waiting<S, Known<B>> {
    fn sign(
        mut self,
        credentials: &CachedCredentials,
    ) -> Result<(S, Request<SignedBody<B>>, SignedRequest), Error> {
        let Known { body, payload } = self.body;
        let signed = (self.signing).sign_with(credentials, &mut self.parts, payload)?;
        Ok((self.inner, Request::from_parts(self.parts, body), signed))
    }
}
