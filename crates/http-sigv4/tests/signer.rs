//! What signing does to a request: everything or nothing, and the same however often it is done.

mod common;

use std::time::Duration;

use common::{Marker, get, key, key_of, key_with_token, moment, seen, sign, signature};
use http::{
    Method, Request, Uri,
    header::{AUTHORIZATION, HeaderName, HeaderValue},
    request::Parts,
};
use http_sigv4::{Payload, Profile, SignError, Signer};

const DAY: Duration = Duration::from_secs(86_400);

fn order() -> Parts {
    let mut parts = Request::post("https://User@API.Example:443/orders//7?b=2&a=1")
        .header("x-amz-target", "Orders")
        .header("accept", "*/*")
        .header("content-type", "application/json")
        .header("x-amz-target", "Orders.Create")
        .header("authorization", "AWS4-HMAC-SHA256 stale")
        .header("x-amz-date", "20140101T000000Z")
        .header("x-amz-region-set", "STALE")
        .header("x-amz-security-token", "STALE")
        .header("x-amz-content-sha256", "STALE")
        .body(())
        .unwrap()
        .into_parts()
        .0;
    parts.extensions.insert(Marker(7));
    parts
}

#[test]
fn signing_twice_is_signing_once() {
    let mut once = order();
    sign(&mut once).unwrap();
    let mut twice = order();
    sign(&mut twice).unwrap();
    sign(&mut twice).unwrap();
    assert_eq!(seen(&once), seen(&twice));
}

/// With other credentials, for another service, on another day, of another body, with a token or
/// without.
#[test]
fn a_signature_over_another_leaves_no_trace_of_it() {
    type Signing = fn(&mut Parts) -> Result<(), SignError>;
    let signings: [Signing; 5] = [
        |parts| sign(parts),
        |parts| {
            let signer = Signer::new(Profile::STANDARD);
            signer.sign(parts, &key_with_token(), Payload::EMPTY, moment())
        },
        |parts| {
            let (signer, late) = (Signer::new(Profile::OPENSEARCH_SERVERLESS), moment() + DAY);
            let key = key_of("OTHER", Some("OTHER-TOKEN"), "aoss", late);
            signer.sign(parts, &key, Payload::hash(b"other"), late)
        },
        |parts| Signer::new(Profile::S3).sign(parts, &key(), Payload::Unsigned, moment()),
        |parts| {
            let signer = Signer::new(Profile::STANDARD);
            signer
                .signing_host("other.example")
                .and_then(|signer| signer.sign(parts, &key(), Payload::hash(b"{}"), moment()))
        },
    ];
    for first in signings {
        for second in signings {
            let (mut once, mut twice) = (order(), order());
            second(&mut once).unwrap();
            first(&mut twice).unwrap();
            second(&mut twice).unwrap();
            assert_eq!(once.headers, twice.headers);
            assert_eq!(once.uri, twice.uri);
        }
    }
}

/// The payload is an argument, and whoever trusts the header passes it.
#[test]
fn a_content_sha256_of_the_caller_is_neither_believed_nor_sent() {
    let body = Payload::hash(b"{}");
    for claimed in [body, Payload::EMPTY, Payload::Unsigned] {
        for (profile, sent) in [(Profile::STANDARD, None), (Profile::S3, Some(body))] {
            let claimed = claimed.to_string();
            let mut parts = get(
                "https://h/",
                &[("x-amz-content-sha256", claimed.as_bytes())],
            );
            let mut without = get("https://h/", &[]);
            let signer = Signer::new(profile);
            signer.sign(&mut parts, &key(), body, moment()).unwrap();
            signer.sign(&mut without, &key(), body, moment()).unwrap();
            assert_eq!(parts.headers, without.headers);
            let header = parts.headers.get("x-amz-content-sha256");
            let header = header.map(|value| value.to_str().unwrap().parse().unwrap());
            assert_eq!(header, sent);
        }
    }
}

