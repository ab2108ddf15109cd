//! What it costs to send 200 MiB through the layer, in frames of 64 KiB.
//!
//! `sha256` is the floor for signed chunks, since each signature covers the digest of its chunk;
//! `unsigned` is the same upload with its body passed through.

use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll},
};

use aws_credential_types::Credentials;
use bytes::Bytes;
use divan::{AllocProfiler, Bencher, counter::BytesCount};
use http::{Request, Response};
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt;
use http_sigv4::chunked::ChecksumAlgorithm;
use sha2::{Digest, Sha256};
use tower::{BoxError, Layer, ServiceExt, service_fn};
use tower_sigv4::{Chunks, PayloadMode, SigV4Layer, SignedBody};

#[global_allocator]
static ALLOC: AllocProfiler = AllocProfiler::system();

fn main() {
    divan::main();
}

const LENGTH: usize = 200 * 1024 * 1024;
const FRAME: usize = 64 * 1024;

#[divan::bench(sample_count = 10)]
fn sha256(bencher: Bencher<'_, '_>) {
    let frame = frame();
    bencher.counter(BytesCount::new(LENGTH)).bench(|| {
        let mut digest = Sha256::new();
        for _ in 0..LENGTH / FRAME {
            digest.update(&frame);
        }
        digest.finalize()
    });
}

#[divan::bench(sample_count = 10)]
fn signed(bencher: Bencher<'_, '_>) {
    upload(bencher, Chunks::signed().into());
}

#[divan::bench(sample_count = 10)]
fn signed_with_crc64nvme(bencher: Bencher<'_, '_>) {
    let chunks = Chunks::signed().checksum(ChecksumAlgorithm::Crc64Nvme);
    upload(bencher, chunks.into());
}

#[divan::bench(sample_count = 10)]
fn unsigned_with_crc64nvme(bencher: Bencher<'_, '_>) {
    upload(
        bencher,
        Chunks::unsigned(ChecksumAlgorithm::Crc64Nvme).into(),
    );
}

#[divan::bench(sample_count = 10)]
fn unsigned(bencher: Bencher<'_, '_>) {
    upload(bencher, PayloadMode::Unsigned);
}

fn upload(bencher: Bencher<'_, '_>, mode: PayloadMode) {
    let runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = { runtime }.enable_all().build().unwrap();
    let provider = Credentials::new("AKIDEXAMPLE", "secret", None, None, "bench");
    let layer = SigV4Layer::builder("s3", "us-east-1", provider).payload(mode);
    let client = layer.build().unwrap().layer(service_fn(sink));
    let frame = frame();
    bencher.counter(BytesCount::new(LENGTH)).bench(|| {
        let body = Repeated {
            frame: frame.clone(),
            left: LENGTH,
        };
        let request = Request::put("https://bucket.s3.us-east-1.amazonaws.com/key");
        let request = request.body(body).unwrap();
        runtime.block_on(client.clone().oneshot(request)).unwrap()
    });
}

/// Takes a body as a client does.
async fn sink(request: Request<SignedBody<Repeated>>) -> Result<Response<usize>, BoxError> {
    let mut body = request.into_body();
    let mut length = 0;
    while let Some(frame) = body.frame().await {
        length += frame?.into_data().map_or(0, |data| data.len());
    }
    Ok(Response::new(length))
}

fn frame() -> Bytes {
    vec![b'x'; FRAME].into()
}

struct Repeated {
    frame: Bytes,
    left: usize,
}

impl Body for Repeated {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let length = self.left.min(FRAME);
        self.left -= length;
        let frame = (length > 0).then(|| Frame::data(self.frame.slice(..length)));
        Poll::Ready(frame.map(Ok))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left as u64)
    }
}
