use base64_simd::{STANDARD, URL_SAFE_NO_PAD};
use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use serde_json::{Map, Value};
use tower::ServiceExt;

use crate::{
    REGION, StrictService, gateway, is_taken_for,
    service::ContentSha256,
    signer,
    snippets::messaging::{
        appsync, appsync_subscriptions as subscriptions, iot_core, iot_core_mqtt_over_websocket,
        sqs,
    },
};

#[tokio::test]
async fn appsync_takes_the_recipe() {
    is_taken_for("appsync", (appsync::layer, appsync::request)).await;
}

/// AppSync verifies the `POST` whose headers these are.
async fn is_taken_as_post(path: &str, headers: &Map<String, Value>, body: &'static str) {
    let mut request = Request::post(path);
    for (name, value) in headers {
        request = request.header(name, value.as_str().unwrap());
    }
    let request = request.body(Full::<Bytes>::from(body)).unwrap();
    let response = gateway("appsync").oneshot(request).await.unwrap();
    assert_eq!(response.status(), 200, "{headers:?}");
}

#[tokio::test]
async fn handshake_with_appsync_has_the_headers_of_an_empty_post() {
    let uri = subscriptions::uri(&signer("appsync")).await.unwrap();
    let (_, query) = uri.split_once("?header=").unwrap();
    let (header, payload) = query.split_once("&payload=").unwrap();
    let decoded = |text: &str| {
        let text = text
            .replace("%3D", "=")
            .replace("%2B", "+")
            .replace("%2F", "/");
        let bytes = STANDARD.decode_to_vec(&text);
        let bytes = bytes.or_else(|_| URL_SAFE_NO_PAD.decode_to_vec(&text));
        String::from_utf8(bytes.unwrap()).unwrap()
    };
    assert_eq!(decoded(payload), "{}");
    let headers = serde_json::from_str(&decoded(header)).unwrap();
    is_taken_as_post("/graphql/connect", &headers, "{}").await;
}

#[tokio::test]
async fn subscription_of_appsync_has_the_headers_of_its_post() {
    let authorization = subscriptions::authorization(&signer("appsync")).await;
    let headers = serde_json::from_str(&authorization.unwrap()).unwrap();
    is_taken_as_post("/graphql", &headers, subscriptions::DATA).await;
    assert_eq!(headers["host"], subscriptions::HOST);
}

#[tokio::test]
async fn iot_core_takes_the_recipe() {
    is_taken_for("iotdata", (iot_core::layer, iot_core::request)).await;
}

#[tokio::test]
async fn iot_core_takes_the_handshake_of_mqtt() {
    let broker = StrictService {
        name: "iotdevicegateway",
        region: REGION,
        body: ContentSha256::Hash,
    };
    let handshake = iot_core_mqtt_over_websocket::handshake(&signer("iotdata")).await;
    let uri = handshake.unwrap().uri().to_string();
    broker.verify_url(&uri, false).unwrap();
    broker.verify_url(&uri, true).unwrap_err();
}

#[tokio::test]
async fn sqs_takes_the_recipe() {
    is_taken_for("sqs", (sqs::layer, sqs::request)).await;
}
