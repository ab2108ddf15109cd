use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_sigv4::chunked::Decoder;

use super::{decoded::Decoded, digested::Digested};
use crate::{body::in_bytes, error::BoxError};

/// The body that the service below [`InboundLayer`](crate::InboundLayer) gets in place of `B`.
///
/// It is `B` itself; or `B`, checked against its digest; or what the signed chunks of `B` hold, with
/// their trailers. A body that is checked fails, with an [`Error`](crate::Error), before its last piece
/// where it is not what was signed, so it never arrives as a whole one.
pub struct InboundBody<B> {
    kind: Kind<B>,
}

enum Kind<B> {
    Untouched(B),
    Digested(Box<Digested<B>>),
    Decoded(Box<Decoded<B>>),
}

impl<B> InboundBody<B> {
    pub(super) fn untouched(body: B) -> Self {
        let kind = Kind::Untouched(body);
        Self { kind }
    }

    pub(super) fn digested(body: B, digest: [u8; 32]) -> Self {
        let kind = Kind::Digested(Box::new(Digested::new(body, digest)));
        Self { kind }
    }

    pub(super) fn decoded(body: B, decoder: Decoder) -> Self {
        let kind = Kind::Decoded(Box::new(Decoded::new(body, decoder)));
        Self { kind }
    }
}

impl<B> Body for InboundBody<B>
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
            Kind::Digested(body) => Pin::new(&mut **body).poll_frame(cx),
            Kind::Decoded(body) => Pin::new(&mut **body).poll_frame(cx),
            Kind::Untouched(body) => Pin::new(body)
                .poll_frame(cx)
                .map_ok(in_bytes)
                .map_err(Into::into),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.kind {
            Kind::Untouched(body) => body.is_end_stream(),
            Kind::Digested(body) => body.is_end_stream(),
            Kind::Decoded(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.kind {
            Kind::Untouched(body) => body.size_hint(),
            Kind::Digested(body) => body.size_hint(),
            Kind::Decoded(body) => body.size_hint(),
        }
    }
}

/// Without the body's bytes, which are the caller's business.
impl<B> fmt::Debug for InboundBody<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InboundBody").finish_non_exhaustive()
    }
}
