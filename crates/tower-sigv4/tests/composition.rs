//! The layer in a stack with tower's and tower-http's own.

mod common;

use std::{
    future::{Ready, ready},
    sync::atomic::{AtomicBool, Ordering},
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use common::{
    Empty, HOST, HeldProvider, Recorder, Rotating, TestClock, assert_signed, assert_signed_for,
    builder, full, get, id, layer, moment, own_error, post, preloaded, signed_as, verify,
};
use http::{
    HeaderName, HeaderValue, Request, Response, StatusCode,
    header::{CONTENT_TYPE, LOCATION},
};
use http_body_util::{BodyExt, Full, combinators::UnsyncBoxBody};
use tower::{
    BoxError, Layer, Service, ServiceBuilder, ServiceExt,
    buffer::BufferLayer,
    limit::RateLimitLayer,
    retry::{Policy, RetryLayer},
    timeout::error::Elapsed,
    util::BoxCloneService,
};
use tower_http::{
    follow_redirect::FollowRedirectLayer, map_request_body::MapRequestBodyLayer,
    set_header::SetRequestHeaderLayer, trace::TraceLayer,
};
use tower_sigv4::{CredentialsCache, SigV4Layer, SignedBody, SigningOptions};

fn request() -> Request<Full<Bytes>> {
    post().body(full("body")).unwrap()
}

/// Answers the first request with `first`, and the others with 200.
fn answering_first(first: impl Fn() -> Response<Empty> + Send + Sync + 'static) -> Recorder {
    let answered = AtomicBool::new(false);
    Recorder::answering(move |_| match answered.swap(true, Ordering::Relaxed) {
        false => first(),
        true => Response::default(),
    })
}

fn redirect(to: &'static str) -> Response<Empty> {
    let redirect = Response::builder()
        .status(StatusCode::TEMPORARY_REDIRECT)
        .header(LOCATION, to);
    redirect.body(Empty::new()).unwrap()
}

fn unavailable() -> Response<Empty> {
    let response = Response::builder().status(StatusCode::SERVICE_UNAVAILABLE);
    response.body(Empty::new()).unwrap()
}

/// One more attempt after a 503, a minute later by the layer's clock.
#[derive(Clone)]
struct AMinuteLater(TestClock);

impl<B: Clone, R, E> Policy<Request<B>, Response<R>, E> for AMinuteLater {
    type Future = Ready<()>;

    fn retry(
        &mut self,
        _: &mut Request<B>,
        result: &mut Result<Response<R>, E>,
    ) -> Option<Ready<()>> {
        let Ok(response) = result else { return None };
        (response.status() == StatusCode::SERVICE_UNAVAILABLE).then(|| {
            self.0.set(moment() + Duration::from_secs(60));
            ready(())
        })
    }

    fn clone_request(&mut self, request: &Request<B>) -> Option<Request<B>> {
        Some(request.clone())
    }
}

#[tokio::test]
async fn a_retry_above_signs_each_attempt_afresh() {
    let clock = TestClock::stopped_at(moment());
    // The credentials expire between the attempts.
    let provider = Rotating::at(moment() + Duration::from_secs(30));
    let layer = SigV4Layer::builder("execute-api", "us-east-1", provider);
    let recorder = answering_first(unavailable);
    let client = ServiceBuilder::new()
        .layer(RetryLayer::new(AMinuteLater(clock.clone())))
        .layer(layer.clock(clock.reader()).build().unwrap())
        .service(recorder.clone());
    let response = client.oneshot(request()).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);

    let sent = recorder.sent();
    sent.iter().for_each(assert_signed);
    let seen: Vec<_> = sent
        .iter()
        .map(|sent| {
            let date = sent.parts.headers["x-amz-date"].to_str().unwrap();
            (signed_as(sent).access_key_id, date, &sent.body[..])
        })
        .collect();
    assert_eq!(
        seen,
        [
            (id(1), "20150830T123600Z", &b"body"[..]),
            (id(2), "20150830T123700Z", b"body"),
        ]
    );
}

#[tokio::test]
async fn a_retry_above_keeps_the_requests_options() {
    let recorder = answering_first(unavailable);
    let client = ServiceBuilder::new()
        .layer(RetryLayer::new(AMinuteLater(TestClock::stopped_at(
            moment(),
        ))))
        .layer(preloaded(builder().allow_host(HOST).build().unwrap()).await)
        .service(recorder.clone());
    let mut request = request();
    let options = SigningOptions::new().signing_host("other.example");
    request.extensions_mut().insert(options);
    client.oneshot(request).await.unwrap();
    let sent = recorder.sent();
    assert_eq!(sent.len(), 2);
    for sent in &sent {
        assert_signed_for("other.example", sent);
    }
}

