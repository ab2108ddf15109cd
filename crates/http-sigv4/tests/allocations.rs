//! Signing is on every request's way: what it allocates is counted, so that it cannot creep up.

mod common;

use allocation_counter::measure;
use common::{get, key, key_of, moment};
use http::{HeaderName, HeaderValue, request::Parts};
use http_sigv4::{Payload, Profile, Signer, SigningKey};

const URI: &str =
    "https://abc123.execute-api.us-east-1.amazonaws.com/prod/orders/%E2%98%83?page=2&order=desc";

/// How often signing allocates where the header map has room already.
fn allocations(signer: &Signer, mut parts: Parts, key: &SigningKey) -> u64 {
    parts.headers.reserve(16);
    let body = Payload::hash(b"{}");
    let mut signed = Ok(());
    let counted = measure(|| signed = signer.sign(&mut parts, key, body, moment()));
    signed.unwrap();
    counted.count_total
}

fn order(uri: &str) -> Parts {
    let headers: [(_, &[u8]); 3] = [
        ("content-type", b"application/json"),
        ("accept", b"*/*"),
        ("x-amz-target", b"Orders.Create"),
    ];
    get(uri, &headers)
}

#[test]
fn signing_allocates_once() {
    let signer = Signer::new(Profile::STANDARD);
    assert_eq!(allocations(&signer, order(URI), &key()), 1);
    for length in [16, 1024, 2048, 4096, 6000] {
        let token = "t".repeat(length);
        let key = key_of("AKIDEXAMPLE", Some(&token), "execute-api", moment());
        assert_eq!(allocations(&signer, order(URI), &key), 1, "{length}");
    }
    let signer = Signer::new(Profile::S3);
    assert_eq!(allocations(&signer, order(URI), &key()), 1);
}

#[test]
fn signing_again_allocates_once() {
    let signer = Signer::new(Profile::STANDARD);
    let mut parts = order(URI);
    let body = Payload::hash(b"{}");
    signer.sign(&mut parts, &key(), body, moment()).unwrap();
    assert_eq!(allocations(&signer, parts, &key()), 1);
}

#[test]
fn a_port_or_a_signing_host_or_a_named_header_costs_nothing_more() {
    let signer = Signer::new(Profile::STANDARD)
        .sign_header(HeaderName::from_static("accept"))
        .and_then(|signer| signer.signing_host("api.example"))
        .unwrap();
    assert_eq!(allocations(&signer, order(URI), &key()), 1);
    let signer = Signer::new(Profile::STANDARD);
    let with_port = order("https://db.cluster-x.us-east-1.neptune.amazonaws.com:8182/status");
    assert_eq!(allocations(&signer, with_port, &key()), 1);
    let mut with_host = order("https://h/");
    let value = HeaderValue::from_static("h");
    with_host.headers.insert("host", value);
    assert_eq!(allocations(&signer, with_host, &key()), 1);
}
