use std::time::SystemTime;

use aws_credential_types::Credentials;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, Method, Request, request::Parts};
use http_sigv4::{CanonicalRequest, Payload, Profile, SignError, Signer, SigningKey, SigningScope};

/// A header that is signed only because [`Case::sign`] names it.
pub const NAMED_HEADER: HeaderName = HeaderName::from_static("x-named");

/// A request, with everything that its signature depends on.
///
/// [`generate`](Self::generate) makes one from a seed.
#[derive(Clone, Debug)]
pub struct Case {
    /// The service's rules: [`Profile::STANDARD`] or [`Profile::S3`].
    pub profile: Profile,
    /// The method.
    pub method: Method,
    /// The target, as a client would write it.
    pub uri: String,
    /// The headers, with leftovers of older signatures among them.
    pub headers: HeaderMap,
    /// The body; none where the payload is left unsigned.
    pub body: Option<Bytes>,
    /// The secret access key.
    pub secret: String,
    /// The session token.
    pub token: Option<String>,
    /// The signing name of the service.
    pub service: &'static str,
    /// The region.
    pub region: &'static str,
    /// When it is signed.
    pub time: SystemTime,
}

impl Case {
    /// The access key id of every case.
    pub const ACCESS_KEY_ID: &str = "AKIDEXAMPLE";

    /// The credentials, as `http-sigv4` and `aws-sigv4` take them.
    pub fn credentials(&self) -> Credentials {
        let token = self.token.clone();
        Credentials::new(Self::ACCESS_KEY_ID, &self.secret, token, None, "test")
    }

    /// The request before it is signed.
    pub fn parts(&self) -> Parts {
        let request = Request::builder()
            .method(self.method.clone())
            .uri(&self.uri);
        // A case holds nothing but what a request can hold.
        let mut parts = request.body(()).unwrap().into_parts().0;
        parts.headers = self.headers.clone();
        parts
    }

    /// The request after `http-sigv4` signed it.
    ///
    /// # Errors
    ///
    /// What `http-sigv4` answers to a case that has no certain signature.
    pub fn sign(&self) -> Result<Parts, SignError> {
        let (signer, key, payload) = self.signer()?;
        // A key keeps the hash of a request for the next to the same URL: what is compared with others is
        // made with what two requests with another body have left there, unless there are none such.
        let other = Payload::hash(b"another body");
        for _ in 0..2 {
            let _ = signer.sign(&mut self.parts(), &key, other, self.time);
        }
        let mut parts = self.parts();
        signer.sign(&mut parts, &key, payload, self.time)?;
        Ok(parts)
    }

    /// What [`sign`](Self::sign) covers, for the message of a failure.
    ///
    /// # Errors
    ///
    /// As [`sign`](Self::sign).
    pub fn canonical_request(&self) -> Result<CanonicalRequest, SignError> {
        let (signer, key, payload) = self.signer()?;
        let mut parts = self.parts();
        let prepared = signer.prepare(&mut parts, &key, payload, self.time)?;
        Ok(prepared.canonical_request())
    }

    fn signer(&self) -> Result<(Signer, SigningKey, Payload), SignError> {
        let scope = SigningScope::new(self.service, self.region)?;
        let key = SigningKey::derive(&self.credentials(), &scope, self.time)?;
        let payload = self
            .body
            .as_deref()
            .map_or(Payload::Unsigned, Payload::hash);
        let signer = Signer::new(self.profile).sign_header(NAMED_HEADER)?;
        Ok((signer, key, payload))
    }
}
