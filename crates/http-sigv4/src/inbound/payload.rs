use http::{header::CONTENT_ENCODING, request::Parts};

use super::query::parameter;
use crate::{
    Payload, SignError,
    canonical::headers::X_AMZ_CONTENT_SHA256,
    error::Kind,
    marker::{Marker, SIGNED, SIGNED_TRAILER, is_aws_chunked},
};

/// What a request says of its body, in [`x-amz-content-sha256`].
///
/// [`x-amz-content-sha256`]: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-auth-using-authorization-header.html
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum InboundPayload {
    /// Nothing. The signature covers the body's digest, or, under a presigned URL of S3's, none.
    Unstated,
    /// The SHA-256 digest of the body.
    Sha256([u8; 32]),
    /// That the signature does not cover the body.
    Unsigned,
    /// That it is sent in frames without signatures, with a trailer.
    UnsignedTrailer,
    /// That it is sent in frames whose signatures continue the request's, with a trailer or without.
    SignedChunks,
}

impl InboundPayload {
    /// Reads the header of a request, or else the parameter of that name in its query.
    ///
    /// # Errors
    ///
    /// A value that is none of these or there twice; frames that are signed with SigV4A, or hold
    /// events; and `aws-chunked` in `content-encoding` where no such header says how the body is
    /// framed.
    pub fn from_parts(parts: &Parts) -> Result<Self, SignError> {
        let mut values = parts.headers.get_all(&X_AMZ_CONTENT_SHA256).iter();
        let payload = match (values.next(), values.next()) {
            (Some(value), None) => Self::parse(value.as_bytes())?,
            (Some(_), Some(_)) => return Err(Kind::PayloadText.into()),
            (None, _) => {
                let query = parts.uri.query().unwrap_or_default();
                let stated = parameter(query, X_AMZ_CONTENT_SHA256.as_str());
                stated.map_or(Ok(Self::Unstated), |value| Self::parse(&value))?
            }
        };
        match payload {
            Self::UnsignedTrailer | Self::SignedChunks => Ok(payload),
            _ if says_aws_chunked(parts) => Err(Kind::FramesWithoutMarker.into()),
            _ => Ok(payload),
        }
    }

    fn parse(value: &[u8]) -> Result<Self, SignError> {
        match Marker::parse(value) {
            Some(Marker::UnsignedTrailer) => return Ok(Self::UnsignedTrailer),
            Some(Marker::Chained(Some(SIGNED | SIGNED_TRAILER))) => return Ok(Self::SignedChunks),
            Some(marker) => return Err(marker.refused()),
            None => {}
        }
        let text = str::from_utf8(value.trim_ascii()).map_err(|_| Kind::PayloadText)?;
        match text.parse()? {
            Payload::Sha256(digest) => Ok(Self::Sha256(digest)),
            Payload::Unsigned => Ok(Self::Unsigned),
            // Markers, which are read above.
            _ => Err(Kind::PayloadText.into()),
        }
    }
}

fn says_aws_chunked(parts: &Parts) -> bool {
    let lines = parts.headers.get_all(CONTENT_ENCODING).iter();
    let mut codings = lines.flat_map(|line| line.as_bytes().split(|&byte| byte == b','));
    codings.any(is_aws_chunked)
}
