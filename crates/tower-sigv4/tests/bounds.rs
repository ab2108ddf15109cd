//! What the layer asks of the service below and of bodies: nothing about threads or lifetimes, and
//! no clone unless it needs one.

mod common;

use std::{
    cell::RefCell,
    convert::Infallible,
    future::Future,
    pin::Pin,
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
};

use allocation_counter::measure;
use bytes::Bytes;
use common::{
    Empty, HeldProvider, Recorder, Sent, assert_signed, builder, full, layer, moment, post,
    preloaded, ready,
};
use http::{Request, Response};
use http_body::{Body, Frame};
use http_body_util::{BodyExt, Full};
use tokio::task::LocalSet;
use tokio_test::{assert_ready_ok, task};
use tower::{BoxError, Layer, Service, ServiceExt, service_fn};
use tower_sigv4::{
    CredentialsCache, Error, RequestSigner, ResponseFuture, SigV4, SigV4Layer, SignedBody,
    SigningOptions,
};

#[test]
fn what_is_made_of_sendable_parts_can_be_sent_and_shared() {
    fn shared<T: Clone + Send + Sync + 'static>() {}
    fn sent<T: Send + 'static>() {}
    shared::<SigV4Layer>();
    shared::<SigV4<Sendable>>();
    shared::<SigningOptions>();
    shared::<CredentialsCache>();
    shared::<RequestSigner>();
    shared::<Error>();
    sent::<ResponseFuture<Sendable, AnswerOf<Sendable>, Full<Bytes>>>();
    sent::<SignedBody<Full<Bytes>>>();
    fn sync<T: Sync>() {}
    sync::<SignedBody<Full<Bytes>>>();
}

type Sendable = Recorder;
type AnswerOf<S> = <S as Service<Request<SignedBody<Full<Bytes>>>>>::Future;

/// A body that borrows, and that stays on its thread.
struct Borrowed<'a> {
    data: Option<&'a str>,
    taken: Rc<RefCell<usize>>,
}

impl Body for Borrowed<'_> {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        *self.taken.borrow_mut() += 1;
        let data = self.data.take().map(|data| Bytes::from(data.to_owned()));
        Poll::Ready(data.map(|data| Ok(Frame::data(data))))
    }
}

/// What a service answers that is neither a body nor sendable.
struct Receipt(Rc<RefCell<Vec<Sent>>>);

#[tokio::test]
async fn a_client_and_a_body_may_borrow_and_stay_on_their_thread() {
    let (text, taken) = (String::from("borrowed"), Rc::new(RefCell::new(0)));
    let kept = Rc::new(RefCell::new(Vec::new()));
    let inner = service_fn(|request: Request<SignedBody<_>>| {
        let kept = Rc::clone(&kept);
        async move {
            let (parts, body) = request.into_parts();
            let body = body.collect().await?.to_bytes();
            kept.borrow_mut().push(Sent { parts, body });
            Ok::<_, BoxError>(Response::new(Receipt(kept)))
        }
    });
    let provider = HeldProvider::new();
    let layer = SigV4Layer::builder("execute-api", "us-east-1", provider.clone()).clock(moment);
    let client = layer.build().unwrap().layer(inner);
    // The first waits for credentials, the second does not.
    provider.release();
    for calls in 1..=2 {
        let body = Borrowed {
            data: Some(&text),
            taken: Rc::clone(&taken),
        };
        let response = client.clone().oneshot(post().body(body).unwrap());
        let Receipt(sent) = response.await.unwrap().into_body();
        assert_eq!(sent.borrow().len(), calls);
        assert_signed(&sent.borrow()[calls - 1]);
    }
    assert_eq!(*taken.borrow(), 4);
}

