use std::hint::black_box;

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use crate::Case;

/// What no signer can do without, ready to be done: SHA-256 of the body and of the canonical
/// request, and one HMAC of the string to sign, with the key ready.
#[derive(Debug)]
pub struct Floor {
    body: Vec<u8>,
    canonical_request: String,
    string_to_sign: String,
}

/// A library that hashes.
pub trait Hashing {
    /// What a table calls it.
    const NAME: &'static str;

    /// An HMAC-SHA-256 key that is ready to sign.
    type Key;

    /// Makes the key ready.
    fn key(secret: &[u8; 32]) -> Self::Key;

    /// Hashes the whole of `data`.
    fn sha256(data: &[u8]) -> [u8; 32];

    /// Signs the whole of `data`.
    fn hmac(key: &Self::Key, data: &[u8]) -> [u8; 32];
}

impl Floor {
    /// Writes the texts of a case.
    pub fn new(case: Case) -> Self {
        let (canonical_request, string_to_sign) = case.signed_texts();
        Self {
            body: case.body(),
            canonical_request,
            string_to_sign,
        }
    }

    /// Hashes everything once.
    pub fn run<H: Hashing>(&self, key: &H::Key) -> [[u8; 32]; 3] {
        // The digest of no body is a constant.
        let body = match &*self.body {
            [] => [0; 32],
            body => H::sha256(black_box(body)),
        };
        let request = H::sha256(black_box(self.canonical_request.as_bytes()));
        let signature = H::hmac(key, black_box(self.string_to_sign.as_bytes()));
        [body, request, signature]
    }
}

/// The RustCrypto crates `sha2` and `hmac`.
#[derive(Debug)]
pub struct RustCrypto;

impl Hashing for RustCrypto {
    const NAME: &'static str = "sha2";

    type Key = Hmac<Sha256>;

    fn key(secret: &[u8; 32]) -> Self::Key {
        Hmac::new_from_slice(secret).expect("any length is taken")
    }

    fn sha256(data: &[u8]) -> [u8; 32] {
        Sha256::digest(data).into()
    }

    fn hmac(key: &Self::Key, data: &[u8]) -> [u8; 32] {
        let mut mac = key.clone();
        mac.update(data);
        mac.finalize().into_bytes().into()
    }
}
