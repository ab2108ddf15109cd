//! An exec plugin for `kubectl` and other clients of Kubernetes: prints a token for a cluster of EKS, as
//! `aws eks get-token` does, with the keys and the region of the environment.
//!
//! In a kubeconfig, under `users`:
//!
//! ```yaml
//! user:
//!   exec:
//!     apiVersion: client.authentication.k8s.io/v1
//!     command: eks_token
//!     args: [production]
//!     interactiveMode: Never
//! ```
//!
//! ```text
//! cargo run --example eks_token -- production
//! ```

use http_sigv4::tokens::EksSigner;
use serde_json::json;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use tower::BoxError;
use tower_sigv4::SigV4LayerBuilder;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), BoxError> {
    let cluster = std::env::args().nth(1).ok_or("usage: eks_token CLUSTER")?;
    let signer = SigV4LayerBuilder::from_env("sts").build_signer()?;
    let token = signer.sign_token(&EksSigner::new(&cluster)?).await?;
    let expiry = OffsetDateTime::from(token.expires_at()).format(&Rfc3339)?;
    let status = json!({ "token": token.as_str(), "expirationTimestamp": expiry });
    let version = "client.authentication.k8s.io/v1";
    let answer = json!({ "apiVersion": version, "kind": "ExecCredential", "status": status });
    println!("{answer}");
    Ok(())
}
