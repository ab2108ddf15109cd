use http::{HeaderMap, HeaderName, HeaderValue};

use super::{ChecksumAlgorithm, ChunkedError, error::Kind};

pub(super) static X_AMZ_TRAILER_SIGNATURE: HeaderName =
    HeaderName::from_static("x-amz-trailer-signature");

/// A header that follows the last chunk, announced in `x-amz-trailer`.
///
/// Its value is known once the body has passed, but its length has to be known before, since it
/// counts in `content-length`.
///
/// ```
/// use http::HeaderName;
/// use http_sigv4::chunked::{ChecksumAlgorithm, Trailer};
///
/// // Computed from the data while it passes.
/// let computed = Trailer::from(ChecksumAlgorithm::Crc32c);
/// assert_eq!(computed.name(), "x-amz-checksum-crc32c");
///
/// // The caller's own, which comes with the end of the body.
/// let sha256 = ChecksumAlgorithm::Sha256;
/// let own = Trailer::given(sha256.header_name(), sha256.value_length())?;
/// # Ok::<_, http_sigv4::chunked::ChunkedError>(())
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Trailer {
    name: HeaderName,
    value_length: usize,
    computed: Option<ChecksumAlgorithm>,
}

impl Trailer {
    /// Announces a trailer that the caller brings when the body ends, with a value of exactly
    /// `value_length` bytes.
    ///
    /// # Errors
    ///
    /// `x-amz-trailer-signature`, which the encoder brings.
    pub fn given(name: HeaderName, value_length: usize) -> Result<Self, ChunkedError> {
        match name == X_AMZ_TRAILER_SIGNATURE {
            true => Err(Kind::ReservedTrailer.into()),
            false => Ok(Self {
                name,
                value_length,
                computed: None,
            }),
        }
    }

    /// Returns the name of the trailer.
    pub fn name(&self) -> &HeaderName {
        &self.name
    }

    pub(super) fn computed(&self) -> Option<ChecksumAlgorithm> {
        self.computed
    }

    /// The length of the trailer's line.
    pub(super) fn line_length(&self) -> u64 {
        line_length(&self.name, self.value_length)
    }

    /// Checks a value that the caller brings.
    pub(super) fn check(&self, value: &HeaderValue) -> Result<(), ChunkedError> {
        let bytes = value.as_bytes();
        let is_plain = bytes.iter().all(|byte| matches!(byte, b' '..=b'~'));
        match is_plain && bytes.trim_ascii() == bytes && bytes.len() == self.value_length {
            true => Ok(()),
            false => Err(Kind::TrailerValue(self.name.clone()).into()),
        }
    }
}

/// A checksum that the encoder computes.
impl From<ChecksumAlgorithm> for Trailer {
    fn from(algorithm: ChecksumAlgorithm) -> Self {
        Self {
            name: algorithm.header_name(),
            value_length: algorithm.value_length(),
            computed: Some(algorithm),
        }
    }
}

/// The length of a trailer's line, with its end.
pub(super) fn line_length(name: &HeaderName, value_length: usize) -> u64 {
    (name.as_str().len() + ":\r\n".len()) as u64 + value_length as u64
}

/// Trailers sorted by name, a line for each.
pub(super) fn lines(trailers: &HeaderMap, end: &[u8]) -> Vec<u8> {
    let mut sorted: Vec<_> = trailers.iter().collect();
    sorted.sort_by_key(|(name, _)| name.as_str());
    let mut lines = Vec::new();
    for (name, value) in sorted {
        write_line(&mut lines, name, value.as_bytes(), end);
    }
    lines
}

pub(super) fn write_line(out: &mut Vec<u8>, name: &HeaderName, value: &[u8], end: &[u8]) {
    for piece in [name.as_str().as_bytes(), b":", value, end] {
        out.extend_from_slice(piece);
    }
}

/// Reads a trailer's line, without its end.
pub(super) fn parse_line(line: &[u8]) -> Option<(HeaderName, HeaderValue)> {
    let colon = line.iter().position(|&byte| byte == b':')?;
    let name = HeaderName::from_bytes(&line[..colon]).ok()?;
    // A signature covers the value without the spaces around it.
    let value = HeaderValue::from_bytes(line[colon + 1..].trim_ascii()).ok()?;
    Some((name, value))
}
