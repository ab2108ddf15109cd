use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_http_client::{
    Builder,
    tls::{Provider, rustls_provider::CryptoMode},
};
use credentials_cache::{
    CacheSettings, CredentialsCache, EnvironmentCredentials, IntoCredentialsCache,
};

use crate::{Error, SigV4Layer, SigV4LayerBuilder};

impl SigV4Layer {
    /// Signs for a service with the region and the credentials that the AWS SDKs would find. See
    /// [`SigV4LayerBuilder::from_default_chain`].
    ///
    /// ```no_run
    /// use tower_sigv4::SigV4Layer;
    ///
    /// # async fn example() -> Result<(), tower_sigv4::Error> {
    /// let layer = SigV4Layer::from_default_chain("execute-api").await?;
    /// // To load the credentials now and not with the first request:
    /// if let Some(credentials) = layer.credentials() {
    ///     credentials.preload().await?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// No region is configured anywhere, or the service is not a name.
    pub async fn from_default_chain(service: &str) -> Result<Self, Error> {
        let builder = SigV4LayerBuilder::from_default_chain(service).await;
        builder.build()
    }
}

impl SigV4LayerBuilder {
    /// Starts with a service, and with the region and the credentials that the AWS SDKs would find: in
    /// the environment, in the shared configuration files, from a web identity token, from `aws login`,
    /// from a container's endpoint or from the EC2 metadata service.
    ///
    /// The providers have an HTTP client of their own. The credentials are loaded when the first
    /// request needs them. After a service has rejected them the providers are made anew, so that keys
    /// rewritten in `~/.aws/credentials`, or a fresh `aws login`, are found without a restart.
    ///
    /// Profiles that run a process or use IAM Identity Center need the features `credentials-process`
    /// and `sso` of `aws-config`, which are enabled by depending on it with them. For anything else that
    /// can be configured, give [`new`](Self::new) the `credentials_provider` of an `SdkConfig`.
    pub async fn from_default_chain(service: &str) -> Self {
        let config = load(None).await;
        let region = config.region().cloned();
        let region_name = region.as_ref().map(|region| region.as_ref().into());
        Self::with_chain(service.into(), region_name, DefaultChain { region })
    }
}

/// Makes the providers when they are needed, and anew once a service has rejected what they provide.
struct DefaultChain {
    region: Option<Region>,
}

impl IntoCredentialsCache for DefaultChain {
    fn into_credentials_cache(self, settings: CacheSettings) -> CredentialsCache {
        let region = self.region;
        let chain = move || {
            let region = region.clone();
            async move {
                let provider = load(region).await.credentials_provider();
                // There always is a chain: that it finds nothing is only known when it is asked.
                provider.unwrap_or_else(|| {
                    SharedCredentialsProvider::new(EnvironmentCredentials::new())
                })
            }
        };
        CredentialsCache::from_factory(chain, settings)
    }
}

/// Loads the configuration; looks for a region only if none is given.
async fn load(region: Option<Region>) -> SdkConfig {
    let tls = Provider::Rustls(CryptoMode::Ring);
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .http_client(Builder::new().tls_provider(tls).build_https());
    if let Some(region) = region {
        loader = loader.region(region);
    }
    loader.load().await
}
