use http::HeaderName;
#[cfg(doc)]
use http_sigv4::{Profile, Signer};

use super::SigV4LayerBuilder;

impl SigV4LayerBuilder {
    /// Signs an `authorization` that a request has already in another header, to which it is moved,
    /// unless it is a signature of AWS's. See [`Signer::move_authorization`]. Defaults to replacing it.
    ///
    /// For a service that wants both, such as an Iceberg REST catalog behind API Gateway. Its clients
    /// say of the body what [`Profile::content_sha256_in_base64`] says, which some catalogs expect.
    ///
    /// ```
    /// use http::HeaderName;
    /// use http_sigv4::Profile;
    /// use tower_sigv4::SigV4Layer;
    ///
    /// # let provider = aws_credential_types::Credentials::new("AKID", "secret", None, None, "example");
    /// let layer = SigV4Layer::builder("execute-api", "eu-west-1", provider)
    ///     .profile(Profile::STANDARD.content_sha256_in_base64(true))
    ///     .move_authorization(HeaderName::from_static("original-authorization"))
    ///     .build()?;
    /// # Ok::<_, tower_sigv4::Error>(())
    /// ```
    pub fn move_authorization(mut self, to: HeaderName) -> Self {
        self.moved_authorization = Some(to);
        self
    }
}
