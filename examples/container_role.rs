//! Calls an IAM-protected API from a container on ECS or EKS, ten times a second, with the keys of its
//! role.
//!
//! Such a container's environment says where its keys are, and in which file the token is that they are
//! given for: `AWS_CONTAINER_CREDENTIALS_FULL_URI` (or `..._RELATIVE_URI`) and
//! `AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE`; or `AWS_ROLE_ARN` and `AWS_WEB_IDENTITY_TOKEN_FILE`. The
//! SDK's default chain finds either. The keys are replaced before they expire, and the file is read anew
//! each time, in the background.
//!
//! ```text
//! AWS_REGION=eu-west-1 cargo run --example container_role --features aws-config -- \
//!     https://abc123.execute-api.eu-west-1.amazonaws.com/prod/orders 60
//! ```

use std::{env, time::Duration};

use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt, Empty};
use hyper_rustls::HttpsConnectorBuilder;
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use serde_json::Value;
use tokio::time::{Instant, interval};
use tower::{BoxError, ServiceBuilder, ServiceExt};
use tower_sigv4::SigV4LayerBuilder;

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let mut arguments = env::args().skip(1);
    let url = arguments
        .next()
        .ok_or("usage: container_role URL [SECONDS]")?;
    let seconds = arguments.next().map_or(Ok(10), |seconds| seconds.parse())?;

    // Loopback is for a gateway of one's own.
    let builder = SigV4LayerBuilder::from_default_chain("execute-api").await;
    let layer = builder.allow_loopback(true).build()?;
    let credentials = layer.credentials().ok_or("the layer is disabled")?.clone();
    // A container without a role does not come up.
    credentials.preload().await?;
    let https = HttpsConnectorBuilder::new()
        .with_provider_and_webpki_roots(rustls::crypto::ring::default_provider())?
        .https_or_http()
        .enable_all_versions()
        .build();
    let client = ServiceBuilder::new()
        .layer(layer)
        .service(Client::builder(TokioExecutor::new()).build(https));

    let end = Instant::now() + Duration::from_secs(seconds);
    let mut ticks = interval(Duration::from_millis(100));
    while ticks.tick().await < end {
        let request = Request::get(&url).body(Empty::<Bytes>::new())?;
        let response = client.clone().oneshot(request).await?;
        let status = response.status();
        let body = response.into_body().collect().await?.to_bytes();
        if !status.is_success() {
            return Err(format!("{status} {}", String::from_utf8_lossy(&body)).into());
        }
        // A gateway of one's own tells whose signature it was.
        let answer = serde_json::from_slice(&body).unwrap_or(Value::Null);
        println!("{status} {}", answer["accessKeyId"].as_str().unwrap_or("?"));
    }
    let stats = credentials.stats();
    eprintln!(
        "keys were loaded {} times; {} requests waited",
        stats.loads, stats.waits
    );
    Ok(())
}
