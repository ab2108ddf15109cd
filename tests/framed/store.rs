//! A store on `s3s` that keeps objects and gives them back.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use async_trait::async_trait;
use aws_credential_types::Credentials;
use bytes::Bytes;
use http::{Request, StatusCode, Uri};
use http_body::Body as HttpBody;
use http_body_util::{BodyExt, Empty};
use hyper::{body::Incoming, server, service::service_fn};
use hyper_util::{
    client::legacy::Client,
    rt::{TokioExecutor, TokioIo},
};
use s3s::{
    Body, S3, S3Request, S3Response, S3Result,
    auth::SimpleAuth,
    dto::{GetObjectInput, GetObjectOutput, PutObjectInput, PutObjectOutput},
    s3_error,
    service::{S3Service, S3ServiceBuilder},
};
use tests::Case;
use tokio::net::TcpListener;
use tower::{BoxError, Layer, ServiceExt};
use tower_sigv4::{SigV4Layer, SigV4LayerBuilder, SignedBody};

use crate::frames::crc32;

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

pub(crate) struct Store {
    address: SocketAddr,
    requests: Arc<AtomicUsize>,
}

impl Store {
    pub(crate) async fn start() -> Self {
        let mut service = S3ServiceBuilder::new(Shelf::default());
        service.set_auth(SimpleAuth::from_single(Case::ACCESS_KEY_ID, SECRET));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::<AtomicUsize>::default();
        tokio::spawn(serve(listener, service.build(), Arc::clone(&requests)));
        Self { address, requests }
    }

    pub(crate) fn uri(&self, key: &str) -> Uri {
        let uri = format!("http://{}/bucket/{key}", self.address);
        uri.parse().unwrap()
    }

    /// What configures a layer with the credentials that the store knows.
    pub(crate) fn builder(service: &str) -> SigV4LayerBuilder {
        let credentials = Credentials::new(Case::ACCESS_KEY_ID, SECRET, None, None, "test");
        SigV4Layer::builder(service, "us-east-1", credentials).allow_loopback(true)
    }

    /// Sends a request through a layer and hyper-util's client. An answer that is no success is an
    /// error.
    pub(crate) async fn send<B>(
        &self,
        layer: &SigV4Layer,
        request: Request<B>,
    ) -> Result<Bytes, BoxError>
    where
        B: HttpBody + Send + Unpin + 'static,
        B::Data: Send,
        B::Error: Into<BoxError>,
    {
        let client = Client::builder(TokioExecutor::new()).build_http::<SignedBody<B>>();
        let response = layer.layer(client).oneshot(request).await?;
        let status = response.status();
        let body = response.into_body().collect().await?.to_bytes();
        match status {
            StatusCode::OK => Ok(body),
            _ => Err(format!("{status} {}", String::from_utf8_lossy(&body)).into()),
        }
    }

    /// Reads an object back.
    pub(crate) async fn read(&self, key: &str) -> Result<Bytes, BoxError> {
        let request = Request::get(self.uri(key)).body(Empty::<Bytes>::new())?;
        self.send(&Self::builder("s3").build()?, request).await
    }

    /// How many requests have arrived.
    pub(crate) fn requests(&self) -> usize {
        self.requests.load(Ordering::Relaxed)
    }
}

async fn serve(listener: TcpListener, service: S3Service, requests: Arc<AtomicUsize>) {
    while let Ok((stream, _)) = listener.accept().await {
        stream.set_nodelay(true).unwrap();
        let (service, requests) = (service.clone(), Arc::clone(&requests));
        let counted = service_fn(move |request: Request<Incoming>| {
            requests.fetch_add(1, Ordering::Relaxed);
            // Its own `call` takes a body of its own.
            hyper::service::Service::call(&service, request)
        });
        let connection = server::conn::http1::Builder::new();
        tokio::spawn(connection.serve_connection(TokioIo::new(stream), counted));
    }
}

#[derive(Default)]
struct Shelf(Mutex<HashMap<String, Bytes>>);

#[async_trait]
impl S3 for Shelf {
    async fn put_object(
        &self,
        request: S3Request<PutObjectInput>,
    ) -> S3Result<S3Response<PutObjectOutput>> {
        // As AWS asks, and rclone's server.
        let has_length = ["content-length", "x-amz-decoded-content-length"];
        if !has_length
            .iter()
            .any(|name| request.headers.contains_key(*name))
        {
            return Err(s3_error!(MissingContentLength));
        }
        let PutObjectInput { key, body, .. } = request.input;
        let body = match body {
            Some(body) => BodyExt::collect(Body::from(body)).await,
            None => BodyExt::collect(Body::empty()).await,
        };
        let body = body.map_err(|_| s3_error!(BadDigest))?.to_bytes();
        // `s3s` leaves the checksum to the store behind it.
        if request.headers.contains_key("x-amz-trailer") {
            let trailers = request.trailing_headers.and_then(|it| it.take());
            let trailers = trailers.unwrap_or_default();
            let checksum = trailers.get("x-amz-checksum-crc32");
            if checksum.is_none_or(|checksum| *checksum != crc32(&body)) {
                return Err(s3_error!(BadDigest));
            }
        }
        self.0.lock().unwrap().insert(key, body);
        Ok(S3Response::new(PutObjectOutput::default()))
    }

    async fn get_object(
        &self,
        request: S3Request<GetObjectInput>,
    ) -> S3Result<S3Response<GetObjectOutput>> {
        let object = self.0.lock().unwrap().get(&request.input.key).cloned();
        let object = object.ok_or_else(|| s3_error!(NoSuchKey))?;
        Ok(S3Response::new(GetObjectOutput {
            body: Some(Body::from(object).into()),
            ..GetObjectOutput::default()
        }))
    }
}
