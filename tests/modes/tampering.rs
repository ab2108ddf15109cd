//! Uploads of the layer that are changed on their way, at every byte.

use std::sync::Mutex;

use bytes::Bytes;
use http::{Request, request::Parts};
use http_body_util::{BodyExt, Full};
use tower::{BoxError, Layer, ServiceExt, service_fn};
use tower_sigv4::{PayloadMode, SignedBody};

use crate::{
    cases::{chunks, data},
    store::{Store, URI, builder},
};

/// What the layer sends.
async fn sent(mode: PayloadMode, data: &Bytes) -> (Parts, Bytes) {
    let kept = Mutex::new(None);
    let layer = builder().payload(mode).build().unwrap();
    let client = layer.layer(service_fn(async |request: Request<SignedBody<_>>| {
        let (parts, body) = request.into_parts();
        let body = body.collect().await?.to_bytes();
        *kept.lock().unwrap() = Some((parts, body));
        Ok::<_, BoxError>(http::Response::new(()))
    }));
    let request = Request::put(URI).body(Full::new(data.clone())).unwrap();
    client.oneshot(request).await.unwrap();
    kept.lock().unwrap().take().unwrap()
}

#[tokio::test]
async fn a_byte_of_the_body_that_is_changed_anywhere_is_noticed() {
    let (store, data) = (Store::new(), data(100));
    let modes = chunks().into_iter().map(PayloadMode::from);
    for mode in modes.chain([PayloadMode::Buffered]) {
        let (parts, body) = sent(mode, &data).await;
        let request = |body: Bytes| Request::from_parts(parts.clone(), Full::new(body));
        let store = store.clone();
        store.clone().receive(request(body.clone())).await.unwrap();
        assert!(store.take().unwrap() == data);
        for at in 0..body.len() {
            for change in [0x01, 0x80] {
                let mut changed = body.to_vec();
                changed[at] ^= change;
                let answer = store.clone().receive(request(changed.into())).await;
                assert!(answer.is_err(), "{mode:?}: {at} of {}", body.len());
                assert!(store.take().is_none());
            }
        }
        println!("{mode:?}: {} changes, all rejected", 2 * body.len());
    }
}

#[tokio::test]
async fn what_the_request_says_of_its_body_cannot_be_changed() {
    let (store, data) = (Store::new(), data(100));
    for chunks in chunks() {
        let (parts, body) = sent(chunks.into(), &data).await;
        let request = Request::from_parts(parts.clone(), Full::new(body.clone()));
        store.clone().receive(request).await.unwrap();
        for name in [
            "x-amz-content-sha256",
            "x-amz-decoded-content-length",
            "x-amz-trailer",
            "x-amz-date",
        ] {
            let Some(value) = parts.headers.get(name) else {
                continue;
            };
            for at in 0..value.len() {
                let mut changed = value.as_bytes().to_vec();
                changed[at] ^= 0x01;
                let mut parts = parts.clone();
                parts.headers.insert(name, changed.try_into().unwrap());
                let request = Request::from_parts(parts, Full::new(body.clone()));
                let answer = store.clone().receive(request).await;
                assert!(answer.is_err(), "{chunks:?}: {name} at {at}");
            }
        }
    }
}