#[tokio::test]
async fn a_redirect_followed_above_is_signed_for_where_it_leads() {
    let other = "other.execute-api.us-east-1.amazonaws.com";
    for (location, host) in [
        ("/v2/items", HOST),
        (
            "https://other.execute-api.us-east-1.amazonaws.com/v2",
            other,
        ),
    ] {
        let recorder = answering_first(move || redirect(location));
        let client = ServiceBuilder::new()
            .layer(FollowRedirectLayer::new())
            .layer(preloaded(layer()).await)
            .service(recorder.clone());
        client.oneshot(get().body(full("")).unwrap()).await.unwrap();
        let sent = recorder.sent();
        let [first, second] = &sent[..] else {
            panic!("{} requests", sent.len());
        };
        assert_signed(first);
        assert_signed_for(host, second);
        assert!(second.parts.uri.path().starts_with("/v2"));
    }
}

#[tokio::test]
async fn a_redirect_to_a_foreign_host_is_not_followed_with_a_signature() {
    for location in [
        "https://evil.example/",
        "https://abc123.execute-api.us-east-1.amazonaws.com@evil.example/",
        "http://abc123.execute-api.us-east-1.amazonaws.com/",
    ] {
        let recorder = answering_first(move || redirect(location));
        let client = ServiceBuilder::new()
            .layer(FollowRedirectLayer::new())
            .layer(preloaded(layer()).await)
            .service(recorder.clone());
        let error = own_error(client.oneshot(get().body(full("")).unwrap()).await);
        assert!(error.is_refused_host());
        assert_signed(&recorder.only());
    }
}

#[tokio::test(start_paused = true)]
async fn a_timeout_above_covers_the_wait_for_credentials() {
    let provider = HeldProvider::new();
    let layer = SigV4Layer::builder("execute-api", "us-east-1", provider.clone());
    let recorder = Recorder::default();
    let client = ServiceBuilder::new()
        .timeout(Duration::from_secs(2))
        .layer(layer.clock(moment).build().unwrap())
        .service(recorder.clone());
    let error = client.clone().oneshot(request()).await.unwrap_err();
    assert!(error.is::<Elapsed>(), "{error}");
    assert_eq!(recorder.calls(), 0);

    provider.release();
    client.oneshot(request()).await.unwrap();
    assert_signed(&recorder.only());
    assert_eq!(provider.calls(), 1, "the load outlived the first call");
}

/// A client that cannot be cloned, as tower's rate limit or a load balancer.
struct NotClone(Recorder);

impl<B> Service<Request<B>> for NotClone
where
    Recorder: Service<Request<B>>,
{
    type Response = <Recorder as Service<Request<B>>>::Response;
    type Error = <Recorder as Service<Request<B>>>::Error;
    type Future = <Recorder as Service<Request<B>>>::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        self.0.call(request)
    }
}

#[tokio::test]
async fn a_buffer_below_makes_any_client_fit() {
    let recorder = Recorder::default();
    let client = ServiceBuilder::new()
        .layer(layer())
        .layer(BufferLayer::new(8))
        .layer(RateLimitLayer::new(100, Duration::from_secs(1)))
        .service(NotClone(recorder.clone()));
    let calls: Vec<_> = (0..20)
        .map(|_| tokio::spawn(client.clone().oneshot(request())))
        .collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    let sent = recorder.sent();
    assert_eq!(sent.len(), 20);
    sent.iter().for_each(assert_signed);
}

#[tokio::test]
async fn a_client_with_a_body_of_its_own_needs_one_line() {
    type OwnBody = UnsyncBoxBody<Bytes, BoxError>;
    let recorder = Recorder::default();
    let own = {
        let recorder = recorder.clone();
        tower::service_fn(move |request: Request<OwnBody>| recorder.clone().oneshot(request))
    };
    let client = ServiceBuilder::new()
        .layer(layer())
        .layer(MapRequestBodyLayer::new(|body: SignedBody<Full<Bytes>>| {
            OwnBody::new(body.map_err(Into::into))
        }))
        .service(own);
    client.oneshot(request()).await.unwrap();
    let sent = recorder.only();
    assert_signed(&sent);
    assert_eq!(sent.body, "body");
}

#[tokio::test]
async fn headers_and_bodies_made_above_are_signed() {
    let recorder = Recorder::default();
    let client = ServiceBuilder::new()
        .layer(SetRequestHeaderLayer::overriding(
            HeaderName::from_static("x-amz-target"),
            HeaderValue::from_static("Orders.Create"),
        ))
        .layer(MapRequestBodyLayer::new(|_: Full<Bytes>| full("mapped")))
        .layer(layer())
        .service(recorder.clone());
    client.oneshot(request()).await.unwrap();
    let sent = recorder.only();
    assert_signed(&sent);
    assert!(signed_as(&sent).headers.contains("x-amz-target"));
    assert_eq!(sent.body, "mapped");
}

