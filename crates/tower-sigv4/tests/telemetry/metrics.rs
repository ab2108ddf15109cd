use std::{collections::BTreeSet, time::Duration};

use http::{Request, Response};
use http_body_util::Full;
use http_sigv4::Payload;
use metrics::set_default_local_recorder;
use tokio_test::{assert_pending, task};
use tower::{Layer, ServiceBuilder, ServiceExt};
use tower_sigv4::{ExplainLayer, PayloadMode, SigV4Layer, SigningOptions};

use crate::{
    common::{
        Empty, HeldProvider, Recorder, Rotating, builder, fed, full, get, id, moment, post,
        preloaded, secret, signed_as, token,
    },
    recorder::Recorded,
};

const HOUR: Duration = Duration::from_secs(3_600);

fn rejection(error: &str, ahead: Duration) -> Response<Empty> {
    Response::builder()
        .status(403)
        .header("x-amzn-errortype", error)
        .header("date", httpdate::fmt_http_date(moment() + ahead))
        .body(Empty::new())
        .unwrap()
}

/// Accepts what is signed an hour after [`moment`].
fn an_hour_ahead() -> Recorder {
    Recorder::answering(|request| {
        let date = request.headers["x-amz-date"].to_str().unwrap();
        match date.starts_with("20150830T13") {
            true => Response::default(),
            false => rejection("InvalidSignatureException", HOUR),
        }
    })
}

#[tokio::test]
async fn a_signature_is_counted_by_what_it_covers() {
    let layer = preloaded(builder().build().unwrap()).await;
    let recorded = Recorded::default();
    let _guard = set_default_local_recorder(&recorded);
    let client = layer.layer(Recorder::default());
    client
        .clone()
        .oneshot(post().body(full("body")).unwrap())
        .await
        .unwrap();
    assert_eq!(
        recorded.take(),
        ["body_bytes : 4", "signatures_total payload=sha256 + 1"]
    );
    // An empty body is not read.
    client
        .clone()
        .oneshot(get().body(full("")).unwrap())
        .await
        .unwrap();
    assert_eq!(recorded.take(), ["signatures_total payload=sha256 + 1"]);
    let options = SigningOptions::new()
        .service("s3")
        .payload(PayloadMode::Unsigned);
    let request = Request::put("https://bucket.s3.us-east-1.amazonaws.com/key")
        .extension(options)
        .body(full("body"))
        .unwrap();
    client.oneshot(request).await.unwrap();
    assert_eq!(recorded.take(), ["signatures_total payload=unsigned + 1"]);
}

#[tokio::test]
async fn the_engine_counts_as_the_layer_does() {
    let signer = builder().build_signer().unwrap();
    signer.credentials().preload().await.unwrap();
    let recorded = Recorded::default();
    let _guard = set_default_local_recorder(&recorded);
    let (mut parts, ()) = get().body(()).unwrap().into_parts();
    let signed = signer.sign(&mut parts, Payload::EMPTY).await.unwrap();
    let (rejected, _) = rejection("IncompleteSignatureException", Duration::ZERO).into_parts();
    signed.observe(rejected.status, &rejected.headers);
    assert_eq!(
        recorded.take(),
        [
            "signatures_total payload=sha256 + 1",
            "rejections_total cause=malformed_signature + 1"
        ]
    );
}

