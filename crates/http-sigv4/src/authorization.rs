//! The value of the [`Authorization` header].
//!
//! [`Authorization` header]: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html

use std::ops::Range;

use crate::{SigningKey, text::Text};

/// Appends the value of the header to the canonical request, in which the names of the signed headers
/// stand at `names`.
pub(crate) fn write(text: &mut Text, key: &SigningKey, names: Range<usize>, signature: &[u8]) {
    text.extend_from_slice(key.authorization_start().as_bytes());
    text.extend_from_within(names);
    text.extend_from_slice(b", Signature=");
    text.extend_from_slice(signature);
}
