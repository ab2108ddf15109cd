//! Collects a body for its hash.

use std::{
    future::Future,
    mem,
    pin::Pin,
    task::{Context, Poll, Waker, ready},
    time::Duration,
};

use bytes::{Buf, Bytes};
use http::{HeaderMap, request::Parts};
#[cfg(feature = "chunked")]
use http::{HeaderName, HeaderValue};
use http_body::Body;
#[cfg(feature = "chunked")]
use http_sigv4::chunked::{Checksum, ChecksumAlgorithm};
use http_sigv4::{Payload, PayloadHasher};
use tokio::{
    runtime::Handle,
    time::{Sleep, sleep},
};

use super::{
    budget::{Budget, Permit},
    buffer::Collected,
    frame::{BYTES_PER_POLL, FRAMES_PER_POLL},
    length::write_length,
    mode::PayloadMode,
    signed_body::SignedBody,
};
use crate::{
    Error,
    error::{BoxError, Kind, Larger},
    grpc_request::is_grpc,
    telemetry,
};

/// How bodies are collected.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    /// The most bytes of one body.
    pub(crate) limit: usize,
    /// How long a body may yield nothing.
    pub(crate) timeout: Duration,
    /// What all bodies may take together.
    pub(crate) budget: Budget,
}

impl Settings {
    pub(crate) const DEFAULT_LIMIT: usize = 10 * 1024 * 1024;
    pub(crate) const DEFAULT_TOTAL_LIMIT: usize = 64 * 1024 * 1024;
    pub(crate) const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);

    /// Makes settings with a budget of their own; a limit that is not set is the default one, or that
    /// of one body where that is more.
    pub(crate) fn new(limit: Option<usize>, total: Option<usize>, timeout: Duration) -> Self {
        let limit = limit.unwrap_or(Self::DEFAULT_LIMIT);
        let total = total.unwrap_or_else(|| Self::DEFAULT_TOTAL_LIMIT.max(limit));
        Self {
            limit,
            timeout,
            budget: Budget::new(total),
        }
    }
}

/// A body that is ready to be sent, and what the signature says of it.
pub(crate) struct Known<B> {
    pub(crate) body: SignedBody<B>,
    pub(crate) payload: Payload,
    /// A header for S3, with the checksum of the body.
    #[cfg(feature = "chunked")]
    pub(crate) checksum: Option<(HeaderName, HeaderValue)>,
}

impl<B> Known<B> {
    /// A body, and what the signature says of it.
    pub(crate) fn new(body: SignedBody<B>, payload: Payload) -> Self {
        Self {
            body,
            payload,
            #[cfg(feature = "chunked")]
            checksum: None,
        }
    }

    /// Has the headers say what is known of the body by now: its length, and its checksum if one is
    /// sent.
    ///
    /// # Errors
    ///
    /// Too many headers.
    pub(crate) fn write_headers(&mut self, parts: &mut Parts) -> Result<(), Error>
    where
        B: Body + Unpin,
        B::Error: Into<BoxError>,
    {
        #[cfg(feature = "chunked")]
        if let Some((name, value)) = self.checksum.take() {
            let inserted = parts.headers.try_insert(name, value);
            inserted.map_err(|_| Kind::TooManyHeaders)?;
        }
        write_length(parts, &self.body)
    }
}

/// How far a body could be read at once.
pub(crate) enum Read<B> {
    Done(Known<B>),
    /// Boxed, as it is large and seldom.
    Pending(Box<Collect<B>>),
}

/// Reads what of a body is there. It has to have the length that is `declared`.
///
/// # Errors
///
/// A body that says it is too large, of which nothing is read, or one that fails.
pub(crate) fn read<B>(
    body: B,
    mode: PayloadMode,
    settings: &Settings,
    larger: Larger,
    declared: Option<u64>,
    #[cfg(feature = "chunked")] checksum: Option<ChecksumAlgorithm>,
) -> Result<Read<B>, Error>
where
    B: Body + Unpin,
    B::Error: Into<BoxError>,
{
    if let Some(payload) = mode.payload() {
        return Ok(Read::Done(Known::new(SignedBody::untouched(body), payload)));
    }
    // A body that was to be sent in chunks too, if it is none for that.
    if body.is_end_stream() {
        return Ok(Read::Done(Known {
            #[cfg(feature = "chunked")]
            checksum: checksum.map(|it| (it.header_name(), it.checksum(b""))),
            ..Known::new(SignedBody::empty(), Payload::EMPTY)
        }));
    }
    let mut collect = Collect::new(body, settings, larger, declared)?;
    #[cfg(feature = "chunked")]
    {
        collect.checksum = checksum.map(|it| Box::new(Checksum::new(it)));
    }
    // No task waits yet: should the body be pending, the response future polls it again.
    match collect.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(known) => Ok(Read::Done(known?)),
        Poll::Pending => {
            // From now on, what the body yields is held because of its hash.
            collect.permit = settings.budget.permit();
            Ok(Read::Pending(Box::new(collect)))
        }
    }
}

