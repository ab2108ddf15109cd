//! Whatever a client sends, the gateway does not panic and goes on serving.

mod common;

use std::{
    io,
    sync::atomic::{AtomicUsize, Ordering},
};

use bytes::Bytes;
use common::{client, gateway, send};
use fastrand::Rng;
use http::{HeaderName, HeaderValue, Method, Request, Uri, Version};
use http_body_util::Full;
use iam_gateway::Server;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// A panic of a connection's task would go unnoticed otherwise.
static PANICS: AtomicUsize = AtomicUsize::new(0);

#[tokio::test]
async fn bytes_on_a_socket() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        PANICS.fetch_add(1, Ordering::Relaxed);
        before(info);
    }));
    let server = gateway().serve().await.unwrap();
    let signed = signed();
    assert!(
        exchange(&server, signed.as_bytes())
            .await
            .starts_with("HTTP/1.1 200 ")
    );

    for message in [
        "OPTIONS * HTTP/1.1\r\nhost: a\r\n\r\n",
        "CONNECT a:443 HTTP/1.1\r\nhost: a:443\r\n\r\n",
        "GET / HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.0\r\n\r\n",
        "GET http:// HTTP/1.1\r\n\r\n",
        "GET http://u:p@h:/%?%=%&X-Amz-Signature=%FF&X-Amz-Algorithm HTTP/1.1\r\n\r\n",
        "GET /?X-Amz-Date=2015083\u{e9}T12360Z&X-Amz-Algorithm=AWS4-HMAC-SHA256 HTTP/1.1\r\n\r\n",
        "GET / HTTP/1.1\r\nauthorization: \r\nauthorization: ,,,=\r\n\r\n",
        "POST / HTTP/1.1\r\ncontent-length: 99999999999999999999\r\n\r\n",
        "POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0",
        "\u{16}\u{3}\u{1}",
        "\0",
    ] {
        exchange(&server, message.as_bytes()).await;
    }
    let mut random = Rng::with_seed(2);
    for _ in 0..1_000 {
        let mut message = signed.clone().into_bytes();
        for _ in 0..random.usize(1..6) {
            let at = random.usize(..message.len());
            match random.u8(..4) {
                0 => message[at] = random.u8(..),
                1 => message[at] ^= 1,
                2 => message.insert(at, random.u8(..)),
                _ => message.truncate(at.max(1)),
            }
        }
        exchange(&server, &message).await;
    }

    assert!(
        exchange(&server, signed.as_bytes())
            .await
            .starts_with("HTTP/1.1 200 ")
    );
    assert_eq!(PANICS.load(Ordering::Relaxed), 0);
    server.shutdown().await;
}

#[tokio::test]
async fn requests_in_memory() {
    let mut random = Rng::with_seed(3);
    let (mut accepted, mut rejected) = (0, 0);
    for _ in 0..2_000 {
        let mut request = client().get("/dev?a=b");
        for _ in 0..random.usize(0..4) {
            alter(&mut random, &mut request);
        }
        match send(&gateway(), request).await.status.as_u16() {
            200 => accepted += 1,
            _ => rejected += 1,
        }
    }
    assert!(accepted > 200 && rejected > 800, "{accepted} {rejected}");
}

#[tokio::test]
async fn more_headers_than_aws_sigv4_can_hold() {
    let mut request = client().get("/dev");
    let mut names = String::new();
    for number in 0..20_000 {
        let name = HeaderName::try_from(format!("h{number}")).unwrap();
        names = names + ";" + name.as_str();
        request
            .headers_mut()
            .insert(name, HeaderValue::from_static(""));
    }
    let authorization = request.headers()["authorization"].to_str().unwrap();
    let authorization = authorization.replace(";x-amz-date", &format!(";x-amz-date{names}"));
    request
        .headers_mut()
        .insert("authorization", authorization.parse().unwrap());
    assert_eq!(send(&gateway(), request).await.status, 431);
}

/// A signed request as HTTP/1.1 writes it.
fn signed() -> String {
    let request = client().get("/dev?a=b");
    let mut text = format!("GET {} HTTP/1.1\r\n", request.uri());
    for (name, value) in request.headers() {
        text = text + name.as_str() + ": " + value.to_str().unwrap() + "\r\n";
    }
    text + "connection: close\r\n\r\n"
}

/// Sends bytes and nothing more, and reads what comes back until the gateway has had enough.
async fn exchange(server: &Server, message: &[u8]) -> String {
    let talk = async {
        let mut stream = TcpStream::connect(server.local_addr()).await?;
        stream.write_all(message).await?;
        stream.shutdown().await?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await?;
        io::Result::Ok(answer)
    };
    // A connection that the gateway resets is an answer as well.
    String::from_utf8_lossy(&talk.await.unwrap_or_default()).into_owned()
}

fn alter(random: &mut Rng, request: &mut Request<Full<Bytes>>) {
    const TEXTS: [&[u8]; 16] = [
        b"",
        b" ",
        b"/",
        b"\t",
        b"\xff",
        b"%",
        b"=",
        b",",
        b";host;;host",
        b"AWS4-HMAC-SHA256 Credential=////, SignedHeaders=;, Signature=\xff",
        b"AWS4-HMAC-SHA256 Credential=a/b/c/d/e,SignedHeaders=host;\xc3\xa9,Signature=a",
        b"2015083\xc3\xa9T12360Z",
        b"99991231T235959Z",
        b"00000101T000000Z",
        b"18446744073709551616",
        b"20150830T123600Z",
    ];
    const NAMES: [&str; 10] = [
        "authorization",
        "connection",
        "content-length",
        "date",
        "host",
        "x-amz-content-sha256",
        "x-amz-date",
        "x-amz-meta-a",
        "x-amz-security-token",
        "x-amzn-trace-id",
    ];
    const TARGETS: [&str; 14] = [
        "*",
        "a:1",
        "//",
        "/?",
        "/%",
        "/\u{e9}?\u{e9}",
        "http://h",
        "http://[::1]:/?&&",
        "http://u:p@h:99999/",
        "/?X-Amz-Signature",
        "/?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=a%2Fb&X-Amz-Signature=1",
        "/?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIDEXAMPLE/20150830/us-east-1/\
         execute-api/aws4_request&X-Amz-Signature=1&X-Amz-SignedHeaders=host&X-Amz-Expires=1&\
         X-Amz-Date=20150830T123600Z",
        "/?X-Amz-Algorithm&X-Amz-Algorithm&%58-Amz-Signature=%ff&X-Amz-Date=%FF",
        "/./../.././/",
    ];
    let name = HeaderName::from_static(NAMES[random.usize(..NAMES.len())]);
    let value = HeaderValue::from_bytes(TEXTS[random.usize(..TEXTS.len())]).unwrap();
    match random.u8(..7) {
        0 => drop(request.headers_mut().insert(name, value)),
        1 => drop(request.headers_mut().append(name, value)),
        2 => drop(request.headers_mut().remove(name)),
        3 => *request.uri_mut() = Uri::from_static(TARGETS[random.usize(..TARGETS.len())]),
        4 => *request.version_mut() = Version::HTTP_2,
        5 => *request.method_mut() = Method::CONNECT,
        _ => {
            let authorization = request.headers().get("authorization").cloned();
            let mut bytes = authorization.map_or(Vec::new(), |value| value.as_bytes().to_vec());
            if !bytes.is_empty() {
                let at = random.usize(..bytes.len());
                bytes[at] = random.u8(b' '..=255);
                if let Ok(value) = HeaderValue::from_bytes(&bytes) {
                    request.headers_mut().insert("authorization", value);
                }
            }
        }
    }
}
