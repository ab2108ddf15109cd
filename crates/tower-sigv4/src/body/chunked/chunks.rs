use http_sigv4::{
    Profile,
    chunked::{ChecksumAlgorithm, Trailer, Upload},
};

use crate::Error;

/// How a body is sent in chunks: with a signature for each, or with a checksum behind them, or both.
///
/// [S3] and the stores that speak its protocol take them, for objects and their parts. The
/// [`PayloadMode`](crate::PayloadMode) says when they are used.
///
/// ```
/// use http_sigv4::chunked::ChecksumAlgorithm;
/// use tower_sigv4::{Chunks, SigV4Layer};
///
/// # let provider = aws_credential_types::Credentials::new("AKID", "secret", None, None, "example");
/// let layer = SigV4Layer::builder("s3", "eu-west-1", provider)
///     .payload(Chunks::signed().checksum(ChecksumAlgorithm::Crc64Nvme))
///     .build()?;
/// # Ok::<_, tower_sigv4::Error>(())
/// ```
///
/// # Without tower
///
/// A [`RequestSigner`](crate::RequestSigner) leaves bodies to its caller, who announces the chunks
/// before the request is signed, and encodes the body afterwards:
///
/// ```
/// use bytes::Bytes;
/// use http::{HeaderMap, Request};
/// use tower_sigv4::{Chunks, Error, RequestSigner};
///
/// async fn signed(signer: &RequestSigner, mut body: Bytes) -> Result<Vec<Bytes>, Box<dyn std::error::Error>> {
///     let request = Request::put("https://bucket.s3.eu-west-1.amazonaws.com/key").body(())?;
///     let (mut parts, ()) = request.into_parts();
///     let upload = Chunks::signed().upload(body.len() as u64)?;
///     upload.write_headers(&mut parts.headers)?;
///     let signed = signer.sign(&mut parts, upload.form().into()).await?;
///
///     let mut encoder = signed.encoder(upload, &parts.headers)?;
///     let mut wire = Vec::new();
///     while let Some(piece) = encoder.encode(&mut body)? {
///         wire.push(piece);
///     }
///     wire.push(encoder.finish(&HeaderMap::new())?);
///     Ok(wire)
/// }
/// ```
///
/// [S3]: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use]
pub struct Chunks {
    is_signed: bool,
    checksum: Option<ChecksumAlgorithm>,
    size: usize,
}

impl Chunks {
    /// Signs each chunk, so that whatever is changed on the way is noticed; also over plain http.
    pub const fn signed() -> Self {
        Self {
            is_signed: true,
            checksum: None,
            size: 64 * 1024,
        }
    }

    /// Signs no chunk, and sends a checksum behind the last. It guards against accidents, and TLS
    /// against the rest: over plain http only to the loopback interface of this machine.
    ///
    /// A checksum costs a fraction of what SHA-256 does, which a signature needs.
    pub const fn unsigned(checksum: ChecksumAlgorithm) -> Self {
        Self {
            is_signed: false,
            checksum: Some(checksum),
            ..Self::signed()
        }
    }

    /// Sends a checksum of the whole body behind the last chunk, for the service to check and to keep
    /// with the object. Defaults to none for signed chunks.
    ///
    /// It is computed while the body passes. A request with an `x-amz-checksum-*` of its own gets no
    /// other. One with `x-amz-trailer` gets the checksums that are named there instead; where the body
    /// brings their values as trailers, they have to be those of the data.
    pub const fn checksum(mut self, algorithm: ChecksumAlgorithm) -> Self {
        self.checksum = Some(algorithm);
        self
    }

    /// Sets the size of every chunk but the last, in bytes; at least 8 KiB, or building the layer fails.
    /// Defaults to 64 KiB.
    ///
    /// As much of a signed body is held at a time, since a chunk's signature stands in front of it.
    pub const fn chunk_size(mut self, bytes: usize) -> Self {
        self.size = bytes;
        self
    }

    /// Describes a body of `decoded_length` bytes that is sent this way, for whoever encodes it
    /// without the layer.
    ///
    /// # Errors
    ///
    /// Chunks that are too small.
    pub fn upload(self, decoded_length: u64) -> Result<Upload, Error> {
        self.upload_with(decoded_length, self.trailer())
    }

    /// Describes a body with other trailers; without any, its chunks are signed.
    pub(super) fn upload_with(
        self,
        decoded_length: u64,
        trailers: impl IntoIterator<Item = Trailer>,
    ) -> Result<Upload, Error> {
        let mut trailers = trailers.into_iter();
        let first = match self.is_signed {
            true => None,
            false => trailers.next(),
        };
        let upload = match first {
            Some(first) => Upload::unsigned(decoded_length, first),
            None => Upload::signed(decoded_length),
        };
        let upload = upload.chunk_size(self.size)?;
        Ok(trailers.try_fold(upload, Upload::trailer)?)
    }

    /// Sends `checksum`, if there is no other.
    pub(crate) fn or_checksum(mut self, checksum: Option<ChecksumAlgorithm>) -> Self {
        self.checksum = self.checksum.or(checksum);
        self
    }

    pub(super) fn is_signed(self) -> bool {
        self.is_signed
    }

    pub(super) fn trailer(self) -> Option<Trailer> {
        self.checksum.map(Trailer::from)
    }

    /// Refuses chunks that no service takes.
    pub(crate) fn check(self) -> Result<(), Error> {
        self.upload(0).map(drop)
    }

    /// Returns whether a service takes bodies in such chunks.
    pub(crate) fn fit(self, profile: Profile) -> bool {
        match self.is_signed {
            true => profile.allows_signed_chunks(),
            false => profile.allows_streaming_payload(),
        }
    }
}
