use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;

use super::read::Replay;
use crate::body::in_bytes;

pin_project! {
    /// The body of a response that went through [`Explain`](super::Explain), or through a layer that
    /// reads a rejection for another end.
    ///
    /// It gives what the service sent: what was read for an explanation first, in the very buffers
    /// that `B` gave, then the rest, with the trailers or the error that `B` ends with. Size hint and
    /// end of stream are as exact as those of `B`.
    pub struct ExplainedBody<B>
    where
        B: Body,
    {
        #[pin]
        kind: Kind<B>,
    }
}

pin_project! {
    #[project = KindProj]
    enum Kind<B>
    where
        B: Body,
    {
        Untouched { #[pin] body: B },
        Read { replay: Box<Replay<B>> },
    }
}

impl<B: Body> ExplainedBody<B> {
    pub(crate) fn untouched(body: B) -> Self {
        Self {
            kind: Kind::Untouched { body },
        }
    }

    pub(crate) fn read(replay: Replay<B>) -> Self {
        let replay = Box::new(replay);
        Self {
            kind: Kind::Read { replay },
        }
    }
}

impl<B: Body> Body for ExplainedBody<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        match self.project().kind.project() {
            KindProj::Untouched { body } => body.poll_frame(cx).map_ok(in_bytes),
            KindProj::Read { replay } => replay.poll_frame(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.kind {
            Kind::Untouched { body } => body.is_end_stream(),
            Kind::Read { replay } => replay.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.kind {
            Kind::Untouched { body } => body.size_hint(),
            Kind::Read { replay } => replay.size_hint(),
        }
    }
}

/// Without the body's bytes, which are the caller's business.
impl<B: Body> fmt::Debug for ExplainedBody<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExplainedBody").finish_non_exhaustive()
    }
}
