//! The crate `aws-lc-rs`.

use aws_lc_rs::{digest, hmac};

/// Hashes the whole of `data`.
pub(crate) fn sha256(data: &[u8]) -> [u8; 32] {
    bytes(digest::digest(&digest::SHA256, data).as_ref())
}

/// Hashes data that comes in pieces.
#[derive(Clone)]
pub(crate) struct Sha256(digest::Context);

impl Sha256 {
    pub(crate) fn new() -> Self {
        Self(digest::Context::new(&digest::SHA256))
    }

    pub(crate) fn update(&mut self, data: &[u8]) {
        self.0.update(data);
    }

    pub(crate) fn finish(self) -> [u8; 32] {
        bytes(self.0.finish().as_ref())
    }

    #[cfg(feature = "chunked")]
    pub(crate) fn finish_reset(&mut self) -> [u8; 32] {
        std::mem::replace(self, Self::new()).finish()
    }
}

/// A key of HMAC-SHA-256 that is ready to sign, wiped from memory on drop.
#[derive(Clone)]
pub(crate) struct HmacKey(hmac::Key);

impl HmacKey {
    /// Always `Some`: HMAC takes a key of any length.
    pub(crate) fn new(secret: &[u8]) -> Option<Self> {
        Some(Self(hmac::Key::new(hmac::HMAC_SHA256, secret)))
    }

    /// Signs the whole of `data`.
    pub(crate) fn sign(&self, data: &[u8]) -> [u8; 32] {
        bytes(hmac::sign(&self.0, data).as_ref())
    }

    /// Tells whether `signature` is that of `data`, in a time that does not tell where the two differ.
    #[cfg(feature = "chunked")]
    pub(crate) fn verify(&self, data: &[u8], signature: &[u8; 32]) -> bool {
        hmac::verify(&self.0, data, signature).is_ok()
    }
}

/// The 32 bytes that SHA-256 has.
fn bytes(digest: &[u8]) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes.copy_from_slice(digest);
    bytes
}
