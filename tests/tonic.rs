//! tonic through the layer, over a socket: what is signed is verified from the bytes that arrive, and
//! a rejection is a status that says what the service says.

use std::{
    convert::Infallible,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime},
};

use bytes::{Buf, BufMut, Bytes};
use http::{Request, Response, Uri, uri::PathAndQuery};
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody, combinators::BoxBody};
use hyper::body::Incoming;
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
};
use tests::{Keys, verify_with_scratchstack};
use tokio::net::TcpListener;
use tokio_stream::{Stream, StreamExt};
use tonic::{
    Code, Status,
    client::{Grpc, GrpcService},
    codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder},
};
use tower::ServiceBuilder;
use tower_sigv4::{Error, GrpcStatusLayer, SigV4, SigV4Layer, SigV4LayerBuilder, SignedBody};

const SERVICE: &str = "execute-api";
const REGION: &str = "eu-west-1";

/// Messages are their bytes.
#[derive(Clone, Copy)]
struct Raw;

impl Codec for Raw {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        *self
    }

    fn decoder(&mut self) -> Self {
        *self
    }
}

impl Encoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, item: Bytes, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        buffer.put(item);
        Ok(())
    }
}

impl Decoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(buffer.copy_to_bytes(buffer.remaining())))
    }
}

/// A server behind IAM that answers each message of a request with itself.
struct Server {
    address: SocketAddr,
    requests: Arc<AtomicUsize>,
}

type Answer = Response<BoxBody<Bytes, Infallible>>;

impl Server {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::<AtomicUsize>::default();
        let count = Arc::clone(&requests);
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let count = Arc::clone(&count);
                let service = hyper::service::service_fn(move |request| {
                    count.fetch_add(1, Ordering::Relaxed);
                    async { Ok::<_, Infallible>(answer(request).await) }
                });
                tokio::spawn(async move {
                    let _ = auto::Builder::new(TokioExecutor::new())
                        .serve_connection(TokioIo::new(stream), service)
                        .await;
                });
            }
        });
        Self { address, requests }
    }

    fn origin(&self) -> Uri {
        format!("http://{}", self.address).parse().unwrap()
    }

    fn requests(&self) -> usize {
        self.requests.swap(0, Ordering::Relaxed)
    }
}

/// Answers as AWS does to what is not signed as it wants it, and else as gRPC.
async fn answer(request: Request<Incoming>) -> Answer {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let received = Request::from_parts(parts, body.clone());
    let scope = (SERVICE, REGION);
    let verified =
        verify_with_scratchstack(received, Keys::ROLE.into(), scope, SystemTime::now()).await;
    if verified.is_err() {
        let message = r#"{"message":"The security token included in the request is invalid"}"#;
        return Response::builder()
            .status(403)
            .header("content-type", "application/json")
            .header("date", httpdate::fmt_http_date(SystemTime::now()))
            .body(BoxBody::new(http_body_util::Full::from(message)))
            .unwrap();
    }
    let trailers = http::HeaderMap::from_iter([(
        http::HeaderName::from_static("grpc-status"),
        http::HeaderValue::from_static("0"),
    )]);
    let frames = [Ok(Frame::data(body)), Ok(Frame::trailers(trailers))];
    Response::builder()
        .header("content-type", "application/grpc")
        .body(BoxBody::new(StreamBody::new(tokio_stream::iter(frames))))
        .unwrap()
}

fn builder(keys: Keys) -> SigV4LayerBuilder {
    let keys = aws_credential_types::Credentials::from(keys);
    SigV4Layer::builder(SERVICE, REGION, keys).allow_loopback(true)
}

type Http = Client<HttpConnector, SignedBody<tonic::body::Body>>;

fn http() -> Http {
    Client::builder(TokioExecutor::new())
        .http2_only(true)
        .build_http()
}

fn signing(builder: SigV4LayerBuilder) -> SigV4<Http> {
    SigV4::new(http(), &builder.build().unwrap())
}

const UNKNOWN: Keys = Keys {
    id: "ASIAUNKNOWN",
    secret: "unknown",
    token: Some("unknown"),
};

fn method() -> PathAndQuery {
    PathAndQuery::from_static("/echo.Echo/Say")
}

async fn unary<S>(transport: S, server: &Server) -> Result<Bytes, Status>
where
    S: GrpcService<tonic::body::Body>,
    S::ResponseBody: http_body::Body<Data = Bytes> + Send + 'static,
    <S::ResponseBody as http_body::Body>::Error: Into<tower::BoxError> + Send,
    S::Error: Into<tower::BoxError>,
{
    let mut client = Grpc::with_origin(transport, server.origin());
    client
        .ready()
        .await
        .map_err(|_| Status::unknown("not ready"))?;
    let request = tonic::Request::new(Bytes::from("tea"));
    let response = client.unary(request, method(), Raw).await?;
    Ok(response.into_inner())
}

#[tokio::test]
async fn a_unary_call_is_collected_and_accepted() {
    let server = Server::start().await;
    let reply = unary(signing(builder(Keys::ROLE)), &server).await.unwrap();
    assert_eq!(reply, "tea");
}

