//! The layer is on every request's way: what it allocates besides the signature's one buffer is
//! counted, so that it cannot creep up.

use std::{
    convert::Infallible,
    future::{Future, Ready, ready},
    pin::pin,
    task::{Context, Poll, Waker},
};

use allocation_counter::measure;
use aws_credential_types::Credentials;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use tower::{Layer, Service};
use tower_sigv4::SigV4Layer;

/// An HTTP client that answers at once.
#[derive(Clone)]
struct Client;

impl<B> Service<Request<B>> for Client {
    type Response = Response<()>;
    type Error = Infallible;
    type Future = Ready<Result<Response<()>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<B>) -> Self::Future {
        ready(Ok(Response::new(())))
    }
}

fn request(body: &'static [u8]) -> Request<Full<Bytes>> {
    let uri = "https://abc123.execute-api.us-east-1.amazonaws.com/prod/orders/4711?page=2&limit=50";
    let mut request = Request::post(uri)
        .header("content-type", "application/json")
        .header("x-amz-target", "Orders.Create")
        .body(Full::new(Bytes::from_static(body)))
        .unwrap();
    request.headers_mut().reserve(8);
    request
}

/// How often a call allocates once credentials, keys and the host's decision are there.
async fn allocations(token: Option<String>, body: &'static [u8]) -> u64 {
    let provider = Credentials::new("ASIAIOSFODNN7EXAMPLE", "secret", token, None, "test");
    let layer = SigV4Layer::new("execute-api", "us-east-1", provider).unwrap();
    let mut client = layer.layer(Client);
    client.call(request(body)).await.unwrap();
    let request = request(body);
    let mut answered = false;
    let counted = measure(|| {
        let mut context = Context::from_waker(Waker::noop());
        answered = pin!(client.call(request)).poll(&mut context).is_ready();
    });
    assert!(answered);
    counted.count_total
}

#[tokio::test]
async fn a_request_through_the_layer_allocates_once() {
    for body in [&b""[..], b"{\"item\":\"tea\"}"] {
        assert_eq!(allocations(None, body).await, 1);
        for length in [16, 900, 2048, 4096, 6000] {
            let token = Some("t".repeat(length));
            assert_eq!(allocations(token, body).await, 1, "{length}");
        }
    }
}
