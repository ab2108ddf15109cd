//! What hyper-util's client makes of signed requests, verified from the bytes that arrive: by
//! `iam-gateway`, which asks `aws-sigv4`, and by `scratchstack-aws-signature`.

use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll},
};

use aws_credential_types::Credentials;
use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode, header::HOST};
use http_body::{Body, Frame};
use http_body_util::{BodyExt, Empty, Full};
use tests::{Keys, Wire};
use tower::ServiceExt;
use tower_layer::Layer;
use tower_sigv4::{SigV4Layer, SignedBody, SigningOptions};

const API: &str = "https://abc123.execute-api.eu-west-1.amazonaws.com";

fn get(uri: &str) -> Request<Empty<Bytes>> {
    Request::get(uri).body(Empty::new()).unwrap()
}

/// Sends requests for these paths and queries over each version of HTTP; all have to arrive as they
/// are, and be accepted.
async fn targets_arrive_as_they_are(targets: &[&str]) {
    let wire = Wire::start().await;
    for version in Wire::VERSIONS {
        for target in targets {
            let request = get(&format!("{API}{target}"));
            let received = wire.accepts(version, &Wire::layer(), request).await;
            let arrived = received.uri().path_and_query().unwrap();
            assert_eq!(arrived, target, "{version:?}");
        }
    }
}

/// The host that arrives, over each version of HTTP.
async fn hosts_arrive_as(uri: &str, host: &str) {
    let wire = Wire::start().await;
    let layer = Wire::builder().allow_loopback(true).build().unwrap();
    for version in Wire::VERSIONS {
        let received = wire.accepts(version, &layer, get(uri)).await;
        let from_header = received
            .headers()
            .get(HOST)
            .map(|host| host.to_str().unwrap());
        let from_uri = received
            .uri()
            .authority()
            .map(|authority| authority.as_str());
        assert_eq!(from_header.or(from_uri), Some(host), "{version:?}");
    }
}

#[tokio::test]
async fn percent_encoded_paths_are_accepted() {
    let targets = [
        "/",
        "/prod/a%20b",
        "/prod/doc/x%2Fy",
        "/prod/%E2%82%AC/%25",
        "/prod/$default/@connections/X=",
        "/prod/!'()*+,;:",
        "/model/arn%3Aaws%3Abedrock%3Aeu-west-1%3A1%3Ainference-profile%2Fa/invoke",
    ];
    targets_arrive_as_they_are(&targets).await;
}

#[tokio::test]
async fn empty_and_dot_segments_are_accepted_and_stay_on_the_wire() {
    targets_arrive_as_they_are(&["/prod//a/", "/prod/./a", "/prod/b/../a", "//"]).await;
}

#[tokio::test]
async fn a_query_behind_no_path_arrives_behind_the_root() {
    let wire = Wire::start().await;
    for version in Wire::VERSIONS {
        let request = get(&format!("{API}?q=a"));
        let received = wire.accepts(version, &Wire::layer(), request).await;
        let arrived = received.uri().path_and_query().unwrap();
        assert_eq!(arrived, "/?q=a", "{version:?}");
    }
}

#[tokio::test]
async fn a_signed_header_arrives_without_the_spaces_at_its_ends() {
    let wire = Wire::start().await;
    for version in Wire::VERSIONS {
        let mut request = get(&format!("{API}/prod"));
        let headers = request.headers_mut();
        headers.insert("x-amz-meta-a", " a ".parse().unwrap());
        headers.insert("content-type", "text/plain ".parse().unwrap());
        let received = wire.accepts(version, &Wire::layer(), request).await;
        // RFC 9113, 8.2.1: over HTTP/2, a value with such spaces makes the request malformed.
        assert_eq!(
            received.headers()["x-amz-meta-a"].as_bytes(),
            b"a",
            "{version:?}"
        );
        assert_eq!(
            received.headers()["content-type"].as_bytes(),
            b"text/plain",
            "{version:?}"
        );
    }
}

