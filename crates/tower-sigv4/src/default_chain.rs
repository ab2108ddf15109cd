use aws_config::BehaviorVersion;
use aws_smithy_http_client::{
    Builder,
    tls::{Provider, rustls_provider::CryptoMode},
};

use crate::{Error, SigV4Layer, error::Kind};

impl SigV4Layer {
    /// Signs for a service with the region and the credentials that the AWS SDKs would find: in the
    /// environment, in the shared configuration files, from a web identity token, from a container's
    /// endpoint or from the EC2 metadata service.
    ///
    /// The providers have an HTTP client of their own. The credentials are loaded when the first
    /// request needs them; [`warm_up`](crate::CredentialsCache::warm_up) of
    /// [`credentials`](Self::credentials) does so earlier.
    ///
    /// Profiles that run a process or use IAM Identity Center need the features
    /// `credentials-process` and `sso` of `aws-config`, which are enabled by depending on it with
    /// them. For anything else that can be configured, give [`new`](Self::new) the
    /// `credentials_provider` of an `SdkConfig`.
    ///
    /// ```no_run
    /// use tower_sigv4::SigV4Layer;
    ///
    /// # async fn example() -> Result<(), tower_sigv4::Error> {
    /// let layer = SigV4Layer::from_default_chain("execute-api").await?;
    /// layer.credentials().warm_up().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// No region is configured anywhere, or the service is not a name.
    pub async fn from_default_chain(service: &str) -> Result<Self, Error> {
        let tls = Provider::Rustls(CryptoMode::Ring);
        let config = aws_config::defaults(BehaviorVersion::latest())
            .http_client(Builder::new().tls_provider(tls).build_https())
            .load()
            .await;
        // There always is a provider: that it finds nothing is only known when it is asked.
        let (Some(region), Some(provider)) = (config.region(), config.credentials_provider())
        else {
            return Err(Kind::MissingRegion.into());
        };
        Self::new(service, region.as_ref(), provider)
    }
}
