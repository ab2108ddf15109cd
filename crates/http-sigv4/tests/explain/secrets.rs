use http_sigv4::explain::{Cause, Explainer};

use crate::{
    changes,
    common::moment,
    rejections,
    service::{Rejection, SIGNATURE, Seen},
    vectors::{self, Vector},
};

/// Everything that an explanation can be turned into.
fn shown(rejection: &Rejection, vector: &Vector) -> String {
    let explanation = rejection.explain(Some(&vector.signed)).unwrap();
    let mut shown = format!(
        "{explanation}\n{explanation:?}\n{explanation:#?}\n{}",
        explanation.hint()
    );
    #[cfg(feature = "serde")]
    shown.push_str(&serde_json::to_string(&explanation).unwrap());
    for difference in explanation.differences() {
        let (signed, received) = (difference.signed(), difference.received());
        shown.push_str(&format!("{}{signed:?}{received:?}", difference.line()));
    }
    shown
}

/// The vector with a session token, a long one.
fn vector() -> Vector {
    let mut vector = vectors::with_token();
    let token = token(&vector.canonical_request).to_owned();
    vector.canonical_request = vector
        .canonical_request
        .replace(&token, &LONG_TOKEN.repeat(8));
    vector
}

const LONG_TOKEN: &str = "IQoJb3JpZ2luX2VjEXAMPLE//////////wEaCXVzLWVhc3QtMSJGMEQCIBbi";

fn token(canonical_request: &str) -> &str {
    let (_, rest) = canonical_request
        .split_once("x-amz-security-token:")
        .unwrap();
    rest.lines().next().unwrap()
}

#[test]
fn no_change_makes_a_token_or_a_signature_show() {
    let (signed, received) = (vectors::with_token(), vector());
    let secrets = [
        token(&signed.canonical_request),
        &LONG_TOKEN[..8],
        SIGNATURE,
    ];
    let mut tried = 0;
    for change in changes::ALL {
        let Some((seen, _)) = change.try_on(&received) else {
            continue;
        };
        for rejection in [
            Rejection::from_api_gateway(&seen),
            Rejection::from_s3(&seen),
        ] {
            let shown = shown(&rejection, &signed);
            for secret in secrets {
                assert!(
                    !shown.contains(secret),
                    "{}: {secret}\n{shown}",
                    change.name
                );
            }
            tried += 1;
        }
    }
    assert!(tried >= 40, "{tried}");
}

#[test]
fn a_replaced_token_is_shown_by_its_length() {
    let (signed, received) = (vectors::with_token(), vector());
    let seen = Seen::unchanged(&received.canonical_request, &received.string_to_sign);
    let rejection = Rejection::from_s3(&seen);
    let explanation = rejection.explain(Some(&signed.signed)).unwrap();
    assert_eq!(explanation.cause(), Cause::SessionTokenChanged);
    let received = explanation.differences()[0].received().unwrap();
    assert_eq!(received, format!("[{} bytes]", LONG_TOKEN.len() * 8));
}

#[test]
fn secrets_in_a_query_are_shown_by_their_length() {
    let vector = vectors::with_token();
    let mut seen = Seen::unchanged(&vector.canonical_request, &vector.string_to_sign);
    seen.query = format!(
        "X-Amz-Credential=AKIDEXAMPLE%2F20150830&X-Amz-Security-Token={LONG_TOKEN}\
         &X-Amz-Signature={SIGNATURE}&api_token=hush&b=1"
    );
    let shown = shown(&Rejection::from_api_gateway(&seen), &vector);
    for secret in [LONG_TOKEN, SIGNATURE, "hush"] {
        assert!(!shown.contains(secret), "{secret}\n{shown}");
    }
    assert!(
        shown.contains("X-Amz-Credential=AKIDEXAMPLE%2F20150830&X-Amz-Security-Token=[60 bytes]"),
        "{shown}"
    );
}

#[test]
fn what_a_service_quotes_from_authorization_is_not_shown() {
    let vector = vectors::with_token();
    let signature =
        format!("Credential=AKID/20150830/us-east-1/s3/aws4_request, Signature={SIGNATURE}");
    let token = format!("x-amz-security-token:{}", LONG_TOKEN.repeat(8));
    for quoted in [
        "'hush' not a valid key=value pair (missing equal-sign) in Authorization header: 'Bearer hush'.",
        "Authorization header requires 'Signature' parameter. Authorization=Bearer hush",
        "not a signature: Bearer hush",
        &signature,
        &token,
    ] {
        let body =
            serde_json::json!({ "__type": "IncompleteSignatureException", "message": quoted });
        let shown = shown(&Rejection::new(403, &[], body.to_string()), &vector);
        for secret in ["hush", SIGNATURE, LONG_TOKEN] {
            assert!(!shown.contains(secret), "{secret}\n{shown}");
        }
    }
}

#[test]
fn nothing_shown_can_write_to_a_terminal() {
    let vector = vectors::with_token();
    let mut seen = Seen::unchanged(&vector.canonical_request, &vector.string_to_sign);
    seen.path = "/\u{1b}[2J\u{202e}\u{7}x".to_owned();
    let mut rejection = Rejection::from_api_gateway(&seen);
    rejection
        .head
        .headers
        .insert("via", "1.1 \u{e9}\t".parse().unwrap());
    let explanation = rejection.explain(Some(&vector.signed)).unwrap();
    let shown = explanation.to_string();
    assert!(
        shown
            .bytes()
            .all(|byte| matches!(byte, b'\n' | b' '..=b'~')),
        "{shown}"
    );
}

