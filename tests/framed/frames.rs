//! Bodies in frames, written by hand.

use bytes::Bytes;
use http::{Request, Uri, request};
use s3s::{
    checksum::ChecksumHasher,
    crypto::{Checksum as _, Crc32},
};

pub(crate) const MARKER: &str = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";

/// Frames of `size` bytes, with the checksum of all of them behind.
pub(crate) fn frames(data: &[u8], size: usize) -> Bytes {
    let mut frames = Vec::new();
    for piece in data.chunks(size) {
        frames.extend(format!("{:x}\r\n", piece.len()).bytes());
        frames.extend(piece);
        frames.extend(b"\r\n");
    }
    let checksum = crc32(data);
    frames.extend(format!("0\r\nx-amz-checksum-crc32:{checksum}\r\n\r\n").bytes());
    frames.into()
}

/// A request that uploads so many bytes in frames, as an SDK makes it.
pub(crate) fn put(uri: &Uri, marker: &str, length: usize) -> request::Builder {
    Request::put(uri)
        .header("content-encoding", "aws-chunked")
        .header("x-amz-content-sha256", marker)
        .header("x-amz-decoded-content-length", length)
        .header("x-amz-trailer", "x-amz-checksum-crc32")
}

pub(crate) fn crc32(data: &[u8]) -> String {
    let mut hasher = ChecksumHasher {
        crc32: Some(Crc32::new()),
        ..ChecksumHasher::default()
    };
    hasher.update(data);
    hasher.finalize().checksum_crc32.unwrap()
}
