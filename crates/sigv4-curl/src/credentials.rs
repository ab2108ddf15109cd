//! What signs: credentials, service and region, as the command line or the host tells.

use std::time::{Duration, SystemTime};

use aws_config::{BehaviorVersion, SdkConfig};
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_http_client::{
    Builder,
    tls::{Provider, rustls_provider::CryptoMode},
};
use http::request::Parts;
use http_sigv4::{Endpoint, ExpiresIn};
use tower_sigv4::{EnvironmentCredentials, RequestSigner, SigV4Layer};

use crate::{arguments::Arguments, failure::Failure};

/// The most that is collected of a body whose length nobody knows.
const BODY_LIMIT: usize = 64 << 20;

/// How a request is signed.
#[derive(Debug)]
pub(crate) struct Signing {
    pub(crate) signer: RequestSigner,
    pub(crate) service: String,
    pub(crate) region: String,
    /// The time of every signature: the command makes one.
    pub(crate) time: SystemTime,
}

impl Signing {
    /// Finds the credentials, and settles service and region.
    pub(crate) async fn from_arguments(arguments: &Arguments) -> Result<Self, Failure> {
        let config = load(arguments.profile.as_deref()).await;
        let endpoint = Endpoint::from_uri(&arguments.url).ok();
        let detected = endpoint.as_ref();
        let service = (arguments.service.clone())
            .or_else(|| detected.map(|endpoint| endpoint.service().to_owned()))
            .unwrap_or_else(|| "execute-api".to_owned());
        let region = (arguments.region.clone())
            .or_else(|| detected.and_then(|endpoint| endpoint.region().map(ToOwned::to_owned)))
            .or_else(|| config.region().map(ToString::to_string))
            .ok_or_else(|| {
                Failure::Usage("no region is configured, and the host tells none".into())
            })?;
        // There always is a chain: that it finds nothing is only known when it is asked.
        let credentials = config
            .credentials_provider()
            .unwrap_or_else(|| SharedCredentialsProvider::new(EnvironmentCredentials::new()));

        let time = SystemTime::now();
        // Who names a loopback address on the command line means a server of their own.
        let mut builder = SigV4Layer::builder(&service, &region, credentials)
            .allow_loopback(true)
            .clock(move || time)
            .body_limit(BODY_LIMIT)
            .total_body_limit(BODY_LIMIT);
        for host in &arguments.allowed_hosts {
            builder = builder.allow_host(host);
        }
        Ok(Self {
            signer: builder.build_signer()?,
            service,
            region,
            time,
        })
    }

    /// Puts the signature into the URL.
    ///
    pub(crate) async fn presign(&self, parts: &mut Parts, life: Duration) -> Result<(), Failure> {
        // A URL that outlived its credentials would be rejected without a word about why.
        let life = ExpiresIn::at_most(life);
        self.signer.presign(parts, life).await?;
        Ok(())
    }
}

async fn load(profile: Option<&str>) -> SdkConfig {
    let tls = Provider::Rustls(CryptoMode::Ring);
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .http_client(Builder::new().tls_provider(tls).build_https());
    if let Some(profile) = profile {
        loader = loader.profile_name(profile);
    }
    loader.load().await
}
