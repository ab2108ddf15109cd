use std::{convert::Infallible, time::Duration};

use allocation_counter::measure;
use http::{Request, Response};
use http_body_util::Full;
use http_sigv4::Payload;
use tokio_test::{assert_pending, assert_ready_ok, task};
use tower::{Layer, Service, ServiceExt, service_fn};
use tower_sigv4::{SigV4Layer, SignedBody};
use tracing::Level;
use tracing_subscriber::{fmt::format::FmtSpan, util::SubscriberInitExt};

use crate::common::{
    self, Empty, HOST, Log, Recorder, Rotating, TestClock, builder, fed, full, get, id, moment,
    post, preloaded, secret, signed_as, token,
};

const MINUTE: Duration = Duration::from_secs(60);

/// The lines about signatures.
fn signatures(log: &Log) -> Vec<String> {
    let text = log.take();
    let lines = text
        .lines()
        .filter(|line| line.contains("signed a request"));
    lines.map(str::to_owned).collect()
}

#[tokio::test]
async fn each_signature_is_told_with_what_it_was_made_of() {
    let log = Log::default();
    let _guard = log.start();
    let clock = TestClock::stopped_at(moment());
    let layer = SigV4Layer::builder(
        "execute-api",
        "us-east-1",
        Rotating::at(moment() + MINUTE * 60),
    )
    .clock(clock.reader());
    let layer = preloaded(layer.build().unwrap()).await;
    clock.set(moment() + MINUTE);
    let recorder = Recorder::default();
    let client = layer.layer(recorder.clone());
    client
        .oneshot(post().body(full("body")).unwrap())
        .await
        .unwrap();
    let lines = signatures(&log);
    assert_eq!(lines.len(), 1);
    let generation = layer.credentials().unwrap().generation().unwrap();
    for part in [
        " DEBUG tower_sigv4",
        &format!("host={HOST}:443"),
        "service=\"execute-api\"",
        "region=\"us-east-1\"",
        &format!("generation={generation:?}"),
        "age=60s",
        "time_left=3540s",
        "clock_offset=0",
        "payload=\"sha256\"",
    ] {
        assert!(lines[0].contains(part), "{part}: {}", lines[0]);
    }
    let sent = recorder.only();
    for secret in [&*secret(id(1)), &token(id(1)), signed_as(&sent).signature] {
        assert!(!lines[0].contains(secret), "{}", lines[0]);
    }
}

#[tokio::test]
async fn the_engine_tells_of_its_signatures_too() {
    let log = Log::default();
    let _guard = log.start();
    let signer = builder().build_signer().unwrap();
    let (mut parts, ()) = get().body(()).unwrap().into_parts();
    let signed = signer.sign(&mut parts, Payload::EMPTY).await.unwrap();
    let lines = signatures(&log);
    assert_eq!(lines.len(), 1);
    let generation = format!("generation={:?}", signed.generation());
    assert!(lines[0].contains(&generation), "{}", lines[0]);
}

#[tokio::test]
async fn a_request_that_is_refused_is_no_signature() {
    let log = Log::default();
    let _guard = log.start();
    let client = builder().build().unwrap().layer(Recorder::default());
    let request = Request::get("https://example.com/").body(full("")).unwrap();
    client.oneshot(request).await.unwrap_err();
    assert!(signatures(&log).is_empty());
}

#[tokio::test]
async fn nothing_is_computed_where_nobody_listens() {
    let layer = preloaded(builder().build().unwrap()).await;
    let cost = || {
        let client = layer.layer(service_fn(|_: Request<SignedBody<Full<_>>>| {
            std::future::ready(Ok::<_, Infallible>(Response::new(Empty::new())))
        }));
        let mut request = Some((client, get().body(full("")).unwrap()));
        let measured = measure(|| {
            let (mut client, request) = request.take().unwrap();
            let mut response = task::spawn(client.call(request));
            let _response = assert_ready_ok!(response.poll());
        });
        measured.count_total
    };
    // The first derives the key, the second keeps the hash of what comes again.
    cost();
    cost();
    let without = cost();
    let log = Log::default();
    let writer = log.clone();
    let _guard = tracing_subscriber::fmt()
        .with_max_level(Level::INFO)
        .with_writer(move || writer.clone())
        .set_default();
    assert_eq!(cost(), without);
    assert!(signatures(&log).is_empty());
}

/// A client that tells that it was called, and a log that has its spans when they close.
fn telling(
    layer: &SigV4Layer,
) -> (
    impl Service<Request<common::Fed>, Response = Response<Empty>, Error = tower::BoxError>,
    Log,
    tracing::subscriber::DefaultGuard,
) {
    let log = Log::default();
    let writer = log.clone();
    let guard = tracing_subscriber::fmt()
        .with_max_level(Level::DEBUG)
        .with_ansi(false)
        .with_span_events(FmtSpan::CLOSE)
        .with_writer(move || writer.clone())
        .set_default();
    let client = layer.layer(service_fn(|_: Request<SignedBody<common::Fed>>| {
        tracing::info!("called");
        async {
            tracing::info!("polled");
            Ok::<_, Infallible>(Response::new(Empty::new()))
        }
    }));
    (client, log, guard)
}

#[tokio::test]
async fn a_request_has_a_span_from_its_call_to_its_response_if_asked_for() {
    for asked_for in [true, false] {
        let layer = builder().request_spans(asked_for).build().unwrap();
        let layer = preloaded(layer).await;
        let (mut client, log, _guard) = telling(&layer);
        let (body, feed) = fed();
        let mut response = task::spawn(client.call(post().body(body).unwrap()));
        assert_pending!(response.poll());
        feed.data("body");
        drop(feed);
        assert_ready_ok!(response.poll());
        drop(response);
        tracing::info!("after");
        let text = log.take();
        let of = |what: &str| {
            let mut lines = text.lines().filter(|line| line.contains(what));
            let line = lines.next().unwrap_or_else(|| panic!("{what}: {text}"));
            line.to_owned()
        };
        for what in ["signed a request", "called", "polled"] {
            assert_eq!(of(what).contains("sigv4{host="), asked_for, "{text}");
        }
        assert!(!of("after").contains("sigv4{"), "{text}");
        if asked_for {
            let generation = layer.credentials().unwrap().generation().unwrap();
            let closed = of("close");
            for part in [
                &*format!("host={HOST}:443"),
                "service=\"execute-api\"",
                "region=\"us-east-1\"",
                &format!("generation={generation:?}"),
                "clock_offset=0",
                "status=200",
            ] {
                assert!(closed.contains(part), "{part}: {closed}");
            }
        }
    }
}
