use std::{fmt, str::FromStr};

use base64_simd::AsOut;

use crate::{
    SignError,
    canonical::encode::{hex, unhex},
    error::Kind,
    hash::{Sha256, sha256},
    marker::{SIGNED, SIGNED_TRAILER, UNSIGNED_TRAILER},
};

/// What a signature says of the body.
///
/// It is the caller's to know. An `x-amz-content-sha256` header that a request has already may be
/// of another body or of another signature, so it is replaced or removed; who trusts it parses it.
/// Only one that begins with `STREAMING-` is never replaced, since it describes the bytes of the
/// body: [`from_framing`](Self::from_framing) reads it.
///
/// ```
/// use http_sigv4::Payload;
///
/// assert_eq!(Payload::hash(b""), Payload::EMPTY);
/// assert_eq!(
///     Payload::EMPTY.to_string(),
///     "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
/// );
/// assert_eq!(Payload::Unsigned.to_string(), "UNSIGNED-PAYLOAD");
/// assert_eq!("UNSIGNED-PAYLOAD".parse::<Payload>()?, Payload::Unsigned);
/// # Ok::<_, http_sigv4::SignError>(())
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Payload {
    /// The SHA-256 digest of the body.
    Sha256([u8; 32]),
    /// Nothing: the signature does not cover the body. Few services take it, over TLS; see
    /// [`Profile`](crate::Profile). The loopback interface of this machine will do as well.
    Unsigned,
    /// That the body is sent in frames, with a checksum behind them, and nothing of what they hold:
    /// [`STREAMING-UNSIGNED-PAYLOAD-TRAILER`].
    ///
    /// The frames are the caller's. S3 takes them, over TLS; the loopback interface of this machine
    /// will do as well.
    ///
    /// [`STREAMING-UNSIGNED-PAYLOAD-TRAILER`]: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
    StreamingUnsignedTrailer,
    /// That the body is sent in chunks, each with a signature that continues the request's own:
    /// [`STREAMING-AWS4-HMAC-SHA256-PAYLOAD`].
    ///
    /// For whoever makes the chunks with the key that signs the request, as the encoder of feature
    /// `chunked` does. The chunks of a request that somebody else has signed continue another
    /// signature: no service takes them under this one.
    ///
    /// [`STREAMING-AWS4-HMAC-SHA256-PAYLOAD`]: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
    StreamingSigned,
    /// The same, with a signed trailer behind the chunks:
    /// [`STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER`].
    ///
    /// [`STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER`]: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html
    StreamingSignedTrailer,
}

impl Payload {
    /// No body.
    pub const EMPTY: Self = Self::Sha256([
        0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9,
        0x24, 0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52,
        0xb8, 0x55,
    ]);

    /// Hashes a whole body.
    pub fn hash(body: &[u8]) -> Self {
        Self::Sha256(sha256(body))
    }

    /// Whether it is the digest of the body, which a service may compute by itself.
    pub(crate) fn is_digest(&self) -> bool {
        matches!(self, Self::Sha256(_))
    }

    /// What announces the frames of the body, if it is sent in frames.
    pub(crate) fn marker(&self) -> Option<&'static str> {
        match self {
            Self::Sha256(_) | Self::Unsigned => None,
            Self::StreamingUnsignedTrailer => Some(UNSIGNED_TRAILER),
            Self::StreamingSigned => Some(SIGNED),
            Self::StreamingSignedTrailer => Some(SIGNED_TRAILER),
        }
    }

    pub(crate) fn text(&self) -> PayloadText {
        match self {
            // As of every GET.
            &Self::EMPTY => PayloadText::Marker(EMPTY_DIGEST),
            Self::Sha256(digest) => PayloadText::Hex(hex(digest)),
            other => PayloadText::Marker(other.marker().unwrap_or("UNSIGNED-PAYLOAD")),
        }
    }

    /// A digest of any bytes in base64; `None` for all else.
    pub(crate) fn in_base64(&self) -> Option<PayloadText> {
        match self {
            Self::Sha256(digest) if *self != Self::EMPTY => {
                let mut text = [0; 44];
                let _ = base64_simd::STANDARD.encode(digest, text.as_mut_slice().as_out());
                Some(PayloadText::Base64(text))
            }
            _ => None,
        }
    }
}

