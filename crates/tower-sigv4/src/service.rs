use std::{
    mem,
    task::{Context, Poll},
};

use http::{Request, Response, request::Parts};
use http_body::Body;
use tower_service::Service;

use crate::{
    Error, RequestSigner, ResponseFuture, SignedBody, Signing, SigningOptions, TrySign,
    attempt::keep,
    body::Read,
    error::BoxError,
    telemetry::{RequestSpan, Stopwatch},
    waiting::Waiting,
};

/// An HTTP client that signs what it sends. See the [crate's guide](crate).
///
/// # Readiness
///
/// It is the inner service's own. Where credentials and body are at hand, a request is signed and
/// handed on inside `call`, and the future is the inner service's. Otherwise the response future
/// waits for them, together with the instance of the inner service that was ready, so a slow load
/// never makes the service itself unready; a place that this instance reserved, as in a concurrency
/// limit, is then held for as long as the load takes. So credentials must not come through that same
/// limit: a provider has a client of its own.
///
/// A request that is not sent gives back what was reserved for it.
///
/// # Bounds
///
/// `S` has to be `Clone`, as it is needed again while a request waits with the instance that was
/// ready. For one that is not, put a `tower::buffer::Buffer` between.
///
/// The body has to be `Unpin`, as for hyper-util's client, so that one in memory is read inside
/// `call` without an allocation. Box another: http-body-util's `BodyExt::boxed` makes any body
/// `Unpin`.
///
/// Neither has to be `Send` or `'static`.
///
/// # Errors
///
/// The service's error is a `BoxError`: the inner service's own, or the layer's
/// [`Error`](crate::Error), and then nothing was sent.
///
/// # Cancellation
///
/// Dropping the response future drops the request. A load of credentials that it waited for goes
/// on, for the others and for the next.
#[derive(Clone, Debug)]
pub struct SigV4<S> {
    inner: S,
    /// `None` if requests pass through.
    signer: Option<RequestSigner>,
}

impl<S> SigV4<S> {
    /// Wraps a service; requests pass through if there is no signer.
    pub(crate) fn with_signer(inner: S, signer: Option<RequestSigner>) -> Self {
        Self { inner, signer }
    }

    /// What signs; `None` if requests pass through.
    #[cfg(feature = "reqwest")]
    pub(crate) fn signer(&self) -> Option<&RequestSigner> {
        self.signer.as_ref()
    }

    /// Returns the inner service.
    pub fn get_ref(&self) -> &S {
        &self.inner
    }

    /// Returns the inner service, which sends requests unsigned.
    pub fn get_mut(&mut self) -> &mut S {
        &mut self.inner
    }

    /// Gives up signing, and returns the inner service.
    pub fn into_inner(self) -> S {
        self.inner
    }
}

impl<S, B, ResBody> Service<Request<B>> for SigV4<S>
where
    S: Service<Request<SignedBody<B>>, Response = Response<ResBody>> + Clone,
    S::Error: Into<BoxError>,
    B: Body + Unpin,
    B::Error: Into<BoxError>,
{
    type Response = Response<ResBody>;
    type Error = BoxError;
    type Future = ResponseFuture<S, S::Future, B>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        self.start(request).unwrap_or_else(|error| {
            // What was ready for this request gives back what it reserved for it.
            self.inner = self.inner.clone();
            ResponseFuture::failed(error)
        })
    }
}

impl<S> SigV4<S> {
    /// Signs and hands on at once, or prepares to.
    fn start<B>(
        &mut self,
        mut request: Request<B>,
    ) -> Result<ResponseFuture<S, S::Future, B>, Error>
    where
        S: Service<Request<SignedBody<B>>> + Clone,
        B: Body + Unpin,
        B::Error: Into<BoxError>,
    {
        let Some(signer) = &self.signer else {
            request.extensions_mut().remove::<SigningOptions>();
            return Ok(self.forward(request));
        };
        let (mut parts, body) = request.into_parts();
        let Some(signing) = signer.check(&mut parts)? else {
            return Ok(self.forward(Request::from_parts(parts, body)));
        };
        let span = RequestSpan::open(&signing);
        let entered = span.enter();
        let mut future = match signing.read_body(&mut parts, body)? {
            Read::Done(mut known) => {
                known.write_headers(&mut parts)?;
                let kept = keep(&self.inner, &parts, &mut known, &signing);
                match signing.try_sign(&mut parts, known.payload)? {
                    TrySign::Signed(signed) => {
                        signed.begin_body(&mut known.body, &parts.headers)?;
                        span.signed(&signed);
                        let future = self.inner.call(Request::from_parts(parts, known.body));
                        ResponseFuture::responding(future, signed, kept)
                    }
                    TrySign::Waiting(signing) => {
                        ResponseFuture::loading(self.wait(parts, known, signing))
                    }
                }
            }
            Read::Pending(collect) => {
                // So that credentials load while the body is read. Those that are good now may not be
                // when the body is there.
                signing.start_load();
                ResponseFuture::collecting(self.wait(parts, *collect, signing))
            }
        };
        drop(entered);
        future.set_span(span);
        Ok(future)
    }

    /// Hands a request on as it is.
    fn forward<B>(&mut self, request: Request<B>) -> ResponseFuture<S, S::Future, B>
    where
        S: Service<Request<SignedBody<B>>>,
    {
        let request = request.map(SignedBody::untouched);
        ResponseFuture::forwarding(self.inner.call(request))
    }

    /// A request that waits together with the instance that was ready for it. The clone that takes
    /// its place is not ready yet.
    fn wait<T>(&mut self, parts: Parts, body: T, signing: Signing) -> Waiting<S, T>
    where
        S: Clone,
    {
        let clone = self.inner.clone();
        Waiting {
            inner: mem::replace(&mut self.inner, clone),
            parts,
            body,
            signing,
            stopwatch: Stopwatch::default(),
        }
    }
}