#[test]
fn an_explanation_fits_one_screen() {
    let vector = vectors::with_token();
    let long = "a".repeat(2000);
    let mut seen = Seen::unchanged(&vector.canonical_request, &vector.string_to_sign);
    seen.path = format!("/{long}");
    seen.query = format!("{long}={long}");
    seen.signed_headers = format!("{long};host");
    for index in 0..40 {
        seen.headers
            .push((format!("x-amz-meta-{index}"), long.clone()));
    }
    let mut cases = vec![
        Rejection::from_api_gateway(&seen),
        Rejection::from_s3(&seen),
    ];
    cases.extend(rejections::all().into_iter().map(|case| case.rejection));
    for rejection in cases {
        let Some(explanation) = rejection.explain(Some(&vector.signed)) else {
            continue;
        };
        let text = explanation.to_string();
        assert!(text.lines().count() <= 40, "{text}");
        assert!(text.lines().all(|line| line.len() <= 110), "{text}");
    }
}

#[cfg(feature = "serde")]
#[test]
fn an_explanation_serialises_by_parts() {
    let vector = vectors::all().remove(0);
    let mut seen = Seen::unchanged(&vector.canonical_request, &vector.string_to_sign);
    *seen.header("host").unwrap() = "h.example".to_owned();
    let explanation = Rejection::from_api_gateway(&seen)
        .explain(Some(&vector.signed))
        .unwrap();
    let value = serde_json::to_value(&explanation).unwrap();
    assert_eq!(value["status"], 403);
    assert_eq!(value["code"], "InvalidSignatureException");
    assert_eq!(value["cause"], "host-changed");
    assert_eq!(
        value["differences"][0],
        serde_json::json!({
            "line": { "header": "host" },
            "cause": "host-changed",
            "signed": "abc123.execute-api.us-east-1.amazonaws.com",
            "received": "h.example",
            "mismatch": null,
        })
    );
}

#[test]
fn the_sentences_that_services_write_are_shown_whole() {
    let vector = vectors::with_token();
    let mut redacted = Vec::new();
    for case in rejections::all() {
        let explanation = case.rejection.explain(Some(&vector.signed)).unwrap();
        let texts = [explanation.code(), explanation.message()];
        let of_values = texts
            .into_iter()
            .flatten()
            .filter(|text| text.contains("byte"));
        redacted.extend(of_values.map(str::to_owned));
    }
    let expected = [
        // The hash of a bearer token.
        "Invalid key=value pair (missing equal-sign) in Authorization header (hashed with SHA-256 and \
         encoded with Base64): [47 bytes]",
        // No ARN, but a name that somebody gave.
        "User: arn:aws:iam::111122223333:user/u is not authorized to perform: neptune-db:connect on \
         resource: [2 bytes]",
    ];
    assert_eq!(redacted, expected);
}

#[test]
fn values_are_shown_where_somebody_asks_for_them_but_no_token_and_no_signature() {
    let (signed, received) = (vectors::with_token(), vector());
    let mut seen = Seen::unchanged(&received.canonical_request, &received.string_to_sign);
    seen.query = format!("X-Amz-Signature={SIGNATURE}&X-Amz-Security-Token={LONG_TOKEN}&code=hush");
    let header = ("x-amz-server-side-encryption-customer-key", "hush-hush");
    seen.headers
        .push((header.0.to_owned(), header.1.to_owned()));
    let rejection = Rejection::from_s3(&seen);
    let explain = |explainer: Explainer| {
        let signed = Some(&signed.signed);
        let explained = explainer.explain(&rejection.head, &rejection.body, signed, moment());
        format!("{0}{0:?}", explained.unwrap())
    };
    let shown = explain(Explainer::new().show_values(true));
    assert!(
        shown.contains("code=hush") && shown.contains("hush-hush"),
        "{shown}"
    );
    for secret in [LONG_TOKEN, SIGNATURE] {
        assert!(!shown.contains(secret), "{secret}\n{shown}");
    }
    for explainer in [Explainer::new(), Explainer::new().show_values(false)] {
        assert!(!explain(explainer).contains("hush"));
    }
}

#[test]
fn a_message_is_shown_as_it_is_where_somebody_asks_for_values() {
    let body =
        r#"{"__type":"AccessDeniedException","message":"Key 'hush' of Bearer b3J0 is not good"}"#;
    let rejection = Rejection::new(403, &[], body);
    let explain = |show| {
        let explainer = Explainer::new().show_values(show);
        let explained = explainer.explain(&rejection.head, &rejection.body, None, moment());
        explained.unwrap().message().unwrap().to_owned()
    };
    assert_eq!(explain(true), "Key 'hush' of Bearer [4 bytes] is not good");
    assert_eq!(
        explain(false),
        "Key '[4 bytes]' of Bearer [4 bytes] is not [4 bytes]"
    );
}

#[test]
fn names_are_shown_however_long_they_are() {
    let name = "x-amz-copy-source-server-side-encryption-customer-key";
    let vector = vectors::with_token();
    let mut seen = Seen::unchanged(&vector.canonical_request, &vector.string_to_sign);
    seen.headers.push((name.to_owned(), "hush".to_owned()));
    let shown = shown(&Rejection::from_s3(&seen), &vector);
    assert!(
        shown.contains(&format!("Something added `{name}`")),
        "{shown}"
    );
}
