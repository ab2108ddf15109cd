use bytes::Bytes;
use http::HeaderMap;

use super::{
    ChunkedError,
    error::Kind,
    pieces::Pieces,
    signature::{Signature, SignatureChain},
};
use crate::hash::Sha256;

/// Holds the data of a chunk until its signature is verified.
pub(super) struct Verification {
    chain: SignatureChain,
    digest: Sha256,
    chunk: Pieces,
    signature: Signature,
}

impl Verification {
    pub(super) fn new(chain: SignatureChain) -> Self {
        Self {
            chain,
            digest: Sha256::new(),
            chunk: Pieces::default(),
            signature: [0; 64],
        }
    }

    /// Begins a chunk that is said to have `signature`.
    pub(super) fn begin_chunk(&mut self, signature: Signature) {
        self.signature = signature;
    }

    /// Takes data of the chunk.
    pub(super) fn take(&mut self, piece: Bytes) {
        self.digest.update(&piece);
        self.chunk.push(piece);
    }

    /// Verifies the chunk once it is whole.
    pub(super) fn verify_chunk(&mut self) -> Result<(), ChunkedError> {
        let digest = self.digest.finish_reset();
        match self.chain.verify_chunk(digest, &self.signature) {
            true => Ok(()),
            false => Err(Kind::ChunkSignature.into()),
        }
    }

    pub(super) fn verify_trailers(
        &mut self,
        trailers: &HeaderMap,
        signature: &Signature,
    ) -> Result<(), ChunkedError> {
        match self.chain.verify_trailer(trailers, signature) {
            true => Ok(()),
            false => Err(Kind::TrailerSignature.into()),
        }
    }

    /// Returns the data of the verified chunk, piece by piece.
    pub(super) fn pop(&mut self) -> Option<Bytes> {
        self.chunk.pop()
    }

    pub(super) fn buffered(&self) -> usize {
        self.chunk.length()
    }
}