#[tokio::test]
async fn an_attempt_with_the_servers_time_is_recorded_from_rejection_to_offset() {
    let layer = preloaded(builder().retry_rejected(true).build().unwrap()).await;
    let recorded = Recorded::default();
    let _guard = set_default_local_recorder(&recorded);
    let client = layer.layer(an_hour_ahead());
    client.oneshot(get().body(full("")).unwrap()).await.unwrap();
    assert_eq!(
        recorded.take(),
        [
            "signatures_total payload=sha256 + 1",
            "rejections_total cause=signature_mismatch + 1",
            "clock_offset_changes_total change=observed + 1",
            "clock_offset_seconds = 3600",
            "retries_total cause=time + 1",
            "signatures_total payload=sha256 + 1",
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn waits_are_measured_and_what_is_there_is_no_wait() {
    let provider = HeldProvider::new();
    let layer = SigV4Layer::builder("execute-api", "us-east-1", provider.clone()).clock(moment);
    let layer = layer.build().unwrap();
    let recorded = Recorded::default();
    let _guard = set_default_local_recorder(&recorded);
    let client = layer.layer(Recorder::default());
    let (body, feed) = fed();
    let mut response = task::spawn(client.clone().oneshot(post().body(body).unwrap()));
    assert_pending!(response.poll());
    tokio::time::advance(Duration::from_secs(2)).await;
    feed.data("body");
    drop(feed);
    assert_pending!(response.poll());
    tokio::time::advance(Duration::from_secs(3)).await;
    provider.release();
    response.await.unwrap();
    assert_eq!(
        recorded.take(),
        [
            "body_bytes : 4",
            "waits_total for=body + 1",
            "wait_seconds for=body : 2",
            "waits_total for=credentials + 1",
            "wait_seconds for=credentials : 3",
            "signatures_total payload=sha256 + 1",
        ]
    );
    client.oneshot(get().body(full("")).unwrap()).await.unwrap();
    assert_eq!(recorded.take(), ["signatures_total payload=sha256 + 1"]);
}

/// Everything that can happen, once.
async fn everything() {
    // Both clients share the layer; the keys are loaded, and rejected once.
    let rejecting = Recorder::answering(|request| {
        let authorization = request.headers["authorization"].to_str().unwrap();
        match authorization.contains(id(1)) {
            true => rejection("ExpiredTokenException", Duration::ZERO),
            false => rejection("SignatureDoesNotMatch", Duration::ZERO),
        }
    });
    let layer = SigV4Layer::builder("execute-api", "us-east-1", Rotating::at(moment() + HOUR))
        .clock(moment)
        .retry_rejected(true)
        .request_spans(true);
    let layer = preloaded(layer.build().unwrap()).await;
    tokio::time::advance(Duration::from_secs(1)).await;
    let client = ServiceBuilder::new()
        .layer(ExplainLayer::new())
        .layer(layer.clone())
        .service(rejecting.clone());
    let (body, feed) = fed();
    let mut response = task::spawn(client.oneshot(post().body(body).unwrap()));
    assert_pending!(response.poll());
    feed.data("body");
    drop(feed);
    response.await.unwrap();
    let sent = rejecting.sent();
    assert_eq!(sent.len(), 2);
    assert_eq!(signed_as(&sent[1]).access_key_id, id(2));
    let client = layer.layer(an_hour_ahead());
    client.oneshot(get().body(full("")).unwrap()).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn every_name_that_is_recorded_is_documented_and_the_other_way_round() {
    let recorded = Recorded::default();
    let _guard = set_default_local_recorder(&recorded);
    everything().await;
    let lines = recorded.take();
    let names: BTreeSet<_> = lines
        .iter()
        .map(|line| line.split(' ').next().unwrap())
        .collect();
    let guide = include_str!("../../src/lib.rs").lines();
    let documented = guide
        .filter_map(|line| line.strip_prefix("//! | `aws_sigv4_"))
        .map(|row| row.split('`').next().unwrap());
    assert_eq!(names, documented.collect());
}

#[tokio::test(start_paused = true)]
async fn neither_the_log_nor_a_metric_shows_a_secret() {
    let log = crate::common::Log::default();
    let _logging = log.start();
    let recorded = Recorded::default();
    let _recording = set_default_local_recorder(&recorded);
    everything().await;
    let shown = log.take() + &recorded.take().join("\n");
    assert!(
        shown.contains("signed a request"),
        "the test is about something"
    );
    for id in [id(1), id(2)] {
        for secret in [&secret(id), &token(id), "Signature=", "AWS4"] {
            assert!(!shown.contains(secret), "{secret}: {shown}");
        }
    }
}

#[tokio::test]
async fn explanations_are_counted_by_their_cause() {
    let rejecting = Recorder::answering(|_| rejection("ExpiredTokenException", Duration::ZERO));
    let layer = preloaded(builder().build().unwrap()).await;
    let recorded = Recorded::default();
    let _guard = set_default_local_recorder(&recorded);
    let client = ServiceBuilder::new()
        .layer(ExplainLayer::new())
        .layer(layer)
        .service(rejecting);
    let request: Request<Full<_>> = get().body(full("")).unwrap();
    client.oneshot(request).await.unwrap();
    assert_eq!(
        recorded.take(),
        [
            "signatures_total payload=sha256 + 1",
            "rejections_total cause=expired_credentials + 1",
            "explanations_total cause=expired_credentials + 1",
        ]
    );
}
