use std::{
    collections::VecDeque,
    convert::Infallible,
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http_body::Frame;
use http_body_util::BodyExt;
use reqwest::Body;
use sha2::{Digest, Sha256};
use tests::Wire;
use tower::{Layer, ServiceExt};
use tower_sigv4::{PayloadMode, SigV4Layer, SigningOptions};

use crate::forms::{Form, client, layer, signing_error};

/// A body that comes piece by piece, and is not there at once.
struct Stream {
    pieces: VecDeque<Bytes>,
    is_pending: bool,
}

impl Stream {
    fn body(pieces: &[&'static str]) -> Body {
        Body::wrap(Self {
            pieces: pieces
                .iter()
                .map(|piece| Bytes::from_static(piece.as_bytes()))
                .collect(),
            is_pending: true,
        })
    }
}

impl http_body::Body for Stream {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.is_pending = !self.is_pending;
        if !self.is_pending {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(self.pieces.pop_front().map(|piece| Ok(Frame::data(piece))))
    }
}

const PIECES: [&str; 3] = ["one ", "two ", "three"];

#[tokio::test]
async fn a_stream_is_collected_for_its_hash_and_sent_with_its_length() {
    let wire = Wire::start().await;
    let url = format!("http://{}/prod/upload", wire.address());
    for form in Form::ALL {
        let request = client().put(&url).body(Stream::body(&PIECES)).build();
        let received = form.accepts(&wire, &layer(), request.unwrap()).await;
        assert_eq!(received.body(), "one two three", "{form:?}");
        assert_eq!(received.headers()["content-length"], "13");
    }
}

#[tokio::test]
async fn a_stream_whose_digest_is_known_is_passed_on_as_it_comes() {
    let wire = Wire::start().await;
    let digest = Sha256::digest("one two three").into();
    let options = SigningOptions::new().payload(PayloadMode::Precomputed(digest));
    for form in Form::ALL {
        let url = format!("http://{}/prod/upload", wire.address());
        let request = http::Request::put(url).extension(options.clone());
        let request = request.body(Stream::body(&PIECES)).unwrap();
        let received = form
            .accepts(&wire, &layer(), request.try_into().unwrap())
            .await;
        assert_eq!(received.body(), "one two three", "{form:?}");
        assert_eq!(received.headers()["transfer-encoding"], "chunked");
    }
}

#[tokio::test]
async fn a_body_over_the_limit_is_an_error_and_nothing_is_sent() {
    let wire = Wire::start().await;
    let url = format!("http://{}/prod/upload", wire.address());
    let layer = Wire::builder().allow_loopback(true).body_limit(8).build();
    let layer = layer.unwrap();
    for form in Form::ALL {
        for body in [Stream::body(&PIECES), "one two three".into()] {
            let request = client().put(&url).body(body).build().unwrap();
            let error = form.send(&client(), &layer, request).await.unwrap_err();
            assert!(signing_error(&error).is_body(), "{form:?} {error}");
        }
    }
    assert_eq!(wire.count_received(), 0);
}

/// What reqwest's client is given for a request.
async fn given(layer: SigV4Layer, request: reqwest::Request) -> reqwest::Request {
    let seen = Arc::<Mutex<Option<reqwest::Request>>>::default();
    let inner = tower::service_fn({
        let seen = Arc::clone(&seen);
        move |request: reqwest::Request| {
            let url = request.url().clone();
            *seen.lock().unwrap() = Some(request);
            async move {
                let response = http::Response::builder();
                let response = reqwest::ResponseBuilderExt::url(response, url).body("");
                Ok::<_, Infallible>(reqwest::Response::from(response.unwrap()))
            }
        }
    });
    layer.layer(inner).oneshot(request).await.unwrap();
    seen.lock().unwrap().take().unwrap()
}

#[tokio::test]
async fn a_body_in_memory_stays_one_that_reqwest_can_send_again() {
    let data = Bytes::from("x".repeat(1024 * 1024));
    for body in [Bytes::new(), Bytes::from("small"), data] {
        let request = client()
            .post("http://127.0.0.1/")
            .body(body.clone())
            .build();
        let request = given(layer(), request.unwrap()).await;
        let sent = request.body().unwrap().as_bytes().expect("not a stream");
        assert_eq!(sent, body);
        assert!(body.is_empty() || sent.as_ptr() == body.as_ptr(), "copied");
        assert!(request.try_clone().is_some());
    }
}

#[tokio::test]
async fn a_stream_counts_to_the_budget_for_as_long_as_it_lives() {
    let layer = Wire::builder().allow_loopback(true);
    let layer = layer
        .body_limit(10_000)
        .total_body_limit(10_000)
        .build()
        .unwrap();
    let stream = |letter: &str| {
        let data = Bytes::from(letter.repeat(6_000));
        let body = Stream {
            pieces: [data].into(),
            is_pending: true,
        };
        client()
            .post("http://127.0.0.1/")
            .body(Body::wrap(body))
            .build()
            .unwrap()
    };
    let mut held = given(layer.clone(), stream("a")).await;
    let error = layer
        .layer(client())
        .oneshot(stream("b"))
        .await
        .unwrap_err();
    assert!(signing_error(&error).is_retryable(), "{error}");

    let body = held.body_mut().take().unwrap().collect().await.unwrap();
    assert_eq!(body.to_bytes().len(), 6_000);
    given(layer, stream("c")).await;
}

#[tokio::test]
async fn a_requests_timeout_and_version_are_kept() {
    let request = client()
        .get("http://127.0.0.1/")
        .timeout(Duration::from_secs(7));
    let request = request.version(http::Version::HTTP_2).build().unwrap();
    let request = given(layer(), request).await;
    assert_eq!(request.timeout(), Some(&Duration::from_secs(7)));
    assert_eq!(request.version(), http::Version::HTTP_2);
}
