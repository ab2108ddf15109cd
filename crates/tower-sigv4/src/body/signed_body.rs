use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
#[cfg(feature = "chunked")]
use http_sigv4::chunked::{Encoder, Upload};

#[cfg(feature = "chunked")]
use super::chunked::{Announced, Encoding};
use super::{
    budget::{Permit, Share},
    buffer::Collected,
    frame::in_bytes,
};
#[cfg(feature = "chunked")]
use crate::Error;
use crate::error::BoxError;

/// The body that the inner service gets in place of `B`.
///
/// It is what was read of `B` for its hash, in the very buffers that `B` gave; or `B` itself, where the
/// signature does not cover it; or the chunks that `B` is encoded in while it is sent. Size hint and end
/// of stream are exact, so a body that was collected or is encoded goes out with a `content-length`.
///
/// # Errors
///
/// Those of `B`. A body that is encoded fails with an [`Error`](crate::Error) where it is not what its
/// request says: shorter, longer, or of another checksum. The service then never gets its end.
// Without `Default`, so that tower-http's `FollowRedirect` does not compile below the layer, where it
// would take the session token to other hosts.
pub struct SignedBody<B> {
    kind: Kind<B>,
}

enum Kind<B> {
    Collected {
        data: Collected,
        share: Share,
    },
    Untouched(B),
    #[cfg(feature = "chunked")]
    Chunked(Box<Encoding<B>>),
}

impl<B> SignedBody<B> {
    pub(crate) fn empty() -> Self {
        Self::collected(Collected::default(), Permit::default())
    }

    pub(crate) fn collected(data: Collected, permit: Permit) -> Self {
        let share = Share::Own(permit);
        Self {
            kind: Kind::Collected { data, share },
        }
    }

    pub(crate) fn untouched(body: B) -> Self {
        Self {
            kind: Kind::Untouched(body),
        }
    }

    #[cfg(feature = "chunked")]
    pub(crate) fn chunked(body: B, announced: Announced) -> Self {
        Self {
            kind: Kind::Chunked(Box::new(Encoding::new(body, announced))),
        }
    }

    /// Takes the encoder of a body in chunks.
    #[cfg(feature = "chunked")]
    pub(crate) fn begin(
        &mut self,
        encoder: impl FnOnce(Upload) -> Result<Encoder, Error>,
    ) -> Result<(), Error> {
        match &mut self.kind {
            Kind::Chunked(encoding) => encoding.begin(encoder),
            _ => Ok(()),
        }
    }

    /// Returns whether all of it is here.
    pub(crate) fn is_collected(&self) -> bool {
        matches!(self.kind, Kind::Collected { .. })
    }

    /// Returns a copy of a body that was read, which takes no memory for its bytes, or of an empty
    /// one. `None` if the body can be read only once.
    pub(crate) fn copy(&mut self) -> Option<Self>
    where
        B: Body,
    {
        match &mut self.kind {
            Kind::Collected { data, share } => Some(Self {
                kind: Kind::Collected {
                    data: data.clone(),
                    share: share.join(),
                },
            }),
            Kind::Untouched(body) => body.is_end_stream().then(Self::empty),
            #[cfg(feature = "chunked")]
            Kind::Chunked(_) => None,
        }
    }

    /// Tells apart what a client may want to know of a body.
    #[cfg(feature = "reqwest")]
    pub(crate) fn into_form(self) -> Form<B> {
        match self.kind {
            Kind::Untouched(body) => Form::Untouched(body),
            // What counts to a budget does so for as long as this body lives.
            Kind::Collected { mut data, share } if data.is_whole() && share.is_empty() => {
                Form::Whole(data.pop().unwrap_or_default())
            }
            kind => Form::Pieces(Self { kind }),
        }
    }
}

/// A [`SignedBody`], told apart.
#[cfg(feature = "reqwest")]
pub(crate) enum Form<B> {
    Untouched(B),
    /// In one piece, which was in memory before it was read.
    Whole(Bytes),
    Pieces(SignedBody<B>),
}

impl<B> Body for SignedBody<B>
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
        match &mut self.get_mut().kind {
            Kind::Collected { data, .. } => {
                Poll::Ready(data.pop().map(|data| Ok(Frame::data(data))))
            }
            Kind::Untouched(body) => Pin::new(body)
                .poll_frame(cx)
                .map_ok(in_bytes)
                .map_err(Into::into),
            #[cfg(feature = "chunked")]
            Kind::Chunked(encoding) => encoding.poll_frame(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.kind {
            Kind::Collected { data, .. } => data.remaining() == 0,
            Kind::Untouched(body) => body.is_end_stream(),
            #[cfg(feature = "chunked")]
            Kind::Chunked(encoding) => encoding.is_ended(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.kind {
            Kind::Collected { data, .. } => SizeHint::with_exact(data.remaining()),
            Kind::Untouched(body) => body.size_hint(),
            #[cfg(feature = "chunked")]
            Kind::Chunked(encoding) => SizeHint::with_exact(encoding.remaining()),
        }
    }
}

/// Without the body's bytes, which are the caller's business.
impl<B> fmt::Debug for SignedBody<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = f.debug_struct("SignedBody");
        if let Kind::Collected { data, .. } = &self.kind {
            debug.field("remaining", &data.remaining());
        }
        debug.finish_non_exhaustive()
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