#[tokio::test]
async fn a_call_whose_response_is_a_stream_is_collected_and_accepted() {
    let server = Server::start().await;
    let mut client = Grpc::with_origin(signing(builder(Keys::ROLE)), server.origin());
    client.ready().await.unwrap();
    let request = tonic::Request::new(Bytes::from("tea"));
    let response = client
        .server_streaming(request, method(), Raw)
        .await
        .unwrap();
    let replies: Vec<_> = response.into_inner().collect().await;
    let replies: Vec<Bytes> = replies.into_iter().map(Result::unwrap).collect();
    assert_eq!(replies, ["tea"]);
}

#[tokio::test]
async fn a_client_stream_that_ends_by_itself_is_collected_and_accepted() {
    let server = Server::start().await;
    let mut client = Grpc::with_origin(signing(builder(Keys::ROLE)), server.origin());
    client.ready().await.unwrap();
    let cups = tokio_stream::iter(["one", "two"].map(Bytes::from));
    let response = client
        .streaming(tonic::Request::new(cups), method(), Raw)
        .await
        .unwrap();
    let replies: Vec<_> = response.into_inner().collect().await;
    let replies: Vec<Bytes> = replies.into_iter().map(Result::unwrap).collect();
    assert_eq!(replies, ["one", "two"]);
}

#[tokio::test]
async fn a_rejection_is_unauthenticated_with_the_services_message_and_not_a_broken_frame() {
    let server = Server::start().await;
    let plain = unary(signing(builder(UNKNOWN)), &server).await.unwrap_err();
    assert!(
        plain.message().contains("invalid compression flag"),
        "{plain:?}"
    );

    let transport = ServiceBuilder::new()
        .layer(GrpcStatusLayer::new())
        .service(signing(builder(UNKNOWN)));
    let status = unary(transport, &server).await.unwrap_err();
    assert_eq!(status.code(), Code::Unauthenticated);
    assert_eq!(
        status.message(),
        "The security token included in the request is invalid"
    );
}

#[tokio::test]
async fn a_refusal_of_the_layer_is_an_error_and_no_status_of_the_services() {
    let server = Server::start().await;
    let transport = ServiceBuilder::new()
        .layer(GrpcStatusLayer::new())
        .service(signing(builder(Keys::ROLE).allow_loopback(false)));
    let status = unary(transport, &server).await.unwrap_err();
    assert_ne!(status.code(), Code::Unauthenticated);
    assert!(layers_error(&status).is_refused_host());
    assert_eq!(server.requests(), 0);
}

#[tokio::test]
async fn a_clock_that_is_wrong_costs_a_second_attempt_inside_of_the_layer() {
    let server = Server::start().await;
    let layer = builder(Keys::ROLE)
        .clock(|| SystemTime::now() - Duration::from_secs(3_600))
        .retry_rejected(true);
    let transport = signing(layer);
    for attempts in [2, 1] {
        assert_eq!(unary(transport.clone(), &server).await.unwrap(), "tea");
        assert_eq!(server.requests(), attempts);
    }
}

/// The layer's own error, below what tonic makes of it.
fn layers_error(status: &Status) -> &Error {
    let first: &(dyn std::error::Error + 'static) = status;
    std::iter::successors(Some(first), |error| error.source())
        .find_map(|error| error.downcast_ref())
        .expect("an error of the layer")
}

/// What a stream gives that goes on when it is answered.
fn waiting() -> impl Stream<Item = Bytes> + Send {
    tokio_stream::iter([Bytes::from("first")]).chain(tokio_stream::pending())
}

#[tokio::test(start_paused = true)]
async fn a_bidirectional_stream_that_is_collected_fails_with_an_error_that_names_it() {
    let layer = builder(Keys::ROLE).body_timeout(Duration::from_secs(5));
    let origin = Uri::from_static("https://abc123.execute-api.eu-west-1.amazonaws.com");
    let mut client = Grpc::with_origin(signing(layer), origin);
    client.ready().await.unwrap();
    let started = tokio::time::Instant::now();
    let response = client
        .streaming(tonic::Request::new(waiting()), method(), Raw)
        .await;
    let status = response.map(|_| ()).unwrap_err();
    assert_eq!(started.elapsed(), Duration::from_secs(5));
    let error = layers_error(&status);
    assert!(error.is_body());
    let text = error.to_string();
    for part in [
        "5s",
        "10 bytes",
        "bidirectional",
        "gRPC",
        "PayloadMode::Unsigned",
        "VPC Lattice",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

/// A service that echoes each frame as it comes.
async fn echo() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let service = hyper::service::service_fn(|request: Request<Incoming>| async move {
            assert_eq!(
                request.headers()["x-amz-content-sha256"],
                "UNSIGNED-PAYLOAD"
            );
            Response::builder()
                .header("content-type", "application/grpc")
                .body(request.into_body())
        });
        let _ = auto::Builder::new(TokioExecutor::new())
            .serve_connection(TokioIo::new(stream), service)
            .await;
    });
    address
}

#[tokio::test]
async fn a_bidirectional_stream_goes_through_unsigned_for_vpc_lattice() {
    let address = echo().await;
    let keys = aws_credential_types::Credentials::from(Keys::ROLE);
    let layer = SigV4Layer::builder("vpc-lattice-svcs", REGION, keys).allow_loopback(true);
    let origin: Uri = format!("http://{address}").parse().unwrap();
    let mut client = Grpc::with_origin(signing(layer), origin);
    client.ready().await.unwrap();
    let response = client
        .streaming(tonic::Request::new(waiting()), method(), Raw)
        .await;
    let mut replies = response.unwrap().into_inner();
    assert_eq!(replies.next().await.unwrap().unwrap(), "first");
}
