use std::fmt;

use crc_fast::CrcAlgorithm;
use http::{HeaderMap, HeaderName, HeaderValue};
use sha1::{Digest, Sha1};

use crate::hash::Sha256;

/// A [checksum algorithm] of S3's.
///
/// ```
/// use http_sigv4::chunked::ChecksumAlgorithm;
///
/// let crc32c = ChecksumAlgorithm::Crc32c;
/// assert_eq!(crc32c.header_name(), "x-amz-checksum-crc32c");
/// assert_eq!(crc32c.checksum(b"123456789"), "4waSgw==");
/// ```
///
/// [checksum algorithm]: https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum ChecksumAlgorithm {
    /// CRC-32 of ISO-HDLC, as in zip and gzip.
    Crc32,
    /// CRC-32 with Castagnoli's polynomial, as in iSCSI.
    Crc32c,
    /// CRC-64 of NVMe, which S3 computes for every new object.
    Crc64Nvme,
    /// SHA-1.
    Sha1,
    /// SHA-256.
    Sha256,
}

impl ChecksumAlgorithm {
    const ALL: [Self; 5] = [
        Self::Crc32,
        Self::Crc32c,
        Self::Crc64Nvme,
        Self::Sha1,
        Self::Sha256,
    ];

    /// Finds the algorithm whose header or trailer is called `name`.
    pub fn from_header_name(name: &HeaderName) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|algorithm| algorithm.header_name() == name)
    }

    /// Finds the algorithm that S3 calls `name`, as in `x-amz-checksum-algorithm`.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|algorithm| algorithm.name() == name)
    }

    /// Returns S3's name for the algorithm, as `CRC64NVME`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Crc32 => "CRC32",
            Self::Crc32c => "CRC32C",
            Self::Crc64Nvme => "CRC64NVME",
            Self::Sha1 => "SHA1",
            Self::Sha256 => "SHA256",
        }
    }

    /// Returns the name of the header, or of the trailer, that holds a checksum of this kind.
    pub const fn header_name(self) -> HeaderName {
        HeaderName::from_static(match self {
            Self::Crc32 => "x-amz-checksum-crc32",
            Self::Crc32c => "x-amz-checksum-crc32c",
            Self::Crc64Nvme => "x-amz-checksum-crc64nvme",
            Self::Sha1 => "x-amz-checksum-sha1",
            Self::Sha256 => "x-amz-checksum-sha256",
        })
    }

    /// Returns the length of every checksum of this kind, in base64 as the header has it.
    pub const fn value_length(self) -> usize {
        let bytes: usize = match self {
            Self::Crc32 | Self::Crc32c => 4,
            Self::Crc64Nvme => 8,
            Self::Sha1 => 20,
            Self::Sha256 => 32,
        };
        bytes.div_ceil(3) * 4
    }

    /// Computes the checksum of a whole body, as the header has it.
    pub fn checksum(self, body: &[u8]) -> HeaderValue {
        let mut checksum = Checksum::new(self);
        checksum.update(body);
        checksum.finish()
    }
}

/// The name that S3 has for the algorithm.
impl fmt::Display for ChecksumAlgorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A checksum of a body that passes piece by piece.
///
/// ```
/// use http_sigv4::chunked::{Checksum, ChecksumAlgorithm};
///
/// let mut checksum = Checksum::new(ChecksumAlgorithm::Crc64Nvme);
/// checksum.update(b"1234");
/// checksum.update(b"56789");
/// assert_eq!(checksum.finish(), "rosUhgp5mIg=");
/// ```
#[derive(Clone)]
pub struct Checksum {
    algorithm: ChecksumAlgorithm,
    state: State,
}

// Of different sizes, but a body has one, and it should not be allocated.
#[derive(Clone)]
enum State {
    Crc(crc_fast::Digest),
    Sha1(Sha1),
    Sha256(Sha256),
}

impl Checksum {
    /// Starts with no data.
    pub fn new(algorithm: ChecksumAlgorithm) -> Self {
        let crc = |algorithm| State::Crc(crc_fast::Digest::new(algorithm));
        let state = match algorithm {
            ChecksumAlgorithm::Crc32 => crc(CrcAlgorithm::Crc32IsoHdlc),
            ChecksumAlgorithm::Crc32c => crc(CrcAlgorithm::Crc32Iscsi),
            ChecksumAlgorithm::Crc64Nvme => crc(CrcAlgorithm::Crc64Nvme),
            ChecksumAlgorithm::Sha1 => State::Sha1(Sha1::new()),
            ChecksumAlgorithm::Sha256 => State::Sha256(Sha256::new()),
        };
        Self { algorithm, state }
    }

