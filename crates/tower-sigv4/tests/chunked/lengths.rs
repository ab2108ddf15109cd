//! A body that is not as long as was said is an error, and never a short object.

use http_body::SizeHint;
use tower_sigv4::Chunks;

use crate::{
    common::{Fed, fed},
    harness::{CHUNK, data, own, put, s3, send},
};

fn fed_with(frames: &[usize]) -> Fed {
    let (body, feed) = fed();
    for &length in frames {
        feed.data(data(length));
    }
    body
}

#[tokio::test]
async fn a_body_that_ends_early_or_late_fails() {
    for frames in [
        &[][..],
        &[99],
        &[101],
        &[100, 1],
        &[CHUNK, CHUNK],
        &[50, 0, 49],
    ] {
        let request = put().header("content-length", "100");
        let request = request.body(fed_with(frames)).unwrap();
        let error = own(send(s3().payload(Chunks::signed()), request).await);
        assert!(error.is_body(), "{frames:?}: {error}");
        assert!(error.to_string().contains("er than"), "{error}");
    }
}

#[tokio::test]
async fn a_length_that_cannot_be_is_an_error_before_anything_is_sent() {
    for (lower, upper) in [(101, None), (0, Some(99))] {
        let mut hint = SizeHint::new();
        hint.set_lower(lower);
        if let Some(upper) = upper {
            hint.set_upper(upper);
        }
        let (body, feed) = fed();
        let request = put().header("content-length", "100");
        let request = request.body(body.with_hint(hint)).unwrap();
        let error = own(send(s3().payload(Chunks::signed()), request).await);
        assert!(error.is_body(), "{error}");
        assert!(error.to_string().contains("100 bytes"), "{error}");
        assert_eq!(feed.polls(), 0);
    }
}

#[tokio::test]
async fn a_body_in_chunks_has_a_length() {
    for (name, value) in [
        ("x-other", "1"),
        ("content-length", "+1"),
        ("content-length", "x"),
        ("content-length", ""),
        ("x-amz-decoded-content-length", "1, 1"),
    ] {
        let (body, feed) = fed();
        let request = put().header(name, value).body(body).unwrap();
        let error = own(send(s3().payload(Chunks::signed()), request).await);
        assert!(error.is_body(), "{error}");
        assert!(error.to_string().contains("`content-length`"), "{error}");
        assert_eq!(feed.polls(), 0);
    }
}
