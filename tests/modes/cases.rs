//! The payload modes, and the bodies.

use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use http_sigv4::{Payload, chunked::ChecksumAlgorithm};
use tower_sigv4::{Chunks, PayloadMode};

pub(crate) const ALGORITHMS: [ChecksumAlgorithm; 5] = [
    ChecksumAlgorithm::Crc32,
    ChecksumAlgorithm::Crc32c,
    ChecksumAlgorithm::Crc64Nvme,
    ChecksumAlgorithm::Sha1,
    ChecksumAlgorithm::Sha256,
];

/// Every form of chunks, with every checksum.
pub(crate) fn chunks() -> Vec<Chunks> {
    let with = ALGORITHMS.map(|it| [Chunks::signed().checksum(it), Chunks::unsigned(it)]);
    let with = with.into_iter().flatten();
    [Chunks::signed()].into_iter().chain(with).collect()
}

/// Every mode; `None` for what the layer does by itself.
pub(crate) fn modes(data: &[u8]) -> Vec<Option<PayloadMode>> {
    let Payload::Sha256(digest) = Payload::hash(data) else {
        unreachable!("a hash");
    };
    let plain = [
        PayloadMode::Buffered,
        PayloadMode::Unsigned,
        PayloadMode::Precomputed(digest),
    ];
    let chunked = chunks().into_iter().map(PayloadMode::from);
    let modes = plain.into_iter().chain(chunked).map(Some);
    [None].into_iter().chain(modes).collect()
}

pub(crate) fn data(length: usize) -> Bytes {
    let mut data = vec![0; length];
    fastrand::Rng::with_seed(length as u64).fill(&mut data);
    data.into()
}

/// A body that comes in frames of some size, and knows its length or does not.
pub(crate) struct Frames {
    pub(crate) data: Bytes,
    pub(crate) size: usize,
    pub(crate) is_known: bool,
}

impl Body for Frames {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let length = self.data.len().min(self.size);
        let piece = self.data.split_to(length);
        Poll::Ready((length > 0).then_some(Ok(Frame::data(piece))))
    }

    fn size_hint(&self) -> SizeHint {
        match self.is_known {
            true => SizeHint::with_exact(self.data.len() as u64),
            false => SizeHint::default(),
        }
    }
}
