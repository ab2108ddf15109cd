//! A client whose clock is wrong, and a gateway whose clock is right.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{Request, StatusCode, Version};
use http_body_util::Full;
use tests::Wire;
use tower::{Service, ServiceBuilder, ServiceExt};
use tower_sigv4::{RetryPolicy, SigV4Layer, SignedBody};

const HOUR: i64 = 3_600;
const HOST: &str = "abc123.execute-api.eu-west-1.amazonaws.com";
const URI: &str = "https://abc123.execute-api.eu-west-1.amazonaws.com/prod";

/// From a day behind to a day ahead, in seconds.
fn skews() -> impl Iterator<Item = i64> {
    let minutes = [-600, -301, -299, -240, 0, 240, 299, 301, 600];
    (-24..=24).map(|hours| hours * HOUR).chain(minutes)
}

fn layer(skew: i64) -> SigV4Layer {
    let clock = move || {
        let by = Duration::from_secs(skew.unsigned_abs());
        match skew < 0 {
            true => SystemTime::now() - by,
            false => SystemTime::now() + by,
        }
    };
    Wire::builder().clock(clock).build().unwrap()
}

fn request() -> Request<Full<Bytes>> {
    Request::post(URI).body(Full::from("body")).unwrap()
}

#[tokio::test]
async fn every_call_succeeds_after_at_most_one_refused_attempt_then_without_any() {
    let wire = Wire::start().await;
    let mut first_attempts = Vec::new();
    for skew in skews() {
        let mut client = ServiceBuilder::new()
            .retry(RetryPolicy::new())
            .layer(layer(skew))
            .service(wire.client::<SignedBody<Full<Bytes>>>(Version::HTTP_11));
        let mut attempts = Vec::new();
        for _ in 0..3 {
            let response = client.ready().await.unwrap().call(request()).await.unwrap();
            assert_eq!(response.status(), StatusCode::OK, "{skew} s");
            attempts.push(wire.count_received());
        }
        // The gateway takes what is less than five minutes off.
        let expected = if skew.abs() < 300 { 1 } else { 2 };
        assert_eq!(attempts, [expected, 1, 1], "{skew} s");
        first_attempts.push((skew, attempts[0]));
    }
    let refused = first_attempts.iter().filter(|(_, attempts)| *attempts == 2);
    println!(
        "{} clocks from -24 h to +24 h: {} needed a second attempt, once; the others none",
        first_attempts.len(),
        refused.count()
    );
}

#[tokio::test]
async fn without_the_policy_the_rejection_is_the_answer_and_the_next_request_is_right() {
    let wire = Wire::start().await;
    let layer = layer(-2 * HOUR);
    let statuses = [StatusCode::FORBIDDEN, StatusCode::OK, StatusCode::OK];
    for expected in statuses {
        let response = wire
            .send(Version::HTTP_11, &layer, request())
            .await
            .unwrap();
        assert_eq!(response.status(), expected);
    }
    let offset = layer.clock_offset(HOST);
    assert!((offset - 2 * HOUR).abs() <= 2, "{offset}");
}

#[tokio::test]
async fn clones_of_a_layer_share_what_one_has_observed() {
    let wire = Wire::start().await;
    let layer = layer(HOUR);
    let clone = layer.clone();
    let response = wire.send(Version::HTTP_2, &layer, request()).await.unwrap();
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
    let response = wire.send(Version::HTTP_2, &clone, request()).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
}
