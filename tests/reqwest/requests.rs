use std::time::Duration;

use http::{Method, header::CONTENT_TYPE};
use serde_json::json;
use tests::Wire;
use tower_sigv4::{
    SigV4Layer, SigningOptions,
    reqwest::{SendError, SigningClient},
};

use crate::forms::{Form, builder, client, layer};

#[tokio::test]
async fn a_get_is_accepted_whichever_way_it_is_signed() {
    let wire = Wire::start().await;
    let url = format!("http://{}/prod/orders?b=2&a=1", wire.address());
    for form in Form::ALL {
        let request = client().get(&url).build().unwrap();
        let received = form.accepts(&wire, &layer(), request).await;
        assert_eq!(received.uri(), "/prod/orders?b=2&a=1");
    }
}

#[tokio::test]
async fn a_post_with_json_is_accepted_whichever_way_it_is_signed() {
    let wire = Wire::start().await;
    let url = format!("http://{}/prod/orders", wire.address());
    for form in Form::ALL {
        let json = json!({ "item": "tea", "count": 2 }).to_string();
        let request = client().post(&url).header(CONTENT_TYPE, "application/json");
        let request = request.body(json.clone()).build().unwrap();
        let received = form.accepts(&wire, &layer(), request).await;
        assert_eq!(received.body(), &json);
        let signed = received.headers()["authorization"].to_str().unwrap();
        assert!(signed.contains("content-type;host;"), "{signed}");
    }
}

#[tokio::test]
async fn a_request_over_http_2_is_accepted_whichever_way_it_is_signed() {
    let wire = Wire::start().await;
    let http2 = builder().http2_prior_knowledge().build().unwrap();
    for form in Form::ALL {
        let request = http2.post(format!("http://{}/prod/{{id}}?b=2&a=1", wire.address()));
        let request = request.body("tea").build().unwrap();
        let response = form.send(&http2, &layer(), request).await.unwrap();
        assert_eq!(response.status(), 200, "{form:?}");
        let received = wire.last_received();
        assert_eq!(received.version(), http::Version::HTTP_2);
        Wire::verify_again(received).await.unwrap();
    }
}

#[tokio::test]
async fn the_client_has_the_methods_of_reqwests_own() {
    let wire = Wire::start().await;
    let client = SigningClient::new(builder(), layer()).unwrap();
    let url = format!("http://{}/prod/orders", wire.address());
    for (method, builder) in [
        (Method::GET, client.get(&url)),
        (Method::POST, client.post(&url)),
        (Method::PUT, client.put(&url)),
        (Method::PATCH, client.patch(&url)),
        (Method::DELETE, client.delete(&url)),
        (Method::HEAD, client.head(&url)),
        (Method::OPTIONS, client.request(Method::OPTIONS, &url)),
    ] {
        let builder = builder
            .header("x-amz-target", "Orders.List")
            .headers(
                [("x-other".parse().unwrap(), "1".parse().unwrap())]
                    .into_iter()
                    .collect(),
            )
            .version(http::Version::HTTP_11)
            .timeout(Duration::from_secs(20))
            .json(&json!(["tea"]));
        let response = builder.send().await.unwrap();
        assert_eq!(response.status(), 200, "{method}");
        let received = wire.last_received();
        assert_eq!(received.method(), method);
        assert_eq!(received.headers()["x-other"], "1");
        assert_eq!(received.body(), r#"["tea"]"#);
        Wire::verify_again(received).await.unwrap();
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_request_is_said_when_it_is_sent() {
    let client = SigningClient::new(builder(), layer()).unwrap();
    for builder in [
        client.get("not a url"),
        client
            .get("http://127.0.0.1/")
            .header("not a name", "value"),
    ] {
        match builder.send().await {
            Err(SendError::Client(error)) => assert!(error.is_builder(), "{error}"),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_request_may_be_signed_otherwise_than_the_others() {
    let wire = Wire::start().await;
    let url = format!("http://{}/prod/orders", wire.address());
    let other_region = SigV4Layer::builder(
        Wire::SERVICE,
        "us-east-1",
        aws_credential_types::Credentials::from(tests::Keys::ROLE),
    );
    let layer = other_region.allow_loopback(true).build().unwrap();
    let options = SigningOptions::new().region(Wire::REGION);

    let signing = SigningClient::from_client(client(), layer.clone());
    let response = signing.get(&url).options(options.clone()).send().await;
    assert_eq!(response.unwrap().status(), 200);

    let middleware = reqwest_middleware::ClientBuilder::new(client()).with(layer.clone());
    let middleware = middleware.build();
    let request = middleware.get(&url).with_extension(options.clone());
    assert_eq!(request.send().await.unwrap().status(), 200);

    for form in Form::ALL {
        let request = http::Request::get(&url).extension(options.clone());
        let request = request.body("").unwrap().try_into().unwrap();
        form.accepts(&wire, &layer, request).await;
        let request = client().get(&url).build().unwrap();
        let response = form.send(&client(), &layer, request).await.unwrap();
        assert_eq!(response.status(), 403, "{form:?}");
    }
}

#[tokio::test]
async fn a_request_can_be_sent_from_a_task_of_its_own() {
    let wire = Wire::start().await;
    for form in Form::ALL {
        let request = client().get(format!("http://{}/", wire.address()));
        let request = request.build().unwrap();
        let task = tokio::spawn(async move { form.send(&client(), &layer(), request).await });
        assert_eq!(task.await.unwrap().unwrap().status(), 200);
    }
}

#[tokio::test]
async fn a_disabled_layer_lets_requests_pass_as_they_are() {
    let wire = Wire::start().await;
    let url = format!("http://{}/prod/%2e%2e/{{id}}", wire.address());
    for form in Form::ALL {
        let request = client().get(&url).build().unwrap();
        let response = form.send(&client(), &SigV4Layer::disabled(), request).await;
        assert_eq!(response.unwrap().status(), 403, "{form:?}");
        let received = wire.last_received();
        assert!(!received.headers().contains_key("authorization"));
        assert_eq!(received.uri(), "/%7Bid%7D");
    }
}
