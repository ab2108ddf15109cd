//! Bodies that are sent in frames, as [`aws-chunked`]: signed as what they are, or refused.
//!
//! A store that is told that such a body is a plain one answers 200, and keeps the frames as the
//! object.
//!
//! [`aws-chunked`]: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html

use http::{HeaderMap, HeaderValue, header::CONTENT_ENCODING};

use crate::{
    Payload, SignError,
    canonical::headers::X_AMZ_CONTENT_SHA256,
    error::Kind,
    marker::{Marker, is_aws_chunked},
};

/// What the headers of a request say of frames.
#[derive(Default)]
pub(crate) struct Framing {
    marker: Option<Marker>,
    is_aws_chunked: bool,
}

impl Framing {
    /// Reads a line of `x-amz-content-sha256`.
    pub(crate) fn read_content_sha256(&mut self, value: &HeaderValue) {
        self.marker = match (self.marker, Marker::parse(value.as_bytes())) {
            // Of several, the one that nothing honours.
            (Some(Marker::Chained(name)), _) => Some(Marker::Chained(name)),
            (before, found) => found.or(before),
        };
    }

    /// Reads a line of `content-encoding`.
    pub(crate) fn read_content_encoding(&mut self, value: &HeaderValue) {
        let mut codings = value.as_bytes().split(|&byte| byte == b',');
        self.is_aws_chunked |= codings.any(is_aws_chunked);
    }

    /// Refuses a signature that says something else of the body than the request does.
    pub(crate) fn check(&self, payload: Payload) -> Result<(), SignError> {
        match (self.marker, payload.marker()) {
            (None, Some(_)) => Ok(()),
            (Some(said), Some(signed)) if said.name() == Some(signed) => Ok(()),
            (Some(said), _) => Err(said.refused()),
            (None, None) => self.payload().map(|_| ()),
        }
    }

    /// Refuses any frames: S3 takes none under a presigned URL.
    pub(crate) fn check_presigned(&self, payload: Payload) -> Result<(), SignError> {
        let is_framed = self.marker.is_some() || self.is_aws_chunked || payload.marker().is_some();
        match is_framed {
            true => Err(Kind::FramesPresigned.into()),
            false => Ok(()),
        }
    }

    fn payload(&self) -> Result<Option<Payload>, SignError> {
        match self.marker {
            Some(Marker::UnsignedTrailer) => Ok(Some(Payload::StreamingUnsignedTrailer)),
            Some(marker @ Marker::Chained(_)) => Err(marker.refused()),
            None if self.is_aws_chunked => Err(Kind::FramesWithoutMarker.into()),
            None => Ok(None),
        }
    }
}

impl Payload {
    /// Reads from a request's headers what a signature has to say of a body that is sent in frames;
    /// `None` for one that is not.
    ///
    /// For whoever signs requests that somebody else has made, as a proxy does, and would hash their
    /// bodies otherwise. [`Signer`](crate::Signer) refuses such a request with any other payload.
    ///
    /// ```
    /// use http::{HeaderMap, HeaderValue};
    /// use http_sigv4::Payload;
    ///
    /// let mut headers = HeaderMap::new();
    /// assert_eq!(Payload::from_framing(&headers)?, None);
    /// let marker = HeaderValue::from_static("STREAMING-UNSIGNED-PAYLOAD-TRAILER");
    /// headers.insert("x-amz-content-sha256", marker);
    /// assert_eq!(
    ///     Payload::from_framing(&headers)?,
    ///     Some(Payload::StreamingUnsignedTrailer),
    /// );
    /// # Ok::<_, http_sigv4::SignError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Frames with signatures, which continue the signature that the request had and so cannot be
    /// signed again, and `aws-chunked` in `content-encoding` where no such header says how the body is
    /// framed.
    pub fn from_framing(headers: &HeaderMap) -> Result<Option<Self>, SignError> {
        let mut framing = Framing::default();
        for value in headers.get_all(&X_AMZ_CONTENT_SHA256) {
            framing.read_content_sha256(value);
        }
        for value in headers.get_all(CONTENT_ENCODING) {
            framing.read_content_encoding(value);
        }
        framing.payload()
    }
}
