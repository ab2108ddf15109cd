use crate::{
    Payload,
    marker::{SIGNED, SIGNED_TRAILER, UNSIGNED_TRAILER},
};

/// Which of the forms of `aws-chunked` a body is in, as its request's `x-amz-content-sha256` says.
///
/// There are two more in which the signatures are those of SigV4A; this crate has none for chunks.
///
/// The [values] of the header are AWS's.
///
/// [values]: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-auth-using-authorization-header.html
///
/// ```
/// use http_sigv4::chunked::Form;
///
/// let form = Form::from_marker("STREAMING-UNSIGNED-PAYLOAD-TRAILER").unwrap();
/// assert!(form.has_trailer() && !form.is_signed());
/// assert!(Form::from_marker("UNSIGNED-PAYLOAD").is_none());
/// ```
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Form {
    /// `STREAMING-AWS4-HMAC-SHA256-PAYLOAD`: each chunk carries a signature.
    Signed,
    /// `STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER`: each chunk carries a signature, and so does the
    /// trailer.
    SignedTrailer,
    /// `STREAMING-UNSIGNED-PAYLOAD-TRAILER`: nothing is signed but the request's headers; a checksum
    /// in the trailer guards against accidents, and TLS against the rest.
    UnsignedTrailer,
}

impl Form {
    /// Reads the text of `x-amz-content-sha256`; `None` if it is not one of these forms.
    pub fn from_marker(marker: &str) -> Option<Self> {
        [Self::Signed, Self::SignedTrailer, Self::UnsignedTrailer]
            .into_iter()
            .find(|form| form.marker() == marker)
    }

    /// Returns the text for `x-amz-content-sha256`, which the request's signature covers too.
    pub const fn marker(self) -> &'static str {
        match self {
            Self::Signed => SIGNED,
            Self::SignedTrailer => SIGNED_TRAILER,
            Self::UnsignedTrailer => UNSIGNED_TRAILER,
        }
    }

    /// Tells whether every chunk carries a signature.
    pub const fn is_signed(self) -> bool {
        matches!(self, Self::Signed | Self::SignedTrailer)
    }

    /// Tells whether a trailer follows the last chunk.
    pub const fn has_trailer(self) -> bool {
        matches!(self, Self::SignedTrailer | Self::UnsignedTrailer)
    }
}

/// What the signature of the request says of such a body.
impl From<Form> for Payload {
    fn from(form: Form) -> Self {
        match form {
            Form::Signed => Self::StreamingSigned,
            Form::SignedTrailer => Self::StreamingSignedTrailer,
            Form::UnsignedTrailer => Self::StreamingUnsignedTrailer,
        }
    }
}
