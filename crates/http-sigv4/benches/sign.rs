//! What a signature costs: a `GET` to API Gateway with a session token, as a Lambda function sends.
//!
//! `hashing` is the floor, for no signer can do without it: the digest of the canonical request and
//! the signature of the string to sign, with the key ready.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SigningSettings, sign as aws_sign},
    sign::v4::SigningParams,
};
use divan::{AllocProfiler, Bencher};
use hmac::{Hmac, KeyInit, Mac};
use http::{Request, request::Parts};
use http_sigv4::{Payload, Profile, Signer, SigningKey, SigningScope};
use sha2::{Digest, Sha256};

#[global_allocator]
static ALLOC: AllocProfiler = AllocProfiler::system();

fn main() {
    divan::main();
}

#[divan::bench(sample_size = 100)]
fn sign(bencher: Bencher<'_, '_>) {
    let (signer, key, time) = (Signer::new(Profile::STANDARD), key(), time());
    bencher.with_inputs(parts).bench_values(|mut parts| {
        signer.sign(&mut parts, &key, Payload::EMPTY, time).unwrap();
        parts
    });
}

#[divan::bench(sample_size = 100)]
fn sign_with_aws_sigv4(bencher: Bencher<'_, '_>) {
    let (identity, time) = (credentials().into(), time());
    bencher.with_inputs(parts).bench_values(|parts| {
        let params = SigningParams::builder()
            .identity(&identity)
            .region(REGION)
            .name(SERVICE)
            .time(time)
            .settings(SigningSettings::default())
            .build()
            .unwrap()
            .into();
        let headers = parts.headers.iter();
        let headers = headers.map(|(name, value)| (name.as_str(), value.to_str().unwrap()));
        let uri = parts.uri.to_string();
        let method = parts.method.as_str();
        let request = SignableRequest::new(method, uri, headers, SignableBody::Bytes(b"")).unwrap();
        let (instructions, _) = aws_sign(request, &params).unwrap().into_parts();
        let mut request = Request::from_parts(parts, ());
        instructions.apply_to_request_http1x(&mut request);
        request
    });
}

#[divan::bench(sample_size = 100)]
fn hashing(bencher: Bencher<'_, '_>) {
    let signer = Signer::new(Profile::STANDARD);
    let (mut parts, key) = (parts(), key());
    let prepared = signer.prepare(&mut parts, &key, Payload::EMPTY, time());
    let request = prepared.unwrap().canonical_request();
    let key = Hmac::<Sha256>::new_from_slice(&[7; 32]).unwrap();
    bencher.bench(|| {
        let digest = Sha256::digest(divan::black_box(request.canonical_request()));
        let mut mac = key.clone();
        mac.update(divan::black_box(request.string_to_sign()).as_bytes());
        (digest, mac.finalize().into_bytes())
    });
}

#[divan::bench(sample_size = 100)]
fn derive_key(bencher: Bencher<'_, '_>) {
    let (credentials, scope, time) = (credentials(), scope(), time());
    bencher.bench(|| SigningKey::derive(&credentials, &scope, time).unwrap());
}

const SERVICE: &str = "execute-api";
const REGION: &str = "us-east-1";

fn parts() -> Parts {
    Request::get(
        "https://abc123.execute-api.us-east-1.amazonaws.com/prod/orders/4711?page=2&limit=50",
    )
    .header("accept", "application/json")
    .header("content-type", "application/json")
    .header("user-agent", "orders/1.0")
    .body(())
    .unwrap()
    .into_parts()
    .0
}

fn credentials() -> Credentials {
    // A role's token has about 800 characters.
    let token = "IQoJb3JpZ2luX2VjEMn//////////wEa".repeat(25);
    let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    Credentials::new("ASIAIOSFODNN7EXAMPLE", secret, Some(token), None, "bench")
}

fn scope() -> SigningScope {
    SigningScope::new(SERVICE, REGION).unwrap()
}

fn key() -> SigningKey {
    SigningKey::derive(&credentials(), &scope(), time()).unwrap()
}

fn time() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_440_938_160)
}
