//! A body in chunks passes as it is asked for, and nothing of it is copied or kept.

use std::{
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll, Waker},
};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use http_body_util::BodyExt;
use http_sigv4::chunked::ChecksumAlgorithm;
use tokio_test::{assert_pending, assert_ready, task};
use tower::{BoxError, Layer, ServiceExt, service_fn};
use tower_sigv4::{Chunks, Error, SigV4Layer, SigV4LayerBuilder, SignedBody};

use crate::{
    common::{Endless, Fed, HeldProvider, client, fed, full, moment, preloaded},
    harness::{CHUNK, data, decode, put, s3},
};

/// The body that a client gets of a request with this one.
async fn outgoing<B>(builder: SigV4LayerBuilder, body: B, length: usize) -> SignedBody<B>
where
    B: Body + Unpin,
    B::Error: Into<BoxError>,
{
    let layer = preloaded(builder.build().unwrap()).await;
    let client = layer.layer(service_fn(async |request: Request<SignedBody<B>>| {
        Ok::<_, BoxError>(Response::new(request.into_body()))
    }));
    let request = put().header("content-length", length).body(body).unwrap();
    client.oneshot(request).await.unwrap().into_body()
}

fn poll(body: &mut SignedBody<Fed>) -> Poll<Option<Result<Bytes, BoxError>>> {
    let frame = Pin::new(body).poll_frame(&mut Context::from_waker(Waker::noop()));
    frame.map_ok(|frame| frame.into_data().unwrap())
}

#[tokio::test]
async fn a_request_is_sent_before_its_body_is_there() {
    let (body, feed) = fed();
    let (client, recorder) = client(s3().payload(Chunks::signed()).build().unwrap()).await;
    let request = put().header("content-length", "10").body(body).unwrap();
    let mut response = task::spawn(client.oneshot(request));
    assert_pending!(response.poll());
    assert_eq!(recorder.calls(), 1);
    feed.data(data(10));
    drop(feed);
    assert_ready!(response.poll()).unwrap();
    assert!(decode(&recorder.only()).unwrap().0 == data(10));
}

/// A chunk is held until it is whole, since its signature stands in front of it.
#[tokio::test]
async fn a_body_is_read_no_faster_than_it_is_asked_for() {
    let (body, feed) = fed();
    let builder = s3().payload(Chunks::signed());
    let mut body = outgoing(builder, body, 4 * CHUNK).await;
    assert_eq!(feed.polls(), 0);
    for _ in 0..8 {
        feed.data(data(CHUNK / 2));
    }
    // The header of the first chunk, and its two pieces.
    for polls in [2, 2, 2] {
        assert!(matches!(poll(&mut body), Poll::Ready(Some(Ok(_)))));
        assert_eq!(feed.polls(), polls);
    }
    let (body, feed_of_unsigned) = fed();
    let builder = s3().payload(Chunks::unsigned(ChecksumAlgorithm::Crc32));
    let mut body = outgoing(builder, body, 4 * CHUNK).await;
    for _ in 0..8 {
        feed_of_unsigned.data(data(CHUNK / 2));
    }
    // Without signatures nothing is held.
    for polls in [1, 1, 2, 3] {
        assert!(matches!(poll(&mut body), Poll::Ready(Some(Ok(_)))));
        assert_eq!(feed_of_unsigned.polls(), polls);
    }
}

#[tokio::test]
async fn data_is_not_copied() {
    let data = data(3 * CHUNK + 1000);
    let range = data.as_ptr_range();
    for chunks in [
        Chunks::signed(),
        Chunks::unsigned(ChecksumAlgorithm::Crc64Nvme),
    ] {
        let builder = s3().payload(chunks);
        let mut body = outgoing(builder, full(data.clone()), data.len()).await;
        let (mut passed, mut made) = (0, 0);
        while let Some(frame) = body.frame().await {
            let piece = frame.unwrap().into_data().unwrap();
            match range.contains(&piece.as_ptr()) {
                true => passed += piece.len(),
                false => made += piece.len(),
            }
        }
        assert_eq!(passed, data.len());
        assert!(made < 1000, "{made}");
    }
}

