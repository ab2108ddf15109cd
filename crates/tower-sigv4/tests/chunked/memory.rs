//! What uploads hold, as the allocator sees it.

use std::{
    convert::Infallible,
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use allocation_counter::measure;
use bytes::Bytes;
use http::{Request, Response};
use http_body::{Body, Frame};
use http_body_util::BodyExt;
use http_sigv4::chunked::ChecksumAlgorithm;
use tokio::runtime::Builder;
use tower::{BoxError, Layer, ServiceExt, service_fn};
use tower_sigv4::{Chunks, Error, PayloadMode, SignedBody};

use crate::{
    common::preloaded,
    harness::{put, s3},
};

const FRAME: usize = 16 * 1024;
const MIB: usize = 1024 * 1024;

/// A body that makes each of its frames when it is polled, and is pending in between.
struct Made {
    left: usize,
    is_pending: bool,
}

impl Body for Made {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.is_pending = !self.is_pending;
        if self.is_pending {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        let length = self.left.min(FRAME);
        self.left -= length;
        let frame = (length > 0).then(|| Frame::data(vec![b'x'; length].into()));
        Poll::Ready(frame.map(Ok))
    }
}

/// The most memory that a run takes.
fn peak<F: Future>(run: F) -> u64 {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    measure(|| _ = runtime.block_on(run)).bytes_max
}

#[test]
fn an_upload_of_200_mib_holds_a_chunk() {
    const LENGTH: usize = 200 * MIB;
    for (chunks, most) in [
        (Chunks::signed(), 160 * 1024),
        (
            Chunks::signed().checksum(ChecksumAlgorithm::Crc64Nvme),
            160 * 1024,
        ),
        (Chunks::signed().chunk_size(8192), 64 * 1024),
        (Chunks::unsigned(ChecksumAlgorithm::Crc64Nvme), 64 * 1024),
    ] {
        let peak = peak(async {
            let layer = preloaded(s3().payload(chunks).build().unwrap()).await;
            let client = layer.layer(service_fn(async |request: Request<SignedBody<Made>>| {
                let mut body = request.into_body();
                let (mut received, said) = (0, body.size_hint().exact());
                while let Some(frame) = body.frame().await {
                    received += frame?.into_data().unwrap().len() as u64;
                }
                assert_eq!(Some(received), said);
                Ok::<_, BoxError>(Response::new(()))
            }));
            let body = Made {
                left: LENGTH,
                is_pending: false,
            };
            let request = put().header("content-length", LENGTH).body(body).unwrap();
            client.oneshot(request).await.unwrap();
        });
        println!("{chunks:?}: {peak} bytes at most");
        assert!(peak < most, "{chunks:?}: {peak}");
    }
}

#[test]
fn buffered_uploads_hold_no_more_together_than_the_total_limit() {
    const TOTAL: usize = 8 * MIB;
    const UPLOADS: usize = 64;
    let (mut sent, mut refused) = (0, 0);
    let peak = peak(async {
        let builder = s3().payload(PayloadMode::Buffered).body_limit(MIB);
        let layer = preloaded(builder.total_body_limit(TOTAL).build().unwrap()).await;
        let uploads = (0..UPLOADS).map(|_| {
            let client = layer.layer(service_fn(async |request: Request<SignedBody<Made>>| {
                request.into_body().collect().await?;
                Ok::<_, BoxError>(Response::new(()))
            }));
            let body = Made {
                left: MIB,
                is_pending: false,
            };
            Box::pin(client.oneshot(put().body(body).unwrap()))
        });
        let mut uploads: Vec<_> = uploads.collect();
        // All of them in turn, so that all hold something.
        std::future::poll_fn(|cx| {
            uploads.retain_mut(|upload| match upload.as_mut().poll(cx) {
                Poll::Pending => true,
                Poll::Ready(Ok(_)) => {
                    sent += 1;
                    false
                }
                Poll::Ready(Err(error)) => {
                    assert!(error.downcast::<Error>().unwrap().is_retryable());
                    refused += 1;
                    false
                }
            });
            match uploads.is_empty() {
                true => Poll::Ready(()),
                false => Poll::Pending,
            }
        })
        .await;
    });
    println!("{sent} sent, {refused} refused; {peak} bytes at most");
    assert_eq!(sent + refused, UPLOADS);
    assert!(sent > 0 && refused > 0);
    // And a frame of each that is not held yet.
    let most = TOTAL + UPLOADS * (FRAME + 4096);
    assert!(peak < most as u64, "{peak}");
}
