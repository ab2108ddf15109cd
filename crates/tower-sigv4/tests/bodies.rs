//! What becomes of a request's body: hashed without a copy, collected within limits, or passed on.

mod common;

use std::{
    collections::VecDeque,
    error::Error,
    fmt,
    pin::{Pin, pin},
    time::Duration,
};

use bytes::{Buf, Bytes};
use common::{
    Empty, Endless, Fed, Feed, HOST, Recorder, Sent, assert_signed, assert_signed_for, client, fed,
    full, get, layer, layer_for, own_error, post, signed_as, warm,
};
use http::{Request, Response};
use http_body::{Body, SizeHint};
use http_body_util::{BodyExt, Full};
use sha2::{Digest, Sha256};
use tokio_test::{assert_pending, assert_ready, assert_ready_ok, task};
use tower::{BoxError, Layer, ServiceExt, service_fn};
use tower_sigv4::{PayloadMode, SigV4, SigV4Layer, SignedBody, SigningOptions};

const MIB: usize = 1024 * 1024;

/// Sends one body and returns what arrives.
async fn send<B>(layer: SigV4Layer, body: B) -> Result<Sent, tower_sigv4::Error>
where
    B: Body + Send + Unpin + 'static,
    B::Error: Into<BoxError>,
{
    let (client, recorder) = client(layer).await;
    match client.oneshot(post().body(body).unwrap()).await {
        Ok(_) => Ok(recorder.only()),
        error => {
            assert_eq!(recorder.calls(), 0, "nothing is sent on an error");
            Err(own_error(error))
        }
    }
}

#[tokio::test]
async fn a_body_in_memory_is_hashed_and_not_copied() {
    let data = Bytes::from(vec![7; 1000]);
    let sent = send(layer(), full(data.clone())).await.unwrap();
    assert_signed(&sent);
    assert_eq!(sent.body.as_ptr(), data.as_ptr());
}

#[tokio::test]
async fn a_body_of_any_buffer_is_hashed() {
    let data: VecDeque<u8> = (0..=255).collect();
    let sent = send(layer(), Full::new(data)).await.unwrap();
    assert_signed(&sent);
    assert_eq!(sent.body, (0..=255).collect::<Vec<_>>());

    let data = Buf::chain(&b"one"[..], &b"two"[..]);
    let sent = send(layer(), Full::new(data)).await.unwrap();
    assert_signed(&sent);
    assert_eq!(sent.body, "onetwo");
}

#[tokio::test]
async fn an_empty_body_is_not_polled() {
    let (body, feed) = fed();
    let sent = send(layer(), body.ended()).await.unwrap();
    assert_signed(&sent);
    assert_eq!((sent.body.len(), feed.polls()), (0, 0));
}

#[tokio::test]
async fn the_inner_service_knows_the_size_of_a_body_that_did_not() {
    let (body, feed) = fed();
    let client = warm(layer())
        .await
        .layer(service_fn(async |request: Request<SignedBody<_>>| {
            let mut body = pin!(request.into_body());
            let mut sizes = Vec::new();
            loop {
                sizes.push((body.size_hint().exact().unwrap(), body.is_end_stream()));
                let Some(frame) = body.frame().await else {
                    return Ok::<_, BoxError>(Response::new(sizes));
                };
                assert!(frame?.is_data());
            }
        }));
    feed.data("abc");
    feed.data("");
    feed.data("de");
    drop(feed);
    let response = client.oneshot(post().body(body).unwrap()).await.unwrap();
    assert_eq!(response.into_body(), [(5, false), (2, false), (0, true)]);
}

#[tokio::test]
async fn a_body_is_read_as_it_arrives_and_sent_when_it_is_complete() {
    let (client, recorder) = client(layer()).await;
    let (body, feed) = fed();
    let mut response = task::spawn(client.oneshot(post().body(body).unwrap()));
    assert_pending!(response.poll());

    let pieces = [Bytes::from(vec![1; 100]), Bytes::from(vec![2; 200])];
    for piece in &pieces {
        let polls = feed.polls();
        feed.data(piece.clone());
        assert!(response.is_woken(), "the task that polled is the one woken");
        assert_pending!(response.poll());
        assert!(feed.polls() > polls);
        assert_eq!(recorder.calls(), 0);
    }
    drop(feed);
    assert!(response.is_woken());
    assert_ready_ok!(response.poll());
    let sent = recorder.only();
    assert_signed(&sent);
    assert_eq!(sent.body, pieces.concat());
}

