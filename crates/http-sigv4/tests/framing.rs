//! Bodies that are sent in frames: signed as what they are, or refused.

mod common;

use std::time::Duration;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings,
    UriPathNormalizationMode,
};
use common::{ACCESS_KEY_ID, SECRET, get, key, key_of, moment, seen, signature};
use http::{HeaderMap, HeaderValue, request::Parts};
use http_sigv4::{Payload, Presigner, Profile, SignError, Signer};

const CONTENT_SHA256: &str = "x-amz-content-sha256";
const UNSIGNED_TRAILER: &str = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";

/// Those whose frames carry signatures, one that is not known yet, and misspellings.
const OTHER_MARKERS: [&str; 9] = [
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
    "STREAMING-AWS4-HMAC-SHA256-EVENTS",
    "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD",
    "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER",
    "STREAMING-NEW",
    "STREAMING-",
    "streaming-unsigned-payload-trailer",
    "STREAMING-UNSIGNED-PAYLOAD-TRAILER,x",
];

const PROFILES: [Profile; 5] = [
    Profile::STANDARD,
    Profile::S3,
    Profile::S3_EXPRESS,
    Profile::OPENSEARCH_SERVERLESS,
    Profile::VPC_LATTICE,
];

/// What says of a body that it is sent in frames.
const FRAMED: [Payload; 3] = [
    Payload::StreamingUnsignedTrailer,
    Payload::StreamingSigned,
    Payload::StreamingSignedTrailer,
];

fn payloads() -> [Payload; 6] {
    [
        Payload::EMPTY,
        Payload::hash(b"5\r\nhello\r\n0\r\n\r\n"),
        Payload::Unsigned,
        FRAMED[0],
        FRAMED[1],
        FRAMED[2],
    ]
}

/// An upload in frames that says so.
fn upload(uri: &str, marker: &str) -> Parts {
    let headers: [(_, &[u8]); 4] = [
        ("content-encoding", b"gzip, aws-chunked"),
        (CONTENT_SHA256, marker.as_bytes()),
        ("x-amz-decoded-content-length", b"5"),
        ("x-amz-trailer", b"x-amz-checksum-crc32"),
    ];
    get(uri, &headers)
}

fn sign(profile: Profile, parts: &mut Parts, payload: Payload) -> Result<(), SignError> {
    Signer::new(profile).sign(parts, &key(), payload, moment())
}

fn assert_refused(parts: &mut Parts, sign: impl FnOnce(&mut Parts) -> Result<(), SignError>) {
    let before = seen(parts);
    let error = sign(parts).expect_err(&before);
    assert!(error.is_payload() && error.is_framing(), "{error}");
    assert_eq!(before, seen(parts), "{error}");
}

#[test]
fn a_body_in_frames_is_signed_as_aws_sigv4_does() {
    for payload in FRAMED {
        assert_signed_as_by_aws_sigv4(payload);
    }
}

fn assert_signed_as_by_aws_sigv4(payload: Payload) {
    let uri = "https://bucket.s3.us-east-1.amazonaws.com/key";
    let key = key_of(ACCESS_KEY_ID, None, "s3", moment());
    let marker = payload.to_string();
    let mut ours = upload(uri, &marker);
    Signer::new(Profile::S3)
        .sign(&mut ours, &key, payload, moment())
        .unwrap();

    let identity = Credentials::new(ACCESS_KEY_ID, SECRET, None, None, "test").into();
    let mut settings = SigningSettings::default();
    settings.percent_encoding_mode = PercentEncodingMode::Single;
    settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
    settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
    let params = aws_sigv4::sign::v4::SigningParams::builder()
        .identity(&identity)
        .region("us-east-1")
        .name("s3")
        .time(moment())
        .settings(settings)
        .build()
        .unwrap()
        .into();
    let headers = [
        ("x-amz-decoded-content-length", "5"),
        ("x-amz-trailer", "x-amz-checksum-crc32"),
    ];
    let body = SignableBody::Precomputed(marker.clone());
    let request = SignableRequest::new("GET", uri, headers.into_iter(), body).unwrap();
    let theirs = aws_sigv4::http_request::sign(request, &params).unwrap();
    assert_eq!(signature(&ours), theirs.signature());
    assert_eq!(ours.headers[CONTENT_SHA256], marker);
    assert_eq!(ours.headers["content-encoding"], "gzip, aws-chunked");
}

