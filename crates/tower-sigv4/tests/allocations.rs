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

fn request(order: u32, body: &'static [u8]) -> Request<Full<Bytes>> {
    const API: &str = "https://abc123.execute-api.us-east-1.amazonaws.com";
    let mut request = Request::post(format!("{API}/prod/orders/{order}?page=2&limit=50"))
        .header("content-type", "application/json")
        .header("x-amz-target", "Orders.Create")
        .body(Full::new(Bytes::from_static(body)))
        .unwrap();
    request.headers_mut().reserve(8);
    request
}

/// How often a call for the last of some orders allocates, once credentials, keys and the host's decision
/// are there.
async fn allocations(token: Option<String>, body: &'static [u8], orders: [u32; 4]) -> u64 {
    let provider = Credentials::new("ASIAIOSFODNN7EXAMPLE", "secret", token, None, "test");
    let layer = SigV4Layer::new("execute-api", "us-east-1", provider).unwrap();
    let mut client = layer.layer(Client);
    let [before @ .., last] = orders;
    for order in before {
        client.call(request(order, body)).await.unwrap();
    }
    let request = request(last, body);
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
    const SAME_URL: [u32; 4] = [4711; 4];
    const ANOTHER_URL: [u32; 4] = [1000, 2000, 3000, 4711];
    for orders in [SAME_URL, ANOTHER_URL] {
        for body in [&b""[..], b"{\"item\":\"tea\"}"] {
            assert_eq!(allocations(None, body, orders).await, 1);
            for length in [16, 900, 2048, 4096, 6000] {
                let token = Some("t".repeat(length));
                assert_eq!(allocations(token, body, orders).await, 1, "{length}");
            }
        }
    }
}
