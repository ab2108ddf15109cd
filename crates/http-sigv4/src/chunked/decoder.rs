use std::{fmt, mem};

use bytes::Bytes;
use http::HeaderMap;

use super::{
    ChecksumAlgorithm, ChunkedError, Form,
    checksum::Checksums,
    error::Kind,
    frame::{ChunkHeader, Line, MAX_CHUNK_HEADER},
    headers::{
        X_AMZ_DECODED_CONTENT_LENGTH, X_AMZ_TRAILER, announced_form, announced_length,
        announced_trailers,
    },
    signature::SignatureChain,
    trailer_block::TrailerBlock,
    verification::Verification,
};
use crate::{SigningKey, canonical::headers::X_AMZ_CONTENT_SHA256};

/// Decodes a body of `aws-chunked`, frame by frame of any size.
///
/// It does no I/O: frames go in with [`decode`](Self::decode), the data comes out of it, and
/// [`finish`](Self::finish) tells whether the body was whole. Until then what came out may be the
/// beginning of something else: do not take it for the body.
///
/// Its input may be hostile. It holds at most one [chunk](Self::max_chunk) and that only where it
/// verifies signatures, beside the line that it reads; the data is passed through, not copied, but
/// for pieces of less than 256 bytes of a chunk that it holds. What is verified always: the frame,
/// the length that the request declares, that the announced trailers are there and no others, and
/// every checksum that the request has or announces, of an [algorithm](ChecksumAlgorithm) that is
/// known here.
///
/// ```
/// use bytes::Bytes;
/// use http::HeaderMap;
/// use http_sigv4::chunked::{ChecksumAlgorithm, Decoder, Form, Upload};
///
/// let mut headers = HeaderMap::new();
/// let marker = Form::UnsignedTrailer.marker();
/// headers.insert("x-amz-content-sha256", marker.parse().unwrap());
/// Upload::unsigned(9, ChecksumAlgorithm::Crc32).write_headers(&mut headers)?;
///
/// let mut decoder = Decoder::unverified(&headers)?;
/// let mut frame = Bytes::from("9\r\n123456789\r\n0\r\nx-amz-checksum-crc32:y/Q5Jg==\r\n\r\n");
/// while let Some(data) = decoder.decode(&mut frame)? {
///     assert_eq!(data, "123456789");
/// }
/// let trailers = decoder.finish()?;
/// assert_eq!(trailers["x-amz-checksum-crc32"], "y/Q5Jg==");
/// # Ok::<_, http_sigv4::chunked::ChunkedError>(())
/// ```
#[must_use]
pub struct Decoder {
    form: Form,
    decoded_length: u64,
    max_chunk: usize,
    max_trailers: usize,
    verification: Option<Verification>,
    checksums: Checksums,
    /// The checksums that the request's own headers hold.
    expected: HeaderMap,

    state: State,
    line: Line,
    /// How much data is still to come, behind the chunk.
    remaining: u64,
    block: TrailerBlock,
    trailers: HeaderMap,
}

enum State {
    ChunkHeader,
    Data {
        remaining: u64,
    },
    /// The signature of the chunk is verified, and its data goes out.
    Verified,
    ChunkEnd,
    Trailers,
    End,
    Failed(ChunkedError),
}

impl Decoder {
    /// Makes a decoder that verifies signatures with `key`, from the headers of the signed request.
    ///
    /// The first chunk's signature covers the request's, which is not verified here: verify the
    /// request first, and see that its signature covers `x-amz-content-sha256`,
    /// `x-amz-decoded-content-length` and `x-amz-trailer`. No data comes out before the signature of
    /// its chunk is verified. Where chunks are not signed this is as [`unverified`](Self::unverified).
    ///
    /// # Errors
    ///
    /// Headers that announce no such body, or that are not signed by `key`.
    pub fn verifying(headers: &HeaderMap, key: &SigningKey) -> Result<Self, ChunkedError> {
        let mut decoder = Self::unverified(headers)?;
        if decoder.form.is_signed() {
            let chain = SignatureChain::from_headers(headers, key)?;
            decoder.verification = Some(Verification::new(chain));
        }
        Ok(decoder)
    }

