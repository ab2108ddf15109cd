//! WebSockets at the gateway, opened with a handshake that is signed.

mod common;

use bytes::Bytes;
use common::{Client, account, client, gateway, moment};
use futures_util::{SinkExt, StreamExt};
use http::{Request, Response, StatusCode};
use iam_gateway::{Gateway, Server};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    WebSocketStream, client_async,
    tungstenite::{Error, Message, handshake::client::generate_key},
};

type Socket = WebSocketStream<TcpStream>;

async fn serve() -> Server {
    gateway().echo_websockets(true).serve().await.unwrap()
}

/// Opens a WebSocket with a signature that covers the headers of the handshake too.
async fn open(
    server: &Server,
    client: &Client,
    protocols: Option<&str>,
) -> Result<(Socket, Response<Option<Vec<u8>>>), Error> {
    let host = server.local_addr().to_string();
    let request = Request::get("/prod?room=1")
        .header("host", &host)
        .header("connection", "keep-alive, Upgrade")
        .header("upgrade", "websocket")
        .header("sec-websocket-version", "13")
        .header("sec-websocket-key", generate_key());
    let request = match protocols {
        Some(protocols) => request.header("sec-websocket-protocol", protocols),
        None => request,
    };
    let mut request = client.sign(request.body(Bytes::new()).unwrap()).map(drop);
    *request.uri_mut() = format!("ws://{host}{}", request.uri()).parse().unwrap();
    let stream = TcpStream::connect(server.local_addr()).await.unwrap();
    client_async(request, stream).await
}

#[tokio::test]
async fn messages_are_echoed_after_a_handshake_that_is_signed() {
    let server = serve().await;
    let presigning = Client {
        presign: Some(std::time::Duration::from_secs(60)),
        ..client()
    };
    for client in [client(), presigning] {
        let (mut socket, response) = open(&server, &client, None).await.unwrap();
        assert!(response.headers().contains_key("x-amzn-requestid"));
        for message in [
            Message::text("hello"),
            Message::text(""),
            Message::binary(vec![0; 100_000]),
        ] {
            socket.send(message.clone()).await.unwrap();
            assert_eq!(socket.next().await.unwrap().unwrap(), message);
        }
        socket.close(None).await.unwrap();
        while socket.next().await.is_some() {}
    }
}

#[tokio::test]
async fn a_handshake_that_is_not_signed_as_it_should_be_is_rejected_as_a_request_is() {
    let server = serve().await;
    let wrong = Client {
        secret: "wrong".to_owned(),
        ..client()
    };
    let Err(Error::Http(response)) = open(&server, &wrong, None).await else {
        panic!("the handshake was accepted");
    };
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
    assert_eq!(
        response.headers()["x-amzn-errortype"],
        "InvalidSignatureException"
    );
}

#[tokio::test]
async fn the_first_subprotocol_that_is_offered_is_taken() {
    let server = serve().await;
    let offered = Some("mqtt, other");
    let (_, response) = open(&server, &client(), offered).await.unwrap();
    assert_eq!(response.headers()["sec-websocket-protocol"], "mqtt");
}

#[tokio::test]
async fn a_handshake_is_echoed_as_any_request_unless_websockets_are_wanted() {
    let server = gateway().serve().await.unwrap();
    let Err(Error::Http(response)) = open(&server, &client(), None).await else {
        panic!("the handshake was accepted");
    };
    assert_eq!(response.status(), StatusCode::OK);
}

#[tokio::test]
async fn what_is_no_handshake_is_echoed_as_any_request() {
    let gateway = gateway().echo_websockets(true);
    let complete = [
        ("connection", "upgrade"),
        ("upgrade", "websocket"),
        ("sec-websocket-version", "13"),
        ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ];
    // One that is complete comes over no connection here.
    for missing in 0..=complete.len() {
        let mut request = Request::get("/");
        for (at, (name, value)) in complete.into_iter().enumerate() {
            if at != missing {
                request = request.header(name, value);
            }
        }
        let request = client().sign(request.body(Bytes::new()).unwrap());
        assert_eq!(common::send(&gateway, request).await.status, 200);
    }
}

#[tokio::test]
async fn sockets_end_with_their_server() {
    let server = serve().await;
    let (mut socket, _) = open(&server, &client(), None).await.unwrap();
    server.shutdown().await;
    assert!(matches!(
        socket.next().await,
        Some(Ok(Message::Close(None)))
    ));

    let server = serve().await;
    let (mut socket, _) = open(&server, &client(), None).await.unwrap();
    drop(server);
    assert!(matches!(
        socket.next().await,
        Some(Ok(Message::Close(None)))
    ));
}

#[tokio::test]
async fn a_path_with_an_upstream_is_forwarded_and_opens_no_socket() {
    let upstream = Gateway::new("execute-api", "us-east-1", account()).clock(moment);
    let upstream = upstream.serve().await.unwrap();
    let gateway = gateway().echo_websockets(true);
    let gateway = gateway.route("/prod", &upstream.url()).unwrap();
    let server = gateway.serve().await.unwrap();
    let Err(Error::Http(response)) = open(&server, &client(), None).await else {
        panic!("the handshake was accepted");
    };
    // The upstream gets no signature.
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
}
