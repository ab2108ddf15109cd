//! Tokens and handshakes presented over a loopback socket to a server that verifies them with
//! `aws-sigv4`, as they are and altered.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use base64_simd::{STANDARD, URL_SAFE_NO_PAD};
use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, Uri, header::HOST};
use http_body_util::Full;
use http_sigv4::{
    SigningKey, SigningScope,
    tokens::{
        ApiGatewaySigner, AppSyncSigner, BedrockSigner, DsqlSigner, EksSigner, ElastiCacheSigner,
        Handshake, IotSigner, MemoryDbSigner, MskSigner, NeptuneSigner, RdsSigner, Token,
        TokenSigner, TranscribeSigner,
    },
};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use iam_gateway::{Account, Gateway, Server};
use serde_json::Value;
use tokio::net::TcpStream;
use tokio_tungstenite::{
    client_async,
    tungstenite::{Error, Message, client::IntoClientRequest},
};

const REGION: &str = "eu-west-1";
const ID: &str = "AKIDEXAMPLE";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const TOKEN: &str = "IQoJb3JpZ2luX2VjEXAMPLE+token/==";

/// With a fraction, which no signature has.
fn moment() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_millis(1_440_938_160_500)
}

fn sign<S: TokenSigner>(signer: &S, session_token: Option<&str>) -> S::Output {
    let session_token = session_token.map(Into::into);
    let credentials = Credentials::new(ID, SECRET, session_token, None, "test");
    let scope = SigningScope::new(signer.service(), REGION).unwrap();
    let key = SigningKey::derive(&credentials, &scope, moment()).unwrap();
    signer.sign(&key, moment()).unwrap()
}

async fn serve(service: &str, session_token: Option<&str>, now: SystemTime) -> Server {
    let account = Account::new(ID, SECRET);
    let account = match session_token {
        Some(token) => account.session_token(token),
        None => account,
    };
    let gateway = Gateway::new(service, REGION, account).clock(move || now);
    gateway.echo_websockets(true).serve().await.unwrap()
}

/// What a service does with a token: it sends a request, or compares the token with one.
#[derive(Clone, Debug)]
struct Presented {
    method: Method,
    host: String,
    target: String,
    headers: HeaderMap,
    body: &'static str,
}

impl Presented {
    fn get(host: &str, target: &str) -> Self {
        Self {
            method: Method::GET,
            host: host.into(),
            target: target.into(),
            headers: HeaderMap::new(),
            body: "",
        }
    }

    /// A token that is a URL without its scheme.
    fn of_password(token: &str) -> Self {
        let (host, target) = token.split_at(token.find('/').unwrap());
        Self::get(host, target)
    }

    async fn send(&self, server: &Server) -> StatusCode {
        let request = Request::builder().method(&self.method).uri(&self.target);
        let mut request = request.body(Full::new(Bytes::from(self.body))).unwrap();
        *request.headers_mut() = self.headers.clone();
        let host = HeaderValue::from_str(&self.host).unwrap();
        request.headers_mut().insert(HOST, host);
        let stream = TcpStream::connect(server.local_addr()).await.unwrap();
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection);
        sender.send_request(request).await.unwrap().status()
    }

    /// The same with one thing changed.
    fn altered(&self) -> Vec<(&'static str, Self)> {
        let with = |what, alter: fn(&mut Self)| {
            let mut other = self.clone();
            alter(&mut other);
            (what, other)
        };
        let mut all = vec![
            with("another host", |it| it.host.insert(0, 'x')),
            with("another path", |it| it.target.insert_str(1, "x/")),
            with("another method", |it| it.method = Method::DELETE),
            with("one more parameter", |it| {
                it.target += if it.target.contains('?') {
                    "&a="
                } else {
                    "?a="
                };
            }),
        ];
        let (path, query) = self.target.split_once('?').unwrap_or((&self.target, ""));
        for at in 0..query.split('&').filter(|pair| !pair.is_empty()).count() {
            let mut pairs: Vec<_> = query.split('&').map(str::to_owned).collect();
            let last = pairs[at].pop().unwrap();
            pairs[at].push(if last == '1' { '2' } else { '1' });
            let target = format!("{path}?{}", pairs.join("&"));
            let other = self.clone();
            all.push(("another parameter", Self { target, ..other }));
        }
        for name in self.headers.keys() {
            let mut other = self.clone();
            let value = other.headers[name].to_str().unwrap();
            let value = HeaderValue::from_str(&format!("{value}1")).unwrap();
            other.headers.insert(name, value);
            all.push(("another header", other));
        }
        all
    }

    /// Asserts that it is taken until it expires, and that nothing else is.
    async fn check(self, service: &str, expires_at: SystemTime) {
        let server = serve(service, Some(TOKEN), moment()).await;
        assert_eq!(self.send(&server).await, StatusCode::OK, "{self:#?}");
        for (what, altered) in self.altered() {
            let status = altered.send(&server).await;
            assert!(status.is_client_error(), "{what}: {status} {altered:#?}");
        }
        let late = serve(service, Some(TOKEN), expires_at + Duration::from_secs(1)).await;
        assert_eq!(self.send(&late).await, StatusCode::FORBIDDEN, "{self:#?}");
    }
}