#[tokio::test]
async fn a_raw_plus_is_accepted_as_a_space() {
    targets_arrive_as_they_are(&["/prod?q=a+b", "/prod?q=a%2Bb", "/prod?a+b=+"]).await;
}

#[tokio::test]
async fn every_shape_of_a_query_is_accepted() {
    let targets = [
        "/prod?b=2&a=1&a=0&A=3",
        "/prod?flag",
        "/prod?k=a=b&k=",
        "/prod?k=%3d%2f%61~",
        "/prod?k=/x:y@z,(1)*'",
        "/prod?",
        "/prod?%E2%82%AC=%F0%9F%98%80",
    ];
    targets_arrive_as_they_are(&targets).await;
}

#[tokio::test]
async fn a_default_port_and_an_upper_case_host_are_cleaned_on_the_wire() {
    let host = "abc123.execute-api.eu-west-1.amazonaws.com";
    hosts_arrive_as(&format!("https://{host}:443/prod"), host).await;
    hosts_arrive_as("https://ABC123.Execute-API.eu-west-1.amazonaws.com/", host).await;
    hosts_arrive_as(&format!("https://user:password@{host}./"), host).await;
}

#[tokio::test]
async fn another_port_stays() {
    hosts_arrive_as("http://127.0.0.1:8182/", "127.0.0.1:8182").await;
    hosts_arrive_as("http://localhost:443/", "localhost:443").await;
    hosts_arrive_as("http://[::1]:8080/", "[::1]:8080").await;
}

#[tokio::test]
async fn a_host_header_that_says_the_same_is_accepted() {
    let wire = Wire::start().await;
    for version in Wire::VERSIONS {
        let mut request = get(&format!("{API}/prod"));
        let host = "ABC123.execute-api.eu-west-1.amazonaws.com:443";
        request.headers_mut().insert(HOST, host.parse().unwrap());
        wire.accepts(version, &Wire::layer(), request).await;
    }
}

#[tokio::test]
async fn a_private_api_is_called_through_its_endpoint_with_its_own_host() {
    let endpoint = "https://vpce-1-abc.execute-api.eu-west-1.vpce.amazonaws.com/prod";
    let wire = Wire::start().await;
    let host = "abc123.execute-api.eu-west-1.amazonaws.com";
    let mut request = get(endpoint);
    request.headers_mut().insert(HOST, host.parse().unwrap());
    request
        .extensions_mut()
        .insert(SigningOptions::new().signing_host(host));
    let [http1, _] = Wire::VERSIONS;
    let layer = Wire::builder().allow_host("vpce-1-abc.execute-api.eu-west-1.vpce.amazonaws.com");
    let received = wire.accepts(http1, &layer.build().unwrap(), request).await;
    assert_eq!(received.headers()[HOST], host);
}

/// What a CDN with an origin path makes of a request.
fn to_origin<B>(request: Request<B>) -> Request<B> {
    let (mut parts, body) = request.into_parts();
    assert_eq!(parts.uri.host(), Some("cdn.example.com"));
    let target = parts.uri.path_and_query().unwrap();
    parts.uri = format!("{API}/prod{target}").parse().unwrap();
    Request::from_parts(parts, body)
}

#[tokio::test]
async fn a_request_through_a_cdn_with_an_origin_path_is_accepted_by_the_origin() {
    let wire = Wire::start().await;
    let layer = Wire::builder()
        .allow_host("cdn.example.com")
        .signing_host("abc123.execute-api.eu-west-1.amazonaws.com")
        .signing_path_prefix("/prod")
        .build()
        .unwrap();
    for version in Wire::VERSIONS {
        for target in ["/", "/orders?b=2&a", "/a%20b//c/../d/"] {
            let cdn = wire.client::<SignedBody<Empty<Bytes>>>(version);
            let client = layer.layer(cdn.map_request(to_origin));
            let request = get(&format!("https://cdn.example.com{target}"));
            let response = client.oneshot(request).await.unwrap();
            assert_eq!(response.status(), StatusCode::OK, "{target}");
            let received = wire.last_received();
            let arrived = received.uri().path_and_query().unwrap();
            assert_eq!(*arrived, *format!("/prod{target}"), "{version:?}");
            let verified = Wire::verify_again(received.clone()).await;
            assert!(verified.is_ok(), "{verified:?}");
        }
    }
}

