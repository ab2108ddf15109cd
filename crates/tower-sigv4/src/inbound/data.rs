use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http_body::Body;

use crate::{
    Error,
    body::in_bytes,
    error::{BoxError, Kind},
};

/// Polls a body for its next data; `None` at its end. Trailers of HTTP's are an error, as no digest, no
/// chunk and no signature covers them.
pub(super) fn poll_data<B>(
    body: &mut B,
    cx: &mut Context<'_>,
) -> Poll<Result<Option<Bytes>, BoxError>>
where
    B: Body<Error: Into<BoxError>> + Unpin,
{
    Poll::Ready(match ready!(Pin::new(body).poll_frame(cx)) {
        None => Ok(None),
        Some(Err(error)) => Err(error.into()),
        Some(Ok(frame)) => match in_bytes(frame).into_data() {
            Ok(data) => Ok(Some(data)),
            Err(_) => Err(Error::from(Kind::Trailers).into()),
        },
    })
}
