//! Signatures for a set of regions. That they verify, the suite shows.
#![cfg(feature = "sigv4a")]

mod common;

use std::time::Duration;

use aws_credential_types::Credentials;
use common::{ACCESS_KEY_ID, SECRET, TOKEN, get, key_with_token, moment, seen, signed_headers};
use http::request::Parts;
use http_sigv4::{Payload, Presigner, Profile, SignError, Signer, SigningKey, SigningScope};

const DAY: Duration = Duration::from_secs(86_400);

fn key_for(region_set: &str) -> SigningKey {
    let credentials = Credentials::new(ACCESS_KEY_ID, SECRET, Some(TOKEN.into()), None, "test");
    let scope = SigningScope::for_region_set("s3", region_set).unwrap();
    SigningKey::derive(&credentials, &scope, moment()).unwrap()
}

/// A multi-Region access point's.
fn request() -> Parts {
    get("https://alias.accesspoint.s3-global.amazonaws.com/key", &[])
}

fn sign(parts: &mut Parts, key: &SigningKey) -> Result<(), SignError> {
    Signer::new(Profile::S3).sign(parts, key, Payload::EMPTY, moment())
}

#[test]
fn the_region_set_is_sent_and_signed_and_is_not_in_the_scope() {
    let mut parts = request();
    let key = key_for("us-east-1,eu-west-1");
    sign(&mut parts, &key).unwrap();
    assert_eq!(parts.headers["x-amz-region-set"], "us-east-1,eu-west-1");
    assert_eq!(
        signed_headers(&parts),
        "host;x-amz-content-sha256;x-amz-date;x-amz-region-set;x-amz-security-token"
    );
    assert_eq!(key.credential_scope(), "20150830/s3/aws4_request");
    let authorization = parts.headers["authorization"].to_str().unwrap();
    assert!(authorization.starts_with(
        "AWS4-ECDSA-P256-SHA256 Credential=AKIDEXAMPLE/20150830/s3/aws4_request, SignedHeaders="
    ));
}

#[test]
fn a_region_set_of_an_earlier_signature_leaves_no_trace() {
    let mut once = request();
    sign(&mut once, &key_with_token()).unwrap();
    let mut twice = request();
    sign(&mut twice, &key_for("*")).unwrap();
    sign(&mut twice, &key_with_token()).unwrap();
    assert_eq!(seen(&once), seen(&twice));
}

#[test]
fn an_earlier_signature_leaves_no_trace_in_one_for_a_region_set() {
    let shown = |parts: &Parts| {
        Signer::new(Profile::S3)
            .prepare(&mut parts.clone(), &key_for("*"), Payload::EMPTY, moment())
            .unwrap()
            .canonical_request()
            .string_to_sign()
            .to_owned()
    };
    let mut parts = request();
    for key in [key_with_token(), key_for("eu-west-1"), key_for("*")] {
        sign(&mut parts, &key).unwrap();
        assert_eq!(shown(&parts), shown(&request()));
    }
    assert_eq!(parts.headers["x-amz-region-set"], "*");
}

#[test]
fn a_key_is_good_for_its_own_region_set_and_day() {
    let key = key_for("*");
    let scope = |set| SigningScope::for_region_set("s3", set).unwrap();
    assert!(key.is_for(&scope("*"), moment()));
    assert!(!key.is_for(&scope("us-*"), moment()));
    assert!(!key.is_for(&scope("*"), moment() + DAY));
    let tomorrow = Signer::new(Profile::S3)
        .sign(&mut request(), &key, Payload::EMPTY, moment() + DAY)
        .unwrap_err();
    assert!(tomorrow.is_clock(), "{tomorrow}");
}

#[test]
fn a_url_is_presigned_for_a_region_set() {
    let presigner = Presigner::new(Signer::new(Profile::S3), DAY).unwrap();
    let mut parts = request();
    presigner.sign(&mut parts, &key_for("*"), moment()).unwrap();
    let uri = parts.uri.to_string();
    assert!(
        uri.contains("X-Amz-Algorithm=AWS4-ECDSA-P256-SHA256&"),
        "{uri}"
    );
    assert!(uri.contains("&X-Amz-Region-Set=%2A&"), "{uri}");
    assert_eq!(parts.headers.len(), 0, "and not in a header");
}

#[test]
fn debug_shows_neither_the_key_nor_the_token() {
    assert_eq!(
        format!("{:?}", key_for("*")),
        "SigningKey { access_key_id: \"AKIDEXAMPLE\", \
         credential_scope: \"20150830/s3/aws4_request\", .. }"
    );
}
