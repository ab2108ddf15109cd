//! What each of the stores checks, by what it takes after it was changed.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{HeaderValue, Request};
use http_body_util::Full;
use http_sigv4::Payload;
use tower_sigv4::{PayloadMode, SigV4LayerBuilder};

use crate::store::{Store, code};

/// A change of a request that is signed.
type Change = fn(&mut Request<Bytes>);

const CHANGES: [(&str, Change); 7] = [
    ("a digit of the signature", |request| {
        let value = &request.headers()["authorization"];
        let mut value = value.to_str().unwrap().to_owned();
        let last = if value.ends_with('0') { "1" } else { "0" };
        value.replace_range(value.len() - 1.., last);
        request
            .headers_mut()
            .insert("authorization", value.parse().unwrap());
    }),
    ("the path", |request| {
        let uri = request.uri().to_string() + "x";
        *request.uri_mut() = uri.parse().unwrap();
    }),
    ("the query", |request| {
        let uri = request.uri().to_string() + "?x=y";
        *request.uri_mut() = uri.parse().unwrap();
    }),
    ("a signed header", |request| {
        set(request, "x-amz-meta-a", "other");
    }),
    ("an `x-amz-` header that is not signed", |request| {
        set(request, "x-amz-meta-b", "added");
    }),
    ("the digest in `x-amz-content-sha256`", |request| {
        let digest = Payload::hash(b"datb").to_string();
        set(request, "x-amz-content-sha256", &digest);
    }),
    ("a byte of a body with its digest", |request| {
        *request.body_mut() = Bytes::from("datb");
    }),
];

fn set(request: &mut Request<Bytes>, name: &'static str, value: &str) {
    let value = HeaderValue::from_str(value).unwrap();
    request.headers_mut().insert(name, value);
}

/// Something else to sign with than what the store knows.
type Setting = fn() -> SigV4LayerBuilder;

const SETTINGS: [(&str, Setting); 6] = [
    ("another region", || {
        Store::builder_with("s3", "eu-west-1", None)
    }),
    ("another service", || {
        Store::builder_with("s3-outposts", "us-east-1", None)
    }),
    ("a session token that nobody gave", || {
        Store::builder_with("s3", "us-east-1", Some("token".into()))
    }),
    ("sixteen minutes ago", || {
        let ago = SystemTime::now() - Duration::from_secs(16 * 60);
        Store::builder().clock(move || ago)
    }),
    ("in sixteen minutes", || {
        let then = SystemTime::now() + Duration::from_secs(16 * 60);
        Store::builder().clock(move || then)
    }),
    ("the digest of another body", || {
        Store::builder().payload(PayloadMode::Precomputed([7; 32]))
    }),
];

async fn signed(store: &Store, builder: SigV4LayerBuilder) -> Request<Bytes> {
    let signer = builder.build_signer().unwrap();
    let request = Request::put(store.uri("tampering/key")).header("x-amz-meta-a", "value");
    let (mut parts, body) = request.body(Bytes::from("data")).unwrap().into_parts();
    let signing = signer.begin(&mut parts).unwrap().unwrap();
    let payload = match signing.payload_mode() {
        PayloadMode::Precomputed(digest) => Payload::Sha256(digest),
        _ => Payload::hash(&body),
    };
    signing.sign(&mut parts, payload).await.unwrap();
    Request::from_parts(parts, body)
}

/// What they take all the same. The signature covers no `x-amz-` header that came later, but AWS rejects
/// a request with one.
const OVERLOOKED: [(&str, &[&str]); 2] = [
    (
        "s3s",
        &[
            "an `x-amz-` header that is not signed",
            "another region",
            "a session token that nobody gave",
        ],
    ),
    (
        "SeaweedFS",
        &[
            "a byte of a body with its digest",
            "another region",
            "another service",
            "the digest of another body",
        ],
    ),
];

#[tokio::test]
#[ignore = "needs a SeaweedFS: scripts/stores.sh"]
async fn what_each_store_overlooks_is_known() {
    for (store, (name, expected)) in Store::all().await.into_iter().zip(OVERLOOKED) {
        assert_eq!(store.name, name);
        let mut requests = Vec::new();
        for (what, change) in CHANGES {
            let mut request = signed(&store, Store::builder()).await;
            change(&mut request);
            requests.push((what, request));
        }
        for (what, builder) in SETTINGS {
            requests.push((what, signed(&store, builder()).await));
        }
        let untouched = signed(&store, Store::builder()).await;
        store.send_as_it_is(untouched.map(Full::new)).await.unwrap();

        let mut overlooked = Vec::new();
        for (what, request) in requests {
            match store.send_as_it_is(request.map(Full::new)).await {
                Ok(_) => overlooked.push(what),
                Err(error) => println!("{name}: {what}: {}", code(&error)),
            }
        }
        assert_eq!(overlooked, expected, "{name}");
    }
}
