use iam_gateway::Gateway;

use crate::{
    REGION, StrictService, account, is_taken_by, is_taken_for,
    service::ContentSha256,
    snippets::services::{
        bedrock, china_and_other_partitions, managed_prometheus, sts, vpc_lattice,
    },
};

#[tokio::test]
async fn bedrock_takes_the_recipe() {
    is_taken_for("bedrock", (bedrock::layer, bedrock::request)).await;
}

#[tokio::test]
async fn managed_prometheus_takes_the_recipe() {
    is_taken_for(
        "aps",
        (managed_prometheus::layer, managed_prometheus::request),
    )
    .await;
}

#[tokio::test]
async fn vpc_lattice_takes_the_recipe() {
    let lattice = StrictService {
        name: "vpc-lattice-svcs",
        region: REGION,
        body: ContentSha256::Unsigned,
    };
    is_taken_by(lattice, (vpc_lattice::layer, vpc_lattice::request)).await;
}

#[tokio::test]
async fn sts_takes_the_recipe() {
    is_taken_for("sts", (sts::layer, sts::request)).await;
}

#[tokio::test]
async fn api_in_china_takes_the_recipe() {
    let gateway = Gateway::new("execute-api", "cn-north-1", account());
    is_taken_by(
        gateway,
        (
            china_and_other_partitions::layer,
            china_and_other_partitions::request,
        ),
    )
    .await;
}
