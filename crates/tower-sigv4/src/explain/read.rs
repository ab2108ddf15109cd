//! A rejection's body: its beginning read, and all of it handed on.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use http::{
    HeaderMap,
    header::{CONTENT_ENCODING, CONTENT_TYPE},
};
use http_body::{Body, Frame, SizeHint};
use tokio::{
    runtime::Handle,
    time::{Sleep, sleep},
};

use crate::body::{Collected, in_bytes};

/// How much of a body is read. No service is known to write more into a rejection.
pub(super) const LIMIT: usize = 64 * 1024;

/// How long a body that stalls is waited for. A rejection comes in one piece with its head.
const PATIENCE: Duration = Duration::from_secs(2);

/// Whether reading a body tells anything, and comes to an end: not so if it is compressed, or if its
/// frames are events of their own.
pub(crate) fn is_worthwhile(headers: &HeaderMap) -> bool {
    let is_stream = headers.get(CONTENT_TYPE).is_some_and(|value| {
        STREAMS.iter().any(|name| {
            let start = value.as_bytes().get(..name.len());
            start.is_some_and(|start| start.eq_ignore_ascii_case(name.as_bytes()))
        })
    });
    let encoding = headers.get(CONTENT_ENCODING);
    !is_stream && encoding.is_none_or(|encoding| encoding == "identity")
}

const STREAMS: [&str; 4] = [
    "application/grpc",
    "application/vnd.amazon.eventstream",
    "multipart/",
    "text/event-stream",
];

/// Reads the beginning of a body.
pub(crate) struct BodyReader<B: Body> {
    replay: Replay<B>,
    left: usize,
    patience: Option<Pin<Box<Sleep>>>,
}

impl<B: Body> BodyReader<B> {
    pub(crate) fn new(body: B) -> Self {
        Self {
            replay: Replay {
                read: Collected::default(),
                next: None,
                rest: Some(Box::pin(body)),
            },
            left: LIMIT,
            patience: None,
        }
    }

    /// Waits until enough is read, or nothing more comes.
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        while self.left > 0 {
            match self.replay.poll_read(cx) {
                Poll::Ready(None) => break,
                // An empty frame counts as well, or they could go on for ever.
                Poll::Ready(Some(read)) => self.left = self.left.saturating_sub(read.max(1)),
                // Outside of a runtime there is no timer.
                Poll::Pending if Handle::try_current().is_err() => return Poll::Pending,
                Poll::Pending => {
                    let patience = self
                        .patience
                        .get_or_insert_with(|| Box::pin(sleep(PATIENCE)));
                    ready!(patience.as_mut().poll(cx));
                    break;
                }
            }
        }
        Poll::Ready(())
    }

    pub(crate) fn finish(self) -> Replay<B> {
        self.replay
    }
}

/// A body of which the beginning was read, and which begins there again.
pub(crate) struct Replay<B: Body> {
    read: Collected,
    /// What was read behind it and is no data: trailers or an error.
    next: Option<Result<Frame<Bytes>, B::Error>>,
    /// The body itself, unless it has ended.
    rest: Option<Pin<Box<B>>>,
}

impl<B: Body> Replay<B> {
    /// A copy of what was read, as far as it is of interest.
    pub(crate) fn start(&self) -> Vec<u8> {
        self.read.start(LIMIT)
    }

    /// Reads one frame of data, and says how long it is. Nothing where there is no more data.
    fn poll_read(&mut self, cx: &mut Context<'_>) -> Poll<Option<usize>> {
        let Some(body) = self.rest.as_mut().filter(|_| self.next.is_none()) else {
            return Poll::Ready(None);
        };
        let Some(frame) = ready!(body.as_mut().poll_frame(cx)) else {
            self.rest = None;
            return Poll::Ready(None);
        };
        Poll::Ready(match frame.map(in_bytes).map(Frame::into_data) {
            Ok(Ok(data)) => {
                let length = data.len();
                self.read.push(data);
                Some(length)
            }
            Ok(Err(trailers)) => {
                self.next = Some(Ok(trailers));
                None
            }
            Err(error) => {
                self.next = Some(Err(error));
                None
            }
        })
    }

    pub(super) fn poll_frame(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        if let Some(data) = self.read.pop() {
            return Poll::Ready(Some(Ok(Frame::data(data))));
        }
        if let Some(next) = self.next.take() {
            return Poll::Ready(Some(next));
        }
        match &mut self.rest {
            Some(rest) => rest.as_mut().poll_frame(cx).map_ok(in_bytes),
            None => Poll::Ready(None),
        }
    }

    pub(super) fn is_end_stream(&self) -> bool {
        let is_read = self.read.remaining() == 0 && self.next.is_none();
        is_read && self.rest.as_ref().is_none_or(|rest| rest.is_end_stream())
    }

    pub(super) fn size_hint(&self) -> SizeHint {
        let mut hint = match &self.rest {
            Some(rest) => rest.size_hint(),
            None => SizeHint::with_exact(0),
        };
        let read = self.read.remaining();
        if let Some(upper) = hint.upper() {
            hint.set_upper(upper.saturating_add(read));
        }
        hint.set_lower(hint.lower().saturating_add(read));
        hint
    }
}
