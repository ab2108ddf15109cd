use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_sigv4::{Payload, PayloadHasher};

use super::{data::poll_data, withheld::Withheld};
use crate::{
    Error,
    body::{BYTES_PER_POLL, FRAMES_PER_POLL},
    error::{BoxError, InboundKind, Kind},
};

/// A body that is checked against its digest while it passes.
pub(super) struct Digested<B> {
    body: B,
    expected: Payload,
    /// `None` once all of the body is checked, or it has failed.
    hasher: Option<PayloadHasher>,
    /// What has come and is not hashed yet.
    rest: Bytes,
    withheld: Withheld,
}

impl<B> Digested<B> {
    pub(super) fn new(body: B, digest: [u8; 32]) -> Self {
        Self {
            body,
            expected: Payload::Sha256(digest),
            hasher: Some(PayloadHasher::new()),
            rest: Bytes::new(),
            withheld: Withheld::default(),
        }
    }
}

impl<B> Body for Digested<B>
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
            let Some(hasher) = &mut this.hasher else {
                let last = this.withheld.release();
                return Poll::Ready(last.map(|last| Ok(Frame::data(last))));
            };
            if this.rest.is_empty() {
                match ready!(poll_data(&mut this.body, cx)) {
                    Ok(Some(data)) => this.rest = data,
                    Err(error) => return Poll::Ready(Some(Err(this.fail(error)))),
                    Ok(None) => {
                        let payload = this.hasher.take().map(PayloadHasher::finish);
                        if payload != Some(this.expected) {
                            let error = Error::from(Kind::Inbound(InboundKind::Digest));
                            return Poll::Ready(Some(Err(this.fail(error))));
                        }
                        continue;
                    }
                }
            }
            let piece = this.rest.split_to(this.rest.len().min(quota));
            hasher.update(&piece);
            quota -= piece.len();
            if let Some(before) = this.withheld.replace(piece) {
                return Poll::Ready(Some(Ok(Frame::data(before))));
            }
            if !this.rest.is_empty() {
                break;
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    fn is_end_stream(&self) -> bool {
        self.hasher.is_none() && self.withheld.length() == 0
    }

    fn size_hint(&self) -> SizeHint {
        let held = self.withheld.length() + self.rest.len() as u64;
        if self.hasher.is_none() {
            return SizeHint::with_exact(held);
        }
        let left = self.body.size_hint();
        let mut hint = SizeHint::new();
        hint.set_lower(left.lower().saturating_add(held));
        if let Some(upper) = left.upper().and_then(|upper| upper.checked_add(held)) {
            hint.set_upper(upper);
        }
        hint
    }
}

impl<B> Digested<B> {
    /// Ends the body, without its last piece.
    fn fail(&mut self, error: impl Into<BoxError>) -> BoxError {
        self.hasher = None;
        self.rest = Bytes::new();
        self.withheld = Withheld::default();
        error.into()
    }
}
