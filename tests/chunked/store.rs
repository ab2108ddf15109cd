//! A store on `s3s`.

use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderMap, Method, Request, Uri};
use http_body_util::BodyExt;
use s3s::{
    Body, S3, S3Request, S3Response, S3Result,
    auth::SimpleAuth,
    checksum::ChecksumHasher,
    crypto::{Checksum as _, Crc32, Crc32c, Crc64Nvme, Sha1, Sha256},
    route::S3Route,
    s3_error,
    service::{S3Service, S3ServiceBuilder},
};
use tests::Case;
use tower::ServiceExt;

use crate::request::{Pieces, SECRET};

/// A service that takes every upload that `s3s` takes, and answers with what it has decoded.
pub(crate) fn store() -> S3Service {
    let mut service = S3ServiceBuilder::new(Echo);
    service.set_auth(SimpleAuth::from_single(Case::ACCESS_KEY_ID, SECRET));
    service.set_route(Echo);
    service.build()
}

/// Sends a request in process.
pub(crate) async fn send(store: &S3Service, request: Request<Pieces>) -> Result<Bytes, String> {
    let response = store.clone().oneshot(request).await;
    let response = response.map_err(|error| format!("{error:?}"))?;
    let status = response.status();
    let body = BodyExt::collect(response.into_body()).await;
    let body = body.map_err(|error| format!("{error:?}"))?.to_bytes();
    match status.is_success() {
        true => Ok(body),
        false => Err(format!("{status} {}", String::from_utf8_lossy(&body))),
    }
}

struct Echo;

impl S3 for Echo {}

#[async_trait]
impl S3Route for Echo {
    fn is_match(&self, _: &Method, _: &Uri, _: &HeaderMap, _: &mut http::Extensions) -> bool {
        true
    }

    async fn call(&self, request: S3Request<Body>) -> S3Result<S3Response<Body>> {
        let collected = BodyExt::collect(request.input).await;
        let body = collected.map_err(|_| s3_error!(BadDigest))?.to_bytes();
        // `s3s` leaves length and checksums to the store behind it.
        let length = request.headers["x-amz-decoded-content-length"].to_str();
        if length.unwrap() != body.len().to_string() {
            return Err(s3_error!(IncompleteBody));
        }
        let trailers = request
            .trailing_headers
            .and_then(|trailers| trailers.take());
        let trailers = trailers.unwrap_or_default();
        for name in request.headers.get_all("x-amz-trailer") {
            let name = name.to_str().unwrap();
            if trailers.get(name).map(|value| value.as_bytes()) != checksum(name, &body).as_deref()
            {
                return Err(s3_error!(BadDigest));
            }
        }
        Ok(S3Response::new(Body::from(body)))
    }
}

/// The checksum that a trailer of this name has to have.
fn checksum(name: &str, body: &[u8]) -> Option<Vec<u8>> {
    let mut hasher = ChecksumHasher {
        crc32: Some(Crc32::new()),
        crc32c: Some(Crc32c::new()),
        sha1: Some(Sha1::new()),
        sha256: Some(Sha256::new()),
        crc64nvme: Some(Crc64Nvme::new()),
    };
    hasher.update(body);
    let checksums = hasher.finalize();
    let checksum = match name {
        "x-amz-checksum-crc32" => checksums.checksum_crc32,
        "x-amz-checksum-crc32c" => checksums.checksum_crc32c,
        "x-amz-checksum-crc64nvme" => checksums.checksum_crc64nvme,
        "x-amz-checksum-sha1" => checksums.checksum_sha1,
        "x-amz-checksum-sha256" => checksums.checksum_sha256,
        _ => None,
    };
    checksum.map(String::into_bytes)
}
