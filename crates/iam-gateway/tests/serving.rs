//! The gateway on a socket.

mod common;

use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt, Empty};
use hyper_util::{client::legacy::Client, rt::TokioExecutor};

#[tokio::test]
async fn a_request_without_a_signature_is_refused_over_http_1_and_over_http_2() {
    let server = common::gateway().serve().await.unwrap();
    for http2 in [false, true] {
        let mut builder = Client::builder(TokioExecutor::new());
        let client = builder.http2_only(http2).build_http::<Empty<Bytes>>();
        let request = Request::get(server.url()).body(Empty::new()).unwrap();
        let (parts, body) = client.request(request).await.unwrap().into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        let answer = common::Answer::of(parts.status, parts.headers, &body);
        assert_eq!(
            answer.refusal(),
            "403 MissingAuthenticationTokenException: Missing Authentication Token"
        );
    }
    server.shutdown().await;
}
