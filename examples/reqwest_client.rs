//! Calls an IAM-protected API with reqwest.
//!
//! ```text
//! export AWS_ACCESS_KEY_ID=... AWS_SECRET_ACCESS_KEY=... AWS_REGION=eu-west-1
//! cargo run --example reqwest_client --features reqwest -- \
//!     https://abc123.execute-api.eu-west-1.amazonaws.com/prod
//! ```

use std::{env, error::Error, time::Duration};

use serde_json::json;
use tower_sigv4::{
    SigV4LayerBuilder,
    reqwest::{SendError, SigningClient},
};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let api = env::args().nth(1).ok_or("usage: reqwest_client URL")?;
    // Not needed with reqwest's default features, which choose one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    // Loopback is for a gateway of one's own.
    let layer = SigV4LayerBuilder::from_env("execute-api").allow_loopback(true);
    // Once for the whole program: connections, credentials and signing keys are kept.
    let client = SigningClient::new(
        reqwest::Client::builder().timeout(Duration::from_secs(10)),
        layer.build()?,
    )?;

    let response = client.get(format!("{api}/orders?b=2&a=1")).send().await?;
    println!("{} {}", response.status(), response.text().await?);

    let order = json!({ "item": "tea", "count": 2 });
    let response = client.post(format!("{api}/orders")).json(&order).send();
    let order = response.await?.error_for_status()?.text().await?;
    println!("{order}");

    // A host that was not meant gets neither a signature nor the request.
    match client.get("https://example.com/").send().await {
        Err(SendError::Signing(error)) if error.is_refused_host() => println!("{error}"),
        other => return Err(format!("sent to a stranger: {other:?}").into()),
    }
    Ok(())
}
