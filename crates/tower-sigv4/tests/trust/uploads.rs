//! Bodies that stall hold memory that others need.

use std::time::Duration;

use bytes::Bytes;
use http::StatusCode;
use tokio::{task::JoinHandle, time::Instant};
use tower::{BoxError, Layer, ServiceExt};
use tower_sigv4::{Error, SigV4, SigV4LayerBuilder};

use crate::{
    common::{
        Endless, Feed, Recorder, assert_signed, builder, client, fed, full, own_error, post,
        preloaded,
    },
    harness::{HOUR, MILLI, SECOND},
};

const MIB: usize = 1024 * 1024;

/// Starts an upload in a task of its own, and lets it run until it waits.
async fn start(client: &SigV4<Recorder>) -> (JoinHandle<Result<StatusCode, BoxError>>, Feed) {
    let (body, feed) = fed();
    let response = client.clone().oneshot(post().body(body).unwrap());
    let task = tokio::spawn(async move { Ok(response.await?.status()) });
    tokio::task::yield_now().await;
    (task, feed)
}

fn own(result: Result<StatusCode, BoxError>) -> Error {
    own_error(result.map(http::Response::new))
}

#[tokio::test(start_paused = true)]
async fn seven_stalled_uploads_give_back_the_budget_of_all_others_after_the_timeout() {
    let (client, network) = client(builder().build().unwrap()).await;
    let start_time = Instant::now();
    let mut stalled = Vec::new();
    for _ in 0..7 {
        let (task, feed) = start(&client).await;
        // Nine tenths of what one may be, and all of them nearly what all may be.
        feed.data(vec![1; MIB * 9]);
        tokio::task::yield_now().await;
        stalled.push((task, feed));
    }
    let upload = async || {
        let (task, feed) = start(&client).await;
        feed.data(vec![2; MIB * 2]);
        drop(feed);
        task.await.unwrap()
    };
    let error = own(upload().await);
    assert!(error.is_body() && error.is_retryable(), "{error}");
    assert!(error.to_string().contains("`total_body_limit`"), "{error}");
    for (task, feed) in stalled {
        let error = own(task.await.unwrap());
        assert!(error.is_body() && !error.is_retryable(), "{error}");
        let text = error.to_string();
        assert!(
            text.contains("30s") && text.contains("`body_timeout`"),
            "{text}"
        );
        assert!(feed.is_dropped());
    }
    let after = start_time.elapsed();
    assert!((SECOND * 30..SECOND * 31).contains(&after), "{after:?}");
    assert_eq!(upload().await.unwrap(), StatusCode::OK);
    assert_signed(&network.only());
}

#[tokio::test(start_paused = true)]
async fn a_slow_but_steady_upload_lives() {
    for (timeout, every) in [(None, SECOND * 29), (Some(SECOND), MILLI * 900)] {
        let layer = timeout
            .into_iter()
            .fold(builder(), SigV4LayerBuilder::body_timeout);
        let (client, network) = client(layer.build().unwrap()).await;
        let (task, feed) = start(&client).await;
        for _ in 0..120 {
            tokio::time::sleep(every).await;
            feed.data("a");
        }
        drop(feed);
        assert_eq!(task.await.unwrap().unwrap(), StatusCode::OK);
        let sent = network.only();
        assert_eq!(sent.body.len(), 120);
        assert_signed(&sent);
    }
}

#[tokio::test(start_paused = true)]
async fn an_upload_that_stalls_in_the_middle_or_before_its_end_fails_too() {
    for pieces in [0, 1, 100] {
        let (client, network) = client(builder().body_timeout(SECOND * 5).build().unwrap()).await;
        let (task, feed) = start(&client).await;
        for _ in 0..pieces {
            tokio::time::sleep(SECOND * 4).await;
            feed.data("a");
        }
        // Where the last piece came, but not the end.
        let last = Instant::now();
        let error = own(task.await.unwrap());
        assert!(error.to_string().contains("5s"), "{error}");
        let after = last.elapsed();
        assert!(
            (SECOND * 5..SECOND * 5 + MILLI * 10).contains(&after),
            "{after:?}"
        );
        assert!(feed.is_dropped());
        assert_eq!(network.calls(), 0);
    }
}

#[tokio::test(start_paused = true)]
async fn empty_frames_do_not_prolong_an_upload() {
    let (client, network) = client(builder().build().unwrap()).await;
    let (task, feed) = start(&client).await;
    feed.data("a");
    let start = Instant::now();
    for _ in 0..29 {
        tokio::time::sleep(SECOND).await;
        feed.data("");
    }
    let error = own(task.await.unwrap());
    assert!(error.to_string().contains("30s"), "{error}");
    let after = start.elapsed();
    assert!((SECOND * 30..SECOND * 31).contains(&after), "{after:?}");
    assert_eq!(network.calls(), 0);
}

#[tokio::test(start_paused = true)]
async fn not_even_where_they_never_end() {
    let layer = preloaded(builder().build().unwrap()).await;
    let network = Recorder::default();
    let response = layer
        .layer(network.clone())
        .oneshot(post().body(Endless(Bytes::new())).unwrap());
    let task = tokio::spawn(async move { Ok(response.await?.status()) });
    for _ in 0..40 {
        assert!(network.calls() == 0);
        // Paused time stands still while anything is busy.
        tokio::time::advance(SECOND).await;
    }
    let error = own(task.await.unwrap());
    assert!(error.to_string().contains("`body_timeout`"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_body_in_memory_and_one_that_is_not_read_have_no_timeout() {
    let layer = builder().body_timeout(Duration::ZERO).build().unwrap();
    let (client, network) = client(layer).await;
    let response = client
        .oneshot(post().body(full(vec![1; MIB])).unwrap())
        .await;
    assert!(response.is_ok());
    assert_signed(&network.only());

    // What the signature does not cover is the client's to wait for.
    let layer = preloaded(crate::common::builder_for("s3").build().unwrap()).await;
    let (body, feed) = fed();
    let options = tower_sigv4::SigningOptions::new().payload(tower_sigv4::PayloadMode::Unsigned);
    let request = http::Request::put("https://bucket.s3.us-east-1.amazonaws.com/key")
        .header("content-length", "1")
        .extension(options)
        .body(body)
        .unwrap();
    let network = Recorder::default();
    let task = tokio::spawn(layer.layer(network.clone()).oneshot(request));
    tokio::time::sleep(HOUR).await;
    feed.data("a");
    drop(feed);
    assert!(task.await.unwrap().is_ok());
}
