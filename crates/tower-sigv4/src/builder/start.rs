//! Where a configuration starts: at the type that it is to be for.

use credentials_cache::IntoCredentialsCache;

use super::SigV4LayerBuilder;
use crate::{Error, RequestSigner, SigV4Layer, config::Scope};

impl SigV4Layer {
    /// Starts to configure a layer for a service, by its signing name, in a region, with credentials
    /// from any provider or from a [`CredentialsCache`](credentials_cache::CredentialsCache).
    pub fn builder(
        service: &str,
        region: &str,
        credentials: impl IntoCredentialsCache + Send + 'static,
    ) -> SigV4LayerBuilder {
        SigV4LayerBuilder::new(service, region, credentials)
    }

    /// Signs for a service, by its signing name, in a region, with the defaults of the
    /// [`builder`](Self::builder).
    ///
    /// The service's own [`Profile`](http_sigv4::Profile) applies.
    ///
    /// # Errors
    ///
    /// A service or a region that is not a name.
    pub fn new(
        service: &str,
        region: &str,
        credentials: impl IntoCredentialsCache + Send + 'static,
    ) -> Result<Self, Error> {
        Self::builder(service, region, credentials).build()
    }

    /// Signs for a service with the region and the keys of the environment, as a Lambda function has
    /// them. See [`SigV4LayerBuilder::from_env`].
    ///
    /// # Errors
    ///
    /// A variable that is missing; the error says which.
    pub fn from_env(service: &str) -> Result<Self, Error> {
        SigV4LayerBuilder::from_env(service).build()
    }

    /// Signs for the service and the region that each request's host tells. See
    /// [`SigV4LayerBuilder::detect`].
    ///
    /// ```
    /// use tower_sigv4::{EnvironmentCredentials, SigV4Layer};
    ///
    /// let layer = SigV4Layer::detect(EnvironmentCredentials::new());
    /// ```
    pub fn detect(credentials: impl IntoCredentialsCache + Send + 'static) -> Self {
        // Without any setting there is nothing that could be wrong.
        let config =
            SigV4LayerBuilder::detect(credentials).config(Scope::detected(), &mut Vec::new());
        RequestSigner::new(config).into()
    }
}

impl RequestSigner {
    /// Starts to configure a signer for a service, by its signing name, in a region. See
    /// [`SigV4LayerBuilder`].
    pub fn builder(
        service: &str,
        region: &str,
        credentials: impl IntoCredentialsCache + Send + 'static,
    ) -> SigV4LayerBuilder {
        SigV4LayerBuilder::new(service, region, credentials)
    }
}
