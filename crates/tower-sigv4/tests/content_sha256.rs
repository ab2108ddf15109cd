//! The digest of a body in a header of its own, without a signature.

mod common;

use std::time::Duration;

use bytes::Bytes;
use common::{Fed, Recorder, Sent, builder, fed, full, own_error, signed_as};
use http::{Request, Response, request};
use http_body::SizeHint;
use http_body_util::Full;
use sha2::{Digest, Sha256};
use tokio_test::{assert_pending, assert_ready, assert_ready_ok, task};
use tower::{BoxError, Layer, Service, ServiceBuilder, ServiceExt, limit::ConcurrencyLimitLayer};
use tower_sigv4::{ContentSha256, ContentSha256Layer, Error, UnlistedHosts};

const CDN: &str = "https://d111111abcdef8.cloudfront.net/orders";

fn post() -> request::Builder {
    Request::post(CDN)
}

fn client(layer: &ContentSha256Layer) -> (ContentSha256<Recorder>, Recorder) {
    let recorder = Recorder::default();
    (layer.layer(recorder.clone()), recorder)
}

async fn send(request: Request<Full<Bytes>>) -> Result<Sent, Error> {
    let (client, recorder) = client(&ContentSha256Layer::new());
    match client.oneshot(request).await {
        Ok(_) => Ok(recorder.only()),
        error => Err(own_error(error)),
    }
}

#[track_caller]
fn assert_digest(sent: &Sent) {
    let digest: Vec<_> = Sha256::digest(&sent.body).to_vec();
    let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let lines = sent.parts.headers.get_all("x-amz-content-sha256");
    assert_eq!(lines.iter().collect::<Vec<_>>(), [&digest]);
    assert!(!sent.parts.headers.contains_key("authorization"));
}

#[tokio::test]
async fn the_digest_of_a_body_in_memory_is_sent_and_the_body_is_not_copied() {
    let data = Bytes::from(vec![7; 1000]);
    let sent = send(post().body(full(data.clone())).unwrap())
        .await
        .unwrap();
    assert_digest(&sent);
    assert_eq!(sent.body.as_ptr(), data.as_ptr());
}

#[tokio::test]
async fn a_body_that_was_cut_off_is_not_sent() {
    let (client, recorder) = client(&ContentSha256Layer::new());
    let (body, feed) = fed();
    feed.data("abc");
    drop(feed);
    let request = post().header("content-length", "4").body(body).unwrap();
    let error = own_error(client.oneshot(request).await);
    assert!(error.is_body(), "{error}");
    assert_eq!(recorder.calls(), 0);
}

#[tokio::test]
async fn the_digest_of_an_empty_body_is_sent_with_its_length() {
    let sent = send(post().body(full("")).unwrap()).await.unwrap();
    assert_digest(&sent);
    assert_eq!(sent.parts.headers["content-length"], "0");
    let get = Request::get(CDN).body(full("")).unwrap();
    assert_digest(&send(get).await.unwrap());
}

#[tokio::test]
async fn the_digest_of_a_body_that_arrives_in_pieces_is_sent_when_it_is_complete() {
    let (client, recorder) = client(&ContentSha256Layer::new());
    let (body, feed) = fed();
    let request = post().header("transfer-encoding", "chunked");
    let mut response = task::spawn(client.oneshot(request.body(body).unwrap()));
    feed.data("one, ");
    assert_pending!(response.poll());
    assert_eq!(recorder.calls(), 0);
    feed.data("two");
    drop(feed);
    assert!(response.is_woken());
    assert_ready_ok!(response.poll());
    let sent = recorder.only();
    assert_digest(&sent);
    assert_eq!(sent.body, "one, two");
    assert!(!sent.parts.headers.contains_key("transfer-encoding"));
}

#[tokio::test]
async fn a_digest_that_is_there_already_is_replaced() {
    let request = post()
        .header("x-amz-content-sha256", "UNSIGNED-PAYLOAD")
        .header("x-amz-content-sha256", "of another body")
        .header("accept", "kept");
    let sent = send(request.body(full("{}")).unwrap()).await.unwrap();
    assert_digest(&sent);
    assert_eq!(sent.parts.headers["accept"], "kept");
}

#[tokio::test]
async fn a_marker_is_never_replaced() {
    const FRAMES: &str = "2\r\n{}\r\n0\r\n\r\n";
    let framed = |marker| {
        let request = post().header("content-encoding", "aws-chunked");
        let request = request.header("x-amz-content-sha256", marker);
        request.body(full(FRAMES)).unwrap()
    };
    let marker = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";
    let sent = send(framed(marker)).await.unwrap();
    assert_eq!(sent.parts.headers["x-amz-content-sha256"], marker);
    assert_eq!(sent.body, FRAMES);
    for marker in ["STREAMING-AWS4-HMAC-SHA256-PAYLOAD", "UNSIGNED-PAYLOAD"] {
        let error = send(framed(marker)).await.unwrap_err();
        assert!(error.is_request() && !error.is_configuration(), "{error}");
    }
}

