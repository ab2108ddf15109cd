use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::{Buf, Bytes};
use http_body::{Body, Frame, SizeHint};
use http_sigv4::{Payload, PayloadHasher};

use super::withheld::Withheld;
use crate::{
    Error,
    error::{BoxError, InboundKind, Kind},
};

/// A body that is checked against its digest while it passes.
pub(super) struct Digested<B> {
    body: B,
    expected: Payload,
    hasher: Option<PayloadHasher>,
    withheld: Withheld,
}

impl<B> Digested<B> {
    pub(super) fn new(body: B, digest: [u8; 32]) -> Self {
        Self {
            body,
            expected: Payload::Sha256(digest),
            hasher: Some(PayloadHasher::new()),
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
        while let Some(hasher) = &mut this.hasher {
            let piece = match ready!(Pin::new(&mut this.body).poll_frame(cx)) {
                Some(Ok(frame)) => match frame.into_data() {
                    // Does not copy what is `Bytes` already.
                    Ok(mut data) => data.copy_to_bytes(data.remaining()),
                    Err(_) => return Poll::Ready(Some(Err(this.fail(Kind::Trailers.into())))),
                },
                Some(Err(error)) => {
                    this.hasher = None;
                    this.withheld = Withheld::default();
                    return Poll::Ready(Some(Err(error.into())));
                }
                None => {
                    let payload = this.hasher.take().map(PayloadHasher::finish);
                    if payload != Some(this.expected) {
                        return Poll::Ready(Some(Err(
                            this.fail(Kind::Inbound(InboundKind::Digest).into())
                        )));
                    }
                    break;
                }
            };
            hasher.update(&piece);
            if let Some(before) = this.withheld.replace(piece) {
                return Poll::Ready(Some(Ok(Frame::data(before))));
            }
        }
        Poll::Ready(this.withheld.release().map(|last| Ok(Frame::data(last))))
    }

    fn is_end_stream(&self) -> bool {
        self.hasher.is_none() && self.withheld.length() == 0
    }

    fn size_hint(&self) -> SizeHint {
        let held = self.withheld.length();
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
    fn fail(&mut self, error: Error) -> BoxError {
        self.hasher = None;
        self.withheld = Withheld::default();
        error.into()
    }
}
