//! A path prefix that is signed and not sent: the signature is the one that AWS's own signer makes of
//! the whole path.

mod common;

use std::time::Duration;

use aws_credential_types::Credentials;
use aws_sigv4::{
    http_request::{
        self, PercentEncodingMode, SignableBody, SignableRequest, SignatureLocation,
        SigningSettings, UriPathNormalizationMode,
    },
    sign::v4,
};
use common::{
    ACCESS_KEY_ID, SECRET, get, key, moment, parameter, seen, sign_with, signature, signed_headers,
};
use http_sigv4::{Payload, Presigner, Profile, Signer};

const HOUR: Duration = Duration::from_secs(3600);

/// What the service sees behind the CDN.
const ORIGIN: &str = "origin.example";

fn signer(profile: Profile, prefix: &str) -> Signer {
    let signer = Signer::new(profile).signing_host(ORIGIN).unwrap();
    signer.signing_path_prefix(prefix).unwrap()
}

/// The signature that AWS's own signer makes for the origin, of the path that it gets.
fn oracle(profile: Profile, path_and_query: &str, location: SignatureLocation) -> String {
    let identity = Credentials::new(ACCESS_KEY_ID, SECRET, None, None, "oracle").into();
    let mut settings = SigningSettings::default();
    if location == SignatureLocation::QueryParams {
        settings.expires_in = Some(HOUR);
    }
    settings.signature_location = location;
    if profile == Profile::S3 {
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
    }
    let presigned = location == SignatureLocation::QueryParams;
    let (headers, body) = match (profile == Profile::S3, presigned) {
        (true, true) => (None, SignableBody::UnsignedPayload),
        (true, false) => {
            let digest = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
            let header = ("x-amz-content-sha256", digest);
            (Some(header), SignableBody::Bytes(b""))
        }
        (false, _) => (None, SignableBody::Bytes(b"")),
    };
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region("us-east-1")
        .name("execute-api")
        .time(moment())
        .settings(settings)
        .build()
        .unwrap()
        .into();
    let uri = format!("https://{ORIGIN}{path_and_query}");
    let request = SignableRequest::new("GET", uri, headers.into_iter(), body).unwrap();
    let signed = http_request::sign(request, &params).unwrap();
    signed.signature().to_owned()
}

/// Prefixes that are their own canonical form by the rule of S3 as well.
const PREFIXES: [&str; 6] = [
    "/prod",
    "/v1/orders",
    "/a%20b/%E2%82%AC",
    "/.well-known",
    "/...",
    "/%40",
];

/// Paths of the wire, to which the same applies.
const PATHS: [&str; 8] = [
    "",
    "/",
    "/items",
    "/items/",
    "/a//b/./c",
    "/a/../b",
    "/a%20b/%2540",
    "/items?b=2&a=1",
];

#[test]
fn the_signature_is_that_of_aws_sigv4_for_the_whole_path() {
    for profile in [Profile::STANDARD, Profile::S3] {
        for prefix in PREFIXES {
            for path in PATHS {
                let wire = format!("https://cdn.example{path}");
                // A client sends the root where there is no path.
                let path = if path.is_empty() { "/" } else { path };
                let mut parts = get(&wire, &[]);
                let sent = parts.uri.clone();
                sign_with(&signer(profile, prefix), &mut parts).unwrap();
                let whole = format!("{prefix}{path}");
                let expected = oracle(profile, &whole, SignatureLocation::Headers);
                assert_eq!(signature(&parts), expected, "{whole}");
                assert_eq!(parts.uri, sent, "the wire is left alone");
                assert!(signed_headers(&parts).starts_with("host;"));
            }
        }
    }
}

#[test]
fn a_presigned_url_is_signed_with_the_prefix_and_does_not_have_it() {
    for profile in [Profile::STANDARD, Profile::S3] {
        for prefix in PREFIXES {
            for path in PATHS {
                let mut parts = get(&format!("https://cdn.example{path}"), &[]);
                let sent = parts.uri.path().to_owned();
                let presigner = Presigner::new(signer(profile, prefix), HOUR).unwrap();
                presigner.sign(&mut parts, &key(), moment()).unwrap();
                let path = if path.is_empty() { "/" } else { path };
                let whole = format!("{prefix}{path}");
                let expected = oracle(profile, &whole, SignatureLocation::QueryParams);
                assert_eq!(parameter(&parts, "X-Amz-Signature"), expected, "{whole}");
                assert_eq!(parts.uri.host(), Some("cdn.example"));
                assert_eq!(parts.uri.path(), sent);
            }
        }
    }
}

