//! The gateway on a socket, called by hyper-util's client.

mod common;

use std::{
    sync::{Arc, Mutex},
    time::SystemTime,
};

use bytes::Bytes;
use common::{ACCESS_KEY_ID, Answer, SECRET, account, client, gateway};
use http::{Request, Version};
use http_body_util::{BodyExt, Full};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use iam_gateway::{Account, Accounts, Gateway, Server};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

type HttpClient = Client<HttpConnector, Full<Bytes>>;

fn http_client(version: Version) -> HttpClient {
    let mut builder = Client::builder(TokioExecutor::new());
    builder.http2_only(version == Version::HTTP_2);
    builder.build_http()
}

/// Signs a request for a server and sends it.
async fn call(http: &HttpClient, server: &Server, request: Request<&'static str>) -> Answer {
    call_as(&client(), http, server, request).await
}

async fn call_as(
    client: &common::Client,
    http: &HttpClient,
    server: &Server,
    request: Request<&'static str>,
) -> Answer {
    let mut request = request.map(Bytes::from);
    let host = server.local_addr().to_string().parse().unwrap();
    request.headers_mut().insert("host", host);
    let mut request = client.sign(request);
    // The HTTP client writes the host by itself.
    request.headers_mut().remove("host");
    let uri = format!("{}{}", server.url(), request.uri());
    *request.uri_mut() = uri.parse().unwrap();
    let (parts, body) = http.request(request).await.unwrap().into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    Answer::from_parts(parts.status, parts.headers, &body)
}

fn get(target: &str) -> Request<&'static str> {
    Request::get(target).body("").unwrap()
}

#[tokio::test]
async fn one_port_serves_http_1_and_http_2_and_echoes() {
    let server = gateway().serve().await.unwrap();
    for version in [Version::HTTP_11, Version::HTTP_2] {
        let request = Request::post("/dev/p%20q?b=2&a=%2B")
            .header("content-type", "text/plain")
            .header("x-twice", "1")
            .header("x-twice", "2")
            .body("hello");
        let answer = call(&http_client(version), &server, request.unwrap()).await;
        assert_eq!(answer.status, 200, "{version:?}: {}", answer.rejection());
        let host = server.local_addr();
        let canonical_request = format!(
            "POST\n/dev/p%2520q\na=%2B&b=2\ncontent-type:text/plain\nhost:{host}\n\
             x-amz-date:20150830T123600Z\nx-twice:1,2\n\ncontent-type;host;x-amz-date;x-twice\n\
             2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
        );
        let echo = answer.body;
        assert_eq!(echo["method"], "POST");
        assert_eq!(echo["path"], "/dev/p%20q");
        assert_eq!(echo["query"], "b=2&a=%2B");
        assert_eq!(echo["headers"]["x-twice"], json!(["1", "2"]));
        assert_eq!(echo["body"], "hello");
        assert_eq!(echo["isBase64Encoded"], false);
        assert_eq!(echo["accessKeyId"], ACCESS_KEY_ID);
        assert_eq!(echo["canonicalRequest"], canonical_request);
        assert!(
            echo["stringToSign"]
                .as_str()
                .unwrap()
                .starts_with("AWS4-HMAC-SHA256\n")
        );
        assert!(echo["headers"].get("authorization").is_none());
    }
}

#[tokio::test]
async fn a_body_that_is_not_text_is_echoed_in_base64() {
    let request = Request::post("/dev").body(Bytes::from_static(b"\xff\xfe"));
    let answer = common::send(&gateway(), client().sign(request.unwrap())).await;
    assert_eq!(answer.body["body"], "//4=");
    assert_eq!(answer.body["isBase64Encoded"], true);
}

#[tokio::test]
async fn a_client_with_too_large_a_body_gets_to_read_why() {
    let server = gateway().serve().await.unwrap();
    for version in [Version::HTTP_11, Version::HTTP_2] {
        let body = Bytes::from(vec![b'a'; 2 * Gateway::BODY_LIMIT]);
        let request = Request::post(server.url()).body(Full::from(body)).unwrap();
        let response = http_client(version).request(request).await.unwrap();
        assert_eq!(response.status(), 413, "{version:?}");
    }
}

