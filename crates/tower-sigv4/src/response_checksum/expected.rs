use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode};
use http_sigv4::chunked::{Checksum, ChecksumAlgorithm};

use crate::{Error, error::Kind};

/// The checksum that a body is to have, and what is computed of it so far.
#[derive(Debug)]
pub(super) struct Expected {
    checksum: Checksum,
    value: HeaderValue,
}

const ALGORITHMS: [ChecksumAlgorithm; 5] = [
    ChecksumAlgorithm::Crc64Nvme,
    ChecksumAlgorithm::Crc32c,
    ChecksumAlgorithm::Crc32,
    ChecksumAlgorithm::Sha256,
    ChecksumAlgorithm::Sha1,
];

impl Expected {
    /// Reads the headers of a response; `None` if they say nothing of its whole body.
    pub(super) fn from_response(status: StatusCode, headers: &HeaderMap) -> Option<Self> {
        // A part of an object comes with another status, and with the checksum of the whole.
        if status != StatusCode::OK {
            return None;
        }
        let kind = headers.get("x-amz-checksum-type");
        if kind.is_some_and(|kind| kind.as_bytes().eq_ignore_ascii_case(b"COMPOSITE")) {
            return None;
        }
        ALGORITHMS.into_iter().find_map(|algorithm| {
            let mut values = headers.get_all(algorithm.header_name()).iter();
            match (values.next(), values.next()) {
                // That of checksums of parts ends in their number.
                (Some(value), None) if value.len() == algorithm.value_length() => Some(Self {
                    checksum: Checksum::new(algorithm),
                    value: value.clone(),
                }),
                _ => None,
            }
        })
    }

    pub(super) fn update(&mut self, data: &Bytes) {
        self.checksum.update(data);
    }

    /// Compares, at the end of the body.
    pub(super) fn verify(self) -> Result<(), Error> {
        let algorithm = self.checksum.algorithm();
        match self.checksum.finish() == self.value {
            true => Ok(()),
            false => Err(Kind::ResponseChecksum { algorithm }.into()),
        }
    }
}
