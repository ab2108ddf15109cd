//! A store on `s3s` that keeps objects in memory.

use std::{
    collections::{BTreeMap, HashMap},
    net::SocketAddr,
    sync::Mutex,
};

use async_trait::async_trait;
use bytes::Bytes;
use http::HeaderMap;
use http_body_util::BodyExt;
use hyper::server;
use hyper_util::rt::TokioIo;
use s3s::{
    Body, S3, S3Request, S3Response, S3Result,
    auth::SimpleAuth,
    checksum::ChecksumHasher,
    crypto::{Checksum as _, Crc32, Crc32c, Crc64Nvme, Sha1, Sha256},
    dto::{
        CompleteMultipartUploadInput, CompleteMultipartUploadOutput, CreateMultipartUploadInput,
        CreateMultipartUploadOutput, ETag, GetObjectInput, GetObjectOutput, PutObjectInput,
        PutObjectOutput, StreamingBlob, UploadPartInput, UploadPartOutput,
    },
    s3_error,
    service::S3ServiceBuilder,
};
use tests::Case;
use tokio::net::TcpListener;

use crate::store::SECRET;

/// Starts it on a free port.
pub(crate) async fn serve() -> SocketAddr {
    let mut service = S3ServiceBuilder::new(Shelf::default());
    service.set_auth(SimpleAuth::from_single(Case::ACCESS_KEY_ID, SECRET));
    let service = service.build();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            stream.set_nodelay(true).unwrap();
            let connection = server::conn::http1::Builder::new();
            tokio::spawn(connection.serve_connection(TokioIo::new(stream), service.clone()));
        }
    });
    address
}

#[derive(Default)]
struct Shelf {
    objects: Mutex<HashMap<String, Bytes>>,
    parts: Mutex<HashMap<String, BTreeMap<i32, Bytes>>>,
}

#[async_trait]
impl S3 for Shelf {
    async fn put_object(
        &self,
        mut request: S3Request<PutObjectInput>,
    ) -> S3Result<S3Response<PutObjectOutput>> {
        let body = request.input.body.take();
        let body = read(body, &request.headers, &request.trailing_headers).await?;
        self.objects.lock().unwrap().insert(request.input.key, body);
        Ok(S3Response::new(PutObjectOutput::default()))
    }

    async fn get_object(
        &self,
        request: S3Request<GetObjectInput>,
    ) -> S3Result<S3Response<GetObjectOutput>> {
        let object = self
            .objects
            .lock()
            .unwrap()
            .get(&request.input.key)
            .cloned();
        let object = object.ok_or_else(|| s3_error!(NoSuchKey))?;
        Ok(S3Response::new(GetObjectOutput {
            body: Some(Body::from(object).into()),
            ..GetObjectOutput::default()
        }))
    }

    async fn create_multipart_upload(
        &self,
        request: S3Request<CreateMultipartUploadInput>,
    ) -> S3Result<S3Response<CreateMultipartUploadOutput>> {
        let id = format!("{:032x}", fastrand::u128(..));
        let mut parts = self.parts.lock().unwrap();
        parts.insert(id.clone(), BTreeMap::new());
        Ok(S3Response::new(CreateMultipartUploadOutput {
            bucket: Some(request.input.bucket),
            key: Some(request.input.key),
            upload_id: Some(id),
            ..CreateMultipartUploadOutput::default()
        }))
    }

    async fn upload_part(
        &self,
        mut request: S3Request<UploadPartInput>,
    ) -> S3Result<S3Response<UploadPartOutput>> {
        let body = request.input.body.take();
        let body = read(body, &request.headers, &request.trailing_headers).await?;
        let UploadPartInput {
            upload_id,
            part_number,
            ..
        } = request.input;
        let mut parts = self.parts.lock().unwrap();
        let upload = parts.get_mut(&upload_id);
        let upload = upload.ok_or_else(|| s3_error!(NoSuchUpload))?;
        upload.insert(part_number, body);
        Ok(S3Response::new(UploadPartOutput {
            e_tag: Some(ETag::Strong(part_number.to_string())),
            ..UploadPartOutput::default()
        }))
    }

    async fn complete_multipart_upload(
        &self,
        request: S3Request<CompleteMultipartUploadInput>,
    ) -> S3Result<S3Response<CompleteMultipartUploadOutput>> {
        let CompleteMultipartUploadInput { key, upload_id, .. } = request.input;
        let parts = self.parts.lock().unwrap().remove(&upload_id);
        let parts = parts.ok_or_else(|| s3_error!(NoSuchUpload))?;
        let object = parts.into_values().flatten().collect::<Vec<_>>();
        self.objects.lock().unwrap().insert(key, object.into());
        Ok(S3Response::new(CompleteMultipartUploadOutput::default()))
    }
}

/// Reads a body, with the checks that `s3s` leaves to the store behind it: length and checksums.
async fn read(
    body: Option<StreamingBlob>,
    headers: &HeaderMap,
    trailers: &Option<s3s::TrailingHeaders>,
) -> S3Result<Bytes> {
    let body = body.map_or_else(Body::empty, Body::from);
    let body = BodyExt::collect(body).await;
    let body = body.map_err(|_| s3_error!(BadDigest))?.to_bytes();
    let length = ["x-amz-decoded-content-length", "content-length"]
        .into_iter()
        .find_map(|name| headers.get(name));
    let length = length.ok_or_else(|| s3_error!(MissingContentLength))?;
    if length.as_bytes() != body.len().to_string().as_bytes() {
        return Err(s3_error!(IncompleteBody));
    }
    let trailers = trailers.as_ref().and_then(|trailers| trailers.take());
    let trailers = trailers.unwrap_or_default();
    let announced = headers.get_all("x-amz-trailer").iter();
    let names = announced.filter_map(|name| name.to_str().ok());
    for name in names.chain(headers.keys().map(|name| name.as_str())) {
        let Some(checksum) = checksum(name, &body) else {
            continue;
        };
        let said = trailers.get(name).or_else(|| headers.get(name));
        if said.is_none_or(|said| *said != checksum) {
            return Err(s3_error!(BadDigest));
        }
    }
    Ok(body)
}

/// The checksum that a header or a trailer of this name has to have.
fn checksum(name: &str, body: &[u8]) -> Option<String> {
    let mut hasher = ChecksumHasher::default();
    match name {
        "x-amz-checksum-crc32" => hasher.crc32 = Some(Crc32::new()),
        "x-amz-checksum-crc32c" => hasher.crc32c = Some(Crc32c::new()),
        "x-amz-checksum-crc64nvme" => hasher.crc64nvme = Some(Crc64Nvme::new()),
        "x-amz-checksum-sha1" => hasher.sha1 = Some(Sha1::new()),
        "x-amz-checksum-sha256" => hasher.sha256 = Some(Sha256::new()),
        _ => return None,
    }
    hasher.update(body);
    let all = hasher.finalize();
    let checksums = [
        all.checksum_crc32,
        all.checksum_crc32c,
        all.checksum_crc64nvme,
        all.checksum_sha1,
        all.checksum_sha256,
    ];
    checksums.into_iter().flatten().next()
}