    /// Makes a decoder that reads signatures and does not verify them.
    ///
    /// # Errors
    ///
    /// Headers that announce no such body.
    pub fn unverified(headers: &HeaderMap) -> Result<Self, ChunkedError> {
        let form =
            announced_form(headers).ok_or(Kind::NotAnnounced(X_AMZ_CONTENT_SHA256.as_str()))?;
        let decoded_length = announced_length(headers)
            .ok_or(Kind::NotAnnounced(X_AMZ_DECODED_CONTENT_LENGTH.as_str()))?;
        let announced = announced_trailers(headers)
            .filter(|names| names.is_empty() != form.has_trailer())
            .ok_or(Kind::NotAnnounced(X_AMZ_TRAILER.as_str()))?;

        let mut checksums = Checksums::default();
        let mut expected = HeaderMap::new();
        for algorithm in announced
            .iter()
            .filter_map(ChecksumAlgorithm::from_header_name)
        {
            checksums.add(algorithm);
        }
        for (name, value) in headers {
            if let Some(algorithm) = ChecksumAlgorithm::from_header_name(name) {
                checksums.add(algorithm);
                expected.append(name, value.clone());
            }
        }
        Ok(Self {
            form,
            decoded_length,
            max_chunk: 16 * 1024 * 1024,
            max_trailers: 16 * 1024,
            verification: None,
            checksums,
            expected,
            state: State::ChunkHeader,
            line: Line::default(),
            remaining: decoded_length,
            block: TrailerBlock::new(announced, form == Form::SignedTrailer),
            trailers: HeaderMap::new(),
        })
    }

    /// Sets how large a chunk may be whose signature is verified, in bytes, since it is held until
    /// then. Defaults to 16 MiB.
    pub fn max_chunk(mut self, bytes: usize) -> Self {
        self.max_chunk = bytes;
        self
    }

    /// Sets how large all trailers may be together, in bytes. Defaults to 16 KiB.
    pub fn max_trailers(mut self, bytes: usize) -> Self {
        self.max_trailers = bytes;
        self
    }

    /// Returns the form of the body.
    pub fn form(&self) -> Form {
        self.form
    }

    /// Returns the length of the data, as the request declares it.
    pub fn decoded_length(&self) -> u64 {
        self.decoded_length
    }

    /// Returns how many bytes it holds.
    pub fn buffered(&self) -> usize {
        let verification = self.verification.as_ref();
        self.line.bytes().len() + verification.map_or(0, Verification::buffered)
    }

    /// Takes a frame and returns the next data.
    ///
    /// It takes from the front of `frame` as much as that data needs. Call it until it returns
    /// `None`, which it does once `frame` is empty and more is needed.
    ///
    /// # Errors
    ///
    /// A body that is not in the form, exceeds a limit or its declared length, or has a signature,
    /// a checksum or a trailer that is not right.
    pub fn decode(&mut self, frame: &mut Bytes) -> Result<Option<Bytes>, ChunkedError> {
        self.advance(frame).map_err(|error| self.fail(error))
    }

    /// Ends the body and returns its trailers, without their signature.
    ///
    /// # Errors
    ///
    /// A body that is not whole, or that [`decode`](Self::decode) failed on.
    pub fn finish(&mut self) -> Result<HeaderMap, ChunkedError> {
        let ended = match &self.state {
            State::Trailers => self.block.end(&mut self.line).and_then(|()| self.end()),
            State::End => Ok(()),
            State::Failed(error) => Err(error.clone()),
            _ => Err(Kind::Cut.into()),
        };
        ended.map_err(|error| self.fail(error))?;
        Ok(mem::take(&mut self.trailers))
    }