/// Collects a body and hashes it while it arrives.
pub(crate) struct Collect<B> {
    body: B,
    collected: Collected,
    /// The last piece, and how much of it is hashed.
    piece: Bytes,
    hashed: usize,
    hasher: PayloadHasher,
    #[cfg(feature = "chunked")]
    checksum: Option<Box<Checksum>>,
    /// How many bytes may still come.
    left: usize,
    limit: usize,
    larger: Larger,
    /// How many bytes there have to be, where the body itself or the headers say so.
    declared: Option<u64>,
    permit: Permit,
    timeout: Duration,
    /// The last poll left the thread to others, though the body may not have been pending.
    has_yielded: bool,
    /// Runs while the body is waited for.
    timer: Option<Pin<Box<Sleep>>>,
}

impl<B> Collect<B>
where
    B: Body + Unpin,
    B::Error: Into<BoxError>,
{
    fn new(
        body: B,
        settings: &Settings,
        larger: Larger,
        declared: Option<u64>,
    ) -> Result<Self, Error> {
        let limit = settings.limit;
        if body.size_hint().lower() > limit as u64 {
            return Err(Kind::BodyTooLarge { limit, larger }.into());
        }
        Ok(Self {
            body,
            collected: Collected::default(),
            piece: Bytes::new(),
            hashed: 0,
            hasher: PayloadHasher::new(),
            #[cfg(feature = "chunked")]
            checksum: None,
            left: limit,
            limit,
            larger,
            declared,
            permit: Permit::default(),
            timeout: settings.timeout,
            has_yielded: false,
            timer: None,
        })
    }

    /// Collects what comes, and fails once the body has been waited for too long.
    /// The error tells from the headers what hangs.
    pub(crate) fn poll_in_time(
        &mut self,
        headers: &HeaderMap,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Known<B>, Error>> {
        let before = (self.left, self.hashed);
        if let Poll::Ready(known) = self.poll(cx) {
            return Poll::Ready(known);
        }
        // An empty frame is nothing, or a body could go on with them for ever.
        let has_progressed = (self.left, self.hashed) != before;
        if has_progressed && self.has_yielded {
            // It is hashed, and not waited for.
            self.timer = None;
            return Poll::Pending;
        }
        // Outside of a runtime there is no timer.
        if Handle::try_current().is_err() {
            return Poll::Pending;
        }
        let after = self.timeout;
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep(after)));
        if has_progressed {
            timer.as_mut().set(sleep(after));
        }
        ready!(timer.as_mut().poll(cx));
        Poll::Ready(Err(Kind::BodyStalled {
            after,
            read: self.limit - self.left,
            is_grpc: is_grpc(headers),
        }
        .into()))
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<Known<B>, Error>> {
        self.has_yielded = false;
        let mut quota = BYTES_PER_POLL;
        for _ in 0..FRAMES_PER_POLL {
            let end = self.piece.len().min(self.hashed + quota);
            let piece = &self.piece[self.hashed..end];
            self.hasher.update(piece);
            #[cfg(feature = "chunked")]
            if let Some(checksum) = &mut self.checksum {
                checksum.update(piece);
            }
            quota -= end - self.hashed;
            self.hashed = end;
            if end < self.piece.len() {
                break;
            }
            self.collected.push(mem::take(&mut self.piece));
            self.hashed = 0;
            self.piece = match ready!(Pin::new(&mut self.body).poll_frame(cx)) {
                None => return Poll::Ready(self.finish()),
                Some(Err(error)) => return Poll::Ready(Err(Error::body(error))),
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(mut data) => {
                        let length = data.remaining();
                        self.admit(length)?;
                        // Does not copy what is `Bytes` already.
                        data.copy_to_bytes(length)
                    }
                    Err(_) => return Poll::Ready(Err(Kind::Trailers.into())),
                },
            };
        }
        self.has_yielded = true;
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    fn admit(&mut self, length: usize) -> Result<(), Error> {
        let (limit, larger) = (self.limit, self.larger);
        let read = (limit - self.left).saturating_add(length) as u64;
        self.check_length(|declared| read <= declared, read)?;
        let left = self.left.checked_sub(length);
        self.left = left.ok_or(Kind::BodyTooLarge { limit, larger })?;
        // With the place of the piece itself, or many small ones would take more than they count.
        self.permit.extend(length + size_of::<Bytes>())
    }

    /// Refuses a body of another length than was declared, as it may have been cut off.
    fn check_length(&self, is_right: impl FnOnce(u64) -> bool, read: u64) -> Result<(), Error> {
        match self.declared {
            Some(declared) if !is_right(declared) => {
                Err(Kind::BodyLength { declared, read }.into())
            }
            _ => Ok(()),
        }
    }

    fn finish(&mut self) -> Result<Known<B>, Error> {
        let read = (self.limit - self.left) as u64;
        self.check_length(|declared| read == declared, read)?;
        telemetry::body_read(self.limit - self.left);
        let collected = mem::take(&mut self.collected);
        let permit = mem::take(&mut self.permit);
        let body = SignedBody::collected(collected, permit);
        Ok(Known {
            #[cfg(feature = "chunked")]
            checksum: self
                .checksum
                .take()
                .map(|it| (it.algorithm().header_name(), it.finish())),
            ..Known::new(body, mem::take(&mut self.hasher).finish())
        })
    }
}
