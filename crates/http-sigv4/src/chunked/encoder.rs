use std::{fmt, mem};

use bytes::Bytes;
use http::HeaderMap;

use super::{
    ChunkedError, Trailer,
    checksum::Checksums,
    error::Kind,
    frame::write_chunk_header,
    pieces::Pieces,
    signature::{Signature, SignatureChain},
    trailer::{X_AMZ_TRAILER_SIGNATURE, lines, write_line},
};
use crate::hash::Sha256;

/// Encodes a body as `aws-chunked`, piece by piece.
///
/// It does no I/O: data goes in with [`encode`](Self::encode), what belongs on the wire comes out of
/// it, and [`finish`](Self::finish) has the end. The data is passed through, not copied, but for
/// pieces of less than 256 bytes, whose handles would take as much memory as they do. A chunk's
/// signature stands in front of it, so the data of one chunk is held until it is whole; where chunks
/// are not signed nothing is held.
///
/// [`Upload::encoder`](super::Upload::encoder) makes it. There is an example in the
/// [module](super).
pub struct Encoder {
    chunk_size: usize,
    trailers: Vec<Trailer>,
    signing: Option<Signing>,
    checksums: Checksums,

    /// How much data is still to come.
    remaining: u64,
    /// How much of it belongs to the chunk.
    chunk_remaining: usize,
    is_first: bool,
    outgoing: Pieces,
    state: State,
}

/// A chunk that waits for its signature.
struct Signing {
    chain: SignatureChain,
    digest: Sha256,
    chunk: Pieces,
}

enum State {
    Open,
    Finished,
    Failed(ChunkedError),
}

impl Encoder {
    /// An encoder whose chunks are signed if there is a `chain`.
    pub(super) fn new(
        length: u64,
        chunk_size: usize,
        trailers: Vec<Trailer>,
        chain: Option<SignatureChain>,
    ) -> Self {
        let mut checksums = Checksums::default();
        for algorithm in trailers.iter().filter_map(Trailer::computed) {
            checksums.add(algorithm);
        }
        Self {
            chunk_size,
            trailers,
            signing: chain.map(|chain| Signing {
                chain,
                digest: Sha256::new(),
                chunk: Pieces::default(),
            }),
            checksums,
            remaining: length,
            chunk_remaining: 0,
            is_first: true,
            outgoing: Pieces::default(),
            state: State::Open,
        }
    }

    /// Takes data of the body and returns the next piece for the wire.
    ///
    /// It takes from the front of `data` as much as that piece needs. Call it until it returns
    /// `None`, which it does once `data` is empty and more is needed.
    ///
    /// # Errors
    ///
    /// More data than was declared.
    pub fn encode(&mut self, data: &mut Bytes) -> Result<Option<Bytes>, ChunkedError> {
        self.check()?;
        if data.len() as u64 > self.remaining {
            return Err(self.fail(Kind::TooLong.into()));
        }
        loop {
            if let Some(piece) = self.outgoing.pop() {
                return Ok(Some(piece));
            }
            if data.is_empty() {
                return Ok(None);
            }
            if self.chunk_remaining == 0 {
                self.begin_chunk();
            }
            let piece = self.take(data);
            let Some(signing) = &mut self.signing else {
                self.outgoing.push(piece);
                continue;
            };
            signing.chunk.push(piece);
            if self.chunk_remaining == 0 {
                let signature = signing.sign();
                let is_first = mem::take(&mut self.is_first);
                let header = chunk_header(is_first, signing.chunk.length(), Some(&signature));
                signing.chunk.push_front(header);
                mem::swap(&mut self.outgoing, &mut signing.chunk);
            }
        }
    }

