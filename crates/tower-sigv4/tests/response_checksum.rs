//! Responses that are held against their checksums.

mod common;

use bytes::Bytes;
use common::{Fed, fed};
use http::{HeaderMap, Request, Response};
use http_body::Body;
use http_body_util::{BodyExt, Full};
use http_sigv4::chunked::ChecksumAlgorithm;
use tower::{BoxError, Layer, ServiceExt, service_fn};
use tower_sigv4::{ChecksummedBody, Error, ResponseChecksumLayer};

const ALGORITHMS: [ChecksumAlgorithm; 5] = [
    ChecksumAlgorithm::Crc32,
    ChecksumAlgorithm::Crc32c,
    ChecksumAlgorithm::Crc64Nvme,
    ChecksumAlgorithm::Sha1,
    ChecksumAlgorithm::Sha256,
];

/// Sends a request and returns the response to it.
async fn answer<B>(method: &str, response: Response<B>) -> Response<ChecksummedBody<B>> {
    let mut response = Some(response);
    let service = service_fn(move |request: Request<()>| {
        let mode = request.headers().get("x-amz-checksum-mode");
        let is_asked_for = mode.is_some_and(|mode| mode == "ENABLED");
        assert_eq!(is_asked_for, request.method() == "GET");
        let response = response.take().unwrap();
        async { Ok::<_, BoxError>(response) }
    });
    let request = Request::builder().method(method).uri("https://h/key");
    let client = ResponseChecksumLayer::new().layer(service);
    client.oneshot(request.body(()).unwrap()).await.unwrap()
}

fn with(algorithm: ChecksumAlgorithm, body: &[u8]) -> http::response::Builder {
    Response::builder().header(algorithm.header_name(), algorithm.checksum(body))
}

/// The layer's own error, about a checksum.
#[track_caller]
fn assert_mismatch(error: BoxError) {
    let error = error.downcast::<Error>().unwrap();
    assert!(error.is_response_checksum(), "{error}");
    assert!(!error.is_body() && !error.is_request() && !error.is_configuration());
}

#[tokio::test]
async fn a_body_that_is_what_its_checksum_says_passes() {
    for algorithm in ALGORITHMS {
        for body in ["", "a", "123456789"] {
            let response = with(algorithm, body.as_bytes()).body(Full::<Bytes>::from(body));
            let response = answer("GET", response.unwrap()).await;
            assert!(response.body().is_to_be_verified());
            assert_eq!(response.body().size_hint().exact(), Some(body.len() as u64));
            let read = response.into_body().collect().await.unwrap();
            assert_eq!(read.to_bytes(), body);
        }
    }
}

#[tokio::test]
async fn a_body_that_is_another_ends_in_an_error() {
    for algorithm in ALGORITHMS {
        for (body, other) in [("", "a"), ("a", ""), ("123456789", "123456780")] {
            let response = with(algorithm, other.as_bytes()).body(Full::<Bytes>::from(body));
            let mut body = answer("GET", response.unwrap()).await.into_body();
            assert!(!body.is_end_stream());
            let error = body.frame().await.unwrap().unwrap_err();
            assert_mismatch(error);
        }
    }
}

/// A body of two pieces that does not say which is the last.
fn pieces() -> Fed {
    let (body, feed) = fed();
    feed.data("12345");
    feed.data("6789");
    body
}

#[tokio::test]
async fn a_body_in_pieces_is_verified_at_its_end() {
    let crc = ChecksumAlgorithm::Crc32;
    for (expected, is_right) in [("123456789", true), ("12345678", false)] {
        let response = with(crc, expected.as_bytes()).body(pieces()).unwrap();
        let mut body = answer("GET", response).await.into_body();
        for piece in ["12345", "6789"] {
            let frame = body.frame().await.unwrap().unwrap();
            assert_eq!(frame.into_data().unwrap(), piece);
        }
        match body.frame().await {
            None => assert!(is_right),
            Some(frame) => {
                assert!(!is_right);
                assert_mismatch(frame.unwrap_err());
            }
        }
        assert!(!body.is_to_be_verified());
    }
}

#[tokio::test]
async fn a_body_that_fails_has_its_own_error_and_no_other() {
    let (body, feed) = fed();
    feed.data("123");
    feed.fail("reset");
    drop(feed);
    let response = with(ChecksumAlgorithm::Crc32, b"123").body(body).unwrap();
    let mut body = answer("GET", response).await.into_body();
    assert!(body.frame().await.unwrap().is_ok());
    let error = body.frame().await.unwrap().unwrap_err();
    assert_eq!(error.to_string(), "reset");
    assert!(body.frame().await.is_none());
}

#[tokio::test]
async fn what_is_not_the_checksum_of_the_whole_body_is_not_held_against_it() {
    let crc32 = "x-amz-checksum-crc32";
    for (method, status, headers) in [
        ("GET", 200, &[][..]),
        ("GET", 200, &[(crc32, "AAAAAA==-2")]),
        (
            "GET",
            200,
            &[(crc32, "AAAAAA=="), ("x-amz-checksum-type", "COMPOSITE")],
        ),
        ("GET", 200, &[("x-amz-checksum-xxhash64", "AAAAAA==")]),
        ("GET", 200, &[(crc32, "AAAAAA=="), (crc32, "AAAAAA==")]),
        ("GET", 206, &[(crc32, "AAAAAA==")]),
        ("GET", 404, &[(crc32, "AAAAAA==")]),
        ("HEAD", 200, &[(crc32, "AAAAAA==")]),
        ("PUT", 200, &[(crc32, "AAAAAA==")]),
    ] {
        let mut response = Response::builder().status(status);
        for (name, value) in headers {
            response = response.header(*name, *value);
        }
        let response = response.body(Full::<Bytes>::from("123456789")).unwrap();
        let response = answer(method, response).await;
        assert!(!response.body().is_to_be_verified(), "{headers:?}");
        let read = response.into_body().collect().await.unwrap();
        assert_eq!(read.to_bytes(), "123456789");
    }
    let full = [(crc32, "y/Q5Jg=="), ("x-amz-checksum-type", "FULL_OBJECT")];
    let response = full.iter().fold(Response::builder(), |it, (name, value)| {
        it.header(*name, *value)
    });
    let response = response.body(Full::<Bytes>::from("123456789")).unwrap();
    let response = answer("GET", response).await;
    assert!(response.body().is_to_be_verified());
    response.into_body().collect().await.unwrap();
}

#[tokio::test]
async fn trailers_and_what_the_caller_asks_for_pass() {
    let service = service_fn(|request: Request<()>| async move {
        let modes = request.headers().get_all("x-amz-checksum-mode").iter();
        assert_eq!(modes.collect::<Vec<_>>(), ["DISABLED"]);
        let trailers = HeaderMap::from_iter([(http::header::AGE, 1.into())]);
        let body = Full::<Bytes>::from("1").with_trailers(std::future::ready(Some(Ok(trailers))));
        Ok::<_, BoxError>(Response::new(body))
    });
    let request = Request::get("https://h/key").header("x-amz-checksum-mode", "DISABLED");
    let client = ResponseChecksumLayer::new().layer(service);
    let response = client.oneshot(request.body(()).unwrap()).await.unwrap();
    let read = response.into_body().collect().await.unwrap();
    assert_eq!(read.trailers().unwrap()["age"], "1");
    assert_eq!(read.to_bytes(), "1");
}