#[tokio::test]
async fn keys_can_be_rotated_while_the_gateway_serves() {
    let accounts = Accounts::from(account());
    let server = Gateway::new("execute-api", "us-east-1", accounts.clone())
        .clock(common::moment)
        .serve()
        .await
        .unwrap();
    let http = http_client(Version::HTTP_11);
    assert_eq!(call(&http, &server, get("/")).await.status, 200);

    accounts.add(Account::new("AKIDNEXT", SECRET));
    let next = common::Client {
        access_key_id: "AKIDNEXT".to_owned(),
        ..client()
    };
    for client in [&client(), &next] {
        assert_eq!(call_as(client, &http, &server, get("/")).await.status, 200);
    }

    assert!(accounts.remove(ACCESS_KEY_ID));
    assert!(!accounts.remove(ACCESS_KEY_ID));
    let rejected = call(&http, &server, get("/")).await;
    assert_eq!(rejected.error_type(), "UnrecognizedClientException");
    assert_eq!(call_as(&next, &http, &server, get("/")).await.status, 200);
}

#[tokio::test]
async fn an_inspector_sees_what_was_received_and_the_verification() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&seen);
    let gateway = gateway().inspect(move |received| {
        let request = received.request();
        let line = format!(
            "{} {} {:?} {} {:?} {:?}",
            request.method(),
            request.uri(),
            request.version(),
            request.headers()["x-a"].to_str().unwrap(),
            request.body(),
            received
                .verification()
                .map(|accepted| accepted.access_key_id().to_owned())
                .map_err(|rejection| rejection.error_type().to_owned()),
        );
        log.lock().unwrap().push(line);
    });
    let server = gateway.serve().await.unwrap();
    let wrong = common::Client {
        secret: "wrong".to_owned(),
        ..client()
    };
    for client in [&client(), &wrong] {
        let request = Request::post("/%7Ea?b").header("x-a", "1").body("hello");
        let http = http_client(Version::HTTP_11);
        call_as(client, &http, &server, request.unwrap()).await;
    }
    assert_eq!(
        *seen.lock().unwrap(),
        [
            r#"POST /%7Ea?b HTTP/1.1 1 b"hello" Ok("AKIDEXAMPLE")"#,
            r#"POST /%7Ea?b HTTP/1.1 1 b"hello" Err("InvalidSignatureException")"#,
        ]
    );
}

#[tokio::test]
async fn the_clock_is_the_systems_unless_it_is_set() {
    let gateway = Gateway::new("execute-api", "us-east-1", account());
    let client = common::Client {
        time: SystemTime::now(),
        ..client()
    };
    assert_eq!(common::send(&gateway, client.get("/")).await.status, 200);
}

#[tokio::test]
async fn shutting_down_does_not_wait_for_idle_or_silent_connections() {
    let server = gateway().serve().await.unwrap();
    let address = server.local_addr();
    let _silent = TcpStream::connect(address).await.unwrap();
    let clients = [Version::HTTP_11, Version::HTTP_2].map(http_client);
    for http in &clients {
        assert_eq!(call(http, &server, get("/")).await.status, 200);
    }
    server.shutdown().await;
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn shutting_down_waits_for_the_answer_to_a_request_under_way() {
    let server = gateway().serve().await.unwrap();
    let mut stream = TcpStream::connect(server.local_addr()).await.unwrap();
    let head = "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\nexpect: 100-continue\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    // Sent once the gateway asks for the body.
    let mut answer = vec![0; "HTTP/1.1 100 Continue\r\n\r\n".len()];
    stream.read_exact(&mut answer).await.unwrap();

    let mut answer = String::new();
    let finish = async {
        // The server is being shut down by now, for `join!` polls in order.
        stream.write_all(b"hello").await.unwrap();
        stream.read_to_string(&mut answer).await.unwrap();
    };
    tokio::join!(server.shutdown(), finish);
    assert!(answer.starts_with("HTTP/1.1 403 "), "{answer}");
}

#[tokio::test]
async fn a_dropped_server_stops() {
    let server = gateway().serve().await.unwrap();
    let (url, http) = (server.url(), http_client(Version::HTTP_11));
    assert_eq!(call(&http, &server, get("/")).await.status, 200);
    drop(server);
    let request = Request::get(url).body(Full::default()).unwrap();
    assert!(http.request(request).await.is_err());
}

#[tokio::test]
async fn accounts_and_gateways_show_no_secret() {
    let account = account().session_token("token-of-mine");
    let gateway = Gateway::new("execute-api", "us-east-1", account.clone());
    let shown = format!(
        "{account:?} {gateway:?} {:?}",
        Accounts::from(account.clone())
    );
    assert!(shown.contains(ACCESS_KEY_ID), "{shown}");
    assert!(
        !shown.contains(SECRET) && !shown.contains("token-of-mine"),
        "{shown}"
    );
}