    /// Ends the body and returns the last piece for the wire.
    ///
    /// `trailers` are those that were announced as [given](Trailer::given). One that is computed may be
    /// among them, and is then held against what was computed. What [`encode`](Self::encode) has not
    /// returned yet comes first. After the end there is nothing more: the piece is then empty.
    ///
    /// # Errors
    ///
    /// Less data than was declared; a trailer that is missing, was not announced, does not have the
    /// length that was announced, or is not the checksum of the data. Without its end the service does
    /// not take the body for a whole one, so let the request fail.
    pub fn finish(&mut self, trailers: &HeaderMap) -> Result<Bytes, ChunkedError> {
        self.check()?;
        if self.remaining > 0 {
            return Err(self.fail(Kind::TooShort.into()));
        }
        if matches!(self.state, State::Finished) {
            return Ok(Bytes::new());
        }
        let trailers = self.trailers(trailers).map_err(|error| self.fail(error))?;
        self.state = State::Finished;

        let mut end = Vec::new();
        while let Some(piece) = self.outgoing.pop() {
            end.extend_from_slice(&piece);
        }
        let signature = self.signing.as_mut().map(Signing::sign);
        let is_first = mem::take(&mut self.is_first);
        end.extend_from_slice(&chunk_header(is_first, 0, signature.as_ref()));
        end.extend_from_slice(&lines(&trailers, b"\r\n"));
        if let Some(signing) = &mut self.signing
            && !trailers.is_empty()
        {
            let signature = signing.chain.sign_trailer(&trailers);
            write_line(&mut end, &X_AMZ_TRAILER_SIGNATURE, &signature, b"\r\n");
        }
        end.extend_from_slice(b"\r\n");
        Ok(end.into())
    }

    /// Returns how many bytes it holds: at most a chunk with its header.
    pub fn buffered(&self) -> usize {
        let signing = self.signing.as_ref();
        self.outgoing.length() + signing.map_or(0, |signing| signing.chunk.length())
    }

    fn begin_chunk(&mut self) {
        let size = self.chunk_size;
        self.chunk_remaining = usize::try_from(self.remaining).map_or(size, |it| it.min(size));
        if self.signing.is_none() {
            let is_first = mem::take(&mut self.is_first);
            self.outgoing
                .push(chunk_header(is_first, self.chunk_remaining, None));
        }
    }

    /// Takes from `data` what belongs to the chunk.
    fn take(&mut self, data: &mut Bytes) -> Bytes {
        let piece = data.split_to(data.len().min(self.chunk_remaining));
        self.chunk_remaining -= piece.len();
        self.remaining -= piece.len() as u64;
        // A block stays in the processor's cache from one hash to the next.
        const BLOCK: usize = 64 * 1024;
        for block in piece.chunks(BLOCK) {
            self.checksums.update(block);
            if let Some(signing) = &mut self.signing {
                signing.digest.update(block);
            }
        }
        piece
    }

    /// The trailers that were announced, computed or given.
    fn trailers(&mut self, given: &HeaderMap) -> Result<HeaderMap, ChunkedError> {
        let computed = self.checksums.finish();
        let mut trailers = HeaderMap::new();
        for trailer in &self.trailers {
            let name = trailer.name();
            let value = match trailer.computed() {
                Some(_) => computed.get(name),
                None => given.get(name),
            };
            if given.get(name).is_some_and(|given| Some(given) != value) {
                return Err(Kind::Checksum(name.clone()).into());
            }
            let value = value.ok_or_else(|| Kind::TrailerMissing(name.clone()))?;
            trailer.check(value)?;
            let inserted = trailers.try_insert(name, value.clone());
            inserted.map_err(|_| Kind::TooManyHeaders)?;
        }
        let is_announced = |name| {
            let mut announced = self.trailers.iter();
            announced.any(|trailer| trailer.name() == name)
        };
        // A name with two values would come twice.
        let mut values = given.iter().map(|(name, _)| name);
        match values.find(|&name| !is_announced(name) || given.get_all(name).iter().count() > 1) {
            Some(name) => Err(Kind::TrailerNotAnnounced(name.clone()).into()),
            None => Ok(trailers),
        }
    }

    fn check(&self) -> Result<(), ChunkedError> {
        match &self.state {
            State::Failed(error) => Err(error.clone()),
            _ => Ok(()),
        }
    }

    /// Fails from now on, and holds nothing any more.
    fn fail(&mut self, error: ChunkedError) -> ChunkedError {
        self.signing = None;
        self.outgoing = Pieces::default();
        self.state = State::Failed(error.clone());
        error
    }
}

impl Signing {
    /// Signs the chunk, which is whole.
    fn sign(&mut self) -> Signature {
        self.chain.sign_chunk(self.digest.finish_reset())
    }
}

/// What stands in front of a chunk, behind the end of the chunk before it.
fn chunk_header(is_first: bool, size: usize, signature: Option<&Signature>) -> Bytes {
    let mut header = Vec::with_capacity(128);
    if !is_first {
        header.extend_from_slice(b"\r\n");
    }
    write_chunk_header(&mut header, size, signature);
    header.into()
}

impl fmt::Debug for Encoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Encoder")
            .field("trailers", &self.trailers)
            .field("remaining", &self.remaining)
            .field("buffered", &self.buffered())
            .finish_non_exhaustive()
    }
}
