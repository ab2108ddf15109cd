//! Accepted requests on their way to an upstream.

mod common;

use std::{
    convert::Infallible,
    io,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use bytes::Bytes;
use common::{Client, TOKEN, account, client, gateway, gateway_of, send};
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    sync::oneshot,
};
use tower::ServiceExt;

/// A server that notes what it gets and answers with a teapot.
struct Upstream {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<Request<Bytes>>>>,
}

impl Upstream {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&requests);
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let log = Arc::clone(&log);
                let service = service_fn(move |request: Request<Incoming>| {
                    let log = Arc::clone(&log);
                    async move {
                        let (parts, body) = request.into_parts();
                        let body = body.collect().await.unwrap().to_bytes();
                        log.lock().unwrap().push(Request::from_parts(parts, body));
                        let response = Response::builder()
                            .status(418)
                            .header("x-upstream", "1")
                            .header("keep-alive", "timeout=5");
                        let body = Full::<Bytes>::from("short and stout");
                        Ok::<_, Infallible>(response.body(body).unwrap())
                    }
                });
                let connection =
                    http1::Builder::new().serve_connection(TokioIo::new(stream), service);
                tokio::spawn(connection);
            }
        });
        Self { address, requests }
    }

    fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The one request that it got.
    fn request(&self) -> Request<Bytes> {
        let mut requests = self.requests.lock().unwrap();
        assert_eq!(requests.len(), 1);
        requests.remove(0)
    }
}

#[tokio::test]
async fn a_request_is_forwarded_without_what_proved_whose_it_is() {
    let upstream = Upstream::start().await;
    let gateway = gateway_of(account().session_token(TOKEN))
        .route("/", &upstream.url(""))
        .unwrap();
    let client = Client {
        token: Some(TOKEN.to_owned()),
        ..client()
    };
    let request = Request::put("/dev/p%20q?b=2&a=%2B")
        .header("x-a", "1")
        .header("x-a", "2")
        .header("connection", "x-hop")
        .header("x-hop", "1")
        .header("te", "trailers");
    let request = client.sign(request.body(Bytes::from("hello")).unwrap());
    let answer = send(&gateway, request).await;

    assert_eq!(answer.status, 418, "{}", answer.rejection());
    assert_eq!(answer.body, "short and stout");
    assert_eq!(answer.headers["x-upstream"], "1");
    assert!(answer.headers.contains_key("x-amzn-requestid"));
    assert!(!answer.headers.contains_key("keep-alive"));

    let request = upstream.request();
    assert_eq!(request.method(), "PUT");
    assert_eq!(request.uri(), "/dev/p%20q?b=2&a=%2B");
    assert_eq!(request.body(), "hello");
    let headers = request.headers();
    assert_eq!(headers["host"], upstream.address.to_string());
    assert_eq!(headers["content-length"], "5");
    assert_eq!(headers.get_all("x-a").iter().count(), 2);
    assert_eq!(headers["x-amz-date"], "20150830T123600Z");
    for name in [
        "authorization",
        "x-amz-security-token",
        "connection",
        "x-hop",
        "te",
    ] {
        assert!(!headers.contains_key(name), "{name}");
    }
}

#[tokio::test]
async fn a_presigned_url_is_forwarded_without_its_signature() {
    let upstream = Upstream::start().await;
    let gateway = gateway_of(account().session_token(TOKEN))
        .route("/", &upstream.url(""))
        .unwrap();
    let client = Client {
        token: Some(TOKEN.to_owned()),
        presign: Some(Duration::from_secs(60)),
        ..client()
    };
    let answer = send(&gateway, client.get("/dev?a=1&b")).await;
    assert_eq!(answer.status, 418, "{}", answer.rejection());
    assert_eq!(upstream.request().uri(), "/dev?a=1&b");
}

#[tokio::test]
async fn the_longest_prefix_of_whole_segments_wins_and_the_rest_is_echoed() {
    let (pets, dogs) = (Upstream::start().await, Upstream::start().await);
    let gateway = gateway()
        .route("/pets/dogs", &dogs.url("/v1/"))
        .unwrap()
        .route("/pets/", &pets.url("/"))
        .unwrap();
    for (target, upstream, forwarded) in [
        ("/pets", &pets, "/pets"),
        ("/pets/1?a", &pets, "/pets/1?a"),
        ("/pets/dogsled", &pets, "/pets/dogsled"),
        ("/pets/dogs", &dogs, "/v1/pets/dogs"),
        ("/pets/dogs/", &dogs, "/v1/pets/dogs/"),
    ] {
        assert_eq!(send(&gateway, client().get(target)).await.status, 418);
        assert_eq!(upstream.request().uri(), forwarded);
    }
    let echo = send(&gateway, client().get("/petstore")).await;
    assert_eq!(echo.body["path"], "/petstore");
}

