use credentials_cache::CredentialsCache;
use tower_layer::Layer;

use crate::{RequestSigner, SigV4};

/// Signs every request on its way to an HTTP client. See the [crate's guide](crate).
///
/// Cheap to clone. One layer is one [`RequestSigner`]: every service that it makes, and every clone of
/// the layer and of those services, shares its credentials and what responses have shown.
///
/// ```
/// use aws_credential_types::Credentials;
/// use tower_sigv4::SigV4Layer;
///
/// let provider = Credentials::new("AKIDEXAMPLE", "secret", None, None, "example");
/// let layer = SigV4Layer::builder("execute-api", "eu-west-1", provider)
///     .allow_host("api.example.com")
///     .body_limit(64 * 1024)
///     .build()?;
/// # Ok::<_, tower_sigv4::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct SigV4Layer {
    /// `None` if requests pass through.
    signer: Option<RequestSigner>,
}

impl SigV4Layer {
    /// Passes every request through as it is, not signed and not checked.
    ///
    /// For a product whose configuration decides whether its requests are signed: the type of the
    /// stack is the same either way, and so is the type of the body, [`SignedBody<B>`](crate::SignedBody).
    ///
    /// ```
    /// use tower_sigv4::{EnvironmentCredentials, SigV4Layer};
    ///
    /// # let iam_enabled = false;
    /// let layer = match iam_enabled {
    ///     true => SigV4Layer::from_env("execute-api")?,
    ///     false => SigV4Layer::disabled(),
    /// };
    /// # assert!(layer.signer().is_none());
    /// # Ok::<_, tower_sigv4::Error>(())
    /// ```
    pub fn disabled() -> Self {
        Self { signer: None }
    }

    /// Returns what signs, to use it without the layer; `None` if the layer is
    /// [disabled](Self::disabled).
    pub fn signer(&self) -> Option<&RequestSigner> {
        self.signer.as_ref()
    }

    /// Returns the credentials that it signs with: to load them at start-up, or to look at their
    /// [`stats`](CredentialsCache::stats). `None` if the layer is [disabled](Self::disabled).
    pub fn credentials(&self) -> Option<&CredentialsCache> {
        self.signer.as_ref().map(RequestSigner::credentials)
    }

    /// Returns how many seconds ahead of the local clock a host's clock is, as far as is known. See
    /// [`RequestSigner::clock_offset`].
    pub fn clock_offset(&self, host: &str) -> i64 {
        let signer = self.signer.as_ref();
        signer.map_or(0, |signer| signer.clock_offset(host))
    }
}

/// A layer around a signer that exists already.
impl From<RequestSigner> for SigV4Layer {
    fn from(signer: RequestSigner) -> Self {
        Self {
            signer: Some(signer),
        }
    }
}

impl<S> Layer<S> for SigV4Layer {
    type Service = SigV4<S>;

    fn layer(&self, inner: S) -> SigV4<S> {
        SigV4::with_signer(inner, self.signer.clone())
    }
}

impl<S> SigV4<S> {
    /// Wraps a service, as [`SigV4Layer`] does.
    pub fn new(inner: S, layer: &SigV4Layer) -> Self {
        layer.layer(inner)
    }
}
