use std::{
    convert::Infallible,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
};

use bytes::Bytes;
use http::HeaderMap;
use http_body::{Body, Frame, SizeHint};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tower::BoxError;

/// A body that the test feeds, and that counts how often it is polled.
pub(crate) struct Fed {
    frames: UnboundedReceiver<Result<Frame<Bytes>, BoxError>>,
    polls: Arc<AtomicUsize>,
    hint: SizeHint,
    ended: bool,
}

/// The other end of a [`Fed`] body, which ends when this is dropped.
pub(crate) struct Feed {
    frames: UnboundedSender<Result<Frame<Bytes>, BoxError>>,
    polls: Arc<AtomicUsize>,
}

/// A body of unknown size, and its feed.
pub(crate) fn fed() -> (Fed, Feed) {
    let (sender, frames) = unbounded_channel();
    let polls = Arc::<AtomicUsize>::default();
    let body = Fed {
        frames,
        polls: Arc::clone(&polls),
        hint: SizeHint::default(),
        ended: false,
    };
    let feed = Feed {
        frames: sender,
        polls,
    };
    (body, feed)
}

impl Fed {
    /// Has the body announce a size.
    pub(crate) fn with_hint(mut self, hint: SizeHint) -> Self {
        self.hint = hint;
        self
    }

    /// Has the body say that it is at its end.
    pub(crate) fn ended(mut self) -> Self {
        self.ended = true;
        self
    }
}

impl Feed {
    pub(crate) fn data(&self, data: impl Into<Bytes>) {
        self.frame(Ok(Frame::data(data.into())));
    }

    pub(crate) fn trailers(&self) {
        self.trailer("x-checksum", http::HeaderValue::from_static("1"));
    }

    pub(crate) fn trailer(&self, name: &'static str, value: http::HeaderValue) {
        let name = http::HeaderName::from_static(name);
        self.frame(Ok(Frame::trailers(HeaderMap::from_iter([(name, value)]))));
    }

    pub(crate) fn fail(&self, error: impl Into<BoxError>) {
        self.frame(Err(error.into()));
    }

    fn frame(&self, frame: Result<Frame<Bytes>, BoxError>) {
        assert!(self.frames.send(frame).is_ok(), "the body was dropped");
    }

    /// How often the body was polled.
    pub(crate) fn polls(&self) -> usize {
        self.polls.load(Ordering::Relaxed)
    }

    /// Whether the body is gone.
    pub(crate) fn is_dropped(&self) -> bool {
        self.frames.is_closed()
    }
}

impl Body for Fed {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        self.polls.fetch_add(1, Ordering::Relaxed);
        self.frames.poll_recv(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.ended
    }

    fn size_hint(&self) -> SizeHint {
        self.hint
    }
}

/// A body that yields the same frame for ever, without ever being pending.
pub(crate) struct Endless(pub(crate) Bytes);

impl Body for Endless {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(Some(Ok(Frame::data(self.0.clone()))))
    }
}
