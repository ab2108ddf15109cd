//! Bodies that are checked while they pass.

use std::{future::poll_fn, pin::Pin, task::Poll};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use http_body_util::{BodyExt, Full};
use http_sigv4::{Payload, chunked::Upload};
use tokio_test::assert_pending;
use tower::{BoxError, Layer, ServiceExt, service_fn};
use tower_sigv4::{InboundBody, InboundLayer, PayloadMode, SignedBody, SigningOptions};

use crate::{
    common::{Endless, fed, own_error, preloaded},
    harness::{chunks, chunks_of_any_size, s3, signed, verifying},
};

/// A body of unknown length in many pieces: the last comes only once all is checked.
#[tokio::test]
async fn the_last_piece_waits_for_the_end_of_the_body() {
    let (body, feed) = fed();
    let (parts, _) = signed("", Payload::hash(b"onetwo")).into_parts();
    let layer = InboundLayer::new();
    let mut body = layer
        .prepare(Request::from_parts(parts, body))
        .unwrap()
        .into_body();
    let mut next = tokio_test::task::spawn(async move {
        let mut pieces = Vec::new();
        while let Some(frame) = body.frame().await {
            pieces.push(
                frame
                    .map(|it| it.into_data().unwrap())
                    .map_err(|it| it.to_string()),
            );
        }
        pieces
    });
    feed.data("one");
    feed.data("");
    feed.data("two");
    assert!(next.poll().is_pending());
    drop(feed);
    let pieces = tokio_test::assert_ready!(next.poll());
    assert_eq!(pieces, [Ok("one".into()), Ok("two".into())]);
}

/// As hyper does, which asks for nothing of a body that says it has no bytes.
#[tokio::test]
async fn chunks_without_data_are_verified_though_a_client_asks_for_no_body() {
    let (parts, body) = chunks(&Upload::signed(0), &Bytes::new());
    let mut changed = body.clone();
    changed[20] ^= 1;
    for mode in [
        PayloadMode::Unsigned,
        PayloadMode::Precomputed([7; 32]),
        PayloadMode::Buffered,
    ] {
        for (body, is_sent) in [(&body, true), (&changed, false)] {
            let mut request =
                Request::from_parts(parts.clone(), Full::new(Bytes::from(body.clone())));
            let options = SigningOptions::new().payload(mode);
            request.extensions_mut().insert(options);
            let inner = service_fn(
                async |request: Request<SignedBody<InboundBody<Full<Bytes>>>>| {
                    let body = request.into_body();
                    if body.size_hint().exact() != Some(0) {
                        body.collect().await?;
                    }
                    Ok::<_, BoxError>(Response::new(()))
                },
            );
            let client = preloaded(s3().build().unwrap()).await.layer(inner);
            let response = verifying().layer(client).oneshot(request).await;
            match is_sent {
                true => drop(response.unwrap()),
                false => assert!(own_error(response).is_body(), "{mode:?}"),
            }
        }
    }
}

/// The body that a service below gets.
fn prepared<B>(request: Request<B>) -> InboundBody<B>
where
    B: Body,
{
    verifying().prepare(request).unwrap().into_body()
}

/// A body that never yields anything, or is never pending, leaves the thread to others.
#[tokio::test]
async fn a_poll_does_not_last() {
    const LENGTH: usize = 4 * 1024 * 1024;
    let data = Bytes::from(vec![b'a'; LENGTH]);
    let (digested, _) = signed("", Payload::hash(&data)).into_parts();
    let upload = Upload::signed(LENGTH as u64).chunk_size(LENGTH).unwrap();
    let (decoded, encoded) = chunks_of_any_size(upload, &data);

    let mut endless = Vec::new();
    for parts in [&digested, &decoded] {
        let request = Request::from_parts(parts.clone(), Endless(Bytes::new()));
        endless.push(prepared(request));
    }
    let request = Request::from_parts(digested, Full::new(data.clone()));
    let mut whole = prepared(request);
    poll_fn(|cx| {
        for body in &mut endless {
            assert_pending!(Pin::new(body).poll_frame(cx));
        }
        Poll::Ready(())
    })
    .await;

    // And it goes on, with what is said of its size right at every step.
    let (mut left, mut waits, start) = (LENGTH, 0, data.as_ptr());
    while left > 0 {
        assert_eq!(whole.size_hint().exact(), Some(left as u64));
        assert!(!whole.is_end_stream());
        let polled = poll_fn(|cx| Poll::Ready(Pin::new(&mut whole).poll_frame(cx))).await;
        let Poll::Ready(frame) = polled else {
            waits += 1;
            continue;
        };
        let piece = frame.unwrap().unwrap().into_data().unwrap();
        assert_eq!(piece.as_ptr(), start.wrapping_add(LENGTH - left));
        assert!(piece.len() <= 256 * 1024);
        left -= piece.len();
    }
    assert!(whole.is_end_stream() && waits > 0);

    let request = Request::from_parts(decoded, Full::new(Bytes::from(encoded)));
    let mut whole = prepared(request);
    poll_fn(|cx| {
        assert_pending!(Pin::new(&mut whole).poll_frame(cx));
        Poll::Ready(())
    })
    .await;
    let mut left = LENGTH;
    while let Some(frame) = whole.frame().await {
        let piece = frame.unwrap().into_data().unwrap();
        left -= piece.len();
        assert_eq!(whole.size_hint().exact(), Some(left as u64));
    }
    assert_eq!((left, whole.is_end_stream()), (0, true));
}
