use bytes::Bytes;

use crate::{
    REGION, StrictService, is_taken_by,
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
    let request = || objects_large_uploads::request(Bytes::from_static(b"a film"));
    is_taken_by(NOT_HASHING, (objects::layer, request)).await;
}

#[tokio::test]
async fn s3_takes_an_upload_that_is_signed_while_it_streams() {
    let request = || objects_signed_while_it_streams::request(Bytes::from_static(b"a film"));
    let service = StrictService {
        body: ContentSha256::Chunks,
        ..HASHING
    };
    is_taken_by(service, (objects::layer, request)).await;
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
