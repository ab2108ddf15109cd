//! `AssumeRole`, against moto's STS.

use std::{env, time::SystemTime};

use aws_config::{BehaviorVersion, Region, sts::AssumeRoleProvider};
use aws_credential_types::{
    Credentials,
    provider::{self, ProvideCredentials, future},
};
use iam_gateway::{Account, Accounts, Gateway};
use tower_sigv4::SigV4Layer;

use crate::{REGION, SECOND, no_request_is_rejected};

/// Tells the gateway of every set of credentials that a provider delivers.
#[derive(Debug)]
struct Announced<P> {
    provider: P,
    accounts: Accounts,
}

impl<P> Announced<P>
where
    P: ProvideCredentials,
{
    async fn load(&self) -> provider::Result {
        let credentials = self.provider.provide_credentials().await?;
        let account = Account::new(credentials.access_key_id(), credentials.secret_access_key())
            .session_token(credentials.session_token().expect("a role's token"))
            .expires_at(credentials.expiry().expect("a role's expiry"));
        self.accounts.add(account);
        Ok(credentials)
    }
}

impl<P> ProvideCredentials for Announced<P>
where
    P: ProvideCredentials,
{
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.load())
    }
}

#[tokio::test]
#[ignore = "needs moto; scripts/rotation.sh runs it"]
async fn a_role_is_assumed_again_in_time() {
    let sts = env::var("STS_URL").expect("STS_URL says where moto is");
    let config = aws_config::defaults(BehaviorVersion::latest())
        .credentials_provider(Credentials::new("AKIDUSER", "secret", None, None, "user"))
        .endpoint_url(sts)
        .http_client(aws_smithy_http_client::Builder::new().build_http())
        .region(Region::new(REGION))
        .load()
        .await;
    let role = AssumeRoleProvider::builder("arn:aws:iam::123456789012:role/caller")
        .configure(&config)
        .session_length(SECOND * 20)
        .session_name("rotation")
        .build()
        .await;
    let first = role.provide_credentials().await.unwrap();
    let life = first.expiry().unwrap().duration_since(SystemTime::now());
    assert!(
        life.unwrap() <= SECOND * 20,
        "credentials that are to rotate within this test"
    );

    let accounts = Accounts::new();
    let server = Gateway::new("execute-api", REGION, accounts.clone());
    let server = server.serve().await.unwrap();
    let provider = Announced {
        provider: role,
        accounts,
    };
    let layer = SigV4Layer::builder("execute-api", REGION, provider);
    let stats = no_request_is_rejected(layer, &server.url(), SECOND * 60).await;
    assert!((4..=8).contains(&stats.loads) && stats.loads == stats.loads_succeeded);
    assert_eq!(stats.waits, 1, "only the first request");
}