#[tokio::test]
async fn pieces_arrive_in_the_buffers_that_they_were_in() {
    let client = warm(layer())
        .await
        .layer(service_fn(async |request: Request<SignedBody<_>>| {
            let mut body = request.into_body();
            let mut pieces = Vec::new();
            while let Some(frame) = body.frame().await {
                let data = frame?.into_data();
                pieces.push(data.unwrap().as_ptr() as usize);
            }
            Ok::<_, BoxError>(Response::new(pieces))
        }));
    let (body, feed) = fed();
    let pieces = [1, 2, 3].map(|n| Bytes::from(vec![n; MIB / 2]));
    pieces.iter().for_each(|piece| feed.data(piece.clone()));
    drop(feed);
    let response = client.oneshot(post().body(body).unwrap()).await.unwrap();
    assert_eq!(
        response.into_body(),
        pieces.map(|piece| piece.as_ptr() as usize)
    );
}

#[tokio::test]
async fn a_large_body_is_hashed_in_steps_that_leave_the_thread_to_others() {
    let (client, recorder) = client(layer()).await;
    let mut response = task::spawn(client.oneshot(post().body(full(vec![7; MIB])).unwrap()));
    let mut steps = 0;
    while response.poll().is_pending() {
        assert!(response.is_woken());
        steps += 1;
    }
    assert!(steps > 1);
    assert_signed(&recorder.only());
}

#[tokio::test]
async fn a_body_of_endless_small_frames_leaves_the_thread_to_others() {
    for frame in [&b""[..], b"a"] {
        let (client, recorder) = client(layer().body_limit(MIB)).await;
        let body = Endless(Bytes::from_static(frame));
        let mut response = task::spawn(client.oneshot(post().body(body).unwrap()));
        assert_pending!(response.poll());
        assert!(response.is_woken());
        assert_eq!(recorder.calls(), 0);
    }
}

#[tokio::test]
async fn a_body_of_the_limit_passes_and_one_byte_more_is_refused() {
    for (length, fits) in [(9, true), (10, true), (11, false)] {
        let layer = layer().body_limit(10);
        let whole = send(layer.clone(), full(vec![1; length])).await;
        let (body, feed) = fed();
        feed.data(vec![1; 5]);
        feed.data(vec![1; length - 5]);
        drop(feed);
        let pieces = send(layer, body).await;
        for result in [whole, pieces] {
            match result {
                Ok(sent) => {
                    assert!(fits && sent.body.len() == length);
                    assert_signed(&sent);
                }
                Err(error) => {
                    assert!(!fits && error.is_body() && !error.is_retryable());
                    let text = error.to_string();
                    assert!(
                        text.contains("10 bytes") && text.contains("`body_limit`"),
                        "{text}"
                    );
                }
            }
        }
    }
}

#[tokio::test]
async fn a_body_that_says_it_is_too_large_is_refused_unread() {
    let (body, feed) = fed();
    let mut hint = SizeHint::new();
    hint.set_lower(11);
    let error = send(layer().body_limit(10), body.with_hint(hint)).await;
    assert!(error.unwrap_err().is_body());
    assert_eq!(feed.polls(), 0);
}

#[tokio::test]
async fn a_body_that_is_larger_than_it_said_is_refused() {
    let (body, feed) = fed();
    feed.data("more than 10 bytes");
    let error = send(
        layer().body_limit(10),
        body.with_hint(SizeHint::with_exact(3)),
    )
    .await;
    assert!(error.unwrap_err().is_body());
    assert_eq!(feed.polls(), 1);
    assert!(feed.is_dropped());
}

#[derive(Debug)]
struct DiskGone;

impl fmt::Display for DiskGone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the disk is gone")
    }
}

impl Error for DiskGone {}

#[tokio::test]
async fn a_failing_body_is_the_source_of_the_error() {
    for at_once in [true, false] {
        let (client, recorder) = client(layer()).await;
        let (body, feed) = fed();
        let mut response = task::spawn(client.oneshot(post().body(body).unwrap()));
        feed.data("some");
        if !at_once {
            assert_pending!(response.poll());
        }
        feed.fail(DiskGone);
        let error = own_error(assert_ready!(response.poll()));
        assert!(error.is_body() && !error.is_request());
        assert!(error.source().unwrap().is::<DiskGone>(), "{error:?}");
        assert_eq!(recorder.calls(), 0);
        assert!(feed.is_dropped(), "even before the future is");
    }
}

#[tokio::test]
async fn trailers_that_no_signature_covers_are_refused() {
    for hint in [SizeHint::default(), SizeHint::with_exact(0)] {
        let (body, feed) = fed();
        feed.trailers();
        let error = send(layer(), body.with_hint(hint)).await.unwrap_err();
        assert!(
            error.is_body() && error.to_string().contains("trailers"),
            "{error}"
        );
    }
}

type Answer = Pin<Box<dyn Future<Output = Result<Response<Empty>, BoxError>>>>;

/// A client with a total limit.
struct Total {
    client: SigV4<Recorder>,
    recorder: Recorder,
}

