//! Requests of which nothing arrives: every marker, with and without the headers beside it.

use std::time::Duration;

use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use http_sigv4::ExpiresIn;
use tower_sigv4::Error;

use crate::{
    frames::{MARKER, frames, put},
    store::Store,
};

const MARKERS: [Option<&str>; 8] = [
    None,
    Some(MARKER),
    Some("STREAMING-AWS4-HMAC-SHA256-PAYLOAD"),
    Some("STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"),
    Some("STREAMING-AWS4-HMAC-SHA256-EVENTS"),
    Some("STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD"),
    Some("STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER"),
    Some("STREAMING-NEW"),
];

const BESIDE: [&str; 3] = [
    "content-encoding",
    "x-amz-decoded-content-length",
    "x-amz-trailer",
];

/// A request with this marker, and with those headers beside it that the bits say.
fn request(store: &Store, marker: Option<&str>, beside: u8) -> Request<Full<Bytes>> {
    let body = Full::new(frames(b"hello", 5));
    let mut request = put(&store.uri("key"), "", 5).body(body).unwrap();
    let headers = request.headers_mut();
    headers.remove("x-amz-content-sha256");
    if let Some(marker) = marker {
        headers.insert("x-amz-content-sha256", marker.parse().unwrap());
    }
    for (bit, name) in BESIDE.iter().enumerate() {
        if beside & (1 << bit) == 0 {
            headers.remove(*name);
        }
    }
    request
}

#[tokio::test]
async fn every_marker_is_honoured_or_refused_whatever_stands_beside_it() {
    let store = Store::start().await;
    let (mut honoured, mut refused) = (0, 0);
    for service in ["s3", "execute-api"] {
        let layer = Store::builder(service).build().unwrap();
        for marker in MARKERS {
            for beside in 0..8 {
                let is_announced = beside & 1 != 0;
                // A plain body, whatever it looks like.
                if marker.is_none() && !is_announced {
                    continue;
                }
                let before = store.requests();
                let sent = store.send(&layer, request(&store, marker, beside)).await;
                let what = format!("{service} {marker:?} {beside:03b}: {sent:?}");
                if service == "s3" && marker == Some(MARKER) {
                    // The store wants the headers of the length and of the trailer too, and has
                    // never kept the frames.
                    assert_eq!(store.requests(), before + 1, "{what}");
                    assert_eq!(sent.is_ok(), beside & 0b110 == 0b110, "{what}");
                    if sent.is_ok() {
                        assert_eq!(store.read("key").await.unwrap(), "hello", "{what}");
                    }
                    honoured += 1;
                } else {
                    let error = sent.unwrap_err().downcast::<Error>();
                    assert!(error.unwrap().is_request(), "{what}");
                    assert_eq!(store.requests(), before, "{what}");
                    refused += 1;
                }
            }
        }
    }
    println!("{honoured} honoured, {refused} refused");
    assert_eq!((honoured, refused), (8, 2 * (6 * 8 + 4) + 8));
}

#[tokio::test]
async fn no_marker_is_presigned_whatever_stands_beside_it() {
    let store = Store::start().await;
    let mut refused = 0;
    for service in ["s3", "execute-api"] {
        let signer = Store::builder(service).build_signer().unwrap();
        for marker in MARKERS {
            for beside in 0..8 {
                if marker.is_none() && beside & 1 == 0 {
                    continue;
                }
                let (mut parts, _) = request(&store, marker, beside).into_parts();
                let hour = ExpiresIn::from(Duration::from_secs(3600));
                let error = signer.presign(&mut parts, hour).await.unwrap_err();
                let what = format!("{service} {marker:?} {beside:03b}: {error}");
                assert!(error.is_request(), "{what}");
                assert_eq!(parts.uri.query(), None, "{what}");
                refused += 1;
            }
        }
    }
    println!("{refused} refused");
    assert_eq!(refused, 2 * (7 * 8 + 4));
}
