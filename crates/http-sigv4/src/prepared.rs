use std::fmt;

use http::request::Parts;

use crate::{CanonicalRequest, SignError, SigningKey, changes::Changes};

/// A signature that is made and not yet in its request.
///
/// It borrows the request, so the request cannot change before [`apply`](Self::apply), and the
/// signature cannot be put into another. Dropped, it changes nothing.
///
/// Made by [`Signer::prepare`](crate::Signer::prepare) and
/// [`Presigner::prepare`](crate::Presigner::prepare), for who wants to see, or to keep, what is
/// signed; [`Signer::sign`](crate::Signer::sign) and [`Presigner::sign`](crate::Presigner::sign) do
/// both steps at once.
///
/// ```
/// use std::time::{Duration, SystemTime};
///
/// use aws_credential_types::Credentials;
/// use http::Request;
/// use http_sigv4::{Payload, Profile, Signer, SigningKey, SigningScope};
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "secret", None, None, "example");
/// let scope = SigningScope::new("execute-api", "us-east-1")?;
/// let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_440_938_160);
/// let key = SigningKey::derive(&credentials, &scope, now)?;
///
/// let request = Request::get("https://abc123.execute-api.us-east-1.amazonaws.com/prod/items?b&a");
/// let (mut parts, ()) = request.body(()).unwrap().into_parts();
/// let signer = Signer::new(Profile::STANDARD);
/// let prepared = signer.prepare(&mut parts, &key, Payload::EMPTY, now)?;
/// let kept = prepared.canonical_request();
/// prepared.apply()?;
///
/// assert!(kept.canonical_request().starts_with("GET\n/prod/items\na=&b=\nhost:abc123."));
/// assert!(parts.headers.contains_key("authorization"));
/// # Ok::<_, http_sigv4::SignError>(())
/// ```
#[must_use = "a signature is in its request only once it is applied"]
pub struct PreparedSignature<'a> {
    parts: &'a mut Parts,
    key: &'a SigningKey,
    /// What is signed: the canonical request, then the string to sign.
    text: Box<[u8]>,
    signature: Signature<'a>,
}

/// A signature, made of a canonical request that ends at some place of a text.
pub(crate) struct Signature<'a> {
    pub(crate) canonical_request_end: usize,
    pub(crate) changes: Changes<'a>,
}

impl<'a> PreparedSignature<'a> {
    pub(crate) fn new(
        parts: &'a mut Parts,
        key: &'a SigningKey,
        text: &[u8],
        signature: Signature<'a>,
    ) -> Self {
        Self {
            parts,
            key,
            text: text.into(),
            signature,
        }
    }

    /// Copies what is signed, to explain later why a service rejects it.
    pub fn canonical_request(&self) -> CanonicalRequest {
        let (canonical_request, string_to_sign) =
            self.text.split_at(self.signature.canonical_request_end);
        CanonicalRequest::new(self.key, canonical_request, string_to_sign)
    }

    /// Puts the signature into the request.
    ///
    /// # Errors
    ///
    /// A request with so many headers that there is no room for the signature's. It is then
    /// unchanged.
    pub fn apply(mut self) -> Result<(), SignError> {
        self.signature.changes.commit(self.parts)
    }
}

impl fmt::Debug for PreparedSignature<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PreparedSignature")
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}
