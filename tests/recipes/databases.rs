use crate::{
    REGION, StrictService, is_taken_by, is_taken_for,
    service::ContentSha256,
    snippets::databases::{dynamodb, neptune, opensearch_serverless, opensearch_service},
};

#[tokio::test]
async fn opensearch_service_takes_the_recipe() {
    is_taken_for(
        "es",
        (opensearch_service::layer, opensearch_service::request),
    )
    .await;
}

#[tokio::test]
async fn opensearch_serverless_takes_the_recipe() {
    let serverless = StrictService {
        name: "aoss",
        region: REGION,
        body: ContentSha256::Hash,
    };
    use opensearch_serverless::{layer, request};
    is_taken_by(serverless, (layer, request)).await;
}

#[tokio::test]
async fn neptune_takes_the_recipe() {
    is_taken_for("neptune-db", (neptune::layer, neptune::request)).await;
}

#[tokio::test]
async fn dynamodb_takes_the_recipe() {
    is_taken_for("dynamodb", (dynamodb::layer, dynamodb::request)).await;
}
