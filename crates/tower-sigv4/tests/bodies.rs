//! What becomes of a request's body: hashed without a copy, and collected as it arrives.

mod common;

use std::{collections::VecDeque, error::Error as _, fmt, pin::pin};

use bytes::{Buf, Bytes};
use common::{
    Endless, assert_signed, builder, client, fed, full, layer, own_error, post, preloaded,
    send_body,
};
use http::{Request, Response};
use http_body::{Body, SizeHint};
use http_body_util::{BodyExt, Full};
use tokio_test::{assert_pending, assert_ready, assert_ready_ok, task};
use tower::{BoxError, Layer, ServiceExt, service_fn};
use tower_sigv4::SignedBody;

const MIB: usize = 1024 * 1024;

#[tokio::test]
async fn a_body_in_memory_is_hashed_and_not_copied() {
    let data = Bytes::from(vec![7; 1000]);
    let sent = send_body(layer(), full(data.clone())).await.unwrap();
    assert_signed(&sent);
    assert_eq!(sent.body.as_ptr(), data.as_ptr());
}

#[tokio::test]
async fn a_body_of_any_buffer_is_hashed() {
    let data: VecDeque<u8> = (0..=255).collect();
    let sent = send_body(layer(), Full::new(data)).await.unwrap();
    assert_signed(&sent);
    assert_eq!(sent.body, (0..=255).collect::<Vec<_>>());

    let data = Buf::chain(&b"one"[..], &b"two"[..]);
    let sent = send_body(layer(), Full::new(data)).await.unwrap();
    assert_signed(&sent);
    assert_eq!(sent.body, "onetwo");
}

#[tokio::test]
async fn an_empty_body_is_not_polled() {
    let (body, feed) = fed();
    let sent = send_body(layer(), body.ended()).await.unwrap();
    assert_signed(&sent);
    assert_eq!((sent.body.len(), feed.polls()), (0, 0));
}

#[tokio::test]
async fn the_inner_service_knows_the_size_of_a_body_that_did_not() {
    let (body, feed) = fed();
    let client =
        preloaded(layer())
            .await
            .layer(service_fn(async |request: Request<SignedBody<_>>| {
                let mut body = pin!(request.into_body());
                let mut sizes = Vec::new();
                loop {
                    sizes.push((body.size_hint().exact().unwrap(), body.is_end_stream()));
                    let Some(frame) = body.frame().await else {
                        return Ok::<_, BoxError>(Response::new(sizes));
                    };
                    assert!(frame?.is_data());
                }
            }));
    feed.data("abc");
    feed.data("");
    feed.data("de");
    drop(feed);
    let response = client.oneshot(post().body(body).unwrap()).await.unwrap();
    assert_eq!(response.into_body(), [(5, false), (2, false), (0, true)]);
}

#[tokio::test]
async fn a_body_is_read_as_it_arrives_and_sent_when_it_is_complete() {
    let (client, recorder) = client(layer()).await;
    let (body, feed) = fed();
    let mut response = task::spawn(client.oneshot(post().body(body).unwrap()));
    assert_pending!(response.poll());

    let pieces = [Bytes::from(vec![1; 100]), Bytes::from(vec![2; 200])];
    for piece in &pieces {
        let polls = feed.polls();
        feed.data(piece.clone());
        assert!(response.is_woken(), "the task that polled is the one woken");
        assert_pending!(response.poll());
        assert!(feed.polls() > polls);
        assert_eq!(recorder.calls(), 0);
    }
    drop(feed);
    assert!(response.is_woken());
    assert_ready_ok!(response.poll());
    let sent = recorder.only();
    assert_signed(&sent);
    assert_eq!(sent.body, pieces.concat());
}

#[tokio::test]
async fn pieces_arrive_in_the_buffers_that_they_were_in() {
    let client =
        preloaded(layer())
            .await
            .layer(service_fn(async |request: Request<SignedBody<_>>| {
                let mut body = request.into_body();
                let mut pieces = Vec::new();
                while let Some(frame) = body.frame().await {
                    let data = frame?.into_data();
                    pieces.push(data.unwrap().as_ptr() as usize);
                }
                Ok::<_, BoxError>(Response::new(pieces))
            }));
    let (body, feed) = fed();
    let pieces = [1, 2, 3].map(|n| Bytes::from(vec![n; MIB / 2]));
    pieces.iter().for_each(|piece| feed.data(piece.clone()));
    drop(feed);
    let response = client.oneshot(post().body(body).unwrap()).await.unwrap();
    assert_eq!(
        response.into_body(),
        pieces.map(|piece| piece.as_ptr() as usize)
    );
}

#[tokio::test]
async fn a_large_body_is_hashed_in_steps_that_leave_the_thread_to_others() {
    let (client, recorder) = client(layer()).await;
    let mut response = task::spawn(client.oneshot(post().body(full(vec![7; MIB])).unwrap()));
    let mut steps = 0;
    while response.poll().is_pending() {
        assert!(response.is_woken());
        steps += 1;
    }
    assert!(steps > 1);
    assert_signed(&recorder.only());
}

#[tokio::test]
async fn a_body_of_endless_small_frames_leaves_the_thread_to_others() {
    for frame in [&b""[..], b"a"] {
        let (client, recorder) = client(builder().body_limit(MIB).build().unwrap()).await;
        let body = Endless(Bytes::from_static(frame));
        let mut response = task::spawn(client.oneshot(post().body(body).unwrap()));
        assert_pending!(response.poll());
        assert!(response.is_woken());
        assert_eq!(recorder.calls(), 0);
    }
}

#[derive(Debug)]
struct DiskGone;

impl fmt::Display for DiskGone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the disk is gone")
    }
}

impl std::error::Error for DiskGone {}

#[tokio::test]
async fn a_failing_body_is_the_source_of_the_error() {
    for at_once in [true, false] {
        let (client, recorder) = client(layer()).await;
        let (body, feed) = fed();
        let mut response = task::spawn(client.oneshot(post().body(body).unwrap()));
        feed.data("some");
        if !at_once {
            assert_pending!(response.poll());
        }
        feed.fail(DiskGone);
        let error = own_error(assert_ready!(response.poll()));
        assert!(error.is_body() && !error.is_request());
        assert!(error.source().unwrap().is::<DiskGone>(), "{error:?}");
        assert_eq!(recorder.calls(), 0);
        assert!(feed.is_dropped(), "even before the future is");
    }
}

#[tokio::test]
async fn trailers_that_no_signature_covers_are_refused() {
    for hint in [SizeHint::default(), SizeHint::with_exact(0)] {
        let (body, feed) = fed();
        feed.trailers();
        let error = send_body(layer(), body.with_hint(hint)).await.unwrap_err();
        assert!(
            error.is_body() && error.to_string().contains("trailers"),
            "{error}"
        );
    }
}
