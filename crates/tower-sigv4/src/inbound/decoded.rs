use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::{Buf, Bytes};
use http_body::{Body, Frame, SizeHint};
use http_sigv4::chunked::{ChunkedError, Decoder};

use super::{data::poll_data, withheld::Withheld};
use crate::{
    Error,
    body::{BYTES_PER_POLL, FRAMES_PER_POLL},
    error::{BoxError, InboundKind, Kind},
};

/// The data of a body in chunks.
///
/// Its trailers are checked and left out: checksums are computed anew where they are sent again.
pub(super) struct Decoded<B> {
    body: B,
    /// `None` once all of the body is checked, or it has failed.
    decoder: Option<Decoder>,
    /// What has come and is not decoded yet.
    frame: Bytes,
    withheld: Withheld,
    /// How much data is still to be sent.
    remaining: u64,
}

impl<B> Decoded<B> {
    pub(super) fn new(body: B, decoder: Decoder) -> Self {
        Self {
            body,
            remaining: decoder.decoded_length(),
            decoder: Some(decoder),
            frame: Bytes::new(),
            withheld: Withheld::default(),
        }
    }

    fn data(&mut self, data: Bytes) -> Frame<Bytes> {
        self.remaining = self.remaining.saturating_sub(data.len() as u64);
        Frame::data(data)
    }

    /// Ends the body, without its last piece.
    fn fail(&mut self, error: impl Into<BoxError>) -> BoxError {
        self.decoder = None;
        self.frame = Bytes::new();
        self.withheld = Withheld::default();
        self.remaining = 0;
        error.into()
    }
}

impl<B> Body for Decoded<B>
where
    B: Body + Unpin,
    B::Error: Into<BoxError>,
{
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = self.get_mut();
        let mut quota = BYTES_PER_POLL;
        for _ in 0..FRAMES_PER_POLL {
            let Some(decoder) = &mut this.decoder else {
                let last = this.withheld.release();
                return Poll::Ready(last.map(|last| Ok(this.data(last))));
            };
            let length = this.frame.len().min(quota);
            let mut frame = this.frame.slice(..length);
            let piece = match decoder.decode(&mut frame) {
                Ok(piece) => piece,
                Err(error) => return Poll::Ready(Some(Err(this.fail(chunked(error))))),
            };
            let taken = length - frame.len();
            this.frame.advance(taken);
            quota -= taken;
            if let Some(piece) = piece {
                match this.withheld.replace(piece) {
                    Some(before) => return Poll::Ready(Some(Ok(this.data(before)))),
                    None => continue,
                }
            }
            if !this.frame.is_empty() {
                break;
            }
            match ready!(poll_data(&mut this.body, cx)) {
                Ok(Some(data)) => this.frame = data,
                Err(error) => return Poll::Ready(Some(Err(this.fail(error)))),
                Ok(None) => match decoder.finish() {
                    Ok(_) => this.decoder = None,
                    Err(error) => return Poll::Ready(Some(Err(this.fail(chunked(error))))),
                },
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    fn is_end_stream(&self) -> bool {
        // Never before it is checked, not even without data.
        self.decoder.is_none() && self.remaining == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.remaining)
    }
}

fn chunked(error: ChunkedError) -> Error {
    Error::with_source(Kind::Inbound(InboundKind::Chunks), error)
}
