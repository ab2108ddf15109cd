use std::{
    future::Future,
    mem,
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{Request, Response, request::Parts};
use http_body::Body;
use http_body_util::BodyExt;
use tower::{BoxError, Service};

pub(crate) type Empty = http_body_util::Empty<Bytes>;

/// A request as an HTTP client got it.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) parts: Parts,
    pub(crate) body: Bytes,
}

/// An HTTP client that keeps what it is given, and answers it.
///
/// Like one that reserves something in `poll_ready`, it panics if it is called without having been
/// ready, and its clones are not.
pub(crate) struct Recorder {
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
    pub(crate) fn answering(
        respond: impl Fn(&Parts) -> Response<Empty> + Send + Sync + 'static,
    ) -> Self {
        Self {
            shared: Arc::new(Shared {
                calls: Mutex::default(),
                sent: Mutex::default(),
                respond: Box::new(respond),
            }),
            ready: false,
        }
    }

    /// How often it was called, whether or not that has been answered.
    pub(crate) fn calls(&self) -> usize {
        *self.shared.calls.lock().unwrap()
    }

    /// What was sent since the last look.
    pub(crate) fn sent(&self) -> Vec<Sent> {
        mem::take(&mut *self.shared.sent.lock().unwrap())
    }

    /// The one request that was sent since the last look.
    #[track_caller]
    pub(crate) fn only(&self) -> Sent {
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
        *self.shared.calls.lock().unwrap() += 1;
        let shared = Arc::clone(&self.shared);
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            let body = body.collect().await.map_err(Into::into)?.to_bytes();
            let response = (shared.respond)(&parts);
            shared.sent.lock().unwrap().push(Sent { parts, body });
            Ok(response)
        })
    }
}
