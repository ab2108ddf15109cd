//! The crates `sha2` and `hmac`.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Digest;

/// Hashes the whole of `data`.
pub(crate) fn sha256(data: &[u8]) -> [u8; 32] {
    sha2::Sha256::digest(data).into()
}

/// Hashes data that comes in pieces.
#[derive(Clone)]
pub(crate) struct Sha256(sha2::Sha256);

impl Sha256 {
    pub(crate) fn new() -> Self {
        Self(sha2::Sha256::new())
    }

    pub(crate) fn update(&mut self, data: &[u8]) {
        self.0.update(data);
    }

    pub(crate) fn finish(self) -> [u8; 32] {
        self.0.finalize().into()
    }

    #[cfg(feature = "chunked")]
    pub(crate) fn finish_reset(&mut self) -> [u8; 32] {
        self.0.finalize_reset().into()
    }
}

/// A key of HMAC-SHA-256 that is ready to sign, wiped from memory on drop.
#[derive(Clone)]
pub(crate) struct HmacKey(Hmac<sha2::Sha256>);

impl HmacKey {
    /// `None` for a length that HMAC does not take, which is none.
    pub(crate) fn new(secret: &[u8]) -> Option<Self> {
        Hmac::new_from_slice(secret).ok().map(Self)
    }

    /// Signs the whole of `data`.
    pub(crate) fn sign(&self, data: &[u8]) -> [u8; 32] {
        let mut mac = self.0.clone();
        mac.update(data);
        mac.finalize().into_bytes().into()
    }

    /// Tells whether `signature` is that of `data`, in a time that does not tell where the two differ.
    #[cfg(feature = "chunked")]
    pub(crate) fn verify(&self, data: &[u8], signature: &[u8; 32]) -> bool {
        let mut mac = self.0.clone();
        mac.update(data);
        mac.verify_slice(signature).is_ok()
    }
}
