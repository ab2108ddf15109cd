//! Uploads that are stored as what their frames hold.

use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{Request, Uri};
use http_body::{Body, Frame};
use http_body_util::{BodyExt, Empty, Full, combinators::BoxBody};
use http_sigv4::chunked::{ChecksumAlgorithm, Upload};
use tower_sigv4::PayloadMode;

use crate::{
    frames::{MARKER, frames, put},
    store::Store,
};

const SIZES: [usize; 6] = [0, 1, 8192, 65_536, 65_537, 1_000_003];

fn data(length: usize) -> Bytes {
    let mut data = vec![0; length];
    fastrand::Rng::with_seed(length as u64).fill(&mut data);
    data.into()
}

/// A body of known length, or one that comes in pieces and does not know.
fn body(frames: Bytes, is_known: bool) -> BoxBody<Bytes, Infallible> {
    match is_known {
        true => Full::new(frames).boxed(),
        false => Pieces(frames).boxed(),
    }
}

struct Pieces(Bytes);

impl Body for Pieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let length = self.0.len().min(10_000);
        let piece = self.0.split_to(length);
        Poll::Ready((length > 0).then_some(Ok(Frame::data(piece))))
    }
}

#[tokio::test]
async fn what_was_uploaded_in_frames_is_read_back_as_it_was() {
    let store = Store::start().await;
    let mut count = 0;
    for mode in [
        None,
        Some(PayloadMode::Buffered),
        Some(PayloadMode::Unsigned),
        Some(PayloadMode::Precomputed([7; 32])),
    ] {
        let builder = Store::builder("s3");
        let builder = mode.into_iter().fold(builder, |it, mode| it.payload(mode));
        // Nothing of it is held.
        let layer = builder.body_limit(16).build().unwrap();
        for length in SIZES {
            for is_known in [true, false] {
                let key = format!("{mode:?}-{length}-{is_known}")
                    .replace(['(', ')', '[', ']', ',', ' '], "");
                let data = data(length);
                let body = body(frames(&data, 65_536), is_known);
                let request = put(&store.uri(&key), MARKER, length).body(body).unwrap();
                store.send(&layer, request).await.unwrap();
                let stored = store.read(&key).await.unwrap();
                assert!(stored == data, "{mode:?}: {} of {length}", stored.len());
                count += 1;
            }
        }
    }
    println!("{count} uploads read back");
}

#[tokio::test]
async fn frames_of_an_encoder_are_read_back_as_they_were() {
    let store = Store::start().await;
    let layer = Store::builder("s3").build().unwrap();
    for length in SIZES {
        let data = data(length);
        let upload = Upload::unsigned(length as u64, ChecksumAlgorithm::Crc32);
        let mut request = Request::put(store.uri("key")).body(()).unwrap();
        upload.write_headers(request.headers_mut()).unwrap();
        let marker = upload.form().marker().parse().unwrap();
        request.headers_mut().insert("x-amz-content-sha256", marker);
        let credentials = aws_credential_types::Credentials::new("a", "b", None, None, "test");
        let scope = http_sigv4::SigningScope::new("s3", "us-east-1").unwrap();
        let now = std::time::SystemTime::now();
        let key = http_sigv4::SigningKey::derive(&credentials, &scope, now).unwrap();
        let mut encoder = upload.encoder(request.headers(), &key).unwrap();
        let (mut left, mut encoded) = (data.clone(), Vec::new());
        while let Some(piece) = encoder.encode(&mut left).unwrap() {
            encoded.extend(piece);
        }
        encoded.extend(encoder.finish(&http::HeaderMap::new()).unwrap());
        let request = request.map(|()| Full::new(Bytes::from(encoded)));
        store.send(&layer, request).await.unwrap();
        assert!(store.read("key").await.unwrap() == data, "{length}");
    }
}

/// So the store does look at what it is sent.
#[tokio::test]
async fn frames_that_were_changed_are_not_stored() {
    let store = Store::start().await;
    let layer = Store::builder("s3").build().unwrap();
    let mut changed = frames(b"hello", 5).to_vec();
    changed[3] = b'j';
    let request = put(&store.uri("key"), MARKER, 5).body(Full::new(Bytes::from(changed)));
    let error = store.send(&layer, request.unwrap()).await.unwrap_err();
    assert!(error.to_string().contains("BadDigest"), "{error}");
    assert!(store.read("key").await.is_err());
}

#[tokio::test]
async fn a_plain_upload_is_read_back_as_it_was() {
    let store = Store::start().await;
    let layer = Store::builder("s3").build().unwrap();
    for length in SIZES {
        for is_known in [true, false] {
            let data = data(length);
            let request = Request::put(store.uri("key")).body(body(data.clone(), is_known));
            store.send(&layer, request.unwrap()).await.unwrap();
            assert!(store.read("key").await.unwrap() == data, "{length}");
        }
    }
}

/// The store, as AWS's, answers 411 to a body of which it gets no length.
#[tokio::test]
async fn an_upload_of_no_bytes_and_one_that_was_to_be_sent_in_chunks_have_a_length() {
    let store = Store::start().await;
    let layer = Store::builder("s3").build().unwrap();
    let uri: Uri = store.uri("key");
    let empty = Request::put(&uri).body(Empty::<Bytes>::new()).unwrap();
    store.send(&layer, empty).await.unwrap();
    assert_eq!(store.read("key").await.unwrap(), "");

    for data in ["", "hello"] {
        let request = Request::put(&uri).header("transfer-encoding", "chunked");
        let request = request.body(Full::new(Bytes::from(data))).unwrap();
        store.send(&layer, request).await.unwrap();
        assert_eq!(store.read("key").await.unwrap(), data);
    }
}
