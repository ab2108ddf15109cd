//! A response future may be dropped at any time: its request goes with it, and nothing else does.

mod common;

use std::{future, sync::Arc};

use bytes::Bytes;
use common::{
    Empty, HeldProvider, Recorder, assert_signed, client, fed, full, get, layer, moment, post,
    preloaded,
};
use http::{Request, Response};
use http_body_util::Full;
use tokio_test::{assert_pending, assert_ready_ok, task};
use tower::{
    BoxError, Layer, Service, ServiceExt, limit::ConcurrencyLimitLayer, load_shed::LoadShedLayer,
    service_fn,
};
use tower_sigv4::SigV4Layer;

/// A layer whose credentials come when its provider is released.
fn held() -> (SigV4Layer, HeldProvider) {
    let provider = HeldProvider::new();
    let layer = SigV4Layer::builder("execute-api", "us-east-1", provider.clone()).clock(moment);
    (layer.build().unwrap(), provider)
}

fn request() -> Request<Full<Bytes>> {
    get().body(full("")).unwrap()
}

#[tokio::test]
async fn a_load_goes_on_without_the_request_that_started_it() {
    let (layer, provider) = held();
    let recorder = Recorder::default();
    let client = layer.layer(recorder.clone());
    let mut response = task::spawn(client.clone().oneshot(request()));
    assert_pending!(response.poll());
    drop(response);

    provider.release();
    tokio::task::yield_now().await;
    let mut response = task::spawn(client.oneshot(request()));
    assert_ready_ok!(response.poll(), "the credentials are there");
    assert_signed(&recorder.only());
    assert_eq!((provider.calls(), recorder.calls()), (1, 1));
}

#[tokio::test]
async fn a_load_goes_on_for_a_request_that_was_never_polled() {
    let (layer, provider) = held();
    let mut client = layer.layer(Recorder::default());
    let ready = ServiceExt::<Request<Full<Bytes>>>::ready(&mut client).await;
    drop(ready.unwrap().call(request()));
    provider.release();
    tokio::task::yield_now().await;
    assert_ready_ok!(task::spawn(client.oneshot(request())).poll());
    assert_eq!(provider.calls(), 1);
}

#[tokio::test]
async fn whoever_goes_away_leaves_the_others_waiting_for_the_same_load() {
    let (layer, provider) = held();
    let recorder = Recorder::default();
    let client = layer.layer(recorder.clone());
    let mut waiting: Vec<_> = (0..4)
        .map(|_| task::spawn(client.clone().oneshot(request())))
        .collect();
    for response in &mut waiting {
        assert_pending!(response.poll());
    }
    // The one that started the load, and one in the middle.
    drop(waiting.remove(2));
    drop(waiting.remove(0));
    provider.release();
    tokio::task::yield_now().await;
    for response in &mut waiting {
        assert!(response.is_woken());
        assert_ready_ok!(response.poll());
    }
    assert_eq!((provider.calls(), recorder.calls()), (1, 2));
}

#[tokio::test]
async fn a_hundred_impatient_calls_start_one_load() {
    let (layer, provider) = held();
    let client = layer.layer(Recorder::default());
    for _ in 0..100 {
        let mut response = task::spawn(client.clone().oneshot(request()));
        assert_pending!(response.poll());
        tokio::task::yield_now().await;
    }
    assert_eq!(provider.calls(), 1);
}

#[tokio::test]
async fn a_request_dropped_while_its_body_arrives_is_not_sent() {
    let (client, recorder) = client(layer()).await;
    let (body, feed) = fed();
    let mut response = task::spawn(client.oneshot(post().body(body).unwrap()));
    feed.data("some");
    assert_pending!(response.poll());
    drop(response);
    assert!(feed.is_dropped());
    assert_eq!(recorder.calls(), 0);
}

#[tokio::test]
async fn a_request_dropped_while_it_waits_gives_its_place_back() {
    let (layer, provider) = held();
    let recorder = Recorder::default();
    let client = layer.layer(ConcurrencyLimitLayer::new(1).layer(recorder.clone()));
    let mut first = task::spawn(client.clone().oneshot(request()));
    let mut second = task::spawn(client.oneshot(request()));
    assert_pending!(first.poll());
    assert_pending!(second.poll());
    drop(first);
    assert!(second.is_woken());
    provider.release();
    tokio::task::yield_now().await;
    assert_ready_ok!(second.poll());
    assert_eq!(recorder.calls(), 1);
}

#[tokio::test]
async fn dropping_the_future_drops_the_inner_services_own() {
    let alive = Arc::new(());
    let inner = service_fn(|_: Request<_>| {
        let alive = Arc::clone(&alive);
        async move {
            let _alive = alive;
            future::pending::<Result<Response<Empty>, BoxError>>().await
        }
    });
    let mut response = task::spawn(preloaded(layer()).await.layer(inner).oneshot(request()));
    assert_pending!(response.poll());
    assert_eq!(Arc::strong_count(&alive), 2);
    drop(response);
    assert_eq!(Arc::strong_count(&alive), 1);
}

#[tokio::test]
async fn the_last_clone_takes_its_load_with_it() {
    let (layer, provider) = held();
    let client = layer.layer(Recorder::default());
    let mut response = task::spawn(client.oneshot(request()));
    assert_pending!(response.poll());
    tokio::task::yield_now().await;
    let tasks = || {
        tokio::runtime::Handle::current()
            .metrics()
            .num_alive_tasks()
    };
    assert_eq!((provider.calls(), tasks()), (1, 1));
    drop((response, layer));
    tokio::task::yield_now().await;
    assert_eq!(tasks(), 0);
}

#[tokio::test]
async fn nothing_is_shed_while_credentials_load() {
    let (layer, provider) = held();
    let recorder = Recorder::default();
    let client = LoadShedLayer::new().layer(layer.layer(recorder.clone()));
    let mut waiting: Vec<_> = (0..10)
        .map(|_| task::spawn(client.clone().oneshot(request())))
        .collect();
    for response in &mut waiting {
        assert_pending!(response.poll());
    }
    provider.release();
    tokio::task::yield_now().await;
    for response in &mut waiting {
        assert_ready_ok!(response.poll());
    }
    assert_eq!(recorder.calls(), 10);
}
