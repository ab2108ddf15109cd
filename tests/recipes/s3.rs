use std::{env, process};

use http::StatusCode;
use tokio::fs::{self, File};
use tower::{ServiceBuilder, ServiceExt};

use crate::{
    Layer, REGION, SECRET, StrictService, cache, is_taken_by,
    service::ContentSha256,
    signer,
    snippets::s3::{
        compatible_stores, objects, objects_large_uploads, objects_presigned_urls,
        objects_signed_while_it_streams,
    },
};

const HASHING: StrictService = StrictService {
    name: "s3",
    region: REGION,
    body: ContentSha256::Hash,
};

const NOT_HASHING: StrictService = StrictService {
    body: ContentSha256::Unsigned,
    ..HASHING
};

#[tokio::test]
async fn s3_takes_the_recipe() {
    is_taken_by(HASHING, (objects::layer, objects::request)).await;
}

#[tokio::test]
async fn s3_takes_a_large_upload() {
    a_file_is_taken_by(NOT_HASHING, objects_large_uploads::layer).await;
}

#[tokio::test]
async fn s3_takes_an_upload_that_is_signed_while_it_streams() {
    let service = StrictService {
        body: ContentSha256::Chunks,
        ..HASHING
    };
    a_file_is_taken_by(service, objects_signed_while_it_streams::layer).await;
}

/// As [`is_taken_by`], of a request whose body is read from a file.
async fn a_file_is_taken_by(service: StrictService, layer: Layer) {
    let path = env::temp_dir().join(format!("film-{:?}-{}", service.body, process::id()));
    fs::write(&path, "a film").await.unwrap();
    for (secret, status) in [
        (SECRET, StatusCode::OK),
        ("another secret", StatusCode::FORBIDDEN),
    ] {
        let layer = layer(cache(secret)).unwrap();
        let client = ServiceBuilder::new().layer(layer).service(service);
        let film = File::open(&path).await.unwrap();
        let request = objects_large_uploads::request(film).await.unwrap();
        let response = client.oneshot(request).await.unwrap();
        assert_eq!(response.status(), status);
    }
    fs::remove_file(&path).await.unwrap();
}

#[tokio::test]
async fn s3_takes_the_presigned_url() {
    let url = objects_presigned_urls::url(&signer("s3"))
        .await
        .unwrap()
        .to_string();
    NOT_HASHING.verify_url(&url, true).unwrap();
    let changed = url.replace("tea.jpg", "milk.jpg");
    NOT_HASHING.verify_url(&changed, true).unwrap_err();
}

#[tokio::test]
async fn compatible_store_takes_the_recipe() {
    let store = StrictService {
        region: "auto",
        ..HASHING
    };
    is_taken_by(
        store,
        (compatible_stores::layer, compatible_stores::request),
    )
    .await;
}