#[test]
fn the_marker_is_set_where_it_is_missing_and_stays_where_it_is() {
    for payload in FRAMED {
        let sign = |parts: &mut Parts| {
            sign(Profile::S3, parts, payload).unwrap();
            signature(parts).to_owned()
        };
        let mut with = upload("https://h/", &payload.to_string());
        let mut without = with.clone();
        without.headers.remove(CONTENT_SHA256);
        let once = sign(&mut with);
        assert_eq!(once, sign(&mut without));
        assert_eq!(with.headers, without.headers);
        assert_eq!(once, sign(&mut with), "signed again");
    }
}

/// A store that is told of another payload answers 200, and keeps the frames as the object.
#[test]
fn a_marker_is_never_replaced() {
    for profile in PROFILES {
        for payload in payloads() {
            for marker in OTHER_MARKERS.into_iter().chain([UNSIGNED_TRAILER]) {
                let mut parts = upload("https://h/", marker);
                let takes_it = matches!(profile, Profile::S3 | Profile::S3_EXPRESS);
                if takes_it && payload.to_string() == marker {
                    sign(profile, &mut parts, payload).unwrap();
                    assert_eq!(parts.headers[CONTENT_SHA256], marker);
                } else {
                    assert_refused(&mut parts, |parts| sign(profile, parts, payload));
                }
            }
        }
    }
}

#[test]
fn of_several_markers_none_is_overlooked() {
    for values in [
        [UNSIGNED_TRAILER, OTHER_MARKERS[0]],
        [OTHER_MARKERS[0], UNSIGNED_TRAILER],
        ["UNSIGNED-PAYLOAD", OTHER_MARKERS[0]],
    ] {
        let mut parts = get(
            "https://h/",
            &values.map(|it| (CONTENT_SHA256, it.as_bytes())),
        );
        assert_refused(&mut parts, |parts| {
            sign(Profile::S3, parts, Payload::StreamingUnsignedTrailer)
        });
    }
    let values = ["UNSIGNED-PAYLOAD", UNSIGNED_TRAILER];
    let mut parts = get(
        "https://h/",
        &values.map(|it| (CONTENT_SHA256, it.as_bytes())),
    );
    assert_refused(&mut parts, |parts| {
        sign(Profile::S3, parts, Payload::Unsigned)
    });
}

#[test]
fn aws_chunked_without_a_marker_that_is_signed_is_refused() {
    for coding in ["aws-chunked", "gzip,AWS-Chunked", "aws-chunked , gzip"] {
        for payload in payloads().into_iter().filter(|it| !FRAMED.contains(it)) {
            for profile in PROFILES {
                let mut parts = get("https://h/", &[("content-encoding", coding.as_bytes())]);
                assert_refused(&mut parts, |parts| sign(profile, parts, payload));
            }
        }
    }
    for harmless in ["gzip", "x-aws-chunked", "aws-chunked2", "aws", ""] {
        let mut parts = get("https://h/", &[("content-encoding", harmless.as_bytes())]);
        sign(Profile::S3, &mut parts, Payload::EMPTY).unwrap();
    }
}

#[test]
fn frames_that_nothing_signs_go_over_tls_or_stay_on_this_machine() {
    for (uri, is_signed) in [
        ("https://h/", true),
        ("http://127.0.0.1:9000/", true),
        ("http://localhost:9000/", true),
        ("http://[::1]/", true),
        ("http://h/", false),
        ("http://localhost.example/", false),
        ("http://127.0.0.1.example/", false),
        ("http://127.0.0.1@h/", false),
    ] {
        let mut parts = upload(uri, UNSIGNED_TRAILER);
        let signed = sign(Profile::S3, &mut parts, Payload::StreamingUnsignedTrailer);
        assert_eq!(signed.is_ok(), is_signed, "{uri}");
        assert!(signed.err().is_none_or(|error| error.is_framing()), "{uri}");
    }
    // What counts is where the request goes, not whom it is signed for.
    let signer = Signer::new(Profile::S3).signing_host("localhost").unwrap();
    assert_refused(&mut upload("http://h/", UNSIGNED_TRAILER), |parts| {
        let payload = Payload::StreamingUnsignedTrailer;
        signer.sign(parts, &key(), payload, moment())
    });
}

