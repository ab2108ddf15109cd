#!/usr/bin/env bash
# What it costs to have the layer: how long a fresh release build of a minimal client takes, and how many
# crates it is made of, beside the same client that signs by hand with aws-sigv4 and with reqsign.
# Takes some minutes. Fails if the default tree of tower-sigv4 has more than MOST crates.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly root=$PWD most=${MOST:-60}
folder=$(mktemp --directory)
trap 'rm -rf "$folder"' EXIT

# How many crates a package is built of, itself not counted.
crates() {
    cargo tree --manifest-path "$1" --edges normal,build --prefix none --no-dedupe |
        sed 's/ (.*//' | sort --unique | tail --lines +2 | wc --lines
}

# A client of its own workspace: its name, its dependencies, and what signs.
client() {
    mkdir -p "$folder/$1/src"
    cat >"$folder/$1/Cargo.toml" <<TOML
[package]
name = "client-$1"
edition = "2024"

[workspace]

[dependencies]
bytes = "1"
http = "1"
http-body-util = "0.1"
hyper-util = { version = "0.1", features = ["client-legacy", "http1", "tokio"] }
tokio = { version = "1", features = ["macros", "rt"] }
$2
TOML
    cp Cargo.lock "$folder/$1/"
    cat >"$folder/$1/src/main.rs"
    local start=$SECONDS
    cargo build --quiet --release --manifest-path "$folder/$1/Cargo.toml" --target-dir "$folder/$1/target"
    echo "| $1 | $((SECONDS - start)) s | $(crates "$folder/$1/Cargo.toml") |"
}

echo "| a client with | fresh release build | crates |"
echo "|---|---|---|"

client unsigned '' <<'RUST'
use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use hyper_util::{client::legacy::Client, rt::TokioExecutor};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let client = Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
    let request = Request::get("http://localhost:8080/").body(Full::default())?;
    println!("{}", client.request(request).await?.status());
    Ok(())
}
RUST

client tower-sigv4 "aws-credential-types = \"1\"
tower-sigv4 = { path = \"$root/crates/tower-sigv4\" }
tower-layer = \"0.3\"
tower-service = \"0.3\"" <<'RUST'
use aws_credential_types::Credentials;
use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use tower_layer::Layer;
use tower_service::Service;
use tower_sigv4::{SigV4Layer, SignedBody};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let credentials = Credentials::new("AKIDEXAMPLE", "secret", None, None, "example");
    let layer = SigV4Layer::builder("execute-api", "us-east-1", credentials)
        .allow_loopback(true)
        .build()?;
    let client = Client::builder(TokioExecutor::new()).build_http::<SignedBody<Full<Bytes>>>();
    let request = Request::get("http://localhost:8080/").body(Full::default())?;
    println!("{}", layer.layer(client).call(request).await?.status());
    Ok(())
}
RUST

client aws-sigv4 'aws-credential-types = { version = "1", features = ["hardcoded-credentials"] }
aws-sigv4 = { version = "1", default-features = false, features = ["http1", "sign-http"] }' <<'RUST'
use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SigningSettings, sign},
    sign::v4,
};
use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use hyper_util::{client::legacy::Client, rt::TokioExecutor};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let identity = Credentials::new("AKIDEXAMPLE", "secret", None, None, "example").into();
    let parameters = v4::SigningParams::builder()
        .identity(&identity)
        .region("us-east-1")
        .name("execute-api")
        .time(SystemTime::now())
        .settings(SigningSettings::default())
        .build()?
        .into();
    let mut request = Request::get("http://localhost:8080/").body(Full::<Bytes>::default())?;
    let signable = SignableRequest::new("GET", "http://localhost:8080/", [].into_iter(), SignableBody::Bytes(b""))?;
    let (instructions, _) = sign(signable, &parameters)?.into_parts();
    instructions.apply_to_request_http1x(&mut request);
    let client = Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
    println!("{}", client.request(request).await?.status());
    Ok(())
}
RUST

client reqsign 'reqsign-aws-v4 = "3"
reqsign-core = "3"' <<'RUST'
use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use reqsign_aws_v4::{RequestSigner, StaticCredentialProvider};
use reqsign_core::{Context, Signer};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let provider = StaticCredentialProvider::new("AKIDEXAMPLE", "secret");
    let signer = Signer::new(
        Context::new(),
        provider,
        RequestSigner::new("execute-api", "us-east-1"),
    );
    let request = Request::get("http://localhost:8080/").body(Full::<Bytes>::default())?;
    let (mut parts, body) = request.into_parts();
    signer.sign(&mut parts, None).await?;
    let client = Client::builder(TokioExecutor::new()).build_http::<Full<Bytes>>();
    println!("{}", client.request(Request::from_parts(parts, body)).await?.status());
    Ok(())
}
RUST

tree=$(crates crates/tower-sigv4/Cargo.toml)
echo
echo "tower-sigv4 itself, with its default features: $tree crates"
if ((tree > most)); then
    echo "more than $most" >&2
    exit 1
fi