#[tokio::test]
async fn a_client_that_is_not_sendable_runs_in_a_local_set() {
    let calls = Rc::new(RefCell::new(0));
    let inner = {
        let calls = Rc::clone(&calls);
        service_fn(move |_: Request<_>| {
            *calls.borrow_mut() += 1;
            async { Ok::<_, BoxError>(Response::new(Empty::new())) }
        })
    };
    let client = layer().layer(inner);
    let local = LocalSet::new();
    for _ in 0..3 {
        let call = client.clone().oneshot(post().body(full("x")).unwrap());
        local.spawn_local(async { call.await.unwrap() });
    }
    local.await;
    assert_eq!(*calls.borrow(), 3);
}

#[test]
fn anything_can_be_wrapped_before_it_is_known_to_be_a_service() {
    struct Anything;
    let client = layer().layer(Anything);
    let Anything = client.into_inner();
}

#[tokio::test]
async fn the_inner_service_can_be_reached() {
    let recorder = Recorder::default();
    let mut client = layer().layer(recorder.clone());
    assert_eq!(client.get_ref().calls(), 0);
    let unsigned = ready(client.get_mut()).await;
    unsigned.call(post().body(full("")).unwrap()).await.unwrap();
    let sent = recorder.only();
    assert!(!sent.parts.headers.contains_key("authorization"));
    assert_eq!(client.into_inner().calls(), 1);
}

#[test]
fn a_future_is_no_larger_than_the_inner_ones_and_a_little() {
    fn size<F: Future>(_: impl FnOnce(SigV4<Small>, Request<Full<Bytes>>) -> F) -> usize {
        size_of::<F>()
    }
    let size = size(|mut client, request| client.call(request));
    // What the request was signed with, to compare with the response.
    // A word each for the key of chunks and for an explanation.
    let features = usize::from(cfg!(feature = "chunked")) + usize::from(cfg!(feature = "explain"));
    let attempt = (7 + features) * size_of::<&()>();
    assert!(size <= size_of::<AnswerOf<Small>>() + attempt, "{size}");
}

#[derive(Clone)]
struct Small;

impl<B> Service<Request<B>> for Small {
    type Response = Response<Empty>;
    type Error = Infallible;
    type Future = std::future::Ready<Result<Response<Empty>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<B>) -> Self::Future {
        std::future::ready(Ok(Response::default()))
    }
}

/// An HTTP client that counts how often it is cloned.
struct Counted(Arc<AtomicUsize>);

impl Clone for Counted {
    fn clone(&self) -> Self {
        self.0.fetch_add(1, Ordering::Relaxed);
        Self(Arc::clone(&self.0))
    }
}

impl<B> Service<Request<B>> for Counted {
    type Response = Response<Empty>;
    type Error = Infallible;
    type Future = std::future::Ready<Result<Response<Empty>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<B>) -> Self::Future {
        std::future::ready(Ok(Response::default()))
    }
}

/// What one call costs whose credentials and body are at hand: clones of the service, allocations.
async fn cost(layer: SigV4Layer) -> (usize, u64) {
    let clones = Arc::<AtomicUsize>::default();
    let mut client = preloaded(layer).await.layer(Counted(Arc::clone(&clones)));
    // Derives the key and checks the host; the second keeps the hash of what comes again.
    for _ in 0..2 {
        let request = post().body(full("body")).unwrap();
        client.call(request).await.unwrap();
    }
    let before = clones.load(Ordering::Relaxed);
    let request: Request<Full<Bytes>> = post().body(full("body")).unwrap();
    let mut client = Some((client, request));
    let allocations = measure(|| {
        let (mut client, request) = client.take().unwrap();
        let mut response = task::spawn(client.call(request));
        let _response = assert_ready_ok!(response.poll());
    });
    (
        clones.load(Ordering::Relaxed) - before,
        allocations.count_total,
    )
}

#[tokio::test]
async fn without_a_second_attempt_nothing_is_cloned_and_nothing_more_allocated() {
    let (clones, off) = cost(builder().build().unwrap()).await;
    // As many as before there was such a setting, with those of the test itself.
    assert_eq!((clones, off), (0, 5));
    let (clones, on) = cost(builder().retry_rejected(true).build().unwrap()).await;
    assert_eq!(clones, 1);
    assert!(on > off);
}
