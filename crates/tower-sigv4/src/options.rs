use credentials_cache::CredentialsCache;
use http::HeaderName;
#[cfg(feature = "chunked")]
use http_sigv4::chunked::ChecksumAlgorithm;

use crate::PayloadMode;

/// What one request wants otherwise than the layer.
///
/// Put it into the request's extensions. The layer takes it out before it forwards the request, so
/// nothing below sees it. What clones requests above, as tower's retry does, clones it with them; a
/// redirect that tower-http follows to another origin is without it, and what the layer says holds,
/// its credentials too, unless `FilterCredentials` was told to `allow_extension` this type.
///
/// ```
/// use http::Request;
/// use tower_sigv4::SigningOptions;
///
/// let request = Request::get("https://abc123.execute-api.eu-west-1.amazonaws.com/prod/items")
///     .extension(SigningOptions::new().region("eu-west-1"))
///     .body(())?;
/// # Ok::<_, http::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct SigningOptions {
    pub(crate) credentials: Option<CredentialsCache>,
    pub(crate) service: Option<String>,
    pub(crate) region: Option<String>,
    pub(crate) moved_authorization: Option<HeaderName>,
    pub(crate) signing_host: Option<String>,
    pub(crate) signing_path_prefix: Option<String>,
    pub(crate) payload: Option<PayloadMode>,
    #[cfg(feature = "chunked")]
    pub(crate) checksum: Option<ChecksumAlgorithm>,
    pub(crate) forward_unsigned: bool,
}

impl SigningOptions {
    /// Makes options that change nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Signs with other credentials, as of another role or account. Defaults to the layer's.
    ///
    /// Keep the cache, and give each request a clone of it: a new cache would load them anew. What is
    /// derived from them takes a few kilobytes for each processor that signs, and each scope.
    pub fn credentials(mut self, credentials: CredentialsCache) -> Self {
        self.credentials = Some(credentials);
        self
    }

    /// Signs for another service, by its signing name, and with that service's profile. Defaults to
    /// the layer's.
    pub fn service(mut self, service: impl Into<String>) -> Self {
        self.service = Some(service.into());
        self
    }

    /// Signs for another region. Defaults to the layer's.
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.region = Some(region.into());
        self
    }

    /// Signs for a host other than the one that the request is sent to. Defaults to
    /// [the layer's](crate::SigV4LayerBuilder::signing_host).
    pub fn signing_host(mut self, host: impl Into<String>) -> Self {
        self.signing_host = Some(host.into());
        self
    }

    /// Signs a prefix in front of the path, or none if it is empty. Defaults to
    /// [the layer's](crate::SigV4LayerBuilder::signing_path_prefix).
    pub fn signing_path_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.signing_path_prefix = Some(prefix.into());
        self
    }

    /// Signs an `authorization` that the request has already in another header, to which it is moved.
    /// Defaults to [the layer's](crate::SigV4LayerBuilder::move_authorization) way.
    pub fn move_authorization(mut self, to: HeaderName) -> Self {
        self.moved_authorization = Some(to);
        self
    }

    /// Sets how the signature covers the body. Defaults to the layer's way.
    pub fn payload(mut self, mode: impl Into<PayloadMode>) -> Self {
        self.payload = Some(mode.into());
        self
    }

    /// Sends a checksum with the body. Defaults to
    /// [the layer's](crate::SigV4LayerBuilder::checksum). Feature `chunked`.
    #[cfg(feature = "chunked")]
    pub fn checksum(mut self, algorithm: ChecksumAlgorithm) -> Self {
        self.checksum = Some(algorithm);
        self
    }

    /// Forwards the request as it is: not signed, not checked, its headers not touched. Defaults to
    /// signing it.
    pub fn forward_unsigned(mut self) -> Self {
        self.forward_unsigned = true;
        self
    }
}
