//! Presigned URLs: what they say, and what cannot be presigned.

mod common;

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use common::{
    ACCESS_KEY_ID, SECRET, get, key, key_of, key_with_token, moment, parameter, seen, sign,
};
use http::{header::AUTHORIZATION, request::Parts};
use http_sigv4::{Payload, Presigner, Profile, SignError, Signer, SigningKey, SigningScope};

const HOUR: Duration = Duration::from_secs(3600);

fn standard() -> Presigner {
    Presigner::new(Signer::new(Profile::STANDARD), HOUR).unwrap()
}

fn presign(parts: &mut Parts) -> Result<(), SignError> {
    standard().sign(parts, &key(), moment())
}

fn signature(parts: &Parts) -> &str {
    parameter(parts, "X-Amz-Signature")
}

#[test]
fn what_the_caller_wrote_stays_in_front_of_the_signature() {
    for (uri, kept) in [
        ("https://h", "https://h/?X-Amz-Algorithm="),
        ("https://h/a//b%2f", "https://h/a//b%2f?X-Amz-Algorithm="),
        ("https://h/?", "https://h/?X-Amz-Algorithm="),
        (
            "https://h/?z=%41+&&a",
            "https://h/?z=%41+&&a&X-Amz-Algorithm=",
        ),
        ("https://h/?a&", "https://h/?a&X-Amz-Algorithm="),
        ("https://u@H:443/?a", "https://h/?a&X-Amz-Algorithm="),
        ("wss://h:443/", "wss://h/?X-Amz-Algorithm="),
    ] {
        let mut parts = get(uri, &[]);
        presign(&mut parts).unwrap();
        assert!(parts.uri.to_string().starts_with(kept), "{}", parts.uri);
    }
}

#[test]
fn a_relative_uri_with_a_host_header_is_presigned_too() {
    let (mut relative, mut absolute) = (get("/a?b", &[("host", b"h")]), get("https://h/a?b", &[]));
    presign(&mut relative).unwrap();
    presign(&mut absolute).unwrap();
    assert!(relative.uri.to_string().starts_with("/a?b&X-Amz-"));
    assert_eq!(signature(&relative), signature(&absolute));
}

#[test]
fn a_raw_plus_is_rewritten_on_request() {
    let (mut as_sent, mut rewritten) = (get("https://h/?a=b+c", &[]), get("https://h/?a=b+c", &[]));
    presign(&mut as_sent).unwrap();
    let signer = Signer::new(Profile::STANDARD).rewrite_plus(true);
    let presigner = Presigner::new(signer, HOUR).unwrap();
    presigner.sign(&mut rewritten, &key(), moment()).unwrap();
    assert!(rewritten.uri.query().unwrap().starts_with("a=b%20c&"));
    assert_eq!(signature(&as_sent), signature(&rewritten));
}

#[test]
fn the_session_token_is_signed() {
    let mut parts = get("https://h/", &[]);
    standard()
        .sign(&mut parts, &key_with_token(), moment())
        .unwrap();
    let token = "IQoJb3JpZ2luX2VjEXAMPLE%2Btoken%2F%3D%3D";
    assert_eq!(parameter(&parts, "X-Amz-Security-Token"), token);
    let shown = standard()
        .prepare(&mut get("https://h/", &[]), &key_with_token(), moment())
        .unwrap()
        .canonical_request();
    assert!(shown.canonical_request().contains(token));
    assert!(!format!("{shown:?}").contains(token));
}

#[test]
fn the_session_token_follows_the_signature_for_iot_and_is_not_signed() {
    let iot = Signer::new(Profile::for_service("iotdevicegateway"));
    let presigner = Presigner::new(iot, Duration::from_secs(60)).unwrap();
    let mut parts = get("wss://h/mqtt", &[]);
    presigner
        .sign(&mut parts, &key_with_token(), moment())
        .unwrap();
    let ending = "&X-Amz-Security-Token=IQoJb3JpZ2luX2VjEXAMPLE%2Btoken%2F%3D%3D";
    assert!(parts.uri.to_string().ends_with(ending), "{}", parts.uri);
    assert!(
        parts.uri.query().unwrap().find("X-Amz-Signature")
            < parts.uri.query().unwrap().find(ending)
    );

    let mut without = get("wss://h/mqtt", &[]);
    presigner.sign(&mut without, &key(), moment()).unwrap();
    assert_eq!(signature(&without), signature(&parts));
}

