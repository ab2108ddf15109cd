//! The function of `lambda.rs` with region and credentials from the SDK's default chain, to be measured
//! beside it by `scripts/lambda-bench.sh`.

#[path = "../lambda.rs"]
#[allow(dead_code, reason = "its own main")]
mod lambda;

use tower_sigv4::SigV4LayerBuilder;

#[tokio::main]
async fn main() -> Result<(), lambda_http::Error> {
    lambda::serve(SigV4LayerBuilder::from_default_chain("execute-api").await).await
}
