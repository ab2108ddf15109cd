//! Writes a sample to Amazon Managed Service for Prometheus, by the protocol of remote write.
//!
//! That is a protobuf message, compressed with snappy. The layer that compresses stands above the one
//! that signs, for a signature covers the bytes that are sent.
//!
//! ```text
//! export AWS_ACCESS_KEY_ID=... AWS_SECRET_ACCESS_KEY=... AWS_REGION=eu-west-1
//! cargo run --example remote_write --features remote-write -- \
//!     https://aps-workspaces.eu-west-1.amazonaws.com/workspaces/ws-abc123/api/v1/remote_write \
//!     temperature_celsius 21.5 room=kitchen
//! ```

use std::{
    collections::BTreeMap,
    env,
    time::{SystemTime, UNIX_EPOCH},
};

use bytes::Bytes;
use http::{
    HeaderValue, Request,
    header::{CONTENT_ENCODING, CONTENT_TYPE, USER_AGENT},
};
use http_body_util::{BodyExt, Full};
use hyper_rustls::HttpsConnectorBuilder;
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use prost::Message;
use snap::raw::Encoder;
use tower::{BoxError, ServiceBuilder, ServiceExt};
use tower_sigv4::SigV4LayerBuilder;

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let mut arguments = env::args().skip(1);
    let usage = "usage: remote_write URL NAME VALUE [LABEL=VALUE]...";
    let url = arguments.next().ok_or(usage)?;
    let name = arguments.next().ok_or(usage)?;
    let value = arguments.next().ok_or(usage)?.parse()?;
    // Sorted by name, as the protocol has it.
    let mut labels = BTreeMap::from([("__name__".to_owned(), name)]);
    for argument in arguments {
        let (name, value) = argument.split_once('=').ok_or(usage)?;
        labels.insert(name.to_owned(), value.to_owned());
    }

    // Loopback is for a gateway of one's own.
    let layer = SigV4LayerBuilder::from_env("aps").allow_loopback(true);
    let https = HttpsConnectorBuilder::new()
        .with_provider_and_webpki_roots(rustls::crypto::ring::default_provider())?
        .https_or_http()
        .enable_all_versions()
        .build();
    let client = ServiceBuilder::new()
        .filter(snappy)
        .layer(layer.build()?)
        .service(Client::builder(TokioExecutor::new()).build(https));

    let timestamp = SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis();
    let labels = labels.into_iter();
    let series = TimeSeries {
        labels: labels.map(|(name, value)| Label { name, value }).collect(),
        samples: vec![Sample {
            value,
            timestamp: timestamp.try_into()?,
        }],
    };
    let message = WriteRequest {
        timeseries: vec![series],
    };
    let request = Request::post(url)
        .header(CONTENT_TYPE, "application/x-protobuf")
        .header(USER_AGENT, "remote_write/0.1")
        .header("x-prometheus-remote-write-version", "0.1.0")
        .body(message.encode_to_vec().into())?;
    let response = client.oneshot(request).await?;
    let status = response.status();
    let body = response.into_body().collect().await?.to_bytes();
    if !status.is_success() {
        return Err(format!("{status} {}", String::from_utf8_lossy(&body)).into());
    }
    println!("{status}");
    Ok(())
}

/// Compresses a body, and says so in a header.
fn snappy(request: Request<Bytes>) -> Result<Request<Full<Bytes>>, BoxError> {
    let (mut parts, body) = request.into_parts();
    // A block without the frames of a stream.
    let body = Encoder::new().compress_vec(&body)?;
    let snappy = HeaderValue::from_static("snappy");
    parts.headers.insert(CONTENT_ENCODING, snappy);
    Ok(Request::from_parts(parts, Full::from(body)))
}

/// <https://prometheus.io/docs/specs/prw/remote_write_spec/#protocol>
#[derive(Message)]
struct WriteRequest {
    #[prost(message, repeated, tag = "1")]
    timeseries: Vec<TimeSeries>,
}

#[derive(Message)]
struct TimeSeries {
    #[prost(message, repeated, tag = "1")]
    labels: Vec<Label>,
    #[prost(message, repeated, tag = "2")]
    samples: Vec<Sample>,
}

#[derive(Message)]
struct Label {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(string, tag = "2")]
    value: String,
}

#[derive(Message)]
struct Sample {
    #[prost(double, tag = "1")]
    value: f64,
    /// Milliseconds since 1970.
    #[prost(int64, tag = "2")]
    timestamp: i64,
}
