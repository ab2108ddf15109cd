use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use iam_gateway::{Account, Gateway};
use tests::{Keys, Wire};
use tower::{ServiceBuilder, ServiceExt};
use tower_sigv4::{
    ExplainLayer, Explanation, Generation, RetryAdvice, RetryPolicy, SigV4Layer, explain::Cause,
    reqwest::HttpService,
};

use crate::forms::{Form, client, layer};

#[tokio::test]
async fn keys_that_the_service_holds_for_expired_are_noted() {
    let Keys { id, secret, token } = Keys::ROLE;
    let account = Account::new(id, secret).session_token(token.unwrap());
    let account = account.expires_at(SystemTime::now() - Duration::from_secs(60));
    let server = Gateway::new(Wire::SERVICE, Wire::REGION, account);
    let server = server.serve().await.unwrap();
    for form in Form::ALL {
        let layer = layer();
        let request = client().get(server.url()).build().unwrap();
        let response = form.send(&client(), &layer, request).await.unwrap();
        assert_eq!(response.status(), 403, "{form:?}");
        let error_type = &response.headers()["x-amzn-errortype"];
        assert_eq!(error_type, "ExpiredTokenException");
        assert!(response.extensions().get::<Generation>().is_some());
        assert!(response.extensions().get::<RetryAdvice>().is_some());
        assert_eq!(layer.credentials().unwrap().stats().rejections, 1);
    }
}

#[tokio::test]
async fn a_response_that_is_no_rejection_has_no_notes() {
    let wire = Wire::start().await;
    for form in Form::ALL {
        let request = client().get(format!("http://{}/", wire.address()));
        let request = request.build().unwrap();
        let response = form.send(&client(), &layer(), request).await.unwrap();
        assert!(response.extensions().get::<Generation>().is_none());
    }
}

#[tokio::test]
async fn a_retry_above_the_http_service_signs_afresh() {
    let wire = Wire::start().await;
    let an_hour_ahead = || SystemTime::now() + Duration::from_secs(3_600);
    let layer = Wire::builder().allow_loopback(true).clock(an_hour_ahead);
    let client = ServiceBuilder::new()
        .retry(RetryPolicy::new())
        .layer(layer.build().unwrap())
        .service(HttpService::new(client()));
    let request = Request::post(format!("http://{}/prod", wire.address()));
    let request = request.body(Full::<Bytes>::from("tea")).unwrap();
    let response = client.oneshot(request).await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(wire.count_received(), 2);
}

#[tokio::test]
async fn the_host_s_time_is_observed_whichever_way_is_signed() {
    for form in Form::ALL {
        let wire = Wire::start().await;
        let an_hour_ahead = || SystemTime::now() + Duration::from_secs(3_600);
        let layer = Wire::builder().allow_loopback(true).clock(an_hour_ahead);
        let layer = layer.build().unwrap();
        for expected in [403, 200] {
            let request = client().get(format!("http://{}/", wire.address()));
            let request = request.build().unwrap();
            let response = form.send(&client(), &layer, request).await.unwrap();
            assert_eq!(response.status(), expected, "{form:?}");
        }
    }
}

#[tokio::test]
async fn a_rejection_is_explained_above_the_http_service() {
    let wire = Wire::start().await;
    let Keys { id, token, .. } = Keys::ROLE;
    let wrong = Credentials::new(id, "a guess", token.map(Into::into), None, "test");
    let layer = SigV4Layer::builder(Wire::SERVICE, Wire::REGION, wrong).allow_loopback(true);
    let client = ServiceBuilder::new()
        .layer(ExplainLayer::new())
        .layer(layer.build().unwrap())
        .service(HttpService::new(client()));
    let request = Request::get(format!("http://{}/prod", wire.address()));
    let request = request.body(Full::<Bytes>::default()).unwrap();
    let response = client.oneshot(request).await.unwrap();
    let explanation = response.extensions().get::<Explanation>().unwrap();
    assert_eq!(explanation.cause(), Cause::WrongSecret, "{explanation}");
}
