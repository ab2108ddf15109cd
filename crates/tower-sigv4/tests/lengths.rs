//! The length of a body in the headers of its request.

mod common;

use bytes::Bytes;
use common::{HOST, Sent, builder_for, client, fed, full, layer, own_error, post, send};
use http::{HeaderMap, Method, Request, request};
use http_body::SizeHint;
use tokio_test::{assert_pending, assert_ready, assert_ready_ok, task};
use tower::{Layer, ServiceExt};
use tower_sigv4::{PayloadMode, SigV4Layer, UnlistedHosts};

/// A layer for S3 that leaves bodies unread.
fn unread() -> SigV4Layer {
    let builder = builder_for("s3").allow_host(HOST);
    builder.payload(PayloadMode::Unsigned).build().unwrap()
}

fn put() -> request::Builder {
    Request::put(format!("https://{HOST}/key"))
}

#[track_caller]
fn assert_length(sent: &Sent, length: Option<&str>) {
    let headers: &HeaderMap = &sent.parts.headers;
    let lines: Vec<_> = headers.get_all("content-length").iter().collect();
    assert_eq!(lines, length.into_iter().collect::<Vec<_>>());
    assert!(!headers.contains_key("transfer-encoding"));
}

#[tokio::test]
async fn an_empty_body_has_a_length_where_the_method_expects_a_body() {
    for (method, length) in [
        (Method::PATCH, Some("0")),
        (Method::POST, Some("0")),
        (Method::PUT, Some("0")),
        (Method::DELETE, None),
        (Method::GET, None),
        (Method::HEAD, None),
        (Method::OPTIONS, None),
    ] {
        for layer in [layer(), unread()] {
            let request = put().method(method.clone()).body(full("")).unwrap();
            assert_length(&send(layer, request).await.unwrap(), length);
        }
    }
}

#[tokio::test]
async fn an_empty_body_of_which_a_length_is_said_has_it() {
    for said in ["0", "5"] {
        let request = put().method("GET").header("content-length", said);
        let request = request.body(full("")).unwrap();
        assert_length(&send(layer(), request).await.unwrap(), Some("0"));
    }
}

#[tokio::test]
async fn a_body_that_turns_out_to_be_empty_has_a_length() {
    let (body, feed) = fed();
    drop(feed);
    let sent = send(layer(), put().body(body).unwrap()).await.unwrap();
    assert_length(&sent, Some("0"));

    // Also if it, or credentials, were waited for.
    let (client, recorder) = client(layer()).await;
    let (body, feed) = fed();
    let mut response = task::spawn(client.oneshot(put().body(body).unwrap()));
    assert_pending!(response.poll());
    drop(feed);
    assert_ready_ok!(response.poll());
    assert_length(&recorder.only(), Some("0"));

    let recorder = common::Recorder::default();
    let cold = layer().layer(recorder.clone());
    cold.oneshot(put().body(full("")).unwrap()).await.unwrap();
    assert_length(&recorder.only(), Some("0"));
}

#[tokio::test]
async fn a_body_that_is_not_as_long_as_it_says_itself_is_refused() {
    for (said, is_right) in [(5, true), (10, false), (3, false)] {
        for waits in [false, true] {
            let (client, recorder) = client(layer()).await;
            let (body, feed) = fed();
            let body = body.with_hint(SizeHint::with_exact(said));
            // Not the header, which may be right by chance.
            let request = put().header("content-length", "5").body(body).unwrap();
            let mut response = task::spawn(client.oneshot(request));
            if waits {
                assert_pending!(response.poll());
            }
            feed.data("12345");
            drop(feed);
            match assert_ready!(response.poll()) {
                Ok(_) => assert!(is_right, "{said}"),
                result @ Err(_) => {
                    let error = own_error(result);
                    assert!(!is_right && error.is_body(), "{error}");
                    assert!(error.to_string().contains("cut off"), "{error}");
                }
            }
            assert_eq!(recorder.calls(), usize::from(is_right));
        }
    }
}

#[tokio::test]
async fn what_was_collected_is_not_sent_in_chunks() {
    for coding in ["chunked", "gzip, chunked", "identity"] {
        let (body, feed) = fed();
        feed.data("abc");
        drop(feed);
        let request = put()
            .header("transfer-encoding", coding)
            .header("trailer", "x-checksum")
            .body(body)
            .unwrap();
        // The client reads the length from the body.
        assert_length(&send(layer(), request).await.unwrap(), None);
    }
}

#[tokio::test]
async fn what_is_left_unread_and_has_a_length_is_not_sent_in_chunks() {
    let request = put().header("transfer-encoding", "chunked");
    let request = request.body(full("abc")).unwrap();
    assert_length(&send(unread(), request).await.unwrap(), None);
}