/// The digest of no body, as text.
const EMPTY_DIGEST: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// Hashes a body that comes in pieces.
///
/// ```
/// use http_sigv4::{Payload, PayloadHasher};
///
/// let mut hasher = PayloadHasher::new();
/// hasher.update(b"{\"name\":");
/// hasher.update(b"\"value\"}");
/// assert_eq!(hasher.finish(), Payload::hash(b"{\"name\":\"value\"}"));
/// ```
#[derive(Clone)]
pub struct PayloadHasher(Sha256);

impl PayloadHasher {
    /// Starts with no bytes.
    pub fn new() -> Self {
        Self(Sha256::new())
    }

    /// Hashes the next piece.
    pub fn update(&mut self, piece: &[u8]) {
        self.0.update(piece);
    }

    /// Returns what a signature says of the pieces together.
    pub fn finish(self) -> Payload {
        Payload::Sha256(self.0.finish())
    }
}

impl Default for PayloadHasher {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for PayloadHasher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PayloadHasher").finish_non_exhaustive()
    }
}

/// As it stands in the canonical request and in `x-amz-content-sha256`.
impl fmt::Display for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(self.text().as_bytes()))
    }
}

/// From the text of an `x-amz-content-sha256` header.
///
/// Not from one that announces signed chunks: those continue the signature that the header came with,
/// so only whoever makes them anew can say so of another.
impl FromStr for Payload {
    type Err = SignError;

    fn from_str(text: &str) -> Result<Self, SignError> {
        match (text, unhex(text.as_bytes())) {
            ("UNSIGNED-PAYLOAD", _) => Ok(Self::Unsigned),
            (UNSIGNED_TRAILER, _) => Ok(Self::StreamingUnsignedTrailer),
            (_, Some(digest)) => Ok(Self::Sha256(digest)),
            _ => Err(Kind::PayloadText.into()),
        }
    }
}

#[derive(Clone)]
pub(crate) enum PayloadText {
    Hex([u8; 64]),
    Base64([u8; 44]),
    Marker(&'static str),
}

impl PayloadText {
    pub(crate) fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Hex(digits) => digits,
            Self::Base64(text) => text,
            Self::Marker(marker) => marker.as_bytes(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_of_no_body_is_its_digest() {
        assert_eq!(EMPTY_DIGEST.as_bytes(), hex(&sha256(b"")));
        assert_eq!(Payload::EMPTY, Payload::hash(b""));
    }

    #[test]
    fn what_is_hashed_in_pieces_is_not_shown() {
        let mut hasher = PayloadHasher::default();
        hasher.update(b"hu");
        hasher.update(b"sh");
        assert_eq!(format!("{hasher:?}"), "PayloadHasher { .. }");
        assert_eq!(hasher.finish(), Payload::hash(b"hush"));
    }

    #[test]
    fn a_payload_is_read_from_its_own_text() {
        for payload in [
            Payload::EMPTY,
            Payload::hash(b"{}"),
            Payload::Unsigned,
            Payload::StreamingUnsignedTrailer,
        ] {
            assert_eq!(payload.to_string().parse::<Payload>().unwrap(), payload);
        }
        let upper_case = Payload::EMPTY.to_string().to_uppercase();
        assert_eq!(upper_case.parse::<Payload>().unwrap(), Payload::EMPTY);
    }

    #[test]
    fn a_text_that_is_no_payload_is_refused() {
        let empty = Payload::EMPTY.to_string();
        for text in [
            "",
            SIGNED,
            SIGNED_TRAILER,
            "e3b0",
            "unsigned-payload",
            &empty[1..],
            &format!("{empty}0"),
        ] {
            assert!(text.parse::<Payload>().unwrap_err().is_payload(), "{text}");
        }
        assert!(empty.replace('e', "\u{e9}").parse::<Payload>().is_err());
        assert!(empty.replace('e', "+").parse::<Payload>().is_err());
    }
}
