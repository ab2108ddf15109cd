//! A store on `s3s` that verifies what it is told of a body, keeps objects and gives them back.

use std::{
    collections::HashMap,
    error::Error,
    fmt,
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use aws_credential_types::Credentials;
use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode};
use http_body::Body as HttpBody;
use http_body_util::BodyExt;
use s3s::{
    Body, S3, S3Request, S3Response, S3Result,
    auth::SimpleAuth,
    checksum::ChecksumHasher,
    crypto::{Checksum as _, Crc32, Crc32c, Crc64Nvme, Sha1, Sha256},
    dto::{GetObjectInput, GetObjectOutput, PutObjectInput, PutObjectOutput},
    s3_error,
    service::{S3Service, S3ServiceBuilder},
};
use tests::Case;
use tower::{BoxError, Layer, ServiceExt, service_fn};
use tower_sigv4::{SigV4Layer, SigV4LayerBuilder, SignedBody};

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

/// Over TLS, as far as a signer is concerned; nothing leaves the process.
pub(crate) const URI: &str = "https://localhost/bucket/key";

pub(crate) fn builder() -> SigV4LayerBuilder {
    let credentials = Credentials::new(Case::ACCESS_KEY_ID, SECRET, None, None, "test");
    SigV4Layer::builder("s3", "us-east-1", credentials).allow_loopback(true)
}

#[derive(Clone)]
pub(crate) struct Store {
    service: S3Service,
    objects: Objects,
}

type Objects = Arc<Mutex<HashMap<String, (Bytes, HeaderMap)>>>;

impl Store {
    pub(crate) fn new() -> Self {
        let objects = Objects::default();
        let mut service = S3ServiceBuilder::new(Shelf(Arc::clone(&objects)));
        service.set_auth(SimpleAuth::from_single(Case::ACCESS_KEY_ID, SECRET));
        let service = service.build();
        Self { service, objects }
    }

    /// Takes the object, if there is one.
    pub(crate) fn take(&self) -> Option<Bytes> {
        let object = self.objects.lock().unwrap().remove("key");
        object.map(|(object, _)| object)
    }

    /// Sends a request through a layer. An answer that is no success is an error.
    pub(crate) async fn send<B>(
        &self,
        layer: &SigV4Layer,
        request: Request<B>,
    ) -> Result<Response<Bytes>, BoxError>
    where
        B: HttpBody + Send + Unpin + 'static,
        B::Error: Into<BoxError>,
    {
        let client = layer.layer(service_fn(|request: Request<SignedBody<B>>| {
            self.clone().receive(request)
        }));
        client.oneshot(request).await
    }

    /// Takes a request that is signed.
    pub(crate) async fn receive<B>(
        self,
        mut request: Request<B>,
    ) -> Result<Response<Bytes>, BoxError>
    where
        B: HttpBody<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        // As a client adds it.
        if let Some(host) = request.uri().host().map(str::to_owned) {
            request.headers_mut().insert("host", host.parse()?);
        }
        let request = request.map(|body| body.map_err(|error| Failed(error.into())));
        let response = self.service.oneshot(request).await;
        let (parts, body) = response.map_err(|error| format!("{error:?}"))?.into_parts();
        let body = BodyExt::collect(body).await?.to_bytes();
        match parts.status {
            StatusCode::OK => Ok(Response::from_parts(parts, body)),
            status => Err(format!("{status} {}", String::from_utf8_lossy(&body)).into()),
        }
    }
}

/// A boxed error is none by itself.
#[derive(Debug)]
struct Failed(BoxError);

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Error for Failed {}

struct Shelf(Objects);

#[async_trait]
impl S3 for Shelf {
    async fn put_object(
        &self,
        request: S3Request<PutObjectInput>,
    ) -> S3Result<S3Response<PutObjectOutput>> {
        let PutObjectInput { key, body, .. } = request.input;
        let body = match body {
            Some(body) => BodyExt::collect(Body::from(body)).await,
            None => BodyExt::collect(Body::empty()).await,
        };
        let body = body.map_err(|_| s3_error!(BadDigest))?.to_bytes();
        // `s3s` leaves length and checksums to the store behind it.
        if let Some(said) = request.headers.get("x-amz-decoded-content-length")
            && *said != *body.len().to_string()
        {
            return Err(s3_error!(IncompleteBody));
        }
        let trailers = request.trailing_headers.and_then(|it| it.take());
        let trailers = trailers.unwrap_or_default();
        for name in request.headers.get_all("x-amz-trailer") {
            if !trailers.contains_key(name.to_str().unwrap()) {
                return Err(s3_error!(InvalidRequest));
            }
        }
        let computed = checksums(&body);
        let mut checksums = HeaderMap::new();
        for (name, value) in request.headers.iter().chain(&trailers) {
            if let Some(computed) = computed.get(name) {
                if computed != value {
                    return Err(s3_error!(BadDigest));
                }
                checksums.insert(name, value.clone());
            }
        }
        self.0.lock().unwrap().insert(key, (body, checksums));
        Ok(S3Response::new(PutObjectOutput::default()))
    }

    async fn get_object(
        &self,
        request: S3Request<GetObjectInput>,
    ) -> S3Result<S3Response<GetObjectOutput>> {
        let object = self.0.lock().unwrap().get(&request.input.key).cloned();
        let (body, checksums) = object.ok_or_else(|| s3_error!(NoSuchKey))?;
        let mut response = S3Response::new(GetObjectOutput {
            body: Some(Body::from(body).into()),
            ..GetObjectOutput::default()
        });
        if request.input.checksum_mode.is_some() {
            response.headers = checksums;
        }
        Ok(response)
    }
}

/// Every checksum of a body, by the name of its header.
fn checksums(body: &[u8]) -> HeaderMap {
    let mut hasher = ChecksumHasher {
        crc32: Some(Crc32::new()),
        crc32c: Some(Crc32c::new()),
        sha1: Some(Sha1::new()),
        sha256: Some(Sha256::new()),
        crc64nvme: Some(Crc64Nvme::new()),
    };
    hasher.update(body);
    let checksums = hasher.finalize();
    let mut headers = HeaderMap::new();
    for (name, value) in [
        ("x-amz-checksum-crc32", checksums.checksum_crc32),
        ("x-amz-checksum-crc32c", checksums.checksum_crc32c),
        ("x-amz-checksum-crc64nvme", checksums.checksum_crc64nvme),
        ("x-amz-checksum-sha1", checksums.checksum_sha1),
        ("x-amz-checksum-sha256", checksums.checksum_sha256),
    ] {
        headers.insert(name, value.unwrap().parse().unwrap());
    }
    headers
}