#[tokio::test]
async fn headers_on_several_lines_are_accepted_and_arrive_as_one() {
    let wire = Wire::start().await;
    for version in Wire::VERSIONS {
        let mut request = get(&format!("{API}/prod"));
        for value in ["z", "  a   b  ", ""] {
            request
                .headers_mut()
                .append("x-amz-meta-a", value.parse().unwrap());
        }
        let received = wire.accepts(version, &Wire::layer(), request).await;
        let lines: Vec<_> = received.headers().get_all("x-amz-meta-a").iter().collect();
        assert_eq!(lines, ["z,a b,"], "{version:?}");
    }
}

#[tokio::test]
async fn headers_that_change_on_their_way_are_not_covered() {
    let wire = Wire::start().await;
    for version in Wire::VERSIONS {
        let mut request = get(&format!("{API}/prod"));
        for (name, value) in [
            ("accept-encoding", "gzip"),
            ("te", "trailers"),
            (
                "traceparent",
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            ),
            ("user-agent", "test"),
            (
                "x-amzn-trace-id",
                "Root=1-67891233-abcdef012345678912345678",
            ),
            ("x-forwarded-for", "10.0.0.1"),
        ] {
            request.headers_mut().insert(name, value.parse().unwrap());
        }
        let received = wire.accepts(version, &Wire::layer(), request).await;
        assert_eq!(
            signed_headers(received.headers()),
            "host;x-amz-date;x-amz-security-token",
        );
    }
}

