//! An `authorization` of another kind than AWS's, under another name.

use http::{HeaderMap, HeaderName, HeaderValue, header::AUTHORIZATION};

use super::Signer;
use crate::{
    SignError, authorization::is_of_aws, canonical::sent::is_set_by_signature, error::Kind,
};

impl Signer {
    /// Signs an `authorization` that a request has already in the header `to`, to which it is moved,
    /// unless it is a signature of AWS's. By default it is replaced.
    ///
    /// For services that want both: an [Iceberg REST catalog] behind API Gateway gets the token of its
    /// own in `original-authorization`. What its clients say of the body,
    /// [`Profile::content_sha256_in_base64`](crate::Profile::content_sha256_in_base64) says as they do.
    ///
    /// ```
    /// # use std::time::{Duration, SystemTime};
    /// # use aws_credential_types::Credentials;
    /// # use http::{HeaderName, Request};
    /// # use http_sigv4::{Payload, Profile, Signer, SigningKey, SigningScope};
    /// # let credentials = Credentials::new("AKIDEXAMPLE", "secret", None, None, "example");
    /// # let scope = SigningScope::new("execute-api", "us-east-1")?;
    /// # let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_440_938_160);
    /// # let key = SigningKey::derive(&credentials, &scope, now)?;
    /// let original = HeaderName::from_static("original-authorization");
    /// let signer = Signer::new(Profile::STANDARD).move_authorization(original)?;
    ///
    /// let request = Request::get("https://abc123.execute-api.us-east-1.amazonaws.com/v1/config")
    ///     .header("authorization", "Bearer token");
    /// let (mut parts, ()) = request.body(()).unwrap().into_parts();
    /// signer.sign(&mut parts, &key, Payload::EMPTY, now)?;
    /// assert_eq!(parts.headers["original-authorization"], "Bearer token");
    /// # Ok::<_, http_sigv4::SignError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// A header that cannot be signed, see [`sign_header`](Self::sign_header), and one that a signature
    /// sets itself, or `host`.
    ///
    /// [Iceberg REST catalog]: https://iceberg.apache.org/docs/latest/aws/
    pub fn move_authorization(mut self, to: HeaderName) -> Result<Self, SignError> {
        if is_set_by_signature(&to) {
            return Err(Kind::MovedOntoSignature(to.as_str().into()).into());
        }
        self = self.sign_header(to.clone())?;
        self.moved_authorization = Some(to);
        Ok(self)
    }

    /// What is to be moved, under its new name.
    ///
    /// # Errors
    ///
    /// More than one header that would stand there.
    pub(super) fn moved<'a>(
        &'a self,
        headers: &'a HeaderMap,
    ) -> Result<Option<(&'a HeaderName, &'a HeaderValue)>, SignError> {
        let Some(to) = &self.moved_authorization else {
            return Ok(None);
        };
        let lines = headers.get_all(AUTHORIZATION).iter();
        let mut others = lines.filter(|line| !is_of_aws(line));
        match (others.next(), others.next()) {
            (None, _) => Ok(None),
            (Some(value), None) if !headers.contains_key(to) => Ok(Some((to, value))),
            _ => Err(Kind::MovedAuthorization(to.as_str().into()).into()),
        }
    }
}
