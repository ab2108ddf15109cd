//! What the layer costs a call whose credentials and body are at hand, in time and in allocations.
//!
//! `cargo bench -p tower-sigv4 --bench layer`

use std::{
    convert::Infallible,
    future::{Ready, ready},
    hint::black_box,
    pin::pin,
    task::{Context, Poll, Waker},
};

use aws_credential_types::Credentials;
use bytes::Bytes;
use divan::{AllocProfiler, Bencher};
use http::{Request, Response};
use http_body_util::Full;
use tower::{Layer, Service};
use tower_sigv4::SigV4Layer;

#[global_allocator]
static ALLOCATOR: AllocProfiler = AllocProfiler::system();

const BODY_LENGTHS: [usize; 3] = [0, 1024, 65_536];

fn main() {
    divan::main();
}

#[divan::bench(args = BODY_LENGTHS)]
fn without_the_layer(bencher: Bencher<'_, '_>, length: usize) {
    bench(bencher, Client, length);
}

#[divan::bench(args = BODY_LENGTHS)]
fn through_the_layer(bencher: Bencher<'_, '_>, length: usize) {
    // About as long as those of a role.
    let token = Some("IQoJb3JpZ2luX2Vj".repeat(45));
    let provider = Credentials::new("AKIDEXAMPLE", "secret", token, None, "bench");
    let layer = SigV4Layer::new("execute-api", "us-east-1", provider).unwrap();
    let mut client = layer.layer(Client);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    // Loads the credentials.
    runtime
        .block_on(async { client.call(request(0)).await })
        .unwrap();
    bench(bencher, client, length);
}

fn bench<S>(bencher: Bencher<'_, '_>, mut client: S, length: usize)
where
    S: Service<Request<Full<Bytes>>>,
{
    bencher
        .with_inputs(|| request(length))
        .bench_local_values(|request| {
            let mut response = pin!(client.call(request));
            match response
                .as_mut()
                .poll(&mut Context::from_waker(Waker::noop()))
            {
                Poll::Ready(response) => response,
                Poll::Pending => panic!("a call that waits"),
            }
        });
}

fn request(length: usize) -> Request<Full<Bytes>> {
    Request::post("https://abc123.execute-api.us-east-1.amazonaws.com/prod/items?limit=10")
        .header("accept", "application/json")
        .header("content-type", "application/json")
        .header("user-agent", "bench")
        .body(Full::from(vec![b'x'; length]))
        .unwrap()
}

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

    fn call(&mut self, request: Request<B>) -> Self::Future {
        black_box(request);
        ready(Ok(Response::new(())))
    }
}
