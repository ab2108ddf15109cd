//! A body is handed on as it is, whatever was read of it.

use std::{
    cell::Cell,
    convert::Infallible,
    marker::{PhantomData, PhantomPinned},
    pin::Pin,
    rc::Rc,
    task::{Context, Poll},
    time::Duration,
};

use allocation_counter::measure;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use http_body::{Body, Frame, SizeHint};
use http_body_util::{BodyExt, Full};
use tokio_test::{assert_pending, assert_ready, assert_ready_ok, task};
use tower::{BoxError, Layer, Service, ServiceExt};
use tower_sigv4::{
    ExplainLayer, Explanation,
    explain::{Cause, ExplainFuture},
};

use crate::{
    WRONG_REGION, cause,
    common::{Empty, Endless, Fed, Feed, fed, full},
    rejection, request,
};

const KIB: usize = 1024;

/// What the layer's future is here.
type Answer<B> = ExplainFuture<std::future::Ready<Result<Response<B>, BoxError>>, B>;

/// Sends a request that is answered with this.
fn answered_with<B: Body>(response: Response<B>) -> task::Spawn<Answer<B>> {
    let mut response = Some(response);
    let client = tower::service_fn(move |_: http::Request<Full<Bytes>>| {
        std::future::ready(Ok(response.take().unwrap()))
    });
    task::spawn(ExplainLayer::new().layer(client).call(request()))
}

/// A rejection whose body the test feeds.
fn rejected() -> (task::Spawn<Answer<Fed>>, Feed) {
    let (body, feed) = fed();
    (answered_with(rejection().body(body).unwrap()), feed)
}

/// The next frame of data, which has to be there.
#[track_caller]
fn data<B: Body<Data = Bytes, Error: std::fmt::Debug> + Unpin>(body: &mut B) -> Bytes {
    let frame = assert_ready!(task::spawn(body.frame()).poll());
    frame.unwrap().unwrap().into_data().unwrap()
}

#[tokio::test]
async fn a_rejection_in_one_piece_is_explained_and_handed_on_uncopied() {
    let sent = Bytes::from(WRONG_REGION);
    let mut response = answered_with(rejection().body(Full::new(sent.clone())).unwrap());
    let response = assert_ready_ok!(response.poll());
    assert_eq!(cause(&response), Cause::ScopeRegion);
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
    let mut body = response.into_body();
    assert_eq!(body.size_hint().exact(), Some(sent.len() as u64));
    assert_eq!(data(&mut body).as_ptr(), sent.as_ptr());
    assert!(body.is_end_stream());
    assert_eq!(body.size_hint().exact(), Some(0));
    assert!(body.frame().await.is_none());
}

#[test]
fn without_a_runtime_a_body_is_waited_for_as_long_as_it_takes() {
    let (mut response, feed) = rejected();
    assert_pending!(response.poll());
    feed.data(WRONG_REGION);
    drop(feed);
    assert!(response.is_woken());
    assert_eq!(
        cause(&assert_ready_ok!(response.poll())),
        Cause::ScopeRegion
    );
}

#[tokio::test]
async fn pieces_that_arrive_slowly_are_waited_for_and_handed_on_as_they_came() {
    let (mut response, feed) = rejected();
    let (start, end) = WRONG_REGION.split_at(30);
    let pieces = [start, "", end, " "].map(Bytes::from);
    for piece in &pieces {
        assert_pending!(response.poll());
        feed.data(piece.clone());
        assert!(response.is_woken());
    }
    assert_pending!(response.poll());
    drop(feed);
    let response = assert_ready_ok!(response.poll());
    assert_eq!(cause(&response), Cause::ScopeRegion);
    let mut body = response.into_body();
    for piece in pieces.iter().filter(|piece| !piece.is_empty()) {
        assert_eq!(data(&mut body).as_ptr(), piece.as_ptr());
    }
    assert!(body.frame().await.is_none());
}

#[tokio::test]
async fn no_more_than_64_kib_are_read() {
    for (pieces, read) in [
        // Not a byte is missing, so the end is not waited for.
        (&[64 * KIB, 1][..], 1),
        (&[64 * KIB - 1, 1, 1], 2),
        // A piece is in memory as a whole.
        (&[100 * KIB, 1], 1),
        (&[64 * KIB - 1, 64 * KIB, 1], 2),
    ] {
        let (mut response, feed) = rejected();
        pieces.iter().for_each(|&len| feed.data(vec![b' '; len]));
        let response = assert_ready_ok!(response.poll());
        assert_eq!(feed.polls(), read, "{pieces:?}");
        feed.data("more");
        drop(feed);
        let body = response.into_body().collect().await.unwrap().to_bytes();
        assert_eq!(body.len(), pieces.iter().sum::<usize>() + "more".len());
        assert!(body.ends_with(b" more"));
    }
}

