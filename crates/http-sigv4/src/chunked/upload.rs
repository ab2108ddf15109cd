use http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{CONTENT_ENCODING, CONTENT_LENGTH, TRANSFER_ENCODING},
};

use super::{
    ChunkedError, Encoder, Form, Trailer,
    error::Kind,
    headers::{
        X_AMZ_DECODED_CONTENT_LENGTH, X_AMZ_TRAILER, announced_form, announced_length,
        announced_trailers, content_encoding, with_changes,
    },
    signature::SignatureChain,
    trailer::{X_AMZ_TRAILER_SIGNATURE, line_length},
};
use crate::{SigningKey, canonical::headers::X_AMZ_CONTENT_SHA256};

/// How a body is sent in chunks: its form, its length, the size of its chunks and its trailers.
///
/// It tells the headers of the request and the exact length on the wire before a byte of the body
/// is there, and makes the [`Encoder`] once the request is signed. See the [module](super) for an
/// example.
#[derive(Clone, Debug, Eq, PartialEq)]
#[must_use]
pub struct Upload {
    decoded_length: u64,
    chunk_size: usize,
    is_signed: bool,
    /// Sorted by name, as the signature covers them and as they are sent.
    trailers: Vec<Trailer>,
}

/// The length of `;chunk-signature=` and what follows it.
const SIGNATURE_LENGTH: u64 = 17 + 64;

impl Upload {
    /// Describes a body of `decoded_length` bytes whose chunks are signed.
    pub fn signed(decoded_length: u64) -> Self {
        Self {
            decoded_length,
            chunk_size: 64 * 1024,
            is_signed: true,
            trailers: Vec::new(),
        }
    }

    /// Describes a body of `decoded_length` bytes whose chunks are not signed.
    ///
    /// Such a body has a trailer, a checksum as a rule. S3 takes it over TLS.
    pub fn unsigned(decoded_length: u64, trailer: impl Into<Trailer>) -> Self {
        Self {
            is_signed: false,
            trailers: vec![trailer.into()],
            ..Self::signed(decoded_length)
        }
    }

    /// Sets the size of every chunk but the last, in bytes. Defaults to 64 KiB.
    ///
    /// The encoder of a signed body holds as much. Larger chunks have less to be sent beside the
    /// data, which is 0.14 % for the default.
    ///
    /// # Errors
    ///
    /// A size of less than [8 KiB], which S3 rejects.
    ///
    /// [8 KiB]: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
    pub fn chunk_size(mut self, bytes: usize) -> Result<Self, ChunkedError> {
        if bytes < 8 * 1024 {
            return Err(Kind::SmallChunks.into());
        }
        self.chunk_size = bytes;
        Ok(self)
    }

    /// Announces a trailer, beside those that are announced already.
    ///
    /// # Errors
    ///
    /// A second trailer of the same name.
    pub fn trailer(mut self, trailer: impl Into<Trailer>) -> Result<Self, ChunkedError> {
        let trailer = trailer.into();
        let by_name = |it: &Trailer| it.name().as_str().cmp(trailer.name().as_str());
        match self.trailers.binary_search_by(by_name) {
            Ok(_) => Err(Kind::SameTrailer(trailer.name().clone()).into()),
            Err(place) => {
                self.trailers.insert(place, trailer);
                Ok(self)
            }
        }
    }

    /// Returns the form of the body, whose [marker](Form::marker) stands for the payload in the
    /// signature and in `x-amz-content-sha256`.
    pub fn form(&self) -> Form {
        match (self.is_signed, self.trailers.is_empty()) {
            (true, true) => Form::Signed,
            (true, false) => Form::SignedTrailer,
            (false, _) => Form::UnsignedTrailer,
        }
    }

    /// Returns the length of the body itself.
    pub fn decoded_length(&self) -> u64 {
        self.decoded_length
    }

