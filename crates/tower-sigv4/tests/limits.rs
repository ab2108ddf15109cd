//! How much of bodies is held for their hashes: so much of one, and so much of all.

mod common;

use std::{pin::Pin, time::Duration};

use common::{
    Empty, Fed, Feed, Recorder, assert_signed, builder, client, fed, full, own_error, post,
    preloaded, send_body,
};
use http::{Request, Response};
use http_body::SizeHint;
use tokio_test::{assert_pending, assert_ready, assert_ready_ok, task};
use tower::{BoxError, Layer, ServiceExt, service_fn};
use tower_sigv4::{SigV4, SignedBody};

const MIB: usize = 1024 * 1024;

#[tokio::test]
async fn a_body_of_the_limit_passes_and_one_byte_more_is_refused() {
    for (length, fits) in [(9, true), (10, true), (11, false)] {
        let layer = builder().body_limit(10).build().unwrap();
        let whole = send_body(layer.clone(), full(vec![1; length])).await;
        let (body, feed) = fed();
        feed.data(vec![1; 5]);
        feed.data(vec![1; length - 5]);
        drop(feed);
        let pieces = send_body(layer, body).await;
        for result in [whole, pieces] {
            match result {
                Ok(sent) => {
                    assert!(fits && sent.body.len() == length);
                    assert_signed(&sent);
                }
                Err(error) => {
                    assert!(!fits && error.is_body() && !error.is_retryable());
                    let text = error.to_string();
                    assert!(
                        text.contains("10 bytes") && text.contains("`body_limit`"),
                        "{text}"
                    );
                }
            }
        }
    }
}

#[tokio::test]
async fn a_body_that_says_it_is_too_large_is_refused_unread() {
    let (body, feed) = fed();
    let mut hint = SizeHint::new();
    hint.set_lower(11);
    let error = send_body(
        builder().body_limit(10).build().unwrap(),
        body.with_hint(hint),
    )
    .await;
    assert!(error.unwrap_err().is_body());
    assert_eq!(feed.polls(), 0);
}

#[tokio::test]
async fn a_body_that_is_larger_than_it_said_is_refused() {
    let (body, feed) = fed();
    feed.data("more than 10 bytes");
    let error = send_body(
        builder().body_limit(10).build().unwrap(),
        body.with_hint(SizeHint::with_exact(3)),
    )
    .await;
    assert!(error.unwrap_err().is_body());
    assert_eq!(feed.polls(), 1);
    assert!(feed.is_dropped());
}

type Answer = Pin<Box<dyn Future<Output = Result<Response<Empty>, BoxError>>>>;

/// A client with a total limit.
struct Total {
    client: SigV4<Recorder>,
    recorder: Recorder,
}

impl Total {
    async fn with_limit(limit: usize) -> Self {
        let (client, recorder) = client(builder().total_body_limit(limit).build().unwrap()).await;
        Self { client, recorder }
    }

    /// A request that waits for its body, and the feed of that.
    fn start(&self) -> (task::Spawn<Answer>, Feed) {
        let (body, feed) = fed();
        let request = post().body(body).unwrap();
        let response: Answer = Box::pin(self.client.clone().oneshot(request));
        let mut response = task::spawn(response);
        assert_pending!(response.poll());
        (response, feed)
    }
}

#[tokio::test]
async fn bodies_share_a_total_limit() {
    let total = Total::with_limit(1000).await;
    let ((mut first, first_feed), (mut second, second_feed)) = (total.start(), total.start());
    first_feed.data(vec![1; 600]);
    assert_pending!(first.poll());
    second_feed.data(vec![2; 600]);
    let error = own_error(assert_ready!(second.poll()));
    assert!(error.is_body() && error.is_retryable());
    let text = error.to_string();
    assert!(
        text.contains("1000 bytes") && text.contains("`total_body_limit`"),
        "{text}"
    );
    assert_eq!(total.recorder.calls(), 0);

    drop(first_feed);
    assert_ready_ok!(first.poll());
}

#[tokio::test]
async fn a_share_of_the_total_is_given_back_however_the_request_ends() {
    let total = Total::with_limit(1000).await;
    for end in ["cancelled", "failed", "too large", "sent"] {
        let (mut response, feed) = total.start();
        feed.data(vec![1; 900]);
        assert_pending!(
            response.poll(),
            "what came before gave it back, then: {}",
            end
        );
        match end {
            "cancelled" => drop(response),
            "failed" => {
                feed.fail("the disk is gone");
                assert!(assert_ready!(response.poll()).is_err());
            }
            "too large" => {
                feed.data(vec![1; 900]);
                assert!(assert_ready!(response.poll()).is_err());
            }
            _ => {
                drop(feed);
                assert_ready_ok!(response.poll());
            }
        }
    }
}

#[tokio::test]
async fn a_share_of_the_total_is_held_until_the_body_is_sent() {
    let layer = preloaded(builder().total_body_limit(1000).build().unwrap()).await;
    let holds = service_fn(async |request: Request<SignedBody<Fed>>| {
        Ok::<_, BoxError>(Response::new(request.into_body()))
    });
    let client = layer.layer(holds);
    let start = || {
        let (body, feed) = fed();
        let mut response = task::spawn(client.clone().oneshot(post().body(body).unwrap()));
        assert_pending!(response.poll());
        feed.data(vec![1; 600]);
        response
    };
    let held = assert_ready_ok!(start().poll());
    let error = own_error(assert_ready!(start().poll()));
    assert!(error.is_retryable());
    drop(held);
    assert_ready_ok!(start().poll());
}

#[tokio::test]
async fn a_body_in_memory_does_not_count_towards_the_total() {
    let layer = builder().total_body_limit(0).build().unwrap();
    for length in [1, 1000, MIB] {
        let sent = send_body(layer.clone(), full(vec![1; length]))
            .await
            .unwrap();
        assert_signed(&sent);
    }
    let (body, feed) = fed();
    feed.data("there");
    feed.data("already");
    drop(feed);
    assert_signed(&send_body(layer, body).await.unwrap());
}

#[tokio::test(start_paused = true)]
async fn small_pieces_count_for_what_they_take() {
    let total = Total::with_limit(MIB).await;
    let (response, feed) = total.start();
    for _ in 0..MIB / 16 {
        feed.data("a");
    }
    let result = tokio::time::timeout(Duration::from_secs(1), response).await;
    assert!(own_error(result.expect("not all are taken")).is_retryable());
}

#[tokio::test(start_paused = true)]
async fn a_body_that_never_ends_is_the_callers_to_give_up() {
    let patient = builder().body_timeout(Duration::MAX).build().unwrap();
    let (client, recorder) = client(patient).await;
    let (body, feed) = fed();
    feed.data("some");
    let response = client.oneshot(post().body(body).unwrap());
    let waited = tokio::time::timeout(Duration::from_secs(60), response).await;
    assert!(waited.is_err() && feed.is_dropped());
    assert_eq!(recorder.calls(), 0);
}