#[test]
fn a_stale_signature_never_survives() {
    let mut parts = order();
    sign(&mut parts).unwrap();
    let text = seen(&parts);
    assert!(
        !text.to_lowercase().contains("stale") && !text.contains("2014"),
        "{text}"
    );
    assert!(!parts.headers.contains_key("x-amz-security-token"));
    assert!(!parts.headers.contains_key("x-amz-content-sha256"));
    assert_eq!(parts.headers.get_all("x-amz-date").iter().count(), 1);
    assert_eq!(parts.headers.get_all(AUTHORIZATION).iter().count(), 1);
}

#[test]
fn a_signature_does_not_depend_on_what_was_stale() {
    let (mut clean, mut stale) = (get("https://h/", &[]), get("https://h/", &[]));
    for name in ["authorization", "x-amz-date", "x-amz-content-sha256"] {
        // Not even a value that could not be signed.
        let value = HeaderValue::from_bytes(b"\xff\t").unwrap();
        stale.headers.append(name, value);
    }
    sign(&mut clean).unwrap();
    sign(&mut stale).unwrap();
    assert_eq!(signature(&clean), signature(&stale));
}

#[test]
fn the_authorization_and_the_token_are_marked_sensitive() {
    let mut parts = order();
    let signer = Signer::new(Profile::STANDARD);
    signer
        .sign(&mut parts, &key_with_token(), Payload::EMPTY, moment())
        .unwrap();
    assert!(parts.headers[AUTHORIZATION].is_sensitive());
    assert!(parts.headers["x-amz-security-token"].is_sensitive());
    assert!(!parts.headers["x-amz-date"].is_sensitive());
}

#[test]
fn only_the_authority_of_the_uri_changes() {
    let mut parts = order();
    sign(&mut parts).unwrap();
    assert_eq!(parts.uri, "https://api.example/orders//7?b=2&a=1");
    assert_eq!(parts.method, Method::POST);
    assert_eq!(parts.extensions.get(), Some(&Marker(7)));
    assert!(
        !parts.headers.contains_key("host"),
        "the client writes it from the URI"
    );
}

/// Every kind of failure, told by a word of its message, with an order that it befalls.
#[test]
fn a_refused_request_is_unchanged() {
    type Break = fn(&mut Parts);
    let breaks: [(&str, Break); 10] = [
        ("request target", |parts| parts.method = Method::CONNECT),
        ("request target", |parts| {
            parts.uri = Uri::from_static("*");
            parts.headers.append("host", "api.example".parse().unwrap());
        }),
        ("dot segment", |parts| {
            parts.uri = Uri::from_static("https://API.example/a/b/..");
        }),
        ("presigned", |parts| {
            parts.uri = Uri::from_static("https://API.example/?X-Amz-Signature=1");
        }),
        ("no host", |parts| parts.uri = Uri::from_static("/orders")),
        ("not one that can be signed", |parts| {
            parts.uri = Uri::from_static("https://API.example:99999/");
        }),
        ("differs from", |parts| {
            let _ = parts.headers.insert("host", "other".parse().unwrap());
        }),
        ("more than one `Host`", |parts| {
            parts.headers.append("host", "api.example".parse().unwrap());
            parts.headers.append("host", "api.example".parse().unwrap());
        }),
        ("tab or a byte", |parts| {
            let value = HeaderValue::from_bytes(b"\xe9").unwrap();
            parts.headers.append("x-amz-meta-a", value);
        }),
        ("nominates", |parts| {
            let value = HeaderValue::from_static("close, X-Amz-Target");
            parts.headers.append("connection", value);
        }),
    ];
    for (word, break_it) in breaks {
        let mut parts = order();
        break_it(&mut parts);
        let before = seen(&parts);
        let error = sign(&mut parts).unwrap_err();
        assert!(error.to_string().contains(word), "{word}: {error}");
        assert!(error.is_request(), "{error}");
        assert_eq!(before, seen(&parts), "{word}");
    }
}

