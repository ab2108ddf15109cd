//! SHA-256 and HMAC, by the library that the features choose.

use sha2::{Digest, Sha256};

/// Hashes the whole of `data`.
pub(crate) fn sha256(data: &[u8]) -> [u8; 32] {
    Sha256::digest(data).into()
}
