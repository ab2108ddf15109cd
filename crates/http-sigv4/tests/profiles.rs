//! What each service asks of a signature, and what its profile refuses.

mod common;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings,
    UriPathNormalizationMode,
};
use common::{ACCESS_KEY_ID, SECRET, TOKEN, get, key_of, key_with_token, moment};
use http::{Request, header::AUTHORIZATION, request::Parts};
use http_sigv4::{Payload, Profile, SignError, Signer, SigningKey};

const S3_SESSION: &str = "x-amz-s3session-token";

fn sign(profile: Profile, uri: &str, payload: Payload) -> Result<Parts, SignError> {
    let mut parts = get(uri, &[]);
    Signer::new(profile).sign(&mut parts, &key_with_token(), payload, moment())?;
    Ok(parts)
}

/// What the profile says of the body: what is sent of a hash, and whether none at all will do over
/// TLS and in clear.
fn body_rules(profile: Profile) -> (Option<String>, bool, bool) {
    let header = |parts: Parts| {
        let value = parts.headers.get("x-amz-content-sha256")?;
        Some(value.to_str().unwrap().to_owned())
    };
    let hashed = sign(profile, "https://h/", Payload::EMPTY).map(header);
    let unsigned = |uri| match sign(profile, uri, Payload::Unsigned) {
        Ok(parts) => {
            // Without the header nobody would know.
            assert_eq!(header(parts).as_deref(), Some("UNSIGNED-PAYLOAD"));
            true
        }
        Err(error) => {
            assert!(error.is_payload(), "{error}");
            false
        }
    };
    let hashed = hashed.unwrap_or_else(|error| {
        assert!(error.is_payload(), "{error}");
        Some("refused".into())
    });
    (hashed, unsigned("https://h/"), unsigned("http://h/"))
}

#[test]
fn each_service_has_its_rules_for_the_body() {
    let empty = Payload::EMPTY.to_string();
    for (services, rules) in [
        (
            &[
                "execute-api",
                "lambda",
                "es",
                "appsync",
                "bedrock",
                "aps",
                "sqs",
                "unheard-of",
            ][..],
            (None, false, false),
        ),
        (&["glacier"], (Some(empty.clone()), false, false)),
        (
            &["aoss", "s3", "s3express", "s3-outposts", "s3-object-lambda"],
            (Some(empty), true, false),
        ),
        (&["ebs", "lex", "mediastore", "omics"], (None, true, false)),
        (&["vpc-lattice-svcs"], (Some("refused".into()), true, true)),
    ] {
        for service in services {
            let profile = Profile::for_service(service);
            assert_eq!(body_rules(profile), rules, "{service}");
            assert_eq!(profile.allows_unsigned_payload(), rules.1, "{service}");
            assert_eq!(profile.allows_plain_http(), rules.2, "{service}");
        }
    }
}

#[test]
fn a_profile_of_ones_own_is_made_from_the_closest() {
    const UPLOADS: Profile = Profile::STANDARD
        .content_sha256_header(true)
        .unsigned_payload(true);
    let empty = Payload::EMPTY.to_string();
    assert_eq!(body_rules(UPLOADS), (Some(empty.clone()), true, false));
    let strict = Profile::S3.unsigned_payload(false);
    assert_eq!(body_rules(strict), (Some(empty), false, false));
    assert_eq!(
        UPLOADS.content_sha256_header(false).unsigned_payload(false),
        Profile::STANDARD
    );

    // Even where both rules of VPC Lattice are undone.
    let hashed = Profile::VPC_LATTICE
        .unsigned_payload(false)
        .content_sha256_header(false);
    assert_eq!(body_rules(hashed), (None, false, false));
    for (profile, expected) in [(Profile::VPC_LATTICE, true), (hashed, false)] {
        assert_eq!(profile.requires_unsigned_payload(), expected);
        assert_eq!(profile.allows_plain_http(), expected);
    }
}

#[test]
fn only_iot_leaves_the_token_of_a_presigned_url_unsigned() {
    let leaves = |service| Profile::for_service(service).leaves_presigned_token_unsigned();
    assert!(leaves("iotdevicegateway"));
    assert!(!leaves("iotdata") && !leaves("s3") && !leaves("execute-api"));
}

/// A `PUT` within a session of S3 Express.
fn session_put() -> Parts {
    let host = "bucket--usw2-az1--x-s3.s3express-usw2-az1.us-east-1.amazonaws.com";
    Request::put(format!("https://{host}/folder/object"))
        .header(S3_SESSION, TOKEN)
        .body(())
        .unwrap()
        .into_parts()
        .0
}

fn session_key(token: Option<&str>) -> SigningKey {
    key_of(ACCESS_KEY_ID, token, "s3express", moment())
}

#[test]
fn a_session_of_s3_express_is_signed_as_aws_sdks_do() {
    let mut ours = session_put();
    let signer = Signer::new(Profile::for_service("s3express"));
    let payload = Payload::hash(b"body");
    signer
        .sign(&mut ours, &session_key(None), payload, moment())
        .unwrap();

    let theirs = session_put();
    let identity = Credentials::new(ACCESS_KEY_ID, SECRET, Some(TOKEN.into()), None, "test").into();
    let mut settings = SigningSettings::default();
    settings.percent_encoding_mode = PercentEncodingMode::Single;
    settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
    settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
    settings.session_token_name_override = Some(S3_SESSION);
    let params = aws_sigv4::sign::v4::SigningParams::builder()
        .identity(&identity)
        .region("us-east-1")
        .name("s3express")
        .time(moment())
        .settings(settings)
        .build()
        .unwrap()
        .into();
    let uri = theirs.uri.to_string();
    let request = SignableRequest::new(
        "PUT",
        &uri,
        std::iter::empty(),
        SignableBody::Bytes(b"body"),
    );
    let (instructions, _) = aws_sigv4::http_request::sign(request.unwrap(), &params)
        .unwrap()
        .into_parts();
    let (headers, _) = instructions.into_parts();

    for header in &headers {
        assert_eq!(
            ours.headers[header.name()],
            header.value(),
            "{}",
            header.name()
        );
    }
    assert!(headers.iter().any(|header| header.name() == AUTHORIZATION));
    assert!(!ours.headers.contains_key("x-amz-security-token"));
}

#[test]
fn a_session_of_s3_express_and_credentials_with_a_token_do_not_mix() {
    let signer = Signer::new(Profile::S3_EXPRESS);
    let mut parts = session_put();
    let key = session_key(Some("other"));
    let error = signer
        .sign(&mut parts, &key, Payload::EMPTY, moment())
        .unwrap_err();
    assert!(
        error.is_request() && error.to_string().contains(S3_SESSION),
        "{error}"
    );
    assert!(!error.to_string().contains(TOKEN), "{error}");

    // Such credentials are for requests outside a session, such as the one that starts it.
    parts.headers.remove(S3_SESSION);
    signer
        .sign(&mut parts, &key, Payload::EMPTY, moment())
        .unwrap();
    assert_eq!(parts.headers["x-amz-security-token"], "other");
}

#[test]
fn an_unsigned_payload_goes_over_plain_http_to_this_machine_only() {
    for (host, is_signed) in [
        ("localhost:9000", true),
        ("127.0.0.1", true),
        ("[::1]:80", true),
        ("127.0.0.1.example", false),
        ("bucket.s3.us-east-1.amazonaws.com", false),
    ] {
        let uri = format!("http://{host}/key");
        let signed = sign(Profile::S3, &uri, Payload::Unsigned);
        assert_eq!(signed.is_ok(), is_signed, "{host}: {signed:?}");
    }
}
