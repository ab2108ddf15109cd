use bytes::Bytes;
use http::{HeaderValue, Request, Response, Uri};
use http_body_util::Full;
use tower::{BoxError, ServiceBuilder, ServiceExt, service_fn};
use tower_sigv4::{Error, SignedBody};

use crate::{
    cache, gateway, is_taken_by, is_taken_for, signer,
    snippets::api_gateway::{
        behind_a_cdn, custom_domain, http_api, private_api,
        private_api_selected_by_its_host_header, rest_api, websocket_api,
        websocket_api_sending_to_a_connection,
    },
};

#[tokio::test]
async fn rest_api_takes_the_recipe() {
    is_taken_for("execute-api", (rest_api::layer, rest_api::request)).await;
}

#[tokio::test]
async fn http_api_takes_the_recipe() {
    is_taken_for("execute-api", (http_api::layer, http_api::request)).await;
}

#[tokio::test]
async fn websocket_api_takes_the_handshake() {
    let handshake = websocket_api::handshake(&signer("execute-api"))
        .await
        .unwrap();
    let (uri, headers) = handshake.into_parts();
    assert!(headers.is_empty());
    let mut request = Request::get(uri.path_and_query().unwrap().as_str());
    request = request.header("host", uri.host().unwrap());
    let request = request.body(Full::<Bytes>::default()).unwrap();
    let response = gateway("execute-api").oneshot(request).await.unwrap();
    assert_eq!(response.status(), 200);
}

#[tokio::test]
async fn message_to_a_connection_is_taken() {
    use websocket_api_sending_to_a_connection::{layer, request};
    is_taken_for("execute-api", (layer, request)).await;
}

#[tokio::test]
async fn private_api_takes_the_recipe() {
    is_taken_for("execute-api", (private_api::layer, private_api::request)).await;
}

#[tokio::test]
async fn private_api_that_its_host_header_selects_takes_the_recipe() {
    use private_api_selected_by_its_host_header::{layer, request};
    // Over HTTP/1.1 the host is in the header only.
    let on_the_wire = service_fn(|mut request: Request<SignedBody<Full<Bytes>>>| {
        *request.uri_mut() = path(request.uri());
        gateway("execute-api").oneshot(request)
    });
    is_taken_by(on_the_wire, (layer, request)).await;
}

#[tokio::test]
async fn custom_domain_takes_the_recipe() {
    is_taken_for(
        "execute-api",
        (custom_domain::layer, custom_domain::request),
    )
    .await;
}

#[tokio::test]
async fn custom_domain_that_is_not_named_is_refused_and_gets_nothing() {
    let never = service_fn(|request: Request<SignedBody<Full<Bytes>>>| async move {
        Err::<Response<()>, BoxError>(format!("sent to {}", request.uri()).into())
    });
    let client = ServiceBuilder::new()
        .layer(rest_api::layer(cache("secret")).unwrap())
        .service(never);
    let error = client.oneshot(custom_domain::request().unwrap()).await;
    let error = error.unwrap_err().downcast::<Error>().unwrap();
    assert!(error.is_refused_host(), "{error}");
}

#[tokio::test]
async fn api_behind_a_cdn_takes_the_recipe() {
    let cdn = service_fn(|mut request: Request<SignedBody<Full<Bytes>>>| {
        assert_eq!(request.uri().host(), Some("d111111abcdef8.cloudfront.net"));
        let origin = format!("/prod{}", path(request.uri()));
        *request.uri_mut() = origin.parse().unwrap();
        let host = HeaderValue::from_static("abc123.execute-api.eu-west-1.amazonaws.com");
        request.headers_mut().insert("host", host);
        gateway("execute-api").oneshot(request)
    });
    is_taken_by(cdn, (behind_a_cdn::layer, behind_a_cdn::request)).await;
}

fn path(uri: &Uri) -> Uri {
    uri.path_and_query().unwrap().clone().into()
}