#[test]
fn the_prefix_and_the_path_are_one_text_by_both_rules() {
    const PIECES: [&str; 22] = [
        "a", "/", "/", ".", "..", "/..", "/.", "%20", "%2F", "%2e", "%25", "%FF", "%", "+", "@",
        ":", "!'()*", "$,;", "{}", "\"", "~", "-_",
    ];
    let canonical = |signer: &Signer, path: &str| {
        let mut parts = get(&format!("https://cdn.example{path}"), &[]);
        let key = key();
        let prepared = signer.prepare(&mut parts, &key, Payload::EMPTY, moment());
        prepared.map(|prepared| {
            let request = prepared.canonical_request();
            request.canonical_request().to_owned()
        })
    };
    let mut random = fastrand::Rng::with_seed(12);
    let (mut signed, mut refused, mut ambiguous) = (0, 0, 0);
    for _ in 0..20_000 {
        let pieces = (0..random.usize(..12)).map(|_| *random.choice(PIECES.iter()).unwrap());
        let path = format!("/{}", pieces.collect::<String>());
        let prefix = *random.choice(PREFIXES.iter()).unwrap();
        for profile in [Profile::STANDARD, Profile::S3] {
            let with_prefix = canonical(&signer(profile, prefix), &path);
            let whole = canonical(&signer(profile, ""), &format!("{prefix}{path}"));
            match (with_prefix, whole) {
                (Ok(with_prefix), Ok(whole)) => {
                    assert_eq!(with_prefix, whole, "{prefix} {path}");
                    signed += 1;
                }
                (Err(error), Ok(_)) => {
                    assert!(error.to_string().contains("above its root"), "{error}");
                    refused += 1;
                }
                (Err(_), Err(_)) => ambiguous += 1,
                (Ok(_), Err(error)) => panic!("{prefix} {path}: {error}"),
            }
        }
    }
    println!("{signed} alike, {refused} lead above the root, {ambiguous} refused either way");
    assert!(signed > 20_000 && refused > 1_000 && ambiguous > 1_000);
}

#[test]
fn a_path_that_leads_above_its_root_is_refused_under_a_prefix_only() {
    for path in ["/../a", "/a/../../b", "/%2e%2e/a", "/a/%2E./../b", "//../a"] {
        for profile in [Profile::STANDARD, Profile::S3] {
            let mut parts = get(&format!("https://cdn.example{path}"), &[]);
            let before = seen(&parts);
            let error = sign_with(&signer(profile, "/prod"), &mut parts).unwrap_err();
            assert!(error.is_request(), "{path}: {error}");
            assert_eq!(seen(&parts), before);
            assert!(
                sign_with(&signer(profile, ""), &mut parts).is_ok(),
                "{path}"
            );
        }
    }
}

#[test]
fn an_empty_prefix_is_none_and_the_last_one_counts() {
    let signer = signer(Profile::STANDARD, "/prod");
    assert_eq!(signer.path_prefix(), Some("/prod"));
    let signer = signer.signing_path_prefix("/v2").unwrap();
    assert_eq!(signer.path_prefix(), Some("/v2"));
    let signer = signer.signing_path_prefix("").unwrap();
    assert_eq!(signer.path_prefix(), None);
    let mut parts = get("https://cdn.example/items", &[]);
    sign_with(&signer, &mut parts).unwrap();
    let expected = oracle(Profile::STANDARD, "/items", SignatureLocation::Headers);
    assert_eq!(signature(&parts), expected);
}

#[test]
fn a_prefix_that_is_no_certain_path_is_refused() {
    for prefix in ["prod", "/", "/prod/", "/a//b", "/a/../b", "/a?b", "/a b"] {
        let signer = Signer::new(Profile::STANDARD).signing_path_prefix(prefix);
        let error = signer.unwrap_err();
        assert!(error.is_configuration(), "{prefix}: {error}");
        assert!(error.to_string().contains("signing path prefix"), "{error}");
    }
}
