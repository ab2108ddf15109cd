use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use tower::{BoxError, ServiceBuilder, ServiceExt, service_fn};
use tower_sigv4::SignedBody;

use crate::{
    is_taken_for,
    service::hex_sha256,
    snippets::lambda::{behind_cloudfront, from_a_function, function_url},
};

/// It runs in Lambda only. `scripts/lambda.sh` runs the example that does the same.
#[test]
fn the_function_of_the_recipe_compiles() {
    let _: fn() -> Result<(), lambda_http::Error> = from_a_function::main;
}

#[tokio::test]
async fn function_url_takes_the_recipe() {
    is_taken_for("lambda", (function_url::layer, function_url::request)).await;
}

/// CloudFront takes the hash from the client, and signs by itself.
#[tokio::test]
async fn cloudfront_gets_the_hash_of_the_body_and_no_signature() {
    let cloudfront = service_fn(|request: Request<SignedBody<Full<Bytes>>>| async {
        let (parts, body) = request.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        assert_eq!(parts.headers["x-amz-content-sha256"], hex_sha256(&body));
        assert!(!parts.headers.contains_key("authorization"));
        Ok::<_, BoxError>(Response::new(Full::<Bytes>::default()))
    });
    let client = ServiceBuilder::new()
        .layer(behind_cloudfront::layer())
        .service(cloudfront);
    let request = behind_cloudfront::request().unwrap();
    assert_eq!(client.oneshot(request).await.unwrap().status(), 200);
}
