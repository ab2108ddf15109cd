//! What is read of requests that somebody else has signed, and what is left of them.

mod common;

use aws_credential_types::Credentials;
use common::{ACCESS_KEY_ID, SECRET, TOKEN, get, key_of, key_with_token, moment, seen};
use http::request::Parts;
use http_sigv4::{
    ExpiresIn, Payload, Presigner, Profile, Signer, SigningScope,
    inbound::{InboundPayload, InboundSignature, remove_signature},
};

const URI: &str = "https://bucket.s3.us-east-1.amazonaws.com/a%2Fb//c?list-type=2&prefix=a+b%41&&x";

fn request() -> Parts {
    get(
        URI,
        &[("content-type", b"text/plain"), ("x-amz-meta-a", b"b")],
    )
}

#[test]
fn nothing_is_left_of_a_signature_in_the_headers() {
    for (token, payload) in [
        (None, Payload::EMPTY),
        (Some(TOKEN), Payload::hash(b"a")),
        (Some(TOKEN), Payload::Unsigned),
    ] {
        let mut parts = request();
        let key = key_of(ACCESS_KEY_ID, token, "s3", moment());
        let signer = Signer::new(Profile::S3);
        signer.sign(&mut parts, &key, payload, moment()).unwrap();
        assert_ne!(seen(&parts), seen(&request()));
        remove_signature(&mut parts).unwrap();
        assert_eq!(seen(&parts), seen(&request()));
    }
}

#[test]
fn nothing_is_left_of_a_presigned_url_in_any_spelling() {
    let mut parts = request();
    let signer = Presigner::new(Signer::new(Profile::S3), ExpiresIn::exactly(MINUTE)).unwrap();
    let key = key_of(ACCESS_KEY_ID, Some(TOKEN), "s3", moment());
    signer.sign(&mut parts, &key, moment()).unwrap();
    for uri in [
        parts.uri.to_string(),
        parts.uri.to_string().replace("X-Amz-", "x-amz-"),
        parts.uri.to_string().replace("X-Amz-S", "X%2DAmz%2dS"),
        parts.uri.to_string() + "&X-Amz-Content-Sha256=UNSIGNED-PAYLOAD",
    ] {
        let mut parts = request();
        parts.uri = uri.parse().unwrap();
        remove_signature(&mut parts).unwrap();
        assert_eq!(seen(&parts), seen(&request()), "{uri}");
    }
    let mut alone = get("https://h/?X-Amz-Signature=a", &[]);
    remove_signature(&mut alone).unwrap();
    assert_eq!(alone.uri, "https://h/");
}

#[test]
fn nothing_is_left_of_a_presigned_url_of_s3_express_or_of_version_2() {
    for uri in [
        "https://h/k?a=b&X-Amz-S3session-Token=t",
        "https://h/k?X-Amz-Signature=s&a=b&x-amz-s3session-token=t",
        "https://h/k?X%2Damz-s3session-token=t&a=b",
        "https://h/k?AWSAccessKeyId=AKID&Signature=a%3D&Expires=1141889120&a=b",
        "https://h/k?a=b&signature=s&expires=1&awsaccesskeyid=AKID&x-amz-security-token=t",
        "https://h/k?a=b&AWSAccess%4BeyId=AKID&Signature=s",
    ] {
        let mut parts = get(uri, &[]);
        remove_signature(&mut parts).unwrap();
        assert_eq!(parts.uri, "https://h/k?a=b", "{uri}");
    }
}

/// As of a URL that CloudFront is to take.
#[test]
fn a_signature_in_the_query_that_is_not_version_2_stays() {
    let uri = "https://h/k?Expires=1&Signature=s&Key-Pair-Id=K";
    let mut parts = get(uri, &[]);
    remove_signature(&mut parts).unwrap();
    assert_eq!(parts.uri, uri);
}

const MINUTE: std::time::Duration = std::time::Duration::from_secs(60);