#[tokio::test]
async fn a_rejected_request_is_not_forwarded() {
    let upstream = Upstream::start().await;
    let gateway = gateway().route("/", &upstream.url("")).unwrap();
    let unsigned = Request::get("/dev")
        .header("host", "a")
        .body(Full::default());
    assert_eq!(send(&gateway, unsigned.unwrap()).await.status, 403);
    assert!(upstream.requests.lock().unwrap().is_empty());
}

#[tokio::test]
async fn an_upstream_that_is_not_there_or_answers_nonsense_is_a_bad_gateway() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let gateway = gateway().route("/", &format!("http://{address}")).unwrap();
    let nonsense = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await?;
        let _ = stream.read(&mut [0; 1024]).await?;
        stream.write_all(b"nonsense\r\n\r\n").await?;
        io::Result::Ok(())
    });
    for what in ["nonsense", "nobody there"] {
        let answer = send(&gateway, client().get("/dev")).await;
        assert_eq!(answer.status, 502, "{what}");
        assert_eq!(answer.error_type(), "BadGatewayException");
        let message = answer.message();
        assert!(
            message.starts_with(&format!("no answer from {address}: ")),
            "{message}"
        );
    }
    nonsense.await.unwrap().unwrap();
}

/// An upstream that sends the beginning of a response, and the rest when it is told what that is.
async fn slow_upstream() -> (SocketAddr, oneshot::Sender<&'static str>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (go_on, rest) = oneshot::channel();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let _ = stream.read(&mut [0; 1024]).await.unwrap();
        let beginning = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nfirst\r\n";
        stream.write_all(beginning).await.unwrap();
        let rest: &str = rest.await.unwrap();
        stream.write_all(rest.as_bytes()).await.unwrap();
    });
    (address, go_on)
}

#[tokio::test]
async fn a_response_that_is_streamed_comes_before_it_has_ended_and_with_its_trailers() {
    let (address, go_on) = slow_upstream().await;
    let gateway = gateway().route("/", &format!("http://{address}")).unwrap();
    let gateway = gateway.stream_responses(true);
    let response = gateway.oneshot(client().get("/dev")).await.unwrap();
    assert!(response.headers().contains_key("x-amzn-requestid"));
    let mut body = response.into_body();
    let first = body.frame().await.unwrap().unwrap();
    assert_eq!(first.into_data().unwrap(), "first");
    // The upstream has not sent more until now.
    go_on.send("4\r\nlast\r\n0\r\nx-sum: 9\r\n\r\n").unwrap();
    let rest = body.collect().await.unwrap();
    assert_eq!(rest.trailers().unwrap()["x-sum"], "9");
    assert_eq!(rest.to_bytes(), "last");
}

#[tokio::test]
async fn a_response_that_breaks_off_fails_where_it_is_streamed_and_is_a_bad_gateway_elsewhere() {
    for stream in [true, false] {
        let (address, go_on) = slow_upstream().await;
        go_on.send("4\r\nla").unwrap();
        let gateway = gateway().route("/", &format!("http://{address}")).unwrap();
        let gateway = gateway.stream_responses(stream);
        let response = gateway.oneshot(client().get("/dev")).await.unwrap();
        let status = response.status();
        let body = response.into_body().collect().await;
        assert_eq!((status == 200, body.is_err()), (stream, stream));
    }
}

#[test]
fn a_route_that_makes_no_sense_is_rejected_and_named() {
    for (prefix, upstream, named) in [
        ("pets", "http://127.0.0.1:1", "\"pets\""),
        ("/", "https://example.com", "\"https://example.com\""),
        ("/", "/path", "\"/path\""),
        ("/", "http://", "\"http://\""),
        ("/", "http://127.0.0.1:1/?a", "\"http://127.0.0.1:1/?a\""),
        ("/", "", "\"\""),
    ] {
        let error = gateway().route(prefix, upstream).unwrap_err();
        assert!(error.to_string().contains(named), "{error}");
    }
}
