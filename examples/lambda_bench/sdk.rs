//! A function that makes a call with a client of the SDK's, to be measured beside `lambda.rs` by
//! `scripts/lambda-bench.sh`.
//!
//! The SDK has no client for APIs of one's own. STS is the smallest of its clients, and is in the tree of
//! `aws-config` already.

use std::env;

use aws_config::BehaviorVersion;
use aws_smithy_http_client::{
    Builder,
    tls::{Provider, rustls_provider::CryptoMode},
};
use lambda_http::{Body, Error, Request, Response, run, service_fn};

#[tokio::main]
async fn main() -> Result<(), Error> {
    let upstream = env::var("UPSTREAM_URL").map_err(|_| "UPSTREAM_URL is not set")?;
    let tls = Provider::Rustls(CryptoMode::Ring);
    let config = aws_config::defaults(BehaviorVersion::latest())
        .http_client(Builder::new().tls_provider(tls).build_https())
        .endpoint_url(upstream)
        .load()
        .await;
    let client = aws_sdk_sts::Client::new(&config);
    run(service_fn(|_: Request| async {
        let identity = client.get_caller_identity().send().await?;
        let account = identity.account().unwrap_or_default();
        Ok::<_, Error>(Response::new(Body::from(account)))
    }))
    .await
}
