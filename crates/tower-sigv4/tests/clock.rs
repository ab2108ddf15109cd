//! When a request is signed: last of all, with one reading of the clock.

mod common;

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, SystemTime},
};

use common::{
    HeldProvider, Recorder, Rotating, TestClock, assert_signed, builder, client, fed, full, get,
    id, moment, own_error, post, signed_as,
};
use tokio_test::{assert_pending, assert_ready_ok, task};
use tower::{Layer, ServiceExt};
use tower_sigv4::SigV4Layer;

const SECOND: Duration = Duration::from_secs(1);
const DAY: Duration = Duration::from_secs(86_400);

#[tokio::test]
async fn the_time_is_that_after_the_wait_for_credentials() {
    let (clock, provider) = (TestClock::stopped_at(moment()), HeldProvider::new());
    let layer = SigV4Layer::builder("execute-api", "us-east-1", provider.clone());
    let layer = layer.clock(clock.reader()).build().unwrap();
    let recorder = Recorder::default();
    let client = layer.layer(recorder.clone());
    let mut response = task::spawn(client.oneshot(get().body(full("")).unwrap()));
    assert_pending!(response.poll());
    clock.set(moment() + 9 * SECOND);
    provider.release();
    tokio::task::yield_now().await;
    assert_ready_ok!(response.poll());
    let sent = recorder.only();
    assert_signed(&sent);
    assert_eq!(sent.parts.headers["x-amz-date"], "20150830T123609Z");
}

#[tokio::test]
async fn the_time_is_that_after_the_wait_for_the_body() {
    let clock = TestClock::stopped_at(moment());
    let (client, recorder) = client(builder().clock(clock.reader()).build().unwrap()).await;
    let (body, feed) = fed();
    let mut response = task::spawn(client.oneshot(post().body(body).unwrap()));
    assert_pending!(response.poll());
    // Past midnight, so with another key.
    clock.set(moment() + DAY);
    feed.data("slow");
    drop(feed);
    assert_ready_ok!(response.poll());
    let sent = recorder.only();
    assert_signed(&sent);
    assert_eq!(sent.parts.headers["x-amz-date"], "20150831T123600Z");
    assert_eq!(signed_as(&sent).day, "20150831");
}

#[tokio::test]
async fn credentials_that_expire_while_the_body_arrives_do_not_sign() {
    let clock = TestClock::stopped_at(moment());
    let expiry = moment() + Duration::from_secs(3600);
    let provider = Rotating::at(expiry);
    let layer = SigV4Layer::builder("execute-api", "us-east-1", provider);
    let layer = layer.clock(clock.reader()).build().unwrap();
    let (client, recorder) = client(layer).await;
    let (body, feed) = fed();
    let mut response = task::spawn(client.clone().oneshot(post().body(body).unwrap()));
    assert_pending!(response.poll());
    clock.set(expiry + SECOND);
    drop(feed);
    assert_pending!(response.poll(), "the next credentials are loaded");
    tokio::task::yield_now().await;
    assert_ready_ok!(response.poll());
    let sent = recorder.only();
    assert_signed(&sent);
    assert_eq!(signed_as(&sent).access_key_id, id(2));
}

#[tokio::test]
async fn the_date_and_the_scope_come_from_one_reading() {
    let days = AtomicU64::new(0);
    // Never the same day twice.
    let clock = move || moment() + DAY * days.fetch_add(1, Ordering::Relaxed) as u32;
    let (client, recorder) = client(builder().clock(clock).build().unwrap()).await;
    for _ in 0..10 {
        let request = get().body(full("")).unwrap();
        client.clone().oneshot(request).await.unwrap();
    }
    recorder.sent().iter().for_each(assert_signed);
}

#[tokio::test]
async fn the_day_changes_with_the_first_call_after_midnight() {
    let midnight = moment() + Duration::from_secs(41_040);
    let clock = TestClock::stopped_at(midnight - Duration::from_micros(1));
    let (client, recorder) = client(builder().clock(clock.reader()).build().unwrap()).await;
    let call = || client.clone().oneshot(get().body(full("")).unwrap());
    call().await.unwrap();
    clock.set(midnight);
    call().await.unwrap();
    let sent = recorder.sent();
    sent.iter().for_each(assert_signed);
    let days: Vec<_> = sent.iter().map(|sent| signed_as(sent).day).collect();
    assert_eq!(days, ["20150830", "20150831"]);
}

#[tokio::test]
async fn a_clock_that_no_date_can_hold_is_a_setting_at_fault() {
    for time in [
        SystemTime::UNIX_EPOCH - SECOND,
        SystemTime::UNIX_EPOCH + DAY * 366 * 8100,
    ] {
        let clock = TestClock::stopped_at(moment());
        let (client, recorder) = client(builder().clock(clock.reader()).build().unwrap()).await;
        clock.set(time);
        let error = own_error(client.oneshot(get().body(full("")).unwrap()).await);
        assert!(error.is_configuration() && !error.is_request(), "{error:?}");
        assert_eq!(recorder.calls(), 0);
    }
}
