//! Credentials that really rotate: from the providers of `aws-config`, and in real time where they
//! come over a wire. `scripts/rotation.sh` runs all of it.

mod container;
mod role;
mod token_file;

use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Empty};
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use tokio::time::{Instant, MissedTickBehavior, interval};
use tower::{BoxError, Service, ServiceExt};
use tower_layer::Layer;
use tower_sigv4::{SigV4LayerBuilder, Stats};

const REGION: &str = "eu-west-1";
const SECOND: Duration = Duration::from_secs(1);

/// Sends twenty requests a second to a gateway, all of which have to be accepted.
async fn no_request_is_rejected(
    builder: SigV4LayerBuilder,
    gateway: &str,
    time: Duration,
) -> Stats {
    let layer = builder.allow_host("127.0.0.1").build().unwrap();
    let mut client = layer.layer(Client::builder(TokioExecutor::new()).build_http());
    let start = Instant::now();
    let mut ticks = interval(SECOND / 20);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut sent = 0;
    while start.elapsed() < time {
        ticks.tick().await;
        let request = Request::get(format!("{gateway}/prod/items?number={sent}"));
        let request = request.body(Empty::<Bytes>::new()).unwrap();
        let response = client.ready().await.unwrap().call(request).await.unwrap();
        let after = start.elapsed();
        assert_eq!(
            response.status(),
            StatusCode::OK,
            "request {sent} after {after:?}"
        );
        sent += 1;
    }
    let stats = layer.credentials().unwrap().stats();
    println!("{sent} requests in {:?}: {stats:#?}", start.elapsed());
    assert_eq!((stats.served_expired, stats.rejections), (0, 0));
    stats
}

/// The body of an answer, whatever its status.
async fn read<B>(response: Result<Response<B>, BoxError>) -> String
where
    B: http_body::Body,
    B::Error: std::fmt::Debug,
{
    let body = response.unwrap().into_body().collect().await.unwrap();
    String::from_utf8(body.to_bytes().to_vec()).unwrap()
}
