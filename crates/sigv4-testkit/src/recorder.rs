use std::{
    error::Error,
    fmt,
    future::Future,
    mem,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{Request, Response, request::Parts};
use http_body::Body;
use http_body_util::BodyExt;
use tower_service::Service;

type Empty = http_body_util::Empty<Bytes>;
type BoxError = Box<dyn Error + Send + Sync>;

/// A request as an HTTP client got it.
#[derive(Clone, Debug)]
pub struct Sent {
    /// Its method, URI and headers.
    pub parts: Parts,
    /// All of its body.
    pub body: Bytes,
}

/// An HTTP client that keeps what it is given, and answers it.
///
/// Like one that reserves something in `poll_ready`, it panics if it is called without having been
/// ready, and its clones are not.
pub struct Recorder {
    shared: Arc<Shared>,
    ready: bool,
}

type Respond = dyn Fn(&Parts) -> Response<Empty> + Send + Sync;

struct Shared {
    calls: Mutex<usize>,
    sent: Mutex<Vec<Sent>>,
    respond: Box<Respond>,
}

impl Recorder {
    /// Makes a client that answers each request as the function says.
    pub fn answering(respond: impl Fn(&Parts) -> Response<Empty> + Send + Sync + 'static) -> Self {
        Self {
            shared: Arc::new(Shared {
                calls: Mutex::default(),
                sent: Mutex::default(),
                respond: Box::new(respond),
            }),
            ready: false,
        }
    }

    /// Returns how often it was called, whether or not that has been answered.
    pub fn calls(&self) -> usize {
        *self
            .shared
            .calls
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes what was sent since the last look.
    pub fn sent(&self) -> Vec<Sent> {
        mem::take(
            &mut *self
                .shared
                .sent
                .lock()
                .unwrap_or_else(PoisonError::into_inner),
        )
    }

    /// Takes the one request that was sent since the last look.
    ///
    /// # Panics
    ///
    /// If there was none, or more than one.
    #[track_caller]
    pub fn only(&self) -> Sent {
        let mut sent = self.sent();
        assert_eq!(sent.len(), 1, "requests sent");
        sent.remove(0)
    }
}

impl Default for Recorder {
    fn default() -> Self {
        Self::answering(|_| Response::default())
    }
}

impl Clone for Recorder {
    fn clone(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
            ready: false,
        }
    }
}

impl<B> Service<Request<B>> for Recorder
where
    B: Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    type Response = Response<Empty>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Empty>, BoxError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.ready = true;
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        assert!(mem::take(&mut self.ready), "called without being ready");
        *self
            .shared
            .calls
            .lock()
            .unwrap_or_else(PoisonError::into_inner) += 1;
        let shared = Arc::clone(&self.shared);
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            let body = body.collect().await.map_err(Into::into)?.to_bytes();
            let response = (shared.respond)(&parts);
            shared
                .sent
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(Sent { parts, body });
            Ok(response)
        })
    }
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder")
            .field("calls", &self.calls())
            .finish_non_exhaustive()
    }
}
