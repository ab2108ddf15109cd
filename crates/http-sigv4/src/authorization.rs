//! The value of the [`Authorization` header].
//!
//! [`Authorization` header]: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html

use http::HeaderValue;

use crate::SigningKey;

/// The value of the header, in pieces: `names` are those of the signed headers.
pub(crate) fn pieces<'a>(
    key: &'a SigningKey,
    names: &'a [u8],
    signature: &'a [u8],
) -> [&'a [u8]; 4] {
    let start = key.authorization_start().as_bytes();
    [start, names, b", Signature=", signature]
}

/// Returns whether a value of the header is a signature of AWS's: of version 4, or of version 2, as
/// `AWS AKIDEXAMPLE:signature`.
pub(crate) fn is_of_aws(value: &HeaderValue) -> bool {
    let value = value.as_bytes().trim_ascii_start();
    let has_prefix = |prefix: &[u8]| {
        let start = value.get(..prefix.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(prefix))
    };
    has_prefix(b"AWS4-") || has_prefix(b"AWS ")
}