    /// Returns which checksum it is.
    pub fn algorithm(&self) -> ChecksumAlgorithm {
        self.algorithm
    }

    /// Adds the next data of the body.
    pub fn update(&mut self, data: &[u8]) {
        match &mut self.state {
            State::Crc(digest) => digest.update(data),
            State::Sha1(digest) => digest.update(data),
            State::Sha256(digest) => digest.update(data),
        }
    }

    /// Returns the checksum of all that was added, in base64 as S3 writes it: big-endian, padded.
    pub fn finish(self) -> HeaderValue {
        let digest: Vec<u8> = match self.state {
            // An algorithm of 32 bits leaves the upper half empty.
            State::Crc(digest) => match self.algorithm {
                ChecksumAlgorithm::Crc64Nvme => digest.finalize().to_be_bytes().to_vec(),
                _ => digest.finalize().to_be_bytes()[4..].to_vec(),
            },
            State::Sha1(digest) => digest.finalize().to_vec(),
            State::Sha256(digest) => digest.finish().to_vec(),
        };
        let text = base64_simd::STANDARD.encode_to_string(digest);
        // Letters, digits, `+`, `/` and `=`: always a header value.
        HeaderValue::from_maybe_shared(bytes::Bytes::from(text))
            .unwrap_or(HeaderValue::from_static(""))
    }
}

impl fmt::Debug for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Checksum")
            .field("algorithm", &self.algorithm)
            .finish_non_exhaustive()
    }
}

/// Several checksums of one body, each for a header or a trailer of its name.
#[derive(Clone, Debug, Default)]
pub(super) struct Checksums(Vec<Checksum>);

impl Checksums {
    /// Computes `algorithm` as well, once.
    pub(super) fn add(&mut self, algorithm: ChecksumAlgorithm) {
        if !self.0.iter().any(|it| it.algorithm == algorithm) {
            self.0.push(Checksum::new(algorithm));
        }
    }

    pub(super) fn update(&mut self, data: &[u8]) {
        for checksum in &mut self.0 {
            checksum.update(data);
        }
    }

    /// The checksums by the names of their headers.
    pub(super) fn finish(&mut self) -> HeaderMap {
        self.0
            .drain(..)
            .map(|checksum| (checksum.algorithm.header_name(), checksum.finish()))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The check values of the catalogue of CRC algorithms, and of FIPS 180 for `abc`.
    #[test]
    fn the_published_check_values_are_computed() {
        for (algorithm, data, expected) in [
            (ChecksumAlgorithm::Crc32, "123456789", "y/Q5Jg=="),
            (ChecksumAlgorithm::Crc32c, "123456789", "4waSgw=="),
            (ChecksumAlgorithm::Crc64Nvme, "123456789", "rosUhgp5mIg="),
            (
                ChecksumAlgorithm::Sha1,
                "abc",
                "qZk+NkcGgWq6PiVxeFDCbJzQ2J0=",
            ),
            (
                ChecksumAlgorithm::Sha256,
                "abc",
                "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=",
            ),
        ] {
            let checksum = algorithm.checksum(data.as_bytes());
            assert_eq!(checksum, expected, "{algorithm}");
            assert_eq!(checksum.len(), algorithm.value_length());
        }
    }

    #[test]
    fn an_algorithm_is_found_by_its_own_names() {
        for algorithm in ChecksumAlgorithm::ALL {
            let header = algorithm.header_name();
            assert_eq!(
                ChecksumAlgorithm::from_header_name(&header),
                Some(algorithm)
            );
            assert_eq!(
                ChecksumAlgorithm::from_name(algorithm.name()),
                Some(algorithm)
            );
        }
        let other = HeaderName::from_static("x-amz-checksum-xxhash64");
        assert_eq!(ChecksumAlgorithm::from_header_name(&other), None);
    }

    #[test]
    fn an_algorithm_is_shown_by_the_name_that_s3_has_for_it() {
        assert_eq!(ChecksumAlgorithm::Crc64Nvme.to_string(), "CRC64NVME");
        let checksum = Checksum::new(ChecksumAlgorithm::Crc64Nvme);
        assert_eq!(
            format!("{checksum:?}"),
            "Checksum { algorithm: Crc64Nvme, .. }"
        );
    }
}