    /// Returns the exact length of the body on the wire, for `content-length`.
    ///
    /// ```
    /// use http_sigv4::chunked::Upload;
    ///
    /// // AWS's example: 65 KiB in chunks of 64 KiB.
    /// assert_eq!(Upload::signed(66_560).encoded_length(), 66_824);
    /// ```
    pub fn encoded_length(&self) -> u64 {
        // It saturates only where a length is declared, or a chunk of a size, that no body has.
        let chunk_size = self.chunk_size as u64;
        let (full, rest) = (
            self.decoded_length / chunk_size,
            self.decoded_length % chunk_size,
        );
        let last = match rest {
            0 => 0,
            _ => self.chunk_length(rest),
        };
        self.chunk_length(chunk_size)
            .saturating_mul(full)
            .saturating_add(last)
            .saturating_add(self.chunk_length(0))
            .saturating_add(self.trailers_length())
    }

    /// Makes `headers` announce the upload, before the request is signed.
    ///
    /// - `x-amz-decoded-content-length` and `content-length`; `transfer-encoding` is removed.
    /// - `content-encoding`: `aws-chunked` behind the encodings of the body that stand there. S3
    ///   keeps those with the object.
    /// - `x-amz-trailer`: the names of the trailers; without trailers it is removed.
    ///
    /// `x-amz-content-sha256` is left to whoever signs.
    ///
    /// # Errors
    ///
    /// Too many headers. `headers` are then unchanged.
    pub fn write_headers(&self, headers: &mut HeaderMap) -> Result<(), ChunkedError> {
        let trailers = self.trailers.iter().map(|trailer| trailer.name().as_str());
        let trailers = trailers.collect::<Vec<_>>().join(",");
        let trailers = HeaderValue::try_from(trailers).map_err(|_| Kind::TooManyHeaders)?;
        let encoding = content_encoding(headers, true).ok_or(Kind::TooManyHeaders)?;
        with_changes(
            headers,
            [
                (&CONTENT_ENCODING, Some(encoding)),
                (&CONTENT_LENGTH, Some(self.encoded_length().into())),
                (&TRANSFER_ENCODING, None),
                (
                    &X_AMZ_DECODED_CONTENT_LENGTH,
                    Some(self.decoded_length.into()),
                ),
                (&X_AMZ_TRAILER, (!trailers.is_empty()).then_some(trailers)),
            ],
        )
    }

    /// Makes the encoder of the body, once the request is signed.
    ///
    /// `headers` are those of the signed request: the first chunk's signature covers the request's,
    /// so they tell it, with its date. `key` is the one that signed them.
    ///
    /// # Errors
    ///
    /// Headers that do not announce this upload or are not signed, another key than theirs, and a
    /// key of several regions.
    pub fn encoder(self, headers: &HeaderMap, key: &SigningKey) -> Result<Encoder, ChunkedError> {
        let names: Vec<&HeaderName> = self.trailers.iter().map(Trailer::name).collect();
        if announced_form(headers) != Some(self.form()) {
            return Err(Kind::NotAnnounced(X_AMZ_CONTENT_SHA256.as_str()).into());
        }
        if announced_length(headers) != Some(self.decoded_length) {
            return Err(Kind::NotAnnounced(X_AMZ_DECODED_CONTENT_LENGTH.as_str()).into());
        }
        if !announced_trailers(headers).is_some_and(|announced| announced.iter().eq(names)) {
            return Err(Kind::NotAnnounced(X_AMZ_TRAILER.as_str()).into());
        }
        let chain = match self.is_signed {
            true => Some(SignatureChain::from_headers(headers, key)?),
            false => None,
        };
        let Self {
            decoded_length,
            chunk_size,
            trailers,
            ..
        } = self;
        Ok(Encoder::new(decoded_length, chunk_size, trailers, chain))
    }

    /// The length of a chunk of `size` bytes. The last chunk has no data, so that its second CR LF
    /// ends the body, behind the trailers.
    fn chunk_length(&self, size: u64) -> u64 {
        let digits = u64::from(size.checked_ilog(16).unwrap_or(0) + 1);
        let signature = match self.is_signed {
            true => SIGNATURE_LENGTH,
            false => 0,
        };
        size.saturating_add(digits + signature + 4)
    }

    fn trailers_length(&self) -> u64 {
        let signature = match self.form() {
            Form::SignedTrailer => line_length(&X_AMZ_TRAILER_SIGNATURE, 64),
            _ => 0,
        };
        let lines = self.trailers.iter().map(Trailer::line_length);
        lines.fold(signature, u64::saturating_add)
    }
}