/// Users whose names have to be percent-encoded in different ways.
const USERS: &[&str] = &[
    "app",
    "a b+c/d",
    "\u{fc}\u{20ac}\u{1f600}",
    "%41&User=x=~'\"\\",
];

#[tokio::test]
async fn passwords_are_taken_as_they_are_until_they_expire_and_altered_ones_never() {
    let check = async |service, token: Token| {
        let presented = Presented::of_password(token.as_str());
        presented.check(service, token.expires_at()).await;
    };
    for user in USERS {
        for (host, port) in [("DB.example.com", 5432), ("db.example.com", 443)] {
            let signer = RdsSigner::new(host, port, user).unwrap();
            let token = sign(&signer, Some(TOKEN));
            let mut presented = Presented::of_password(token.as_str());
            // Whoever compares leaves the default port out, as it does in any URL over https.
            let host = presented.host.strip_suffix(":443").map(str::to_owned);
            presented.host = host.unwrap_or(presented.host);
            presented.check("rds-db", token.expires_at()).await;
        }
        let signer = ElastiCacheSigner::new("sessions", user).unwrap();
        check("elasticache", sign(&signer, Some(TOKEN))).await;
        let signer = ElastiCacheSigner::serverless("sessions", user).unwrap();
        check("elasticache", sign(&signer, Some(TOKEN))).await;
        let signer = MemoryDbSigner::new("carts", user).unwrap();
        check("memorydb", sign(&signer, Some(TOKEN))).await;
    }
    for signer in [DsqlSigner::connect, DsqlSigner::connect_as_admin] {
        let signer = signer("abc123.dsql.eu-west-1.on.aws").unwrap();
        check("dsql", sign(&signer, Some(TOKEN))).await;
    }
}

#[tokio::test]
async fn what_a_cluster_of_eks_sends_to_sts_is_taken_there() {
    let token = sign(&EksSigner::new("production").unwrap(), Some(TOKEN));
    let url = token.as_str().strip_prefix("k8s-aws-v1.").unwrap();
    let url = URL_SAFE_NO_PAD.decode_to_vec(url).unwrap();
    let uri: Uri = String::from_utf8(url).unwrap().parse().unwrap();
    let target = uri.path_and_query().unwrap().as_str();
    let mut presented = Presented::get(uri.host().unwrap(), target);
    let cluster = HeaderValue::from_static("production");
    presented.headers.insert("x-k8s-aws-id", cluster);
    let url_expires_at = moment() + Duration::from_secs(60);
    presented.check("sts", url_expires_at).await;
}

#[tokio::test]
async fn the_url_in_a_token_for_msk_and_in_a_key_for_bedrock_is_signed() {
    let token = sign(&MskSigner::new(), Some(TOKEN));
    let url = URL_SAFE_NO_PAD.decode_to_vec(token.as_str()).unwrap();
    let url = String::from_utf8(url).unwrap();
    // What follows the signature is not signed.
    let (signed, _) = url.split_once("&User-Agent=").unwrap();
    let presented = Presented::of_password(signed.strip_prefix("https://").unwrap());
    presented.check("kafka-cluster", token.expires_at()).await;

    let token = sign(&BedrockSigner::new(), Some(TOKEN));
    let url = token.as_str().strip_prefix("bedrock-api-key-").unwrap();
    let url = STANDARD.decode_to_vec(url).unwrap();
    let url = String::from_utf8(url).unwrap();
    let mut presented = Presented::of_password(url.strip_suffix("&Version=1").unwrap());
    presented.method = Method::POST;
    presented.check("bedrock", token.expires_at()).await;
}

