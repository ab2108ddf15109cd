//! Writes documents, one a line, to an index of OpenSearch: in bulk and compressed.
//!
//! The layer that compresses stands above the one that signs, for a signature covers the bytes that are
//! sent. For OpenSearch Serverless say `aoss`, which has another name to sign for and wants the body's
//! hash in a header; the layer knows that.
//!
//! ```text
//! export AWS_ACCESS_KEY_ID=... AWS_SECRET_ACCESS_KEY=... AWS_REGION=eu-west-1
//! cargo run --example opensearch_bulk --features opensearch -- \
//!     https://search-orders-abc123.eu-west-1.es.amazonaws.com/orders es <orders.ndjson
//! ```

use std::{
    env,
    io::{self, Write},
};

use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use http::{
    HeaderValue, Request,
    header::{CONTENT_ENCODING, CONTENT_TYPE},
};
use http_body_util::{BodyExt, Full};
use hyper_rustls::HttpsConnectorBuilder;
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use serde_json::Value;
use tower::{BoxError, ServiceBuilder, ServiceExt};
use tower_sigv4::SigV4LayerBuilder;

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let mut arguments = env::args().skip(1);
    let usage = "usage: opensearch_bulk URL_OF_INDEX es|aoss";
    let index = arguments.next().ok_or(usage)?;
    let service = arguments.next().ok_or(usage)?;

    // Loopback is for a gateway of one's own.
    let layer = SigV4LayerBuilder::from_env(&service).allow_loopback(true);
    let https = HttpsConnectorBuilder::new()
        .with_provider_and_webpki_roots(rustls::crypto::ring::default_provider())?
        .https_or_http()
        .enable_all_versions()
        .build();
    let client = ServiceBuilder::new()
        .filter(gzip)
        .layer(layer.build()?)
        .service(Client::builder(TokioExecutor::new()).build(https));

    let mut body = String::new();
    for document in io::stdin().lines() {
        body += &format!("{{\"index\":{{}}}}\n{}\n", document?);
    }
    let request = Request::post(format!("{index}/_bulk"))
        .header(CONTENT_TYPE, "application/x-ndjson")
        .body(Bytes::from(body))?;
    let response = client.oneshot(request).await?;
    let status = response.status();
    let body = response.into_body().collect().await?.to_bytes();
    if !status.is_success() {
        return Err(format!("{status} {}", String::from_utf8_lossy(&body)).into());
    }
    // A bulk succeeds also where none of its documents does.
    let answer: Value = serde_json::from_slice(&body)?;
    let items = answer["items"].as_array().ok_or("no items")?;
    let failed: Vec<_> = items
        .iter()
        .filter(|item| !item["index"]["error"].is_null())
        .collect();
    println!("{} of {} written", items.len() - failed.len(), items.len());
    match failed.first() {
        Some(first) => Err(format!("not written: {}", first["index"]["error"]).into()),
        None => Ok(()),
    }
}

/// Compresses a body, and says so in a header.
fn gzip(request: Request<Bytes>) -> Result<Request<Full<Bytes>>, BoxError> {
    let (mut parts, body) = request.into_parts();
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(&body)?;
    let gzip = HeaderValue::from_static("gzip");
    parts.headers.insert(CONTENT_ENCODING, gzip);
    Ok(Request::from_parts(parts, Full::from(encoder.finish()?)))
}
