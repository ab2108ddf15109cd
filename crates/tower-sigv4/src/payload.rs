use std::{
    fmt, mem,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll, Waker, ready},
};

use bytes::{Buf, Bytes};
use http_body::Body;
use http_sigv4::Payload;
use sha2::{Digest, Sha256};

use crate::{
    Error, SignedBody,
    body::Collected,
    error::{BoxError, Kind},
};

/// How a signature covers a request's body.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum PayloadMode {
    /// By its SHA-256 digest.
    ///
    /// An empty body, and one that is in memory already, is hashed at once and not copied. Another
    /// is collected and hashed while it arrives, up to
    /// [`body_limit`](crate::SigV4Layer::body_limit), and sent when it is complete.
    Buffered,
    /// Not at all: the body is passed through as it comes. Few services take it, among them S3 over
    /// https, if the length is known, and, always, VPC Lattice; the others are an error.
    Unsigned,
    /// By a SHA-256 digest that the caller knows; the body is passed through as it comes. A wrong
    /// digest is refused by the service. It is a request's own, so it belongs into
    /// [`SigningOptions`](crate::SigningOptions).
    Precomputed([u8; 32]),
}

/// A body that is ready to be sent, and what the signature says of it.
pub(crate) struct Known<B> {
    pub(crate) body: SignedBody<B>,
    pub(crate) payload: Payload,
}

/// How far a body could be read at once.
pub(crate) enum Reading<B> {
    Done(Known<B>),
    Pending(Collect<B>),
}

/// Reads what of a body is there.
///
/// # Errors
///
/// A body that says it is too large, of which nothing is read, or one that fails.
pub(crate) fn read<B>(
    body: B,
    mode: PayloadMode,
    limit: usize,
    budget: &Budget,
) -> Result<Reading<B>, Error>
where
    B: Body + Unpin,
    B::Error: Into<BoxError>,
{
    let (body, payload) = match mode {
        PayloadMode::Unsigned => (SignedBody::untouched(body), Payload::Unsigned),
        PayloadMode::Precomputed(digest) => (SignedBody::untouched(body), Payload::Sha256(digest)),
        PayloadMode::Buffered if body.is_end_stream() => (SignedBody::empty(), Payload::EMPTY),
        PayloadMode::Buffered => {
            let mut collect = Collect::new(body, limit)?;
            // No task waits yet: should the body be pending, the response future polls it again.
            return match collect.poll(&mut Context::from_waker(Waker::noop())) {
                Poll::Ready(known) => Ok(Reading::Done(known?)),
                Poll::Pending => {
                    // From now on, what the body yields is held because of its hash.
                    collect.permit = budget.permit();
                    Ok(Reading::Pending(collect))
                }
            };
        }
    };
    Ok(Reading::Done(Known { body, payload }))
}

/// Collects a body and hashes it while it arrives.
pub(crate) struct Collect<B> {
    body: B,
    collected: Collected,
    /// The last piece, and how much of it is hashed.
    piece: Bytes,
    hashed: usize,
    hasher: Sha256,
    /// How many bytes may still come.
    left: usize,
    limit: usize,
    permit: Permit,
}

/// How much one poll does, to leave the thread to others: about a tenth of a millisecond's work.
const HASHED_PER_POLL: usize = 256 * 1024;
const FRAMES_PER_POLL: usize = 128;

impl<B> Collect<B>
where
    B: Body + Unpin,
    B::Error: Into<BoxError>,
{
    fn new(body: B, limit: usize) -> Result<Self, Error> {
        if body.size_hint().lower() > limit as u64 {
            return Err(Kind::BodyTooLarge { limit }.into());
        }
        Ok(Self {
            body,
            collected: Collected::default(),
            piece: Bytes::new(),
            hashed: 0,
            hasher: Sha256::new(),
            left: limit,
            limit,
            permit: Permit::default(),
        })
    }

    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<Known<B>, Error>> {
        let mut quota = HASHED_PER_POLL;
        for _ in 0..FRAMES_PER_POLL {
            let end = self.piece.len().min(self.hashed + quota);
            self.hasher.update(&self.piece[self.hashed..end]);
            quota -= end - self.hashed;
            self.hashed = end;
            if end < self.piece.len() {
                break;
            }
            self.collected.push(mem::take(&mut self.piece));
            self.hashed = 0;
            self.piece = match ready!(Pin::new(&mut self.body).poll_frame(cx)) {
                None => return Poll::Ready(Ok(self.finish())),
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
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    fn admit(&mut self, length: usize) -> Result<(), Error> {
        let limit = self.limit;
        let left = self.left.checked_sub(length);
        self.left = left.ok_or(Kind::BodyTooLarge { limit })?;
        // With the place of the piece itself, or many small ones would take more than they count.
        self.permit.extend(length + size_of::<Bytes>())
    }

    fn finish(&mut self) -> Known<B> {
        let collected = mem::take(&mut self.collected);
        let permit = mem::take(&mut self.permit);
        let digest = mem::take(&mut self.hasher).finalize();
        Known {
            body: SignedBody::collected(collected, permit),
            payload: Payload::Sha256(digest.into()),
        }
    }
}

/// How many bytes all bodies that are held for their hashes may take together.
#[derive(Clone)]
pub(crate) struct Budget {
    shared: Arc<Shared>,
}

struct Shared {
    limit: usize,
    used: AtomicUsize,
}

impl Budget {
    pub(crate) fn new(limit: usize) -> Self {
        let used = AtomicUsize::new(0);
        Self {
            shared: Arc::new(Shared { limit, used }),
        }
    }

    fn permit(&self) -> Permit {
        Permit {
            budget: Some(Arc::clone(&self.shared)),
            held: 0,
        }
    }
}

impl fmt::Debug for Budget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Budget")
            .field("limit", &self.shared.limit)
            .field("used", &self.shared.used)
            .finish()
    }
}

/// One body's share of a [`Budget`], given back on drop. Without a budget it holds nothing.
#[derive(Default)]
pub(crate) struct Permit {
    budget: Option<Arc<Shared>>,
    held: usize,
}

impl Permit {
    fn extend(&mut self, length: usize) -> Result<(), Error> {
        let Some(budget) = &self.budget else {
            return Ok(());
        };
        let fits = |used: usize| {
            used.checked_add(length)
                .filter(|&used| used <= budget.limit)
        };
        let limit = budget.limit;
        match budget
            .used
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, fits)
        {
            Ok(_) => self.held += length,
            Err(_) => return Err(Kind::BodiesTooLarge { limit }.into()),
        }
        Ok(())
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if let Some(budget) = &self.budget {
            budget.used.fetch_sub(self.held, Ordering::Relaxed);
        }
    }
}