#[tokio::test]
async fn a_body_in_memory_is_covered() {
    let wire = Wire::start().await;
    for version in Wire::VERSIONS {
        let request = Request::post(format!("{API}/prod/orders"))
            .header("content-type", "application/json")
            .body(Full::<Bytes>::from(r#"{"item":"tea"}"#))
            .unwrap();
        let received = wire.accepts(version, &Wire::layer(), request).await;
        assert_eq!(received.body(), r#"{"item":"tea"}"#);
        assert_eq!(
            signed_headers(received.headers()),
            "content-type;host;x-amz-date;x-amz-security-token",
        );
    }
}

#[tokio::test]
async fn a_body_that_arrives_in_chunks_is_covered_and_sent_with_its_length() {
    let wire = Wire::start().await;
    for version in Wire::VERSIONS {
        let body = Chunks::new(["one, ", "two, ", "three"]);
        let request = Request::put(format!("{API}/prod")).body(body).unwrap();
        let received = wire.accepts(version, &Wire::layer(), request).await;
        assert_eq!(received.body(), "one, two, three");
        assert_eq!(received.headers()["content-length"], "15");
        assert!(!received.headers().contains_key("transfer-encoding"));
    }
}

#[tokio::test]
async fn a_body_of_no_bytes_has_a_length_where_the_method_expects_a_body() {
    let wire = Wire::start().await;
    for version in Wire::VERSIONS {
        for (method, length) in [
            (Method::PATCH, Some("0")),
            (Method::POST, Some("0")),
            (Method::PUT, Some("0")),
            (Method::DELETE, None),
            (Method::GET, None),
        ] {
            let mut request = get(&format!("{API}/prod"));
            *request.method_mut() = method.clone();
            let received = wire.accepts(version, &Wire::layer(), request).await;
            let header = received.headers().get("content-length");
            let header = header.map(|value| value.to_str().unwrap());
            assert_eq!(header, length, "{method} {version:?}");
        }
    }
}

#[tokio::test]
async fn a_body_that_ends_before_its_first_byte_has_a_length() {
    let wire = Wire::start().await;
    for version in Wire::VERSIONS {
        let body = Chunks::new(["", "", ""]);
        let request = Request::put(format!("{API}/prod")).body(body).unwrap();
        let received = wire.accepts(version, &Wire::layer(), request).await;
        assert_eq!(received.headers()["content-length"], "0");
    }
}

#[tokio::test]
async fn a_body_that_was_collected_is_not_sent_in_chunks_though_its_headers_say_so() {
    let [http1, _] = Wire::VERSIONS;
    let wire = Wire::start().await;
    let bodies = [
        Chunks::new(["one, ", "two, ", "three"]).boxed(),
        Full::from("one, two, three").boxed(),
        Empty::new().boxed(),
    ];
    for (body, length) in bodies.into_iter().zip(["15", "15", "0"]) {
        let request = Request::put(format!("{API}/prod"))
            .header("transfer-encoding", "chunked")
            .body(body)
            .unwrap();
        let received = wire.accepts(http1, &Wire::layer(), request).await;
        assert_eq!(received.headers()["content-length"], length);
        assert!(!received.headers().contains_key("transfer-encoding"));
    }
}

#[tokio::test]
async fn a_length_that_is_not_that_of_the_body_is_corrected() {
    let wire = Wire::start().await;
    for version in Wire::VERSIONS {
        for said in ["1", "150", "+15", "many"] {
            let request = Request::put(format!("{API}/prod"))
                .header("content-length", said)
                .body(Full::<Bytes>::from("one, two, three"))
                .unwrap();
            let received = wire.accepts(version, &Wire::layer(), request).await;
            assert_eq!(received.headers()["content-length"], "15", "{version:?}");
            assert_eq!(received.body(), "one, two, three");
        }
    }
}

#[tokio::test]
async fn a_binary_body_is_covered_as_bytes() {
    let wire = Wire::start().await;
    let bytes: Vec<u8> = (0..=255).cycle().take(300_000).collect();
    for version in Wire::VERSIONS {
        let body = Full::<Bytes>::from(bytes.clone());
        let request = Request::patch(format!("{API}/prod")).body(body).unwrap();
        let received = wire.accepts(version, &Wire::layer(), request).await;
        assert_eq!(received.body(), &bytes);
    }
}

#[tokio::test]
async fn a_request_that_was_signed_before_is_accepted() {
    let wire = Wire::start().await;
    for version in Wire::VERSIONS {
        let mut request = get(&format!("{API}/prod"));
        for (name, value) in [
            (
                "authorization",
                "AWS4-HMAC-SHA256 Credential=OLD/20150830/...",
            ),
            ("x-amz-content-sha256", "UNSIGNED-PAYLOAD"),
            ("x-amz-date", "20150830T123600Z"),
            ("x-amz-security-token", "old"),
        ] {
            request.headers_mut().append(name, value.parse().unwrap());
        }
        wire.accepts(version, &Wire::layer(), request).await;
    }
}

#[tokio::test]
async fn a_wrong_secret_is_refused_by_both() {
    let wire = Wire::start().await;
    let Keys { id, token, .. } = Keys::ROLE;
    let guess = Credentials::new(id, "guess", token.map(Into::into), None, "test");
    let layer = SigV4Layer::new(Wire::SERVICE, Wire::REGION, guess).unwrap();
    for version in Wire::VERSIONS {
        let response = wire.send(version, &layer, get(API)).await.unwrap();
        assert_eq!(response.status(), StatusCode::FORBIDDEN);
        assert_eq!(
            response.headers()["x-amzn-errortype"],
            "InvalidSignatureException"
        );
        let received = wire.last_received();
        assert!(Wire::verify_again(received).await.is_err());
    }
}

fn signed_headers(headers: &HeaderMap) -> &str {
    let authorization = headers["authorization"].to_str().unwrap();
    let (_, rest) = authorization.split_once("SignedHeaders=").unwrap();
    rest.split(',').next().unwrap()
}

/// A body whose frames are never there at the first look.
struct Chunks {
    left: Vec<&'static str>,
    is_there: bool,
}

impl Chunks {
    fn new(chunks: [&'static str; 3]) -> Self {
        Self {
            left: chunks.into_iter().rev().collect(),
            is_there: false,
        }
    }
}

impl Body for Chunks {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.is_there = !self.is_there;
        if self.is_there {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(self.left.pop().map(|chunk| Ok(Frame::data(chunk.into()))))
    }
}
