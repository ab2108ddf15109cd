//! Requests for S3 that this project signed, sent over a loopback socket to `s3s`.
//!
//! Needs the feature `s3s`, since that crate takes a minute to compile.

use std::{net::SocketAddr, time::SystemTime};

use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode, Uri, header};
use http_body_util::{BodyExt, Full};
use http_sigv4::Profile;
use hyper::{client, server};
use hyper_util::rt::TokioIo;
use percent_encoding::{percent_decode_str, percent_encode};
use s3s::{
    Body, S3, S3Request, S3Response, S3Result,
    auth::SimpleAuth,
    route::S3Route,
    s3_error,
    service::{S3Service, S3ServiceBuilder},
    validation::NameValidation,
};
use tests::{Case, Encoding, Field, RESERVED, Received, Verifier, prove};
use tokio::{
    net::{TcpListener, TcpStream},
    runtime::Runtime,
};

#[test]
fn what_was_signed_for_s3_is_accepted_and_every_change_of_it_is_refused() {
    prove(&mut S3s::start(), |seed| Case {
        service: "s3",
        secret: SECRET.into(),
        // It reads the clock.
        time: SystemTime::now(),
        ..Case::generate(Profile::S3, Encoding::Any, seed)
    });
}

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

struct S3s {
    runtime: Runtime,
    address: SocketAddr,
    connection: Option<client::conn::http1::SendRequest<Full<Bytes>>>,
}

impl S3s {
    fn start() -> Self {
        let mut service = S3ServiceBuilder::new(Anything);
        service.set_auth(SimpleAuth::from_single(Case::ACCESS_KEY_ID, SECRET));
        service.set_route(Anything);
        service.set_validation(Anything);
        let service = service.build();

        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .build()
            .unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        runtime.spawn(serve(listener, service));
        Self {
            runtime,
            address,
            connection: None,
        }
    }
}

impl Verifier for S3s {
    fn verify(&mut self, _: &Case, received: &Received) -> Result<(), String> {
        let mut request = Request::new(Full::new(received.body.clone()));
        *request.method_mut() = received.method.clone();
        *request.uri_mut() = received.target.parse().unwrap();
        *request.headers_mut() = received.headers.clone();
        // These are for the connection, and what a case holds of them is junk.
        request.headers_mut().remove(header::CONNECTION);
        request.headers_mut().remove(header::CONTENT_LENGTH);

        let Self {
            runtime,
            address,
            connection,
        } = self;
        let (status, answer) = runtime.block_on(async {
            let is_open = match connection {
                Some(connection) => connection.ready().await.is_ok(),
                None => false,
            };
            if !is_open {
                *connection = Some(connect(*address).await);
            }
            let response = connection
                .as_mut()
                .unwrap()
                .send_request(request)
                .await
                .unwrap();
            let (parts, body) = response.into_parts();
            (parts.status, body.collect().await.unwrap().to_bytes())
        });
        match status {
            StatusCode::OK => Ok(()),
            status => Err(format!("{status} {}", String::from_utf8_lossy(&answer))),
        }
    }

    fn misreads(&self, case: &Case) -> Option<&'static str> {
        let uri: Uri = case.uri.parse().unwrap();
        let query = uri.query().unwrap_or_default().replace('+', " ");
        if uri.path().contains('+') {
            return Some("a raw `+` in a path is a plus; AWS reads a space (aws-sdk-net#4473)");
        }
        if percent_decode_str(uri.path()).decode_utf8().is_err() {
            return Some("a path that is not UTF-8 is refused");
        }
        if percent_decode_str(&query).decode_utf8().is_err() {
            return Some("a query that is not UTF-8 is read as one with U+FFFD in it");
        }
        if !values_are_sorted(&query) {
            return Some("the values of one name are not sorted");
        }
        None
    }

    fn overlooks(
        &self,
        original: &Received,
        changed: &Received,
        field: &Field,
    ) -> Option<&'static str> {
        let authorization = |received: &Received| {
            let value = received.headers.get(header::AUTHORIZATION)?.to_str().ok()?;
            Some(value.split_once(' ')?.1.to_owned())
        };
        match field {
            Field::Body if original.headers["x-amz-content-sha256"] == "UNSIGNED-PAYLOAD" => {
                Some("an unsigned body")
            }
            Field::Header(header::AUTHORIZATION)
                if authorization(changed).is_some()
                    && authorization(changed) == authorization(original) =>
            {
                Some("the name of the algorithm")
            }
            Field::Header(name) if !original.signs(name) => {
                Some("an `x-amz-` header that is not signed")
            }
            _ => None,
        }
    }
}

async fn connect(address: SocketAddr) -> client::conn::http1::SendRequest<Full<Bytes>> {
    let stream = TcpStream::connect(address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let (sender, connection) = client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .unwrap();
    tokio::spawn(connection);
    sender
}

async fn serve(listener: TcpListener, service: S3Service) {
    while let Ok((stream, _)) = listener.accept().await {
        stream.set_nodelay(true).unwrap();
        let connection = server::conn::http1::Builder::new();
        tokio::spawn(connection.serve_connection(TokioIo::new(stream), service.clone()));
    }
}

/// Answers every request whose signature is accepted, once its body has been checked as well.
struct Anything;

impl S3 for Anything {}

#[async_trait]
impl S3Route for Anything {
    fn is_match(&self, _: &Method, _: &Uri, _: &HeaderMap, _: &mut http::Extensions) -> bool {
        true
    }

    async fn call(&self, request: S3Request<Body>) -> S3Result<S3Response<Body>> {
        match request.input.collect().await {
            Ok(_) => Ok(S3Response::new(Body::empty())),
            Err(_) => Err(s3_error!(BadDigest)),
        }
    }
}

impl NameValidation for Anything {
    fn validate_bucket_name(&self, _: &str) -> bool {
        true
    }
}

fn values_are_sorted(query: &str) -> bool {
    let decoded = |text: &str| -> Vec<u8> { percent_decode_str(text).collect() };
    let mut pairs: Vec<_> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| {
            (
                decoded(name),
                percent_encode(&decoded(value), RESERVED).to_string(),
            )
        })
        .collect();
    pairs.sort_by(|(one, _), (other, _)| one.cmp(other));
    pairs.is_sorted()
}
