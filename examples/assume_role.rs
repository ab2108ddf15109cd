//! Calls an IAM-protected API in roles of another account, over one pool of connections.
//!
//! The program's own keys, of the environment, are for STS alone, which gives those of a role for an
//! hour. Each session of a role has a cache of its own, and each request names the session it is for.
//! The sessions that are used the least make room for others, so that there may be one for each tenant.
//!
//! ```text
//! export AWS_ACCESS_KEY_ID=... AWS_SECRET_ACCESS_KEY=... AWS_REGION=eu-west-1
//! cargo run --example assume_role --features assume-role -- \
//!     https://abc123.execute-api.eu-west-1.amazonaws.com/prod/orders \
//!     arn:aws:iam::123456789012:role/reports arn:aws:iam::123456789012:role/orders,tenant=1
//! ```

use std::env;

use aws_credential_types::{
    Credentials,
    provider::{ProvideCredentials, error::CredentialsError, future},
};
use bytes::Bytes;
use credentials_cache::{CachePool, CredentialsCache, RoleSession};
use http::{Request, header::CONTENT_TYPE};
use http_body_util::{BodyExt, Full};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde::Deserialize;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use tower::{BoxError, ServiceBuilder, ServiceExt};
use tower_sigv4::{SigV4, SigV4LayerBuilder, SignedBody, SigningOptions};
use url::form_urlencoded::Serializer;

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let mut arguments = env::args().skip(1);
    let usage = "usage: assume_role URL ROLE_ARN[,TAG=VALUE]...";
    let url = arguments.next().ok_or(usage)?;
    let sessions: Vec<_> = arguments.map(|argument| session(&argument)).collect();

    // Of STS and of what the roles call; a connection does not know whose signatures it carries.
    let https = HttpsConnectorBuilder::new()
        .with_provider_and_webpki_roots(rustls::crypto::ring::default_provider())?
        .https_or_http()
        .enable_all_versions()
        .build();
    let http = Client::builder(TokioExecutor::new()).build(https);

    // Loopback is for a gateway of one's own.
    let layer = SigV4LayerBuilder::from_env("sts").allow_loopback(true);
    let client = SigV4::new(http.clone(), &layer.build()?);
    let endpoint = match env::var("AWS_ENDPOINT_URL_STS") {
        Ok(url) => url,
        // Of most partitions. In China, for one, the variable has to name the endpoint.
        Err(_) => format!("https://sts.{}.amazonaws.com", env::var("AWS_REGION")?),
    };
    let caches = CachePool::new(100, move |session: &RoleSession| {
        CredentialsCache::new(AssumeRole {
            client: client.clone(),
            endpoint: endpoint.clone(),
            session: session.clone(),
        })
    });

    let layer = SigV4LayerBuilder::from_env("execute-api").allow_loopback(true);
    let client = ServiceBuilder::new().layer(layer.build()?).service(http);
    // Twice, and STS is asked once for each session.
    for session in sessions.iter().chain(&sessions) {
        let options = SigningOptions::new().credentials(caches.get(session));
        let request = Request::get(&url)
            .extension(options)
            .body(Full::default())?;
        let response = client.clone().oneshot(request).await?;
        let status = response.status();
        let body = response.into_body().collect().await?.to_bytes();
        let body = String::from_utf8_lossy(&body);
        println!("{} {status} {body}", session.role_arn());
    }
    Ok(())
}

fn session(argument: &str) -> RoleSession {
    let mut parts = argument.split(',');
    let session = RoleSession::new(parts.next().unwrap_or_default(), "example");
    let tags = parts.filter_map(|part| part.split_once('='));
    tags.fold(session, |session, (name, value)| session.tag(name, value))
}

/// Asks STS for the keys of one session.
#[derive(Debug)]
struct AssumeRole {
    client: SigV4<Client<HttpsConnector<HttpConnector>, SignedBody<Full<Bytes>>>>,
    endpoint: String,
    session: RoleSession,
}

impl ProvideCredentials for AssumeRole {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async {
            self.load().await.map_err(CredentialsError::provider_error)
        })
    }
}

impl AssumeRole {
    async fn load(&self) -> Result<Credentials, BoxError> {
        let request = Request::post(&self.endpoint)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Full::from(assume_role(&self.session)))?;
        let response = self.client.clone().oneshot(request).await?;
        let status = response.status();
        let body = response.into_body().collect().await?.to_bytes();
        if !status.is_success() {
            return Err(format!("STS: {status} {}", String::from_utf8_lossy(&body)).into());
        }
        let answer: AssumeRoleResponse = quick_xml::de::from_reader(&*body)?;
        let keys = answer.assume_role_result.credentials;
        Ok(Credentials::new(
            keys.access_key_id,
            keys.secret_access_key,
            Some(keys.session_token),
            Some(OffsetDateTime::parse(&keys.expiration, &Rfc3339)?.into()),
            "AssumeRole",
        ))
    }
}

/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html>
fn assume_role(session: &RoleSession) -> String {
    let mut form = Serializer::new(String::new());
    form.append_pair("Action", "AssumeRole")
        .append_pair("Version", "2011-06-15")
        .append_pair("RoleArn", session.role_arn())
        .append_pair("RoleSessionName", session.session_name());
    for (number, (name, value)) in (1..).zip(session.tags()) {
        form.append_pair(&format!("Tags.member.{number}.Key"), name)
            .append_pair(&format!("Tags.member.{number}.Value"), value);
    }
    form.finish()
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AssumeRoleResponse {
    assume_role_result: AssumeRoleResult,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AssumeRoleResult {
    credentials: Keys,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Keys {
    access_key_id: String,
    secret_access_key: String,
    session_token: String,
    expiration: String,
}
