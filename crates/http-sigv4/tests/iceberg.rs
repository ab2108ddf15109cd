//! What clients of Iceberg REST catalogs send: a second `authorization` under another name, and the
//! body's digest in base64. The signatures are compared with those of `aws-sigv4`.

mod common;

use aws_credential_types::Credentials;
use aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SigningSettings, sign},
    sign::v4::SigningParams,
};
use common::{ACCESS_KEY_ID, SECRET, get, key, moment, seen, signature, signed_headers};
use http::{HeaderName, Method, request::Parts};
use http_sigv4::{Payload, Profile, Signer};

const URI: &str = "https://abc123.execute-api.us-east-1.amazonaws.com/v1/namespaces";
const BODY: &[u8] = br#"{"namespace":["accounting"]}"#;
const ORIGINAL: HeaderName = HeaderName::from_static("original-authorization");

fn signer() -> Signer {
    let profile = Profile::STANDARD.content_sha256_in_base64(true);
    Signer::new(profile).move_authorization(ORIGINAL).unwrap()
}

fn request(headers: &[(&'static str, &[u8])]) -> Parts {
    let mut parts = get(URI, headers);
    parts.method = Method::POST;
    parts
}

/// The signature over the headers that are there, and over the digest in hexadecimal.
fn expected(parts: &Parts, payload: Payload) -> String {
    let names: Vec<_> = signed_headers(parts).split(';').map(String::from).collect();
    let value = |name: &str| match name {
        "host" => parts.uri.authority().unwrap().as_str(),
        name => parts.headers[name].to_str().unwrap(),
    };
    let headers = names.iter().map(|name| (name.as_str(), value(name)));
    let identity = Credentials::new(ACCESS_KEY_ID, SECRET, None, None, "test").into();
    let params = SigningParams::builder()
        .identity(&identity)
        .region("us-east-1")
        .name("execute-api")
        .time(moment())
        .settings(SigningSettings::default())
        .build()
        .unwrap()
        .into();
    let body = SignableBody::Precomputed(payload.to_string());
    let request = SignableRequest::new("POST", URI, headers, body).unwrap();
    sign(request, &params).unwrap().into_parts().1
}

#[test]
fn the_digest_is_sent_in_base64_and_signed_in_hexadecimal() {
    let mut parts = request(&[("authorization", b"Bearer token")]);
    let payload = Payload::hash(BODY);
    signer()
        .sign(&mut parts, &key(), payload, moment())
        .unwrap();
    // base64(sha256) of the body, by Python's hashlib and base64.
    assert_eq!(
        parts.headers["x-amz-content-sha256"],
        "XCOg8HILrb2vrdhYfXc/Rv22Nq4v+A5RgJ+oBT9mLFg="
    );
    assert_eq!(parts.headers[ORIGINAL], "Bearer token");
    assert!(parts.headers[ORIGINAL].is_sensitive());
    assert_eq!(
        signed_headers(&parts),
        "host;original-authorization;x-amz-content-sha256;x-amz-date"
    );
    assert_eq!(signature(&parts), expected(&parts, payload));
}

#[test]
fn what_is_moved_is_sensitive_and_a_header_beside_it_is_not() {
    for original in [&b"Bearer token"[..], b" Bearer token "] {
        let mut parts = request(&[("authorization", original), ("x-amz-a", b" padded ")]);
        signer()
            .sign(&mut parts, &key(), Payload::EMPTY, moment())
            .unwrap();
        assert_eq!(parts.headers[ORIGINAL], "Bearer token");
        assert!(parts.headers[ORIGINAL].is_sensitive());
        assert_eq!(parts.headers["x-amz-a"], "padded");
        assert!(!parts.headers["x-amz-a"].is_sensitive());
        assert_eq!(signature(&parts), expected(&parts, Payload::EMPTY));
    }
}

#[test]
fn the_digest_of_no_body_is_in_hexadecimal() {
    let mut parts = request(&[]);
    signer()
        .sign(&mut parts, &key(), Payload::EMPTY, moment())
        .unwrap();
    let sent = &parts.headers["x-amz-content-sha256"];
    assert_eq!(*sent, Payload::EMPTY.to_string());
    assert_eq!(signature(&parts), expected(&parts, Payload::EMPTY));
}

#[test]
fn neither_is_done_unless_it_is_asked_for() {
    let mut parts = request(&[("authorization", b"Bearer token")]);
    let signer = Signer::new(Profile::STANDARD.content_sha256_header(true));
    let payload = Payload::hash(BODY);
    signer.sign(&mut parts, &key(), payload, moment()).unwrap();
    assert_eq!(parts.headers["x-amz-content-sha256"], payload.to_string());
    assert!(!parts.headers.contains_key(ORIGINAL));
}

#[test]
fn a_signature_of_aws_is_replaced_and_not_moved() {
    let mut parts = request(&[("authorization", b"Bearer token")]);
    let payload = Payload::hash(BODY);
    signer()
        .sign(&mut parts, &key(), payload, moment())
        .unwrap();
    let once = seen(&parts);
    // What was moved the first time stays where it is.
    signer()
        .sign(&mut parts, &key(), payload, moment())
        .unwrap();
    assert_eq!(seen(&parts), once);
}

#[test]
fn a_signature_of_aws_is_none_to_move_in_any_spelling_and_version() {
    for signature in [
        &b"aws4-hmac-sha256 Credential=AKIDOTHER"[..],
        b" AWS4-HMAC-SHA256 Credential=AKIDOTHER",
        b"AWS AKIDOTHER:c2lnbmF0dXJl",
    ] {
        let mut parts = request(&[("authorization", signature)]);
        signer()
            .sign(&mut parts, &key(), Payload::EMPTY, moment())
            .unwrap();
        assert!(!parts.headers.contains_key(ORIGINAL));

        let both = [
            ("authorization", signature),
            ("authorization", &b"Bearer token"[..]),
        ];
        let mut parts = request(&both);
        signer()
            .sign(&mut parts, &key(), Payload::EMPTY, moment())
            .unwrap();
        assert_eq!(parts.headers[ORIGINAL], "Bearer token");
    }
}

#[test]
fn two_that_would_stand_in_one_place_are_refused_and_nothing_is_changed() {
    for headers in [
        &[
            ("authorization", &b"Bearer token"[..]),
            ("authorization", b"Bearer other"),
        ],
        &[
            ("authorization", &b"Bearer token"[..]),
            ("original-authorization", b"Bearer other"),
        ],
    ] {
        let mut parts = request(headers);
        let before = seen(&parts);
        let error = signer().sign(&mut parts, &key(), Payload::EMPTY, moment());
        assert!(error.unwrap_err().is_request());
        assert_eq!(seen(&parts), before);
    }
}

#[test]
fn a_header_that_changes_on_its_way_is_no_place_to_move_to() {
    for name in ["authorization", "proxy-authorization", "connection"] {
        let error = Signer::new(Profile::STANDARD).move_authorization(name.parse().unwrap());
        assert!(error.unwrap_err().is_configuration(), "{name}");
    }
}

#[test]
fn a_header_that_a_signature_sets_itself_is_no_place_to_move_to() {
    for name in [
        "host",
        "x-amz-content-sha256",
        "x-amz-date",
        "x-amz-region-set",
        "x-amz-security-token",
    ] {
        let error = Signer::new(Profile::STANDARD).move_authorization(name.parse().unwrap());
        let error = error.unwrap_err();
        assert!(error.is_configuration(), "{error}");
        assert!(error.to_string().contains(name), "{error}");
    }
}
