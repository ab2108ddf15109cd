//! The value of the [`Authorization` header].
//!
//! [`Authorization` header]: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html

use crate::{SigningKey, text::Text};

/// Appends the value of the header: `names` are those of the signed headers.
pub(crate) fn write(text: &mut Text, key: &SigningKey, names: &[u8], signature: &[u8]) {
    text.extend_from_slice(key.authorization_start().as_bytes());
    text.extend_from_slice(names);
    text.extend_from_slice(b", Signature=");
    text.extend_from_slice(signature);
}