#[tokio::test]
async fn the_headers_for_appsync_sign_the_request_that_they_stand_for() {
    let host = "abc123.appsync-api.eu-west-1.amazonaws.com";
    let (data, message) = (
        r#"{"query":"subscription { added }"}"#,
        r#"{"channel":"/a"}"#,
    );
    for (signer, path, body) in [
        (AppSyncSigner::connect(host), "/graphql/connect", "{}"),
        (AppSyncSigner::subscribe(host, data), "/graphql", data),
        (AppSyncSigner::connect_to_events(host), "/event", "{}"),
        (AppSyncSigner::event(host, message), "/event", message),
    ] {
        let authorization = sign(&signer.unwrap(), Some(TOKEN));
        let headers: Value = serde_json::from_str(authorization.as_json()).unwrap();
        let mut presented = Presented::get(host, path);
        (presented.method, presented.body) = (Method::POST, body);
        for (name, value) in headers.as_object().unwrap() {
            let value = HeaderValue::from_str(value.as_str().unwrap()).unwrap();
            let name: http::HeaderName = name.parse().unwrap();
            if name == HOST {
                assert_eq!(value, host);
            } else {
                presented.headers.insert(name, value);
            }
        }
        presented.check("appsync", authorization.expires_at()).await;
    }
}

/// Opens a WebSocket as tungstenite does, and sees a message come back.
async fn open(handshake: &Handshake, server: &Server) -> Result<(), Error> {
    let mut request = handshake.uri().into_client_request()?;
    request.headers_mut().extend(handshake.headers().clone());
    let stream = TcpStream::connect(server.local_addr()).await.unwrap();
    let (mut socket, _) = client_async(request, stream).await?;
    socket.send(Message::text("hello")).await?;
    assert_eq!(socket.next().await.unwrap()?, Message::text("hello"));
    Ok(())
}

#[tokio::test]
async fn handshakes_open_a_socket_until_they_expire() {
    let chat = "wss://abc123.execute-api.eu-west-1.amazonaws.com/production?room=a%20b";
    let chat = || ApiGatewaySigner::new(Uri::from_static(chat)).unwrap();
    let graph = NeptuneSigner::new("graph.cluster-abc.eu-west-1.neptune.amazonaws.com", 8182);
    let stream = TranscribeSigner::standard()
        .parameter("language-code", "en-US")
        .parameter("vocabulary-name", "a b/\u{20ac}");
    let mqtt = || IotSigner::new("abc123-ats.iot.eu-west-1.amazonaws.com").unwrap();
    // IoT's session token is not signed, which is so at no other service.
    for (service, handshake, token) in [
        ("execute-api", sign(&chat(), Some(TOKEN)), Some(TOKEN)),
        (
            "execute-api",
            sign(&chat().in_headers(true), Some(TOKEN)),
            Some(TOKEN),
        ),
        (
            "neptune-db",
            sign(&graph.unwrap(), Some(TOKEN)),
            Some(TOKEN),
        ),
        ("transcribe", sign(&stream, Some(TOKEN)), Some(TOKEN)),
        ("iotdevicegateway", sign(&mqtt(), None), None),
        (
            "iotdevicegateway",
            sign(&mqtt().names_default_port(true), None),
            None,
        ),
    ] {
        let server = serve(service, token, moment()).await;
        open(&handshake, &server).await.unwrap();

        let late = handshake.expires_at() + Duration::from_secs(1);
        let foreign = serve("another", token, moment()).await;
        let late = serve(service, token, late).await;
        for server in [foreign, late] {
            let Err(Error::Http(response)) = open(&handshake, &server).await else {
                panic!("{service}: a socket was opened");
            };
            assert_eq!(response.status(), StatusCode::FORBIDDEN, "{service}");
        }
    }
}

#[tokio::test]
async fn an_altered_handshake_opens_no_socket() {
    let uri = Uri::from_static("wss://abc123.execute-api.eu-west-1.amazonaws.com/production?a=1");
    let signer = ApiGatewaySigner::new(uri).unwrap();
    let server = serve("execute-api", Some(TOKEN), moment()).await;
    let presented = |handshake: Handshake| {
        let (uri, headers) = handshake.into_parts();
        let target = uri.path_and_query().unwrap().as_str();
        let mut presented = Presented::get(uri.host().unwrap(), target);
        presented.headers = headers;
        presented
    };
    for in_headers in [false, true] {
        let signer = signer.clone().in_headers(in_headers);
        let handshake = presented(sign(&signer, Some(TOKEN)));
        for (what, altered) in handshake.altered() {
            let status = altered.send(&server).await;
            assert!(status.is_client_error(), "{what}: {status} {altered:#?}");
        }
    }
}