#[test]
fn a_request_refused_for_its_payload_or_its_time_is_unchanged() {
    type Is = fn(&SignError) -> bool;
    let late = moment() + DAY;
    let before_1970 = std::time::UNIX_EPOCH - DAY;
    let hashed = Payload::hash(b"{}");
    let attempts: [(Profile, Payload, _, Is); 4] = [
        (
            Profile::STANDARD,
            Payload::Unsigned,
            moment(),
            SignError::is_payload,
        ),
        (
            Profile::VPC_LATTICE,
            hashed,
            moment(),
            SignError::is_payload,
        ),
        (Profile::STANDARD, hashed, late, SignError::is_clock),
        (Profile::STANDARD, hashed, before_1970, SignError::is_clock),
    ];
    for (profile, payload, time, is) in attempts {
        let mut parts = order();
        let error = Signer::new(profile)
            .sign(&mut parts, &key(), payload, time)
            .unwrap_err();
        assert!(is(&error), "{error}");
        assert_eq!(seen(&order()), seen(&parts), "{error}");
    }
}

#[test]
fn a_signature_that_is_prepared_and_not_applied_changes_nothing() {
    let mut parts = order();
    let signer = Signer::new(Profile::S3).rewrite_plus(true);
    parts.uri = Uri::from_static("https://User@API.Example:443/?a=b+c");
    let before = seen(&parts);
    let key = key_with_token();
    let prepared = signer.prepare(&mut parts, &key, Payload::EMPTY, moment());
    drop(prepared.unwrap());
    assert_eq!(before, seen(&parts));
}

#[test]
fn a_signature_is_the_same_in_one_step_and_in_two() {
    let signer = Signer::new(Profile::S3).rewrite_plus(true);
    let key = key_with_token();
    let (mut once, mut stepwise) = (order(), order());
    signer
        .sign(&mut once, &key, Payload::EMPTY, moment())
        .unwrap();
    let prepared = signer.prepare(&mut stepwise, &key, Payload::EMPTY, moment());
    prepared.unwrap().apply().unwrap();
    assert_eq!(seen(&once), seen(&stepwise));
}

#[test]
fn a_prepared_signature_shows_no_secret_by_accident() {
    let (mut parts, key) = (order(), key_with_token());
    let signer = Signer::new(Profile::STANDARD);
    let prepared = signer.prepare(&mut parts, &key, Payload::EMPTY, moment());
    let shown = format!("{:?}", prepared.unwrap());
    assert!(shown.contains("AKIDEXAMPLE"), "{shown}");
    assert!(!shown.contains("IQoJb3"), "{shown}");
}

#[test]
fn a_canonical_request_shows_its_token_to_who_asks_for_it_only() {
    let (mut parts, key) = (order(), key_with_token());
    let request = Signer::new(Profile::STANDARD)
        .prepare(&mut parts, &key, Payload::EMPTY, moment())
        .unwrap()
        .canonical_request();
    assert_eq!(request.access_key_id(), "AKIDEXAMPLE");
    assert!(request.canonical_request().contains("IQoJb3"));
    let shown = format!("{request:?}");
    assert!(shown.contains("20150830T123600Z"), "{shown}");
    assert!(!shown.contains("IQoJb3"), "{shown}");
}

#[test]
fn what_is_shown_is_what_is_signed() {
    let signer = Signer::new(Profile::STANDARD)
        .sign_header(HeaderName::from_static("accept"))
        .unwrap();
    let shown = signer
        .prepare(&mut order(), &key(), Payload::EMPTY, moment())
        .unwrap()
        .canonical_request();
    let digest = Payload::hash(shown.canonical_request().as_bytes()).to_string();
    assert!(shown.string_to_sign().ends_with(&digest));
    assert!(
        shown
            .canonical_request()
            .contains("\naccept;content-type;host;x-amz-date;x-amz-target\n")
    );
}

#[test]
fn what_a_signer_was_given_can_be_read_again() {
    let signer = Signer::new(Profile::STANDARD);
    assert_eq!((signer.host_override(), signer.path_prefix()), (None, None));
    let signer = signer.signing_host("API.Example:8443").unwrap();
    let signer = signer.signing_path_prefix("/prod").unwrap();
    let signer = signer.with_profile(Profile::S3);
    assert_eq!(signer.host_override(), Some("api.example:8443"));
    assert_eq!(signer.path_prefix(), Some("/prod"));
    assert_eq!(signer.profile(), Profile::S3);
}