/// As a body of a stream is, for VPC Lattice.
#[tokio::test]
async fn what_is_left_unread_and_has_no_length_or_trailers_is_sent_as_it_comes() {
    let layer = || {
        let builder = builder_for("vpc-lattice-svcs");
        builder.allow_host(HOST).build().unwrap()
    };
    for (hint, trailer) in [
        (SizeHint::default(), None),
        (SizeHint::with_exact(3), Some("x-checksum")),
    ] {
        let (body, feed) = fed();
        feed.data("abc");
        feed.trailers();
        drop(feed);
        let mut request = put().header("transfer-encoding", "chunked");
        if let Some(trailer) = trailer {
            request = request.header("trailer", trailer);
        }
        let request = request.body(body.with_hint(hint)).unwrap();
        let sent = send(layer(), request).await.unwrap();
        assert_eq!(sent.parts.headers["transfer-encoding"], "chunked");
        assert!(!sent.parts.headers.contains_key("content-length"));
    }
}

#[tokio::test]
async fn a_length_that_is_wrong_is_corrected_and_a_right_one_stays() {
    for lines in [
        &["3"][..],
        &["4"],
        &["2"],
        &["+3"],
        &["3 "],
        &["many"],
        &["3", "3"],
        &["3", "4"],
        &["18446744073709551616"],
    ] {
        let mut request = post().body(full("abc")).unwrap();
        for line in lines {
            let line = line.parse().unwrap();
            request.headers_mut().append("content-length", line);
        }
        let sent = send(layer(), request).await.unwrap();
        assert_length(&sent, Some("3"));
    }
}

/// Nobody knows then whether the body was cut off or the header is wrong.
#[tokio::test]
async fn a_body_that_ends_elsewhere_than_its_headers_say_is_not_sent() {
    for (name, is_waited_for) in [
        ("content-length", false),
        ("content-length", true),
        ("x-amz-decoded-content-length", false),
    ] {
        for (said, pieces) in [
            ("100", &[20, 30][..]),
            ("100", &[]),
            ("40", &[20, 30]),
            ("0", &[1]),
        ] {
            let layer = builder_for("s3").allow_host(HOST).build().unwrap();
            let (client, recorder) = client(layer).await;
            let (body, feed) = fed();
            let request = put().header(name, said).body(body).unwrap();
            let mut response = task::spawn(client.oneshot(request));
            if is_waited_for {
                assert_pending!(response.poll());
            }
            for &length in pieces {
                feed.data(vec![b'a'; length]);
            }
            drop(feed);
            let error = own_error(assert_ready!(response.poll()));
            assert!(error.is_body() && !error.is_retryable(), "{error}");
            let read = pieces.iter().sum::<usize>();
            let lengths = format!("of {said} bytes, and {read} were read");
            assert!(error.to_string().contains(&lengths), "{error}");
            assert_eq!(recorder.calls(), 0);
        }
    }
}

#[tokio::test]
async fn a_body_of_unknown_length_has_the_one_that_was_read_where_none_is_said() {
    for lines in [&["50"][..], &["+100"], &["many"], &["100", "50"], &[]] {
        let (body, feed) = fed();
        feed.data(vec![b'a'; 50]);
        drop(feed);
        let mut request = post().body(body).unwrap();
        for line in lines {
            let line = line.parse().unwrap();
            request.headers_mut().append("content-length", line);
        }
        let sent = send(layer(), request).await.unwrap();
        assert_length(&sent, (!lines.is_empty()).then_some("50"));
    }
}

#[tokio::test]
async fn a_length_that_is_to_be_signed_is_signed_as_it_is_sent() {
    let builder = common::builder().sign_header(http::header::CONTENT_LENGTH);
    let request = put().header("content-length", "7").body(full("")).unwrap();
    let sent = send(builder.build().unwrap(), request).await.unwrap();
    common::assert_signed(&sent);
    assert_length(&sent, Some("0"));
    let signed = common::signed_as(&sent).headers;
    assert!(signed.starts_with("content-length;host;"), "{signed}");
}

#[tokio::test]
async fn a_request_without_room_for_a_length_is_refused() {
    // Full, with what a signature adds.
    let mut request = put().body(full("")).unwrap();
    for index in 0..24_576 {
        let name = http::HeaderName::try_from(format!("x-{index}")).unwrap();
        let value = http::HeaderValue::from_static("");
        if request.headers_mut().try_append(name, value).is_err() {
            break;
        }
    }
    let error = send(layer(), request).await.unwrap_err();
    assert!(error.is_request(), "{error}");
    assert!(error.to_string().contains("too many headers"), "{error}");
}

#[tokio::test]
async fn a_request_that_is_not_signed_is_sent_as_it_is() {
    let layer = common::builder().unlisted_hosts(UnlistedHosts::ForwardUnsigned);
    for layer in [layer.build().unwrap()] {
        let request = Request::put("https://api.example.com/")
            .header("transfer-encoding", "chunked")
            .header("content-length", "7")
            .body(full(Bytes::new()))
            .unwrap();
        let sent = send(layer, request).await.unwrap();
        assert_eq!(sent.parts.headers["transfer-encoding"], "chunked");
        assert_eq!(sent.parts.headers["content-length"], "7");
    }
}
