//! What the guide for other signers' users shows: before and after, both are accepted.

use std::time::Duration;

use aws_smithy_runtime_api::client::{
    interceptors::{
        Intercept,
        context::{Input, InterceptorContext},
    },
    orchestrator::HttpRequest,
    runtime_components::RuntimeComponentsBuilder,
};
use aws_smithy_types::{body::SdkBody, config_bag::ConfigBag};
use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use reqsign_aws_v4::StaticCredentialProvider;
use reqsign_core::Context;
use tower::ServiceExt;
use tower_sigv4::SigV4Layer;

use crate::{
    ACCESS_KEY_ID, REGION, SECRET, TOKEN, cache, credentials, gateway, signer,
    snippets::migration::{
        from_aws_sigv4_by_hand_after_as_a_function as after_as_a_function,
        from_aws_sigv4_by_hand_after_as_a_layer as after_as_a_layer,
        from_aws_sigv4_by_hand_before as by_hand,
        from_interceptors_of_an_sdk_after as intercepting_after,
        from_interceptors_of_an_sdk_before as intercepting, from_reqsign_after as after_reqsign,
        from_reqsign_before as reqsign, from_reqwest_with_aws_sigv4_after as after_reqwest,
        from_reqwest_with_aws_sigv4_before as reqwest_by_hand,
    },
};

const URL: &str = "https://abc123.execute-api.eu-west-1.amazonaws.com/prod/orders";

fn order(path: &str) -> Request<Bytes> {
    Request::post(format!("{URL}{path}"))
        .header("content-type", "application/json")
        .body(Bytes::from_static(b"{}"))
        .unwrap()
}

/// The status that the gateway answers.
async fn status(request: Request<Bytes>) -> u16 {
    let response = gateway("execute-api").oneshot(request.map(Full::new)).await;
    response.unwrap().status().as_u16()
}

#[tokio::test]
async fn what_was_signed_by_hand_and_what_is_signed_now_is_accepted() {
    let before = by_hand::signed(&credentials(SECRET), order("/a%20b?b=2&a=1")).await;
    assert_eq!(status(before.unwrap()).await, 200);
    let signer = signer("execute-api");
    let after = after_as_a_function::signed(&signer, order("/a%20b?b=2&a=1")).await;
    assert_eq!(status(after.unwrap()).await, 200);
    let client = after_as_a_layer::client(gateway("execute-api"), cache(SECRET)).unwrap();
    let response = client.oneshot(order("/a%20b?b=2&a=1").map(Full::new)).await;
    assert_eq!(response.unwrap().status(), 200);
}

/// The guide says that others sign an encoded path as only S3 reads it.
#[tokio::test]
async fn what_reqsign_signed_and_what_is_signed_now_is_accepted_and_an_encoded_path_only_now() {
    let provider = StaticCredentialProvider::new(ACCESS_KEY_ID, SECRET).with_session_token(TOKEN);
    let rules = reqsign_aws_v4::RequestSigner::new("execute-api", REGION);
    let theirs = reqsign_core::Signer::new(Context::new(), provider, rules);
    let ours = signer("execute-api");
    for (path, before) in [("/tea?b=2&a=1", 200), ("/green%20tea", 403)] {
        let signed = reqsign::signed(&theirs, order(path)).await.unwrap();
        assert_eq!(status(signed).await, before, "{path}");
        let signed = after_reqsign::signed(&ours, order(path)).await.unwrap();
        assert_eq!(status(signed).await, 200, "{path}");
    }
}

/// Runs the one hook, as the SDK does for each attempt.
fn intercepted(interceptor: &impl Intercept) -> Request<Bytes> {
    let mut context = InterceptorContext::new(Input::doesnt_matter());
    context.enter_serialization_phase();
    context.take_input();
    let request = order("/a%20b").map(SdkBody::from);
    context.set_request(HttpRequest::try_from(request).unwrap());
    context.enter_before_transmit_phase();
    let components = RuntimeComponentsBuilder::for_tests().build().unwrap();
    interceptor
        .modify_before_transmit(
            &mut (&mut context).into(),
            &components,
            &mut ConfigBag::base(),
        )
        .unwrap();
    let request = context.take_request().unwrap().try_into_http1x().unwrap();
    request.map(|body| Bytes::copy_from_slice(body.bytes().unwrap()))
}

#[tokio::test]
async fn what_an_interceptor_signed_and_what_it_signs_now_is_accepted() {
    let before = intercepted(&intercepting::Sign(credentials(SECRET)));
    assert_eq!(status(before).await, 200);
    let signer = signer("execute-api");
    signer.credentials().preload().await.unwrap();
    let after = intercepted(&intercepting_after::Sign(signer));
    assert_eq!(status(after).await, 200);
}

#[tokio::test]
async fn what_reqwest_sent_with_and_without_the_layer_is_accepted() {
    // With reqwest's default features, TLS has a provider.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let server = gateway("execute-api").serve().await.unwrap();
    let url = format!("{}/prod/a%20b", server.url());
    let order = serde_json::json!({ "item": "tea" });

    let client = reqwest::Client::builder().timeout(Duration::from_secs(30));
    let client = client.build().unwrap();
    let before = reqwest_by_hand::post(&client, &credentials(SECRET), &url, &order).await;
    assert_eq!(before.unwrap().status(), 200);

    let layer = SigV4Layer::builder("execute-api", REGION, cache(SECRET)).allow_loopback(true);
    let client = after_reqwest::client(layer.build().unwrap()).unwrap();
    let after = after_reqwest::post(&client, &url, &order).await;
    assert_eq!(after.unwrap().status(), 200);
    server.shutdown().await;
}