#[tokio::test]
async fn a_rejection_of_64_kib_is_explained() {
    let padded = format!(
        "{WRONG_REGION}{}",
        " ".repeat(64 * KIB - WRONG_REGION.len())
    );
    for (body, expected) in [
        (padded.clone(), Cause::ScopeRegion),
        // One of more is cut, and so no JSON any more; the sentence is found all the same.
        (padded + " ", Cause::ScopeRegion),
    ] {
        let mut response = answered_with(rejection().body(full(body.clone())).unwrap());
        let response = assert_ready_ok!(response.poll());
        assert_eq!(cause(&response), expected);
        assert_eq!(
            response.into_body().collect().await.unwrap().to_bytes(),
            body
        );
    }
}

#[tokio::test]
async fn a_body_without_end_is_handed_on_after_64_kib() {
    for piece in ["", "x", WRONG_REGION] {
        let endless = Endless(Bytes::from(piece));
        let mut response = answered_with(rejection().body(endless).unwrap());
        let mut body = assert_ready_ok!(response.poll()).into_body();
        assert!(!body.is_end_stream());
        let (mut got, mut frames) = (0, 0);
        while got < 128 * KIB && frames < 200 * KIB {
            got += data(&mut body).len();
            frames += 1;
        }
        assert_eq!(got, frames * piece.len());
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_that_stalls_holds_the_response_back_for_two_seconds() {
    let (mut response, feed) = rejected();
    feed.data(WRONG_REGION);
    assert_pending!(response.poll());
    tokio::time::advance(Duration::from_millis(1_900)).await;
    // Which does not begin anew with every piece.
    feed.data(" ");
    assert_pending!(response.poll());
    tokio::time::advance(Duration::from_millis(101)).await;
    assert!(response.is_woken());
    let response = assert_ready_ok!(response.poll());
    assert_eq!(cause(&response), Cause::ScopeRegion);
    let mut body = response.into_body();
    assert_eq!(data(&mut body), WRONG_REGION);
    assert_eq!(data(&mut body), " ");
    assert_pending!(task::spawn(body.frame()).poll());
    feed.data("late");
    assert_eq!(data(&mut body), "late");
    drop(feed);
    assert!(body.frame().await.is_none());
}

#[tokio::test]
async fn trailers_are_handed_on() {
    let (mut response, feed) = rejected();
    feed.data(WRONG_REGION);
    feed.trailers();
    let response = assert_ready_ok!(response.poll(), "the end is not waited for");
    assert_eq!(cause(&response), Cause::ScopeRegion);
    drop(feed);
    let collected = response.into_body().collect().await.unwrap();
    let expected = HeaderMap::from_iter([(
        http::HeaderName::from_static("x-checksum"),
        HeaderValue::from_static("1"),
    )]);
    assert_eq!(collected.trailers(), Some(&expected));
    assert_eq!(collected.to_bytes(), WRONG_REGION);
}

#[tokio::test]
async fn an_error_of_the_body_is_handed_on_in_its_place() {
    let (body, feed) = fed();
    let mut response = answered_with(rejection().body(body.ended()).unwrap());
    feed.data(WRONG_REGION);
    feed.fail("the connection broke off");
    let response = assert_ready_ok!(response.poll(), "it is the body's error");
    assert_eq!(cause(&response), Cause::ScopeRegion);
    let mut body = response.into_body();
    assert!(!body.is_end_stream());
    assert_eq!(data(&mut body), WRONG_REGION);
    assert!(!body.is_end_stream());
    let error = body.frame().await.unwrap().unwrap_err();
    assert_eq!(error.to_string(), "the connection broke off");
    assert!(body.is_end_stream());
    // What comes then is the body's affair.
    feed.data("more");
    assert_eq!(data(&mut body), "more");
}

#[tokio::test]
async fn the_size_is_that_of_what_was_read_and_of_what_is_left() {
    let (body, feed) = fed();
    let mut hint = SizeHint::new();
    hint.set_lower(10);
    hint.set_upper(20);
    let mut response = answered_with(rejection().body(body.with_hint(hint)).unwrap());
    feed.data(vec![b' '; 64 * KIB]);
    let mut body = assert_ready_ok!(response.poll()).into_body();
    let read = 64 * KIB as u64;
    assert_eq!(body.size_hint().lower(), read + 10);
    assert_eq!(body.size_hint().upper(), Some(read + 20));
    data(&mut body);
    assert_eq!(
        (body.size_hint().lower(), body.size_hint().upper()),
        (10, Some(20))
    );
}

#[tokio::test]
async fn a_body_that_is_empty_leaves_the_head_to_explain() {
    let rejection = Response::builder()
        .status(403)
        .header("x-amzn-errortype", "ExpiredTokenException");
    let mut response = answered_with(rejection.body(Empty::new()).unwrap());
    let response = assert_ready_ok!(response.poll());
    assert_eq!(cause(&response), Cause::ExpiredCredentials);
    assert!(response.body().is_end_stream());
}

#[tokio::test]
async fn streams_and_compressed_bodies_are_not_read() {
    for (name, value) in [
        ("content-type", "text/event-stream"),
        ("content-type", "Text/Event-Stream; charset=utf-8"),
        ("content-type", "application/vnd.amazon.eventstream"),
        ("content-type", "application/grpc+proto"),
        ("content-type", "multipart/x-mixed-replace"),
        ("content-encoding", "gzip"),
    ] {
        let (body, feed) = fed();
        let rejection = Response::builder()
            .status(403)
            .header("x-amzn-errortype", "ExpiredTokenException")
            .header(name, value);
        let mut response = answered_with(rejection.body(body).unwrap());
        let response = assert_ready_ok!(response.poll(), "{value}");
        assert_eq!(feed.polls(), 0, "{value}");
        assert_eq!(cause(&response), Cause::ExpiredCredentials, "by its head");
        feed.data("event");
        assert_eq!(data(&mut response.into_body()), "event");
    }
}

#[tokio::test]
async fn an_answer_that_is_no_rejection_is_passed_on_unread_and_without_an_allocation() {
    for status in [200, 204, 301, 404, 409, 429, 500, 503] {
        let (body, feed) = fed();
        let answer = Response::builder().status(status).body(body).unwrap();
        let mut response = answered_with(answer);
        let mut answer = Poll::Pending;
        let counted = measure(|| answer = response.poll());
        assert_eq!(counted.count_total, 0, "{status}");
        let response = assert_ready_ok!(answer);
        assert!(response.extensions().is_empty());
        assert_eq!(feed.polls(), 0);
        feed.data("data");
        feed.trailers();
        drop(feed);
        let collected = response.into_body().collect().await.unwrap();
        assert!(collected.trailers().is_some());
        assert_eq!(collected.to_bytes(), "data");
    }
}

#[tokio::test]
async fn an_applications_own_rejection_is_handed_on_unexplained() {
    let answer = Response::builder().status(400);
    let own = r#"{"message":"the field `count` is missing"}"#;
    let mut response = answered_with(answer.body(full(own)).unwrap());
    let response = assert_ready_ok!(response.poll());
    assert!(response.extensions().get::<Explanation>().is_none());
    assert_eq!(
        response.into_body().collect().await.unwrap().to_bytes(),
        own
    );
}

#[tokio::test]
async fn whoever_drops_the_response_future_drops_the_body() {
    let (mut response, feed) = rejected();
    feed.data("{");
    assert_pending!(response.poll());
    drop(response);
    assert!(feed.is_dropped());
}

#[tokio::test]
async fn an_error_of_the_client_is_handed_on() {
    let client = tower::service_fn(|_: http::Request<Full<Bytes>>| async {
        Err::<Response<Empty>, _>("no connection")
    });
    let error = ExplainLayer::new().layer(client).oneshot(request()).await;
    assert_eq!(error.unwrap_err(), "no connection");
}

/// A body that borrows, that stays on its thread, and that must not move once it was polled.
struct Pinned<'a> {
    data: Cell<Option<&'a [u8]>>,
    _pinned: PhantomPinned,
    _unsendable: PhantomData<Rc<()>>,
}

impl<'a> Body for Pinned<'a> {
    type Data = &'a [u8];
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<&'a [u8]>, Infallible>>> {
        Poll::Ready(self.data.take().map(|data| Ok(Frame::data(data))))
    }
}

#[tokio::test]
async fn nothing_is_asked_of_a_body() {
    let text = WRONG_REGION.to_owned();
    for status in [403, 200] {
        let body = Pinned {
            data: Cell::new(Some(text.as_bytes())),
            _pinned: PhantomPinned,
            _unsendable: PhantomData,
        };
        let answer = rejection().status(status).body(body).unwrap();
        let response = answered_with(answer).await.unwrap();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        assert_eq!(body, text);
    }
}
