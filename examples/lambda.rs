//! A Lambda function that calls another service behind API Gateway, with its role's keys.
//!
//! Lambda puts the role's keys and the region into the environment, so `from_env` is all
//! there is to configure. `UPSTREAM_URL` names the other service:
//! `https://abc123.execute-api.eu-west-1.amazonaws.com/prod`. A request to the function goes there
//! with its method, path, query, content type and body, and the answer comes back.
//!
//! Here, a gateway of one's own takes the place of API Gateway, and the keys come from the command
//! line, in three terminals (`pip install cargo-lambda` brings the command):
//!
//! ```text
//! cargo run -p iam-gateway --features cli -- --listen 127.0.0.1:8080 --service execute-api \
//!     --region eu-west-1 --account AKID:secret
//! AWS_ACCESS_KEY_ID=AKID AWS_SECRET_ACCESS_KEY=secret AWS_REGION=eu-west-1 \
//!     UPSTREAM_URL=http://127.0.0.1:8080/prod \
//!     cargo lambda watch -A 127.0.0.1 -P 9000 -p examples --features lambda
//! curl http://127.0.0.1:9000/lambda-url/lambda/orders
//! ```

use std::env;

use bytes::Bytes;
use http::{Uri, header::CONTENT_TYPE};
use http_body_util::{BodyExt, Full};
use hyper_rustls::HttpsConnectorBuilder;
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use lambda_http::{Body, Error, Request, RequestExt, Response, run, service_fn};
use tower::{Service, ServiceBuilder, ServiceExt};
use tower_sigv4::SigV4LayerBuilder;

#[tokio::main]
async fn main() -> Result<(), Error> {
    serve(SigV4LayerBuilder::from_env("execute-api")).await
}

/// Answers invocations for as long as Lambda wants it to.
pub(crate) async fn serve(layer: SigV4LayerBuilder) -> Result<(), Error> {
    let upstream = env::var("UPSTREAM_URL").map_err(|_| "UPSTREAM_URL is not set")?;
    let mut http = HttpConnector::new();
    // Or else a small body waits for the peer's acknowledgement of its head, about 40 ms.
    http.set_nodelay(true);
    http.enforce_http(false);
    let https = HttpsConnectorBuilder::new()
        .with_provider_and_webpki_roots(rustls::crypto::ring::default_provider())?
        .https_or_http()
        .enable_all_versions()
        .wrap_connector(http);
    // Plain http and loopback are for a gateway of one's own, under `cargo lambda watch`: with an upstream by
    // https, as in Lambda, neither is permitted.
    let is_local = upstream.starts_with("http://");
    let layer = layer.allow_loopback(is_local).build()?;
    // Once for all invocations: connections and signing keys are kept.
    let client = ServiceBuilder::new()
        .layer(layer)
        .service(Client::builder(TokioExecutor::new()).build(https));

    run(service_fn(|request| {
        forward(client.clone(), &upstream, request)
    }))
    .await
}

/// Sends a request on to the upstream and returns what it answers.
async fn forward<S, B>(client: S, upstream: &str, request: Request) -> Result<Response<Body>, Error>
where
    S: Service<http::Request<Full<Bytes>>, Response = Response<B>, Error = Error>,
    B: http_body::Body<Error: Into<Error>>,
{
    let query = request.uri().query().map(|query| format!("?{query}"));
    let path = request.raw_http_path();
    let uri: Uri = format!("{upstream}{path}{}", query.unwrap_or_default()).parse()?;
    let mut signed = http::Request::builder().method(request.method()).uri(uri);
    if let Some(content_type) = request.headers().get(CONTENT_TYPE) {
        signed = signed.header(CONTENT_TYPE, content_type);
    }
    let body = Bytes::copy_from_slice(request.body());

    let response = client.oneshot(signed.body(Full::new(body))?).await?;
    let (parts, body) = response.into_parts();
    let body = body.collect().await.map_err(Into::into)?.to_bytes();
    let mut answer = Response::builder().status(parts.status);
    if let Some(content_type) = parts.headers.get(CONTENT_TYPE) {
        answer = answer.header(CONTENT_TYPE, content_type);
    }
    Ok(answer.body(body.to_vec().into())?)
}