    fn advance(&mut self, frame: &mut Bytes) -> Result<Option<Bytes>, ChunkedError> {
        loop {
            match &mut self.state {
                State::ChunkHeader => {
                    if !self.read_line(frame, MAX_CHUNK_HEADER, Kind::ChunkHeader)? {
                        return Ok(None);
                    }
                    let header = self.line.text().and_then(ChunkHeader::parse);
                    self.begin_chunk(&header.ok_or(Kind::ChunkHeader)?)?;
                    self.line.clear();
                }
                State::Data { remaining } => {
                    if frame.is_empty() {
                        return Ok(None);
                    }
                    let piece = match usize::try_from(*remaining) {
                        Ok(remaining) if remaining < frame.len() => frame.split_to(remaining),
                        _ => mem::take(frame),
                    };
                    *remaining -= piece.len() as u64;
                    let is_whole = *remaining == 0;
                    if let Some(piece) = self.take(piece, is_whole)? {
                        return Ok(Some(piece));
                    }
                }
                State::Verified => {
                    if let Some(piece) = self.verification.as_mut().and_then(Verification::pop) {
                        return Ok(Some(piece));
                    }
                    self.state = State::ChunkEnd;
                }
                State::ChunkEnd => {
                    if !self.read_line(frame, "\r\n".len(), Kind::ChunkEnd)? {
                        return Ok(None);
                    }
                    self.line.text().ok_or(Kind::ChunkEnd)?;
                    self.line.clear();
                    self.state = State::ChunkHeader;
                }
                State::Trailers => {
                    let limit = self.max_trailers;
                    if !self.block.read(&mut self.line, frame, limit)? {
                        return Ok(None);
                    }
                    self.end()?;
                }
                State::End => {
                    return match frame.is_empty() {
                        true => Ok(None),
                        false => Err(Kind::AfterEnd.into()),
                    };
                }
                State::Failed(error) => return Err(error.clone()),
            }
        }
    }

    fn read_line(&mut self, frame: &mut Bytes, limit: usize, over: Kind) -> Result<bool, Kind> {
        self.line.read(frame, limit).map_err(|_| over)
    }

    fn begin_chunk(&mut self, header: &ChunkHeader) -> Result<(), ChunkedError> {
        if header.signature.is_some() != self.form.is_signed() {
            return Err(Kind::ChunkHeader.into());
        }
        let size = header.size;
        self.remaining = self.remaining.checked_sub(size).ok_or(Kind::TooLong)?;
        if let (Some(verification), Some(signature)) = (&mut self.verification, header.signature) {
            if size > self.max_chunk as u64 {
                return Err(Kind::ChunkSize.into());
            }
            verification.begin_chunk(signature);
        }
        self.state = match size {
            0 if self.remaining > 0 => return Err(Kind::TooShort.into()),
            0 => {
                self.verify_chunk()?;
                State::Trailers
            }
            remaining => State::Data { remaining },
        };
        Ok(())
    }

    /// Takes data of a chunk, and returns it unless it has to wait for a signature.
    fn take(&mut self, piece: Bytes, is_whole: bool) -> Result<Option<Bytes>, ChunkedError> {
        self.checksums.update(&piece);
        if let Some(verification) = &mut self.verification {
            verification.take(piece);
            if is_whole {
                verification.verify_chunk()?;
                self.state = State::Verified;
            }
            return Ok(None);
        }
        if is_whole {
            self.state = State::ChunkEnd;
        }
        Ok(Some(piece))
    }

    fn verify_chunk(&mut self) -> Result<(), ChunkedError> {
        self.verification
            .as_mut()
            .map_or(Ok(()), Verification::verify_chunk)
    }

    /// Ends the body once its trailers are there.
    fn end(&mut self) -> Result<(), ChunkedError> {
        let (trailers, signature) = self.block.finish()?;
        if self.form == Form::SignedTrailer {
            let signature = signature.ok_or(Kind::TrailerSignature)?;
            if let Some(verification) = &mut self.verification {
                verification.verify_trailers(&trailers, &signature)?;
            }
        }
        for (name, checksum) in &self.checksums.finish() {
            let mut said = self.expected.get_all(name).iter().chain(trailers.get(name));
            if !said.all(|value| value == checksum) {
                return Err(Kind::Checksum(name.clone()).into());
            }
        }
        self.trailers = trailers;
        self.state = State::End;
        Ok(())
    }

    /// Fails from now on, and holds nothing any more.
    fn fail(&mut self, error: ChunkedError) -> ChunkedError {
        self.verification = None;
        self.line = Line::default();
        self.state = State::Failed(error.clone());
        error
    }
}

impl fmt::Debug for Decoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decoder")
            .field("form", &self.form)
            .field("remaining", &self.remaining)
            .field("buffered", &self.buffered())
            .finish_non_exhaustive()
    }
}
