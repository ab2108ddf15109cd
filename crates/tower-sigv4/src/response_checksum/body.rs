use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;

use super::expected::Expected;
use crate::{body::in_bytes, error::BoxError};

pin_project! {
    /// A response's body that is held against its checksum while it is read. See
    /// [`ResponseChecksumLayer`](crate::ResponseChecksumLayer).
    ///
    /// It passes as it comes. Where it turns out to be another than its checksum says, its last piece is
    /// an error, or its end, if it did not say before that it was the last: so what was read is not to be
    /// used before the end is there.
    ///
    /// # Errors
    ///
    /// Those of `B`, and [`Error::is_response_checksum`](crate::Error::is_response_checksum).
    pub struct ChecksummedBody<B> {
        #[pin]
        body: B,
        // `None` where there is nothing to verify, or not any more.
        expected: Option<Expected>,
    }
}

impl<B> ChecksummedBody<B> {
    pub(super) fn new(body: B, expected: Option<Expected>) -> Self {
        Self { body, expected }
    }

    /// Returns whether there is a checksum that is still to be held against the body.
    pub fn is_to_be_verified(&self) -> bool {
        self.expected.is_some()
    }
}

impl<B> Body for ChecksummedBody<B>
where
    B: Body,
    B::Error: Into<BoxError>,
{
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let mut this = self.project();
        let frame = ready!(this.body.as_mut().poll_frame(cx));
        let is_end = match &frame {
            Some(Ok(_)) => this.body.is_end_stream(),
            Some(Err(_)) => {
                // What is cut off has no checksum.
                *this.expected = None;
                false
            }
            None => true,
        };
        let frame = frame.map(|frame| frame.map(in_bytes));
        if let (Some(expected), Some(Ok(frame))) = (this.expected.as_mut(), &frame)
            && let Some(data) = frame.data_ref()
        {
            expected.update(data);
        }
        if is_end && let Some(expected) = this.expected.take() {
            expected.verify()?;
        }
        Poll::Ready(frame.map(|frame| frame.map_err(Into::into)))
    }

    fn is_end_stream(&self) -> bool {
        // Even an empty body has to be polled to be verified.
        self.expected.is_none() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// Without the body, which is the caller's business.
impl<B> fmt::Debug for ChecksummedBody<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChecksummedBody")
            .field("is_to_be_verified", &self.is_to_be_verified())
            .finish_non_exhaustive()
    }
}
