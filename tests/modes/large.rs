//! 200 MiB over a socket, which takes a while: run it with `--release --ignored`.

use std::convert::Infallible;

use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt, Empty};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    client::legacy::Client,
    rt::{TokioExecutor, TokioIo},
};
use tokio::net::TcpListener;
use tower::{Layer, ServiceExt};
use tower_sigv4::SignedBody;

use crate::{
    cases::{Frames, data, modes},
    store::{Store, builder},
};

const LENGTH: usize = 200 * 1024 * 1024;

#[tokio::test]
#[ignore = "minutes, without optimisation"]
async fn two_hundred_mebibytes_are_read_back_in_every_mode() {
    let store = Store::new();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let uri = format!("http://{}/bucket/key", listener.local_addr().unwrap());
    let server = store.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            stream.set_nodelay(true).unwrap();
            let store = server.clone();
            let answer = service_fn(move |request: Request<Incoming>| {
                let store = store.clone();
                async move {
                    let answer = store.receive(request).await;
                    let answer = answer.unwrap_or_else(|error| {
                        let answer = http::Response::builder().status(400);
                        answer.body(error.to_string().into()).unwrap()
                    });
                    Ok::<_, Infallible>(answer.map(http_body_util::Full::new))
                }
            });
            tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), answer));
        }
    });

    let data = data(LENGTH);
    for mode in modes(&data) {
        // Nothing signs it over plain http.
        if mode == Some(tower_sigv4::PayloadMode::Unsigned) {
            continue;
        }
        let layer = builder().body_limit(match mode {
            None => 1024,
            Some(_) => LENGTH,
        });
        let layer = mode.into_iter().fold(layer, |it, mode| it.payload(mode));
        let layer = layer.build().unwrap();
        let body = Frames {
            data: data.clone(),
            size: 64 * 1024,
            is_known: true,
        };
        let start = std::time::Instant::now();
        let client = Client::builder(TokioExecutor::new()).build_http::<SignedBody<Frames>>();
        let request = Request::put(&uri).body(body).unwrap();
        let response = layer.layer(client).oneshot(request).await.unwrap();
        let status = response.status();
        let answer = response.into_body().collect().await.unwrap().to_bytes();
        assert!(status.is_success(), "{mode:?}: {answer:?}");
        println!("{mode:?}: {:?}", start.elapsed());

        let request = Request::get(&uri).body(Empty::<Bytes>::new()).unwrap();
        let client = Client::builder(TokioExecutor::new()).build_http::<SignedBody<_>>();
        let response = layer.layer(client).oneshot(request).await.unwrap();
        let read = response.into_body().collect().await.unwrap().to_bytes();
        assert!(read == data, "{mode:?}");
        assert!(store.take().unwrap() == data, "{mode:?}");
    }
}