/// Which also shows that `assert_signed` can fail.
#[tokio::test]
async fn what_a_layer_below_changes_breaks_the_signature() {
    let recorder = Recorder::default();
    let client = ServiceBuilder::new()
        .layer(layer())
        .layer(SetRequestHeaderLayer::appending(
            HeaderName::from_static("x-amz-target"),
            HeaderValue::from_static("b"),
        ))
        .service(recorder.clone());
    client.oneshot(request()).await.unwrap();
    let added = recorder.only();
    let mut body = added.clone();
    body.parts.headers.remove("x-amz-target");
    assert_signed(&body);
    let [mut method, mut path, mut date] = [(); 3].map(|()| body.clone());
    body.body = Bytes::from("another");
    method.parts.method = http::Method::PUT;
    path.parts.uri = format!("https://{HOST}/prod/item").parse().unwrap();
    let earlier = HeaderValue::from_static("20150830T123559Z");
    date.parts.headers.insert("x-amz-date", earlier);
    for broken in [added, body, method, path, date] {
        assert!(verify(HOST, &broken).is_err());
    }
}

#[tokio::test]
async fn the_layer_twice_is_one_signature() {
    for inner in [layer(), preloaded(layer()).await] {
        let recorder = Recorder::default();
        let client = layer().layer(inner.layer(recorder.clone()));
        client.oneshot(request()).await.unwrap();
        let sent = recorder.only();
        assert_signed(&sent);
        for name in ["authorization", "x-amz-date", "x-amz-security-token"] {
            assert_eq!(sent.parts.headers.get_all(name).iter().count(), 1, "{name}");
        }
    }
}

#[tokio::test]
async fn services_of_one_layer_load_its_credentials_once() {
    let provider = HeldProvider::new();
    provider.release();
    let cache = CredentialsCache::new(provider.clone());
    let builder = || SigV4Layer::builder("execute-api", "us-east-1", cache.clone()).clock(moment);
    let layer = builder().build().unwrap();
    let other = builder().body_limit(100).build().unwrap();
    for layer in [layer.clone(), other, layer] {
        let recorder = Recorder::default();
        layer
            .layer(recorder.clone())
            .oneshot(request())
            .await
            .unwrap();
        assert_signed(&recorder.only());
    }
    assert_eq!(provider.calls(), 1);
}

#[tokio::test]
async fn a_boxed_client_can_be_cloned_and_spawned() {
    let recorder = Recorder::default();
    let client: BoxCloneService<Request<Full<Bytes>>, Response<Empty>, BoxError> =
        layer().layer(recorder.clone()).boxed_clone();
    let calls = [client.clone(), client].map(|client| tokio::spawn(client.oneshot(request())));
    for call in calls {
        call.await.unwrap().unwrap();
    }
    recorder.sent().iter().for_each(assert_signed);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_threads_share_one_client() {
    let recorder = Recorder::default();
    let client = layer().layer(recorder.clone());
    let calls: Vec<_> = (0..200)
        .map(|_| tokio::spawn(client.clone().oneshot(request())))
        .collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    let sent = recorder.sent();
    assert_eq!(sent.len(), 200);
    sent.iter().for_each(assert_signed);
}

#[tokio::test]
async fn the_stack_of_the_guide_works_as_a_whole() {
    let clock = TestClock::stopped_at(moment());
    let recorder = answering_first(unavailable);
    let client = ServiceBuilder::new()
        .layer(TraceLayer::new_for_http())
        .timeout(Duration::from_secs(30))
        .layer(FollowRedirectLayer::new())
        .layer(RetryLayer::new(AMinuteLater(clock.clone())))
        .timeout(Duration::from_secs(10))
        .layer(SetRequestHeaderLayer::if_not_present(
            CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        ))
        .layer(builder().clock(clock.reader()).build().unwrap())
        .buffer(8)
        .concurrency_limit(4)
        .layer(TraceLayer::new_for_http())
        .service(recorder.clone());
    let response = client.clone().oneshot(request()).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    let sent = recorder.sent();
    assert_eq!(sent.len(), 2);
    for sent in &sent {
        assert_signed(sent);
        assert!(signed_as(sent).headers.starts_with("content-type;host;"));
    }

    // An error of the layer is found from the top of the stack.
    let evil = Request::get("https://evil.example/")
        .body(full(""))
        .unwrap();
    let error = own_error(client.oneshot(evil).await);
    assert!(error.is_refused_host());
}
