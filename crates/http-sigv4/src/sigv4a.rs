//! The key of [Signature Version 4A], in the official implementation.
//!
//! [Signature Version 4A]: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv.html

use std::sync::Arc;

use aws_sigv4::sign::v4a::{calculate_signature, generate_signing_key};

/// A private key on the curve P-256, wiped from memory with its last clone.
#[derive(Clone)]
pub(crate) struct EcdsaKey(Arc<dyn AsRef<[u8]> + Send + Sync>);

impl EcdsaKey {
    /// The key is the credentials' own: neither a day nor a region nor a service is in it.
    pub(crate) fn derive(access_key_id: &str, secret_access_key: &str) -> Self {
        Self(Arc::new(generate_signing_key(
            access_key_id,
            secret_access_key,
        )))
    }

    /// The signature in DER, in hexadecimal.
    pub(crate) fn sign(&self, text: &[u8]) -> String {
        calculate_signature(&*self.0, text)
    }
}
