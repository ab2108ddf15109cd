//! WebSockets behind IAM, with tungstenite: a handshake that is signed in its URL, and the layer around
//! a handshake that is signed in its headers.
//!
//! The gateway is local. It verifies the handshake with `aws-sigv4`, and echoes messages.
//!
//! ```text
//! cargo run --example websocket --features websocket
//! ```

use aws_credential_types::Credentials;
use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use http::{Request, Response, StatusCode, Uri};
use http_body_util::Empty;
use http_sigv4::tokens::ApiGatewaySigner;
use iam_gateway::{Account, Gateway};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Error, Message, client::IntoClientRequest},
};
use tower::{BoxError, ServiceBuilder, ServiceExt, service_fn};
use tower_sigv4::{RequestSigner, SigV4Layer, SignedBody};

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), BoxError> {
    let account = Account::new("AKIDEXAMPLE", "secret");
    let gateway = Gateway::new("execute-api", "eu-west-1", account).echo_websockets(true);
    let server = gateway.serve().await?;
    let uri: Uri = format!("ws://{}/production?room=1", server.local_addr()).parse()?;

    println!("1. A handshake without a signature is rejected.");
    match connect_async(&uri).await {
        Err(Error::Http(response)) if response.status() == StatusCode::FORBIDDEN => {}
        other => return Err(format!("expected 403: {other:?}").into()),
    }

    println!("2. Signed in its URL, for clients that can send no headers, as browsers.");
    let provider = Credentials::new("AKIDEXAMPLE", "secret", None, None, "example");
    let signer = RequestSigner::builder("execute-api", "eu-west-1", provider.clone());
    let signer = signer.build_signer()?;
    let chat = ApiGatewaySigner::new(uri.clone())?;
    // For each connection: it is valid for five minutes.
    let handshake = signer.sign_token(&chat).await?;
    let (socket, _) = connect_async(handshake.uri()).await?;
    converse(socket).await?;

    println!("3. Signed in its headers, by the layer around the handshake.");
    // AWS's own hosts need no permission.
    let layer = SigV4Layer::builder("execute-api", "eu-west-1", provider).allow_loopback(true);
    let client = ServiceBuilder::new()
        .layer(layer.build()?)
        .service(service_fn(open));
    let request = uri.into_client_request()?.map(|()| Empty::<Bytes>::new());
    let response = client.oneshot(request).await?;
    let status = response.status();
    let socket = response.into_body();
    converse(socket.ok_or_else(|| format!("rejected: {status}"))?).await?;

    println!("\nEverything happened as it should.");
    Ok(())
}

/// Tungstenite's handshake as a service. A rejection is a response as well: the layer reads there that
/// credentials were revoked or that the clock is wrong.
async fn open(
    request: Request<SignedBody<Empty<Bytes>>>,
) -> Result<Response<Option<Socket>>, BoxError> {
    match connect_async(request.map(drop)).await {
        Ok((socket, response)) => Ok(response.map(|_| Some(socket))),
        Err(Error::Http(response)) => Ok(response.map(|_| None)),
        Err(error) => Err(error.into()),
    }
}

async fn converse(mut socket: Socket) -> Result<(), BoxError> {
    socket.send(Message::text("hello")).await?;
    let answer = socket.next().await.ok_or("the socket was closed")??;
    println!("   {answer}");
    match answer == Message::text("hello") {
        true => Ok(socket.close(None).await?),
        false => Err("no echo".into()),
    }
}
