use std::{
    mem,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::{Buf, Bytes};
use http::HeaderMap;
use http_body::{Body, Frame};
use http_sigv4::chunked::{Encoder, Upload};

use super::{
    super::frame::{BYTES_PER_POLL, FRAMES_PER_POLL, in_bytes},
    announce::Announced,
};
use crate::{
    Error,
    error::{BoxError, ChunkedKind, Kind},
};

/// A body that is encoded while it is sent.
///
/// It is polled when the client asks for more and not before, and what is held of it is a chunk at most.
/// Only a body that was whole gets the end that makes an object of it.
pub(crate) struct Encoding<B> {
    body: B,
    state: State,
    /// The last piece of the body, as far as it is not encoded.
    data: Bytes,
    /// The trailers that the caller brings.
    given: HeaderMap,
    /// How many bytes are still to be sent.
    remaining: u64,
}

enum State {
    /// The request is not signed yet.
    Announced(Upload),
    Encoding(Box<Encoder>),
    Ended,
    Failed,
}

impl<B> Encoding<B> {
    pub(crate) fn new(body: B, announced: Announced) -> Self {
        let Announced { upload, given } = announced;
        Self {
            body,
            remaining: upload.encoded_length(),
            state: State::Announced(upload),
            data: Bytes::new(),
            given,
        }
    }

    /// Takes the encoder, which continues the signature that the request has by now.
    pub(crate) fn begin(
        &mut self,
        encoder: impl FnOnce(Upload) -> Result<Encoder, Error>,
    ) -> Result<(), Error> {
        match mem::replace(&mut self.state, State::Failed) {
            State::Announced(upload) => self.state = State::Encoding(Box::new(encoder(upload)?)),
            begun => self.state = begun,
        }
        Ok(())
    }

    pub(crate) fn remaining(&self) -> u64 {
        self.remaining
    }

    pub(crate) fn is_ended(&self) -> bool {
        matches!(self.state, State::Ended)
    }
}

impl<B> Encoding<B>
where
    B: Body + Unpin,
    B::Error: Into<BoxError>,
{
    pub(crate) fn poll_frame(
        &mut self,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let piece = match ready!(self.poll_piece(cx)) {
            Ok(piece) => piece,
            Err(error) => {
                // Whatever a client polls after it, there is no end to come.
                self.state = State::Failed;
                self.data = Bytes::new();
                return Poll::Ready(Some(Err(error)));
            }
        };
        Poll::Ready(piece.map(|piece| {
            self.remaining = self.remaining.saturating_sub(piece.len() as u64);
            Ok(Frame::data(piece))
        }))
    }

    fn poll_piece(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<Bytes>, BoxError>> {
        let encoder = match &mut self.state {
            State::Encoding(encoder) => encoder,
            State::Ended => return Poll::Ready(Ok(None)),
            State::Announced(_) | State::Failed => {
                return Poll::Ready(Err(Error::from(ChunkedKind::HasFailed).into()));
            }
        };
        let mut quota = BYTES_PER_POLL;
        for _ in 0..FRAMES_PER_POLL {
            let length = self.data.len().min(quota);
            let mut data = self.data.slice(..length);
            let piece = encoder.encode(&mut data).map_err(failed)?;
            let taken = length - data.len();
            self.data.advance(taken);
            quota -= taken;
            if piece.is_some() {
                return Poll::Ready(Ok(piece));
            }
            if !self.data.is_empty() {
                break;
            }
            match ready!(Pin::new(&mut self.body).poll_frame(cx)) {
                None => {
                    let end = encoder.finish(&self.given).map_err(failed)?;
                    self.state = State::Ended;
                    return Poll::Ready(Ok(Some(end)));
                }
                Some(Err(error)) => return Poll::Ready(Err(error.into())),
                Some(Ok(frame)) => match in_bytes(frame).into_data() {
                    Ok(data) => self.data = data,
                    Err(frame) => {
                        let trailers = frame.into_trailers().unwrap_or_default();
                        for (name, value) in &trailers {
                            let added = self.given.try_append(name, value.clone());
                            added.map_err(|_| Error::from(Kind::TooManyHeaders))?;
                        }
                    }
                },
            }
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}

fn failed(error: http_sigv4::chunked::ChunkedError) -> BoxError {
    Error::from(error).into()
}