impl Total {
    async fn of(limit: usize) -> Self {
        let (client, recorder) = client(layer().total_body_limit(limit)).await;
        Self { client, recorder }
    }

    /// A request that waits for its body, and the feed of that.
    fn start(&self) -> (task::Spawn<Answer>, Feed) {
        let (body, feed) = fed();
        let request = post().body(body).unwrap();
        let response: Answer = Box::pin(self.client.clone().oneshot(request));
        let mut response = task::spawn(response);
        assert_pending!(response.poll());
        (response, feed)
    }
}

#[tokio::test]
async fn bodies_share_a_total_limit() {
    let total = Total::of(1000).await;
    let ((mut first, first_feed), (mut second, second_feed)) = (total.start(), total.start());
    first_feed.data(vec![1; 600]);
    assert_pending!(first.poll());
    second_feed.data(vec![2; 600]);
    let error = own_error(assert_ready!(second.poll()));
    assert!(error.is_body() && error.is_retryable());
    let text = error.to_string();
    assert!(
        text.contains("1000 bytes") && text.contains("`total_body_limit`"),
        "{text}"
    );
    assert_eq!(total.recorder.calls(), 0);

    drop(first_feed);
    assert_ready_ok!(first.poll());
}

#[tokio::test]
async fn a_share_of_the_total_is_given_back_however_the_request_ends() {
    let total = Total::of(1000).await;
    for end in ["cancelled", "failed", "too large", "sent"] {
        let (mut response, feed) = total.start();
        feed.data(vec![1; 900]);
        assert_pending!(
            response.poll(),
            "what came before gave it back, then: {}",
            end
        );
        match end {
            "cancelled" => drop(response),
            "failed" => {
                feed.fail(DiskGone);
                assert!(assert_ready!(response.poll()).is_err());
            }
            "too large" => {
                feed.data(vec![1; 900]);
                assert!(assert_ready!(response.poll()).is_err());
            }
            _ => {
                drop(feed);
                assert_ready_ok!(response.poll());
            }
        }
    }
}

#[tokio::test]
async fn a_share_of_the_total_is_held_until_the_body_is_sent() {
    let layer = warm(layer().total_body_limit(1000)).await;
    let holds = service_fn(async |request: Request<SignedBody<Fed>>| {
        Ok::<_, BoxError>(Response::new(request.into_body()))
    });
    let client = layer.layer(holds);
    let start = || {
        let (body, feed) = fed();
        let mut response = task::spawn(client.clone().oneshot(post().body(body).unwrap()));
        assert_pending!(response.poll());
        feed.data(vec![1; 600]);
        response
    };
    let held = assert_ready_ok!(start().poll());
    let error = own_error(assert_ready!(start().poll()));
    assert!(error.is_retryable());
    drop(held);
    assert_ready_ok!(start().poll());
}

#[tokio::test]
async fn a_body_in_memory_does_not_count_towards_the_total() {
    let layer = layer().total_body_limit(0);
    for length in [1, 1000, MIB] {
        let sent = send(layer.clone(), full(vec![1; length])).await.unwrap();
        assert_signed(&sent);
    }
    let (body, feed) = fed();
    feed.data("there");
    feed.data("already");
    drop(feed);
    assert_signed(&send(layer, body).await.unwrap());
}

#[tokio::test(start_paused = true)]
async fn small_pieces_count_for_what_they_take() {
    let total = Total::of(MIB).await;
    let (response, feed) = total.start();
    for _ in 0..MIB / 16 {
        feed.data("a");
    }
    let result = tokio::time::timeout(Duration::from_secs(1), response).await;
    assert!(own_error(result.expect("not all are taken")).is_retryable());
}

/// A client of a layer for S3 with unsigned payloads, which may go to [`HOST`].
async fn s3() -> (SigV4<Recorder>, Recorder) {
    let layer = layer_for("s3").payload(PayloadMode::Unsigned).unwrap();
    client(layer.allow_host(HOST).unwrap()).await
}

#[tokio::test]
async fn an_unsigned_payload_passes_unread() {
    let (client, recorder) = s3().await;
    let (body, feed) = fed();
    let body = body.with_hint(SizeHint::with_exact(5));
    let mut response = task::spawn(client.oneshot(post().body(body).unwrap()));
    assert_pending!(response.poll());
    assert_eq!(recorder.calls(), 1, "sent before it has any byte");
    feed.data("later");
    feed.trailers();
    drop(feed);
    assert_ready_ok!(response.poll());
    let sent = recorder.only();
    let payload = &sent.parts.headers["x-amz-content-sha256"];
    assert_eq!(payload, "UNSIGNED-PAYLOAD");
    assert_signed(&sent);
    assert_eq!(sent.body, "later");
}

