//! The [string to sign]: what the signing key is applied to.
//!
//! [string to sign]: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html

use crate::{SigningKey, date::AmzDate, text::Text};

/// Appends the string to sign of the canonical request that is all of `text`.
pub(crate) fn write(text: &mut Text, key: &SigningKey, date: AmzDate) {
    let digest = key.digest(text);
    text.extend_from_slice(key.algorithm().as_bytes());
    text.push(b'\n');
    text.extend_from_slice(date.as_bytes());
    text.extend_from_slice(key.scope_line().as_bytes());
    text.extend_from_slice(&digest);
}