#[test]
fn the_headers_of_an_earlier_signature_are_removed_and_not_signed() {
    let mut signed = get("https://h/", &[("accept", b"*/*")]);
    let signer = Signer::new(Profile::OPENSEARCH_SERVERLESS);
    signer
        .sign(&mut signed, &key_with_token(), Payload::EMPTY, moment())
        .unwrap();
    presign(&mut signed).unwrap();
    let mut fresh = get("https://h/", &[("accept", b"*/*")]);
    presign(&mut fresh).unwrap();
    assert_eq!(seen(&signed), seen(&fresh));
    assert!(!signed.headers.contains_key(AUTHORIZATION));
}

#[test]
fn signed_headers_stay_in_the_request() {
    let headers: [(_, &[u8]); 3] = [("x-amz-acl", b"a"), ("x-amz-acl", b"b"), ("accept", b"*/*")];
    let mut parts = get("https://h/", &headers);
    presign(&mut parts).unwrap();
    assert_eq!(parameter(&parts, "X-Amz-SignedHeaders"), "host%3Bx-amz-acl");
    assert_eq!(parts.headers["x-amz-acl"], "a,b");
    assert_eq!(parts.headers.len(), 2);
}

/// VPC Lattice and OpenSearch Serverless want it even so; aws-c-auth signs it for Lattice.
#[test]
fn a_service_that_wants_the_payload_in_a_header_gets_it_signed() {
    for (profile, payload, sent) in [
        (Profile::VPC_LATTICE, None, Some(Payload::Unsigned)),
        (
            Profile::OPENSEARCH_SERVERLESS,
            None,
            Some(Payload::Unsigned),
        ),
        (Profile::S3, Some(Payload::EMPTY), Some(Payload::EMPTY)),
        (Profile::S3, None, None),
        (Profile::STANDARD, Some(Payload::EMPTY), None),
    ] {
        let mut presigner = Presigner::new(Signer::new(profile), HOUR).unwrap();
        if let Some(payload) = payload {
            presigner = presigner.payload(payload);
        }
        let mut parts = get("https://h/", &[]);
        let key = key();
        let prepared = presigner.prepare(&mut parts, &key, moment()).unwrap();
        let shown = prepared.canonical_request();
        prepared.apply().unwrap();
        let header = parts.headers.get("x-amz-content-sha256");
        assert_eq!(
            header.map(|value| value.to_str().unwrap().to_owned()),
            sent.map(|payload| payload.to_string()),
        );
        let is_signed = parameter(&parts, "X-Amz-SignedHeaders").contains("x-amz-content-sha256");
        assert_eq!(is_signed, sent.is_some());
        assert!(shown.canonical_request().ends_with(&match (sent, profile) {
            (Some(payload), _) => payload.to_string(),
            (None, Profile::S3) => Payload::Unsigned.to_string(),
            (None, _) => Payload::EMPTY.to_string(),
        }));
    }
}

#[test]
fn a_url_needs_no_header_of_whoever_uses_it_but_where_the_service_wants_it_anyway() {
    for (service, header) in [
        ("s3", None),
        ("s3express", None),
        ("mediastore", None),
        ("ebs", None),
        ("omics", None),
        ("execute-api", None),
        ("aoss", Some("UNSIGNED-PAYLOAD")),
        ("vpc-lattice-svcs", Some("UNSIGNED-PAYLOAD")),
    ] {
        let signer = Signer::new(Profile::for_service(service));
        let presigner = Presigner::new(signer, HOUR).unwrap();
        let mut parts = get("https://h/a", &[]);
        presigner.sign(&mut parts, &key(), moment()).unwrap();
        let sent = parts.headers.get("x-amz-content-sha256");
        assert_eq!(
            sent.map(|value| value.to_str().unwrap()),
            header,
            "{service}"
        );
        let names = parameter(&parts, "X-Amz-SignedHeaders");
        assert_eq!(names == "host", header.is_none(), "{service}: {names}");
    }
}

#[test]
fn a_payload_that_the_service_does_not_take_is_refused() {
    for (profile, payload) in [
        (Profile::STANDARD, Payload::Unsigned),
        (Profile::VPC_LATTICE, Payload::EMPTY),
    ] {
        let presigner = Presigner::new(Signer::new(profile), HOUR).unwrap();
        let error = presigner
            .payload(payload)
            .sign(&mut get("https://h/", &[]), &key(), moment())
            .unwrap_err();
        assert!(error.is_payload(), "{error}");
    }
}

