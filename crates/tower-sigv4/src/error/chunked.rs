use std::fmt;

use http::HeaderName;
use http_sigv4::chunked::ChunkedError;

/// What is wrong with a body that is sent in chunks.
#[derive(Debug)]
pub(crate) enum ChunkedKind {
    Encoding(ChunkedError),
    /// The signature is that of another payload.
    OtherPayload,
    /// More is asked for of a body that has failed.
    HasFailed,
    /// The headers declare a length, and the body another.
    OtherLength {
        declared: u64,
    },
    /// The request has or announces more than one, where one is sent.
    SeveralChecksums,
    /// The name of a checksum of which not even the length is known, if it is a name.
    UnknownTrailer {
        name: Option<HeaderName>,
    },
}

impl ChunkedKind {
    pub(super) fn is_request(&self) -> bool {
        match self {
            Self::Encoding(error) => error.is_request(),
            Self::OtherPayload | Self::SeveralChecksums | Self::UnknownTrailer { .. } => true,
            Self::HasFailed | Self::OtherLength { .. } => false,
        }
    }

    pub(super) fn is_body(&self) -> bool {
        match self {
            Self::Encoding(error) => error.is_length() || error.is_trailer() || error.is_checksum(),
            Self::HasFailed | Self::OtherLength { .. } => true,
            Self::OtherPayload | Self::SeveralChecksums | Self::UnknownTrailer { .. } => false,
        }
    }

    pub(super) fn is_configuration(&self) -> bool {
        matches!(self, Self::Encoding(error) if error.is_configuration())
    }
}

impl fmt::Display for ChunkedKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Encoding(error) => write!(f, "cannot send the body in chunks: {error}"),
            Self::OtherPayload => f.write_str(
                "the request was signed for a body that is not sent in chunks; sign it with the \
                 `form` of the upload for its payload",
            ),
            Self::HasFailed => f.write_str(
                "the request body has failed before, so its end is not sent; send the request again",
            ),
            Self::OtherLength { declared } => write!(
                f,
                "the headers declare a request body of {declared} bytes, and it is of another \
                 length; correct `x-amz-decoded-content-length` or `content-length`, or remove them"
            ),
            Self::SeveralChecksums => f.write_str(
                "the request has or announces several checksums of its body, where one is sent; leave \
                 one",
            ),
            Self::UnknownTrailer { name } => {
                f.write_str("the checksum ")?;
                match name {
                    Some(name) => write!(f, "`{name}`")?,
                    None => f.write_str("that `x-amz-trailer` names")?,
                }
                f.write_str(
                    ", which the request has or announces, is none that is known here; use one of \
                     S3's, or leave it to the layer",
                )
            }
        }
    }
}