#[test]
fn all_that_is_no_signature_stays() {
    let others: &[(&'static str, &[u8])] = &[
        ("authorization", b"Bearer token"),
        (
            "x-amz-content-sha256",
            b"STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        ),
        ("x-amz-decoded-content-length", b"5"),
        ("x-amz-trailer", b"x-amz-checksum-crc32"),
    ];
    let mut parts = get("https://h/a?X-Amz-Meta=b&signature=c", others);
    let before = seen(&parts);
    remove_signature(&mut parts).unwrap();
    assert_eq!(seen(&parts), before);

    for (signature, kept) in [
        (&b"AWS4-HMAC-SHA256 Credential=a"[..], None),
        (b"AWS AKIDEXAMPLE:c2lnbmF0dXJl", None),
        (b"aws4-hmac-sha256 ", None),
        (b"AWSomething else", Some("AWSomething else")),
    ] {
        let mut parts = get("https://h/", &[("authorization", signature)]);
        remove_signature(&mut parts).unwrap();
        let left = parts.headers.get("authorization");
        assert_eq!(left.map(|value| value.to_str().unwrap()), kept);
    }
}

#[test]
fn a_session_token_goes_without_a_signature_too() {
    for name in ["x-amz-s3session-token", "x-amz-security-token"] {
        let mut parts = get("https://h/", &[(name, b"token")]);
        remove_signature(&mut parts).unwrap();
        assert!(parts.headers.is_empty());
    }
}

#[test]
fn what_a_request_says_of_its_body_is_read_from_its_header_or_else_from_its_query() {
    let digest = Payload::EMPTY.to_string();
    let Payload::Sha256(empty) = Payload::EMPTY else {
        unreachable!()
    };
    let payload = |value: &str| {
        let headers = get("https://h/", &[("x-amz-content-sha256", value.as_bytes())]);
        InboundPayload::from_parts(&headers)
    };
    for (value, expected) in [
        (&*digest, InboundPayload::Sha256(empty)),
        (&digest.to_uppercase(), InboundPayload::Sha256(empty)),
        ("UNSIGNED-PAYLOAD", InboundPayload::Unsigned),
        (
            "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
            InboundPayload::UnsignedTrailer,
        ),
        (
            "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
            InboundPayload::SignedChunks,
        ),
        (
            "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
            InboundPayload::SignedChunks,
        ),
    ] {
        assert_eq!(payload(value).unwrap(), expected, "{value}");
        let query = get(&format!("https://h/?a=b&X-Amz-Content-SHA256={value}"), &[]);
        assert_eq!(
            InboundPayload::from_parts(&query).unwrap(),
            expected,
            "{value}"
        );
    }
    let unstated = InboundPayload::from_parts(&get("https://h/?a", &[])).unwrap();
    assert_eq!(unstated, InboundPayload::Unstated);
}

#[test]
fn what_cannot_be_taken_for_one_body_is_refused() {
    const HEADER: &str = "x-amz-content-sha256";
    for value in [
        &b""[..],
        b"e3b0",
        b"unsigned-payload",
        b"\xff",
        // As Iceberg's clients send it, which no service of AWS's reads.
        b"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
        b"STREAMING-AWS4-HMAC-SHA256-EVENTS",
        b"STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD",
        b"streaming-unsigned-payload-trailer",
        b"STREAMING-NEW",
    ] {
        let parts = get("https://h/", &[(HEADER, value)]);
        let error = InboundPayload::from_parts(&parts).unwrap_err();
        assert!(error.is_payload(), "{error}");
    }
    let unsigned: &[u8] = b"UNSIGNED-PAYLOAD";
    let twice = get("https://h/", &[(HEADER, unsigned), (HEADER, unsigned)]);
    assert!(InboundPayload::from_parts(&twice).unwrap_err().is_payload());
    for value in [None, Some(unsigned)] {
        let mut parts = get("https://h/", &[("content-encoding", b"gzip, AWS-chunked")]);
        if let Some(value) = value {
            parts.headers.insert(HEADER, value.try_into().unwrap());
        }
        let error = InboundPayload::from_parts(&parts).unwrap_err();
        assert!(error.is_framing(), "{error}");
    }
}

#[test]
fn a_signature_tells_whose_it_is_and_its_key_is_the_one_that_made_it() {
    let mut parts = request();
    assert_eq!(
        InboundSignature::from_headers(&parts.headers).unwrap(),
        None
    );
    let key = key_of(ACCESS_KEY_ID, Some(TOKEN), "s3", moment());
    let signer = Signer::new(Profile::S3);
    signer
        .sign(&mut parts, &key, Payload::EMPTY, moment())
        .unwrap();

    let signature = InboundSignature::from_headers(&parts.headers)
        .unwrap()
        .unwrap();
    assert_eq!(signature.access_key_id(), ACCESS_KEY_ID);
    assert_eq!(
        *signature.scope(),
        SigningScope::new("s3", "us-east-1").unwrap()
    );
    let credentials = Credentials::new(ACCESS_KEY_ID, SECRET, None, None, "test");
    let derived = signature.key(&credentials).unwrap();
    assert_eq!(derived.credential_scope(), key.credential_scope());
    assert_eq!(derived.sign_text("text"), key.sign_text("text"));

    let other = Credentials::new("AKIDOTHER", SECRET, None, None, "test");
    assert!(signature.key(&other).unwrap_err().is_configuration());
}

#[test]
fn a_signature_that_cannot_be_read_is_refused() {
    let credential = |text: &str| format!("AWS4-HMAC-SHA256 Credential={text}, SignedHeaders=host");
    for text in [
        "",
        "a",
        "/20150830/us-east-1/s3/aws4_request",
        "a/20150830/us-east-1/s3",
        "a/20150830/us-east-1/s3/aws4_request/b",
        "a/20150830/us-east-1/s3/aws5_request",
        "a/20150832/us-east-1/s3/aws4_request",
        "a/20151330/us-east-1/s3/aws4_request",
        "a/19690101/us-east-1/s3/aws4_request",
        "a/+0150830/us-east-1/s3/aws4_request",
        "a/2015083/us-east-1/s3/aws4_request",
        "a/20150830/us east/s3/aws4_request",
        "a/20150830/us-east-1//aws4_request",
    ] {
        let parts = get(
            "https://h/",
            &[("authorization", credential(text).as_bytes())],
        );
        let error = InboundSignature::from_headers(&parts.headers).unwrap_err();
        assert!(error.is_request(), "{text}: {error}");
    }
    let good = credential("a/20150830/us-east-1/s3/aws4_request");
    let line = ("authorization", good.as_bytes());
    let twice = get("https://h/", &[line, line]);
    assert!(InboundSignature::from_headers(&twice.headers).is_err());
    let beside = get("https://h/", &[("authorization", b"Bearer b"), line]);
    assert!(
        InboundSignature::from_headers(&beside.headers)
            .unwrap()
            .is_some()
    );
}

/// A proxy may sign what it has cleaned as if nobody had signed it.
#[test]
fn what_is_signed_again_is_signed_as_if_for_the_first_time() {
    let mut parts = request();
    let key = key_of("AKIDOTHER", Some(TOKEN), "s3", moment());
    let signer = Signer::new(Profile::S3);
    signer
        .sign(&mut parts, &key, Payload::Unsigned, moment())
        .unwrap();
    remove_signature(&mut parts).unwrap();
    let mut once = request();
    for parts in [&mut parts, &mut once] {
        let key = key_with_token();
        signer.sign(parts, &key, Payload::EMPTY, moment()).unwrap();
    }
    assert_eq!(seen(&parts), seen(&once));
}
