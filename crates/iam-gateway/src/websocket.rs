//! WebSockets: the answer to a handshake, and an echo of the messages that follow.

use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use http::{
    HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Version,
    header::{
        CONNECTION, HeaderName, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_PROTOCOL,
        SEC_WEBSOCKET_VERSION, UPGRADE,
    },
};
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use tokio::sync::watch;
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{Message, handshake::derive_accept_key, protocol::Role},
};

use crate::ResponseBody;

/// Answers a [WebSocket handshake], and then echoes on its connection until either end has had enough.
///
/// `None` for any other request, and for one that came over no connection.
///
/// [WebSocket handshake]: https://www.rfc-editor.org/rfc/rfc6455#section-4.2
pub(crate) fn accept(
    request: &Request<Bytes>,
    stopped: Option<watch::Receiver<()>>,
) -> Option<Response<ResponseBody>> {
    let headers = request.headers();
    let is_handshake = request.method() == Method::GET
        && request.version() == Version::HTTP_11
        && lists(headers, &CONNECTION, "upgrade")
        && lists(headers, &UPGRADE, "websocket")
        && lists(headers, &SEC_WEBSOCKET_VERSION, "13");
    let key = headers.get(SEC_WEBSOCKET_KEY).filter(|_| is_handshake)?;
    let key = derive_accept_key(key.as_bytes());
    let protocol = list(headers, &SEC_WEBSOCKET_PROTOCOL).next();
    let protocol = protocol.and_then(|name| HeaderValue::from_str(name).ok());

    let upgrade = request.extensions().get::<OnUpgrade>()?;
    tokio::spawn(echo(upgrade.clone(), stopped));

    let mut response = Response::new(Bytes::new().into());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = response.headers_mut();
    headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
    headers.extend(
        HeaderValue::from_str(&key)
            .ok()
            .map(|key| (SEC_WEBSOCKET_ACCEPT, key)),
    );
    headers.extend(protocol.map(|name| (SEC_WEBSOCKET_PROTOCOL, name)));
    Some(response)
}

/// What breaks the connection is the client's affair.
async fn echo(upgrade: OnUpgrade, stopped: Option<watch::Receiver<()>>) {
    let Ok(connection) = upgrade.await else {
        return;
    };
    let connection = TokioIo::new(connection);
    let mut socket = WebSocketStream::from_raw_socket(connection, Role::Server, None).await;
    let stopped = async move {
        match stopped {
            // An error is a server that was dropped.
            Some(mut stopped) => drop(stopped.changed().await),
            None => std::future::pending().await,
        }
    };
    let mut stopped = std::pin::pin!(stopped);
    loop {
        tokio::select! {
            message = socket.next() => match message {
                Some(Ok(message @ (Message::Text(_) | Message::Binary(_)))) => {
                    if socket.send(message).await.is_err() {
                        return;
                    }
                }
                // Pings are answered while the next message is waited for.
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return,
            },
            () = &mut stopped => {
                let _ = socket.close(None).await;
                return;
            }
        }
    }
}

/// The elements of a header that is a list.
fn list<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    let values = headers.get_all(name).into_iter();
    let values = values.filter_map(|value| value.to_str().ok());
    values
        .flat_map(|value| value.split(','))
        .map(str::trim_ascii)
        .filter(|element| !element.is_empty())
}

fn lists(headers: &HeaderMap, name: &HeaderName, wanted: &str) -> bool {
    list(headers, name).any(|element| element.eq_ignore_ascii_case(wanted))
}