#[tokio::test]
async fn the_size_hint_and_the_end_are_exact_at_every_step() {
    let (body, feed) = fed();
    let mut body = outgoing(s3().payload(Chunks::signed()), body, 100_000).await;
    for _ in 0..100 {
        feed.data(data(1000));
    }
    drop(feed);
    let mut left = body.size_hint().exact().unwrap();
    while let Some(frame) = body.frame().await {
        left -= frame.unwrap().into_data().unwrap().len() as u64;
        assert_eq!(body.size_hint().exact(), Some(left));
        assert_eq!(body.is_end_stream(), left == 0);
    }
    assert_eq!(left, 0);
}

#[tokio::test]
async fn the_bodys_own_error_passes_and_no_end_follows() {
    for at in [0, 50, 100] {
        let (body, feed) = fed();
        let mut body = outgoing(s3().payload(Chunks::signed()), body, 100).await;
        feed.data(data(at));
        feed.fail("the disk is gone");
        drop(feed);
        let mut sent = 0;
        let error = loop {
            match body.frame().await.unwrap() {
                Ok(frame) => sent += frame.into_data().unwrap().len(),
                Err(error) => break error,
            }
        };
        assert_eq!(error.to_string(), "the disk is gone");
        let left = body.size_hint().exact().unwrap();
        assert!(left > 0 && !body.is_end_stream(), "{at}: {sent} sent");
        for _ in 0..3 {
            let error = body.frame().await.unwrap().unwrap_err();
            assert!(error.downcast::<Error>().unwrap().is_body());
        }
    }
}

#[tokio::test]
async fn an_upload_that_is_given_up_leaves_nothing() {
    let (body, feed) = fed();
    let mut body = outgoing(s3().payload(Chunks::signed()), body, 4 * CHUNK).await;
    feed.data(data(CHUNK));
    assert!(poll(&mut body).is_ready());
    assert!(!feed.is_dropped());
    drop(body);
    assert!(feed.is_dropped());
}

#[tokio::test]
async fn a_body_that_waits_for_credentials_is_not_read_and_then_signed() {
    let provider = HeldProvider::new();
    let builder = SigV4Layer::builder("s3", "us-east-1", provider.clone()).clock(moment);
    let layer = builder.payload(Chunks::signed()).build().unwrap();
    let recorder = crate::common::Recorder::default();
    let (body, feed) = fed();
    let request = put().header("content-length", "10").body(body).unwrap();
    let mut response = task::spawn(layer.layer(recorder.clone()).oneshot(request));
    assert_pending!(response.poll());
    feed.data(data(10));
    assert_eq!(feed.polls(), 0);
    drop(feed);
    provider.release();
    response.await.unwrap();
    assert!(decode(&recorder.only()).unwrap().0 == data(10));
}

/// A body that never yields anything, or is never pending, leaves the thread to others.
#[tokio::test]
async fn a_poll_does_not_last() {
    let length = 64 * 1024 * 1024;
    let large = Chunks::signed().chunk_size(length);
    let mut empty = outgoing(s3().payload(large), Endless(Bytes::new()), length).await;
    let mut small = outgoing(s3().payload(large), Endless("x".into()), length).await;
    let mut whole = outgoing(s3().payload(large), full(data(length)), length).await;
    poll_fn(|cx| {
        assert_pending!(Pin::new(&mut empty).poll_frame(cx));
        assert_pending!(Pin::new(&mut small).poll_frame(cx));
        assert_pending!(Pin::new(&mut whole).poll_frame(cx));
        Poll::Ready(())
    })
    .await;
    // And it goes on.
    drop((empty, small));
    let collected = whole.collect().await.unwrap().to_bytes();
    assert!(collected.len() > length);
}

/// The layer keeps nothing of it.
#[tokio::test]
async fn a_rejected_upload_is_sent_once() {
    let recorder = crate::common::Recorder::answering(|_| {
        let response = Response::builder().status(403);
        let response = response.header("x-amzn-errortype", "RequestTimeTooSkewed");
        let response = response.header("date", "Sun, 30 Aug 2015 13:36:00 GMT");
        response.body(http_body_util::Empty::new()).unwrap()
    });
    for (chunks, sent) in [(None, 2), (Some(Chunks::signed()), 1)] {
        let builder = s3().retry_rejected(true);
        let builder = chunks
            .into_iter()
            .fold(builder, |it, chunks| it.payload(chunks));
        let layer = preloaded(builder.build().unwrap()).await;
        let request = put().body(full(data(10))).unwrap();
        let response = layer.layer(recorder.clone()).oneshot(request).await;
        assert_eq!(response.unwrap().status(), 403);
        assert_eq!(recorder.sent().len(), sent);
    }
}