#[tokio::test]
async fn a_body_over_a_limit_is_refused() {
    let one = ContentSha256Layer::new().body_limit(3);
    let (client, recorder) = client(&one);
    let error = own_error(
        client
            .clone()
            .oneshot(post().body(full("four")).unwrap())
            .await,
    );
    assert!(error.is_body(), "{error}");
    assert!(
        client
            .oneshot(post().body(full("two")).unwrap())
            .await
            .is_ok()
    );
    assert_eq!(recorder.calls(), 1);

    // The services of one layer share it.
    let all = ContentSha256Layer::new().total_body_limit(100);
    let waiting = |layer: &ContentSha256Layer| {
        let (client, _) = self::client(layer);
        let (body, feed) = fed();
        let mut response = task::spawn(client.oneshot(post().body(body).unwrap()));
        assert_pending!(response.poll());
        feed.data(vec![7; 50]);
        (response, feed)
    };
    let (mut first, _feed) = waiting(&all);
    assert_pending!(first.poll());
    let (mut second, _feed) = waiting(&all);
    let error = own_error(assert_ready!(second.poll()));
    assert!(error.is_body() && error.is_retryable(), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_body_that_stalls_is_given_up() {
    let layer = ContentSha256Layer::new().body_timeout(Duration::from_secs(7));
    let (client, recorder) = client(&layer.body_limit(10));
    let (body, _feed) = fed();
    let start = tokio::time::Instant::now();
    let error = own_error(client.oneshot(post().body(body).unwrap()).await);
    assert!(
        error.is_body() && error.to_string().contains("7s"),
        "{error}"
    );
    assert_eq!(start.elapsed(), Duration::from_secs(7));
    assert_eq!(recorder.calls(), 0);
}

#[tokio::test]
async fn a_body_that_fails_and_trailers_are_refused() {
    let (client, recorder) = client(&ContentSha256Layer::new());
    let send = |body: Fed| client.clone().oneshot(post().body(body).unwrap());
    let (body, feed) = fed();
    feed.fail("the disk is gone");
    assert!(own_error(send(body).await).is_body());
    let (body, feed) = fed();
    feed.trailers();
    assert!(own_error(send(body.with_hint(SizeHint::with_exact(0))).await).is_body());
    assert_eq!(recorder.calls(), 0);
}

#[tokio::test]
async fn what_was_reserved_for_a_request_that_is_refused_is_given_back() {
    let layer = ContentSha256Layer::new().body_limit(3);
    let mut client = ServiceBuilder::new()
        .layer(layer)
        .layer(ConcurrencyLimitLayer::new(1))
        .service(Recorder::default());
    for _ in 0..3 {
        let request = post().body(full("four")).unwrap();
        let result = common::ready(&mut client).await.call(request).await;
        assert!(own_error(result).is_body());
    }
}

#[tokio::test]
async fn the_errors_of_the_inner_service_pass() {
    let inner = tower::service_fn(async |_| Err::<Response<()>, BoxError>("refused".into()));
    let client = ContentSha256::new(inner, &ContentSha256Layer::default());
    let request = post().body(full("{}")).unwrap();
    let error = client.oneshot(request).await.unwrap_err();
    assert_eq!(error.to_string(), "refused");
}

#[tokio::test]
async fn a_request_without_room_for_a_digest_is_refused() {
    let mut request = post().body(full("{}")).unwrap();
    for index in 0..24_576 {
        let name = http::HeaderName::try_from(format!("x-{index}")).unwrap();
        let value = http::HeaderValue::from_static("");
        if request.headers_mut().try_append(name, value).is_err() {
            break;
        }
    }
    let error = send(request).await.unwrap_err();
    assert!(error.is_request(), "{error}");
}

#[tokio::test]
async fn a_client_signs_for_aws_and_sends_the_digest_to_a_cdn_that_signs_for_it() {
    let recorder = Recorder::default();
    let signing = builder().unlisted_hosts(UnlistedHosts::ForwardUnsigned);
    let client = ServiceBuilder::new()
        .layer(ContentSha256Layer::new())
        .layer(common::preloaded(signing.build().unwrap()).await)
        .service(recorder.clone());
    let to = |uri: &str| {
        let uri = Request::post(uri).body(full("{}")).unwrap();
        client.clone().oneshot(uri)
    };
    to(CDN).await.unwrap();
    assert_digest(&recorder.only());
    to(&format!("https://{}/prod", common::HOST)).await.unwrap();
    let sent = recorder.only();
    common::assert_signed(&sent);
    assert_eq!(signed_as(&sent).service, "execute-api");
    assert!(!sent.parts.headers.contains_key("x-amz-content-sha256"));
}
