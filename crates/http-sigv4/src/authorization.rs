//! The value of the [`Authorization` header].
//!
//! [`Authorization` header]: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html

use crate::{SigningKey, text::Text};

/// Appends the value of the header.
pub(crate) fn write(text: &mut Text, key: &SigningKey, signed_headers: &[u8], signature: &[u8]) {
    for piece in [
        key.algorithm(),
        " Credential=",
        key.access_key_id(),
        "/",
        key.credential_scope(),
        ", SignedHeaders=",
    ] {
        text.extend_from_slice(piece.as_bytes());
    }
    text.extend_from_slice(signed_headers);
    text.extend_from_slice(b", Signature=");
    text.extend_from_slice(signature);
}
