//! Lists the tools of an MCP server behind IAM, and calls one.
//!
//! MCP is JSON-RPC: each message is a signed request, and its answer is JSON or a stream of events. The
//! server says at first which session it is, and wants to be told from then on.
//!
//! ```text
//! export AWS_ACCESS_KEY_ID=... AWS_SECRET_ACCESS_KEY=... AWS_REGION=eu-west-1
//! cargo run --example mcp_client --features reqwest -- \
//!     https://orders-abc123.gateway.bedrock-agentcore.eu-west-1.amazonaws.com/mcp \
//!     find_order '{"id":"1"}'
//! ```

use std::env;

use reqwest::{
    Response,
    header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderValue},
};
use serde_json::{Value, json};
use tower_sigv4::{SigV4LayerBuilder, reqwest::SigningClient};

type BoxError = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let mut arguments = env::args().skip(1);
    let url = arguments.next();
    let url = url.ok_or("usage: mcp_client URL [TOOL ARGUMENTS]")?;
    // Not needed with reqwest's default features, which choose one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    // Loopback is for a gateway of one's own.
    let layer = SigV4LayerBuilder::from_env("bedrock-agentcore").allow_loopback(true);
    let http = SigningClient::new(reqwest::Client::builder(), layer.build()?)?;

    let mut session = Session::open(http, url).await?;
    let tools = session.request("tools/list", json!({})).await?;
    for tool in tools["tools"].as_array().into_iter().flatten() {
        println!("{}: {}", tool["name"], tool["description"]);
    }
    if let Some(name) = arguments.next() {
        let given: Value = arguments.next().as_deref().unwrap_or("{}").parse()?;
        let call = json!({ "name": name, "arguments": given });
        println!("{}", session.request("tools/call", call).await?["content"]);
    }
    session.close().await
}

/// <https://modelcontextprotocol.io/specification/2025-06-18/basic/transports#streamable-http>
struct Session {
    http: SigningClient,
    url: String,
    headers: HeaderMap,
    requests: u64,
}

impl Session {
    async fn open(http: SigningClient, url: String) -> Result<Self, BoxError> {
        let accepted = HeaderValue::from_static("application/json, text/event-stream");
        let mut session = Self {
            http,
            url,
            headers: HeaderMap::from_iter([(ACCEPT, accepted)]),
            requests: 0,
        };
        let hello = json!({
            "protocolVersion": "2025-06-18",
            "capabilities": {},
            "clientInfo": { "name": "mcp_client", "version": "0.1.0" },
        });
        let server = session.request("initialize", hello).await?;
        let version = server["protocolVersion"].as_str().ok_or("no version")?;
        let version = version.parse()?;
        session.headers.insert("mcp-protocol-version", version);
        let ready = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
        session.send(&ready).await?;
        Ok(session)
    }

    /// Sends a request, and returns the result that answers it.
    async fn request(&mut self, method: &str, params: Value) -> Result<Value, BoxError> {
        self.requests += 1;
        let id = self.requests;
        let message = json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params });
        let response = self.send(&message).await?;
        if let Some(session) = response.headers().get("mcp-session-id") {
            self.headers.insert("mcp-session-id", session.clone());
        }
        let mut answer = answer(response, id).await?;
        match answer.get("error") {
            Some(error) => Err(format!("{method}: {error}").into()),
            None => Ok(answer["result"].take()),
        }
    }

    async fn send(&self, message: &Value) -> Result<Response, BoxError> {
        let request = self.http.post(&self.url).headers(self.headers.clone());
        let response = request.json(message).send().await?;
        match response.status() {
            status if status.is_success() => Ok(response),
            status => Err(format!("{status} {}", response.text().await?).into()),
        }
    }

    async fn close(self) -> Result<(), BoxError> {
        let request = self.http.delete(&self.url).headers(self.headers);
        request.send().await?;
        Ok(())
    }
}

/// Reads the answer to a request: all there is, or the one among the events that come before.
async fn answer(mut response: Response, id: u64) -> Result<Value, BoxError> {
    let content_type = response.headers().get(CONTENT_TYPE);
    let content_type = content_type.map_or(&[][..], HeaderValue::as_bytes);
    if !content_type.starts_with(b"text/event-stream") {
        return Ok(response.json().await?);
    }
    let (mut received, mut data) = (Vec::new(), String::new());
    while let Some(chunk) = response.chunk().await? {
        received.extend_from_slice(&chunk);
        while let Some(end) = received.iter().position(|&byte| byte == b'\n') {
            let line: Vec<_> = received.drain(..=end).collect();
            let line = str::from_utf8(&line)?.trim_end();
            if let Some(more) = line.strip_prefix("data:") {
                data += more;
            } else if line.is_empty() && !data.is_empty() {
                let message: Value = std::mem::take(&mut data).parse()?;
                if message["id"] == id {
                    return Ok(message);
                }
            }
        }
    }
    Err("the stream of events ended without an answer".into())
}