#[test]
fn a_lifetime_is_a_second_to_seven_days() {
    let lives = |lifetime| Presigner::new(Signer::new(Profile::STANDARD), lifetime);
    for refused in [
        Duration::ZERO,
        Duration::from_millis(999),
        Duration::from_secs(604_801),
    ] {
        let error = lives(refused).unwrap_err();
        assert!(error.is_expiry(), "{error}");
    }
    for (taken, seconds) in [
        (Duration::from_secs(1), "1"),
        (Duration::from_millis(1_999), "1"),
        (Duration::from_secs(604_800), "604800"),
    ] {
        let mut parts = get("https://h/", &[]);
        lives(taken)
            .unwrap()
            .sign(&mut parts, &key(), moment())
            .unwrap();
        assert_eq!(parameter(&parts, "X-Amz-Expires"), seconds);
    }
}

#[test]
fn a_url_does_not_outlive_the_credentials() {
    let key_until = |expiry: SystemTime| {
        let credentials = Credentials::new(ACCESS_KEY_ID, SECRET, None, Some(expiry), "test");
        let scope = SigningScope::new("execute-api", "us-east-1").unwrap();
        SigningKey::derive(&credentials, &scope, moment()).unwrap()
    };
    let mut parts = get("https://h/", &[]);
    let before = seen(&parts);
    let too_soon = key_until(moment() + HOUR - Duration::from_micros(1));
    let error = standard()
        .sign(&mut parts, &too_soon, moment())
        .unwrap_err();
    assert!(error.is_expiry(), "{error}");
    assert_eq!(before, seen(&parts));
    standard()
        .sign(&mut parts, &key_until(moment() + HOUR), moment())
        .unwrap();
}

#[test]
fn a_presigned_url_is_not_presigned_again() {
    let mut parts = get("https://h/", &[]);
    presign(&mut parts).unwrap();
    let before = seen(&parts);
    assert!(presign(&mut parts).unwrap_err().is_already_signed());
    assert!(sign(&mut parts).unwrap_err().is_already_signed());
    assert_eq!(before, seen(&parts));
}

#[test]
fn a_query_with_a_parameter_of_a_signature_is_refused_unchanged() {
    for name in [
        "X-Amz-Algorithm",
        "X-Amz-Credential",
        "X-Amz-Date",
        "X-Amz-Expires",
        "X-Amz-Region-Set",
        "X-Amz-Security-Token",
        "X-Amz-SignedHeaders",
    ] {
        for written in [
            name.to_owned(),
            name.to_lowercase(),
            name.replace('A', "%41"),
        ] {
            let mut parts = get(&format!("https://H/?a=1&{written}=1"), &[]);
            let before = seen(&parts);
            let error = presign(&mut parts).unwrap_err();
            assert!(error.is_request() && !error.is_already_signed(), "{error}");
            assert!(error.to_string().contains(name), "{error}");
            assert_eq!(before, seen(&parts));
        }
    }
}

#[test]
fn a_request_that_cannot_be_signed_cannot_be_presigned() {
    for uri in ["/a", "https://h/a/.", "h:443"] {
        let mut parts = get(uri, &[]);
        let before = seen(&parts);
        let error = presign(&mut parts).unwrap_err();
        assert!(error.is_request(), "{uri}: {error}");
        assert_eq!(before, seen(&parts));
    }
    let tomorrow = moment() + HOUR * 24;
    let mut parts = get("https://h/", &[]);
    let error = standard().sign(&mut parts, &key(), tomorrow).unwrap_err();
    assert!(error.is_clock(), "{error}");
}

#[test]
fn a_url_that_grows_too_long_is_refused_unchanged() {
    let token = "t".repeat(65_500);
    let key = key_of(ACCESS_KEY_ID, Some(&token), "execute-api", moment());
    let mut parts = get("https://H/", &[("authorization", b"stale")]);
    let before = seen(&parts);
    let error = standard().sign(&mut parts, &key, moment()).unwrap_err();
    assert!(error.to_string().contains("longer than"), "{error}");
    assert_eq!(before, seen(&parts));
}
