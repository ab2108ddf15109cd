//! Asks a model of Bedrock, and prints its answer as it comes.
//!
//! The layer does not touch the response: each frame is there when it has arrived.
//!
//! ```text
//! export AWS_ACCESS_KEY_ID=... AWS_SECRET_ACCESS_KEY=... AWS_REGION=eu-west-1
//! cargo run --example bedrock_stream --features bedrock -- 'Write a poem on tea.'
//! ```

use std::{
    env,
    io::{self, Write},
};

use aws_smithy_eventstream::frame::{DecodedFrame, MessageFrameDecoder};
use aws_smithy_types::{base64, event_stream::Message};
use bytes::{Bytes, BytesMut};
use http::{Request, header::CONTENT_TYPE};
use http_body_util::{BodyExt, Full};
use hyper_rustls::HttpsConnectorBuilder;
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use serde_json::{Value, json};
use tower::{BoxError, ServiceBuilder, ServiceExt};
use tower_sigv4::SigV4LayerBuilder;

/// Its colon is as it is on the wire, and encoded in the signature.
const MODEL: &str = "anthropic.claude-3-haiku-20240307-v1:0";

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let prompt = env::args().nth(1).ok_or("usage: bedrock_stream PROMPT")?;
    let endpoint = match env::var("AWS_ENDPOINT_URL_BEDROCK_RUNTIME") {
        Ok(url) => url,
        // Of most partitions. In China, for one, the variable has to name the endpoint.
        Err(_) => format!(
            "https://bedrock-runtime.{}.amazonaws.com",
            env::var("AWS_REGION")?
        ),
    };

    // The host is `bedrock-runtime`, and what is signed for is `bedrock`. Loopback is for a gateway of
    // one's own.
    let layer = SigV4LayerBuilder::from_env("bedrock").allow_loopback(true);
    let https = HttpsConnectorBuilder::new()
        .with_provider_and_webpki_roots(rustls::crypto::ring::default_provider())?
        .https_or_http()
        .enable_all_versions()
        .build();
    let client = ServiceBuilder::new()
        .layer(layer.build()?)
        .service(Client::builder(TokioExecutor::new()).build(https));

    let question = json!({
        "anthropic_version": "bedrock-2023-05-31",
        "max_tokens": 500,
        "messages": [{ "role": "user", "content": prompt }],
    });
    let url = format!("{endpoint}/model/{MODEL}/invoke-with-response-stream");
    let request = Request::post(url)
        .header(CONTENT_TYPE, "application/json")
        .body(Full::<Bytes>::from(question.to_string()))?;
    let response = client.oneshot(request).await?;
    let status = response.status();
    let mut body = response.into_body();
    if !status.is_success() {
        let body = body.collect().await?.to_bytes();
        return Err(format!("{status} {}", String::from_utf8_lossy(&body)).into());
    }

    let mut decoder = MessageFrameDecoder::new();
    let mut received = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame?.into_data() else {
            continue;
        };
        received.extend_from_slice(&data);
        while let DecodedFrame::Complete(message) = decoder.decode_frame(&mut received)? {
            print!("{}", text(&message)?);
            io::stdout().flush()?;
        }
    }
    println!();
    Ok(())
}

/// What a message adds to the answer; an error if the model broke off.
fn text(message: &Message) -> Result<String, BoxError> {
    let payload: Value = serde_json::from_slice(message.payload())?;
    let headers = message.headers().iter();
    let types = headers.filter(|header| header.name().as_str() == ":message-type");
    if types
        .filter_map(|header| header.value().as_string().ok())
        .any(|value| value.as_str() == "exception")
    {
        return Err(format!("the model broke off: {payload}").into());
    }
    let chunk = base64::decode(payload["bytes"].as_str().ok_or("no bytes")?)?;
    let chunk: Value = serde_json::from_slice(&chunk)?;
    Ok(chunk["delta"]["text"]
        .as_str()
        .unwrap_or_default()
        .to_owned())
}
