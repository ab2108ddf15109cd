use std::fmt;

use crate::SigningKey;

/// A canonical request and the string to sign made from it, as text.
///
/// The canonical request holds the session token in the clear, as does a service's own echo of it:
/// do not log it as it is. `Debug` shows the string to sign only.
#[derive(Clone)]
pub struct CanonicalRequest {
    access_key_id: Box<str>,
    canonical_request: String,
    string_to_sign: String,
}

impl CanonicalRequest {
    pub(crate) fn new(key: &SigningKey, canonical_request: &[u8], string_to_sign: &[u8]) -> Self {
        // Everything in either is ASCII.
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self {
            access_key_id: key.access_key_id().into(),
            canonical_request: text(canonical_request),
            string_to_sign: text(string_to_sign),
        }
    }

    /// Returns the access key id that the request is signed under, which is no secret.
    pub fn access_key_id(&self) -> &str {
        &self.access_key_id
    }

    /// Returns the [canonical request], session token included.
    ///
    /// [canonical request]: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
    pub fn canonical_request(&self) -> &str {
        &self.canonical_request
    }

    /// Returns algorithm, date, credential scope and the digest of the canonical request, one to a
    /// line.
    pub fn string_to_sign(&self) -> &str {
        &self.string_to_sign
    }
}

impl fmt::Debug for CanonicalRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CanonicalRequest")
            .field("string_to_sign", &self.string_to_sign)
            .finish_non_exhaustive()
    }
}