#[test]
fn a_store_that_takes_no_unsigned_payload_takes_no_unsigned_frames() {
    let strict = Profile::S3.unsigned_payload(false);
    assert!(!strict.allows_streaming_payload() && Profile::S3.allows_streaming_payload());
    assert_refused(&mut upload("https://h/", UNSIGNED_TRAILER), |parts| {
        sign(strict, parts, Payload::StreamingUnsignedTrailer)
    });
}

/// Each chunk's signature covers it, on whatever way.
#[test]
fn signed_chunks_are_taken_over_plain_http_and_by_a_store_that_takes_no_unsigned_payload() {
    let strict = Profile::S3.unsigned_payload(false);
    for payload in [Payload::StreamingSigned, Payload::StreamingSignedTrailer] {
        for (profile, uri) in [(Profile::S3, "http://h/"), (strict, "https://h/")] {
            assert!(profile.allows_signed_chunks());
            sign(profile, &mut get(uri, &[]), payload).unwrap();
        }
    }
}

#[test]
fn no_frames_are_presigned() {
    let sign = |profile, parts: &mut Parts, payload| {
        let presigner = Presigner::new(Signer::new(profile), Duration::from_secs(60)).unwrap();
        let presigner = match payload {
            Some(payload) => presigner.payload(payload),
            None => presigner,
        };
        presigner.sign(parts, &key(), moment())
    };
    for profile in PROFILES {
        for marker in OTHER_MARKERS.into_iter().chain([UNSIGNED_TRAILER]) {
            for payload in payloads().map(Some).into_iter().chain([None]) {
                let headers = [(CONTENT_SHA256, marker.as_bytes())];
                assert_refused(&mut get("https://h/", &headers), |parts| {
                    sign(profile, parts, payload)
                });
            }
        }
        let mut announced = get("https://h/", &[("content-encoding", b"aws-chunked")]);
        assert_refused(&mut announced, |parts| sign(profile, parts, None));
        for payload in FRAMED {
            assert_refused(&mut get("https://h/", &[]), |parts| {
                sign(profile, parts, Some(payload))
            });
        }
    }
}

#[test]
fn the_errors_say_what_is_wrong_and_show_no_value_of_the_caller() {
    for (marker, word) in [
        (OTHER_MARKERS[0], OTHER_MARKERS[0]),
        ("STREAMING-SECRET", "`STREAMING-...`"),
        (UNSIGNED_TRAILER, "`Payload::StreamingUnsignedTrailer`"),
    ] {
        let mut parts = upload("https://h/", marker);
        let error = sign(Profile::S3, &mut parts, Payload::EMPTY).unwrap_err();
        let message = error.to_string();
        assert!(message.contains(word), "{message}");
        assert!(
            !format!("{message} {error:?}").contains("SECRET"),
            "{message}"
        );
    }
}

#[test]
fn a_payload_is_read_from_the_headers_of_a_body_in_frames() {
    let headers = |pairs: &[(&'static str, &'static str)]| {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, HeaderValue::from_static(value));
        }
        Payload::from_framing(&headers)
    };
    let chunked = ("content-encoding", "aws-chunked");
    assert_eq!(headers(&[]).unwrap(), None);
    assert_eq!(
        headers(&[(CONTENT_SHA256, "UNSIGNED-PAYLOAD")]).unwrap(),
        None
    );
    let framed = Some(Payload::StreamingUnsignedTrailer);
    assert_eq!(
        headers(&[(CONTENT_SHA256, UNSIGNED_TRAILER)]).unwrap(),
        framed
    );
    assert_eq!(
        headers(&[chunked, (CONTENT_SHA256, UNSIGNED_TRAILER)]).unwrap(),
        framed
    );
    assert!(headers(&[chunked]).unwrap_err().is_payload());
    for marker in OTHER_MARKERS {
        assert!(
            headers(&[(CONTENT_SHA256, marker)])
                .unwrap_err()
                .is_payload()
        );
    }
}
