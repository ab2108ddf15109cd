use std::{
    collections::VecDeque,
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::{Buf, Bytes};
use http_body::{Body, Frame, SizeHint};

use crate::payload::Permit;

/// The body that the inner service gets in place of `B`.
///
/// It is either what was read of `B` for its hash, in the very buffers that `B` gave, or `B` itself
/// where the signature does not cover it. Size hint and end of stream are exact, so a body that was
/// collected goes out with a `content-length`.
// Without `Default`, so that tower-http's `FollowRedirect` does not compile below the layer, where it
// would take the session token to other hosts.
pub struct SignedBody<B> {
    kind: Kind<B>,
}

enum Kind<B> {
    Collected { data: Collected, _permit: Permit },
    Untouched(B),
}

impl<B> SignedBody<B> {
    pub(crate) fn empty() -> Self {
        Self::collected(Collected::default(), Permit::default())
    }

    pub(crate) fn collected(data: Collected, permit: Permit) -> Self {
        Self {
            kind: Kind::Collected {
                data,
                _permit: permit,
            },
        }
    }

    pub(crate) fn untouched(body: B) -> Self {
        Self {
            kind: Kind::Untouched(body),
        }
    }
}

impl<B> Body for SignedBody<B>
where
    B: Body + Unpin,
{
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        match &mut self.get_mut().kind {
            Kind::Collected { data, .. } => {
                Poll::Ready(data.pop().map(|data| Ok(Frame::data(data))))
            }
            Kind::Untouched(body) => Pin::new(body).poll_frame(cx).map_ok(|frame| {
                // `copy_to_bytes` does not copy what is `Bytes` already.
                frame.map_data(|mut data| data.copy_to_bytes(data.remaining()))
            }),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.kind {
            Kind::Collected { data, .. } => data.remaining == 0,
            Kind::Untouched(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.kind {
            Kind::Collected { data, .. } => SizeHint::with_exact(data.remaining),
            Kind::Untouched(body) => body.size_hint(),
        }
    }
}

/// Without the body's bytes, which are the caller's business.
impl<B> fmt::Debug for SignedBody<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("SignedBody");
        if let Kind::Collected { data, .. } = &self.kind {
            debug.field("remaining", &data.remaining);
        }
        debug.finish_non_exhaustive()
    }
}

/// Pieces of a body in their order. The first has a place of its own, as most bodies are one piece.
#[derive(Default)]
pub(crate) struct Collected {
    first: Bytes,
    rest: VecDeque<Bytes>,
    remaining: u64,
}

impl Collected {
    pub(crate) fn push(&mut self, data: Bytes) {
        if data.is_empty() {
            return;
        }
        let is_first = self.remaining == 0;
        self.remaining += data.len() as u64;
        match is_first {
            true => self.first = data,
            false => self.rest.push_back(data),
        }
    }

    pub(crate) fn pop(&mut self) -> Option<Bytes> {
        let next = match self.first.is_empty() {
            true => self.rest.pop_front()?,
            false => std::mem::take(&mut self.first),
        };
        self.remaining -= next.len() as u64;
        Some(next)
    }

    #[cfg(feature = "explain")]
    pub(crate) fn remaining(&self) -> u64 {
        self.remaining
    }

    /// A copy of the first bytes.
    #[cfg(feature = "explain")]
    pub(crate) fn start(&self, limit: usize) -> Vec<u8> {
        let pieces = std::iter::once(&self.first).chain(&self.rest);
        pieces.flatten().take(limit).copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::{BodyExt, Full};

    use super::*;

    #[tokio::test]
    async fn pieces_come_out_in_their_order_and_uncopied() {
        let pieces = [Bytes::from("one"), Bytes::new(), Bytes::from("two")];
        let mut data = Collected::default();
        pieces.iter().for_each(|piece| data.push(piece.clone()));
        let mut body = SignedBody::<Full<Bytes>>::collected(data, Permit::default());

        assert_eq!(body.size_hint().exact(), Some(6));
        for (piece, left) in [(&pieces[0], 3), (&pieces[2], 0)] {
            let frame = body.frame().await.unwrap().unwrap().into_data().unwrap();
            assert_eq!(frame.as_ptr(), piece.as_ptr());
            assert_eq!(body.size_hint().exact(), Some(left));
        }
        assert!(body.is_end_stream());
        assert!(body.frame().await.is_none());
    }

    #[test]
    fn debug_does_not_show_the_bytes() {
        let mut data = Collected::default();
        data.push(Bytes::from("hush"));
        let body = SignedBody::<Full<Bytes>>::collected(data, Permit::default());
        assert_eq!(format!("{body:?}"), "SignedBody { remaining: 4, .. }");
    }
}