#[tokio::test]
async fn s3_gets_no_body_of_unknown_length() {
    let (client, recorder) = s3().await;
    let (body, feed) = fed();
    let mut response = task::spawn(client.clone().oneshot(post().body(body).unwrap()));
    let error = own_error(assert_ready!(response.poll()));
    assert!(
        error.is_body() && error.to_string().contains("length"),
        "{error}"
    );
    assert_eq!((recorder.calls(), feed.polls()), (0, 0));

    // Unless a header has it, or the body is collected.
    let ((first, first_feed), (second, second_feed)) = (fed(), fed());
    drop((first_feed, second_feed));
    let buffered = SigningOptions::new().payload(PayloadMode::Buffered);
    for request in [
        post().header("content-length", "0").body(first).unwrap(),
        post().extension(buffered).body(second).unwrap(),
    ] {
        client.clone().oneshot(request).await.unwrap();
        assert_signed(&recorder.only());
    }
}

#[tokio::test]
async fn vpc_lattice_gets_an_unsigned_payload_and_trailers_unasked() {
    let layer = layer_for("vpc-lattice-svcs").allow_host("svc.example");
    let inner = service_fn(async |request: Request<SignedBody<_>>| {
        let (parts, body) = request.into_parts();
        assert_eq!(body.size_hint().exact(), None);
        let collected = body.collect().await?;
        assert!(collected.trailers().unwrap().contains_key("x-checksum"));
        let body = collected.to_bytes();
        Ok::<_, BoxError>(Response::new(Sent { parts, body }))
    });
    let client = warm(layer.unwrap()).await.layer(inner);
    let (body, feed) = fed();
    let request = Request::post("http://svc.example/package.Service/Method").body(body);
    let mut response = task::spawn(client.oneshot(request.unwrap()));
    assert_pending!(response.poll());
    feed.data("message");
    feed.trailers();
    drop(feed);
    let sent = assert_ready_ok!(response.poll()).into_body();
    assert_signed_for("svc.example", &sent);
}

#[tokio::test]
async fn an_unsigned_payload_is_refused_over_plain_http() {
    let layer = layer_for("s3").payload(PayloadMode::Unsigned).unwrap();
    let (client, recorder) = client(layer.allow_host("localhost").unwrap()).await;
    let request = Request::put("http://localhost/key")
        .body(full("x"))
        .unwrap();
    let error = own_error(client.oneshot(request).await);
    assert!(error.is_configuration(), "{error}");
    assert!(error.source().unwrap().to_string().contains("https"));
    assert_eq!(recorder.calls(), 0);
}

#[tokio::test]
async fn a_body_whose_digest_is_known_passes_unread() {
    let digest = Sha256::digest("a long stream").into();
    let (client, recorder) = client(layer().body_limit(3)).await;
    let (body, feed) = fed();
    let options = SigningOptions::new().payload(PayloadMode::Precomputed(digest));
    let request = post().extension(options).body(body).unwrap();
    let mut response = task::spawn(client.oneshot(request));
    assert_pending!(response.poll());
    assert_eq!(recorder.calls(), 1, "sent before it has any byte");
    feed.data("a long ");
    feed.data("stream");
    drop(feed);
    assert_ready_ok!(response.poll());
    assert_signed(&recorder.only());
}

#[tokio::test]
async fn an_upgrade_is_signed_without_the_headers_of_the_hop() {
    let (client, recorder) = client(layer()).await;
    let request = get()
        .header("connection", "upgrade")
        .header("upgrade", "websocket")
        .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")
        .header("sec-websocket-version", "13");
    client
        .oneshot(request.body(full("")).unwrap())
        .await
        .unwrap();
    let sent = recorder.only();
    assert_signed(&sent);
    assert_eq!(
        signed_as(&sent).headers,
        "host;x-amz-date;x-amz-security-token"
    );
    assert_eq!(sent.parts.headers["upgrade"], "websocket");
    assert_eq!(sent.parts.headers["connection"], "upgrade");
}

#[tokio::test]
async fn an_upgrade_with_a_body_is_refused() {
    let (client, recorder) = client(layer()).await;
    let request = post().header("upgrade", "h2c").body(full("x")).unwrap();
    let error = own_error(client.oneshot(request).await);
    assert!(
        error.is_request() && error.to_string().contains("upgrade"),
        "{error}"
    );
    assert_eq!(recorder.calls(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_body_that_never_ends_is_the_callers_to_give_up() {
    let (client, recorder) = client(layer()).await;
    let (body, feed) = fed();
    feed.data("some");
    let response = client.oneshot(post().body(body).unwrap());
    let waited = tokio::time::timeout(Duration::from_secs(60), response).await;
    assert!(waited.is_err() && feed.is_dropped());
    assert_eq!(recorder.calls(), 0);
}
