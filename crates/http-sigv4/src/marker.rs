//! What announces a body that is sent in frames: the [values] of `x-amz-content-sha256` that begin
//! with `STREAMING-`, and the coding `aws-chunked`.
//!
//! [values]: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-auth-using-authorization-header.html

use crate::{SignError, error::Kind};

pub(crate) const SIGNED: &str = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
pub(crate) const SIGNED_TRAILER: &str = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER";
pub(crate) const UNSIGNED_TRAILER: &str = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";

/// The markers of frames whose signatures continue the request's own.
const CHAINED: [&str; 5] = [
    SIGNED,
    SIGNED_TRAILER,
    "STREAMING-AWS4-HMAC-SHA256-EVENTS",
    "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD",
    "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER",
];

/// The coding of such a body, in `content-encoding`.
pub(crate) const AWS_CHUNKED: &[u8] = b"aws-chunked";

/// Returns whether one of the codings of a `content-encoding` is `aws-chunked`.
pub(crate) fn is_aws_chunked(coding: &[u8]) -> bool {
    coding.trim_ascii().eq_ignore_ascii_case(AWS_CHUNKED)
}

/// A value of `x-amz-content-sha256` that says that the body is sent in frames.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Marker {
    /// Frames without signatures: the body is signed as little as with `UNSIGNED-PAYLOAD`.
    UnsignedTrailer,
    /// Frames whose signatures continue the request's own, by which marker as far as it is known.
    Chained(Option<&'static str>),
}

impl Marker {
    /// Reads a value; `None` if it says nothing of frames.
    ///
    /// Whatever begins like a marker is one: to take a body in frames for a plain one makes an
    /// object of the frames.
    pub(crate) fn parse(value: &[u8]) -> Option<Self> {
        const PREFIX: &[u8] = b"STREAMING-";
        let value = value.trim_ascii();
        let prefix = value.get(..PREFIX.len())?;
        if !prefix.eq_ignore_ascii_case(PREFIX) {
            return None;
        }
        if value == UNSIGNED_TRAILER.as_bytes() {
            return Some(Self::UnsignedTrailer);
        }
        let known = CHAINED.into_iter().find(|known| known.as_bytes() == value);
        Some(Self::Chained(known))
    }

    /// The value itself, if it is known.
    pub(crate) fn name(self) -> Option<&'static str> {
        match self {
            Self::UnsignedTrailer => Some(UNSIGNED_TRAILER),
            Self::Chained(name) => name,
        }
    }

    /// Says why a signature does not honour it.
    pub(crate) fn refused(self) -> SignError {
        match self {
            Self::UnsignedTrailer => Kind::MarkerWithoutPayload.into(),
            Self::Chained(name) => Kind::SignedChunks(name.unwrap_or("STREAMING-...")).into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_marker_is_known_and_whatever_looks_like_one_is_another() {
        assert_eq!(
            Marker::parse(b"STREAMING-UNSIGNED-PAYLOAD-TRAILER"),
            Some(Marker::UnsignedTrailer)
        );
        for name in CHAINED {
            let marker = Marker::parse(name.as_bytes());
            assert_eq!(marker, Some(Marker::Chained(Some(name))));
        }
        for other in [
            "STREAMING-",
            "STREAMING-NEW-PAYLOAD",
            "streaming-unsigned-payload-trailer",
            "STREAMING-UNSIGNED-PAYLOAD-TRAILER-2",
        ] {
            let marker = Marker::parse(other.as_bytes());
            assert_eq!(marker, Some(Marker::Chained(None)), "{other}");
        }
        for none in ["", "STREAMING", "UNSIGNED-PAYLOAD", "e3b0"] {
            assert_eq!(Marker::parse(none.as_bytes()), None, "{none}");
        }
    }
}
