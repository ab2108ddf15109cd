//! Presigned URLs held against AWS's own: the guide's example, and what `aws-sigv4` presigns.

mod common;

use std::time::{Duration, UNIX_EPOCH};

use aws_credential_types::Credentials;
use aws_sigv4::{
    http_request::{
        self, PercentEncodingMode, SessionTokenMode, SignableBody, SignableRequest,
        SignatureLocation, SigningSettings, UriPathNormalizationMode,
    },
    sign::v4,
};
use common::{ACCESS_KEY_ID, SECRET, TOKEN, get, key, key_with_token, moment, parameter};
use http::HeaderName;
use http_sigv4::{Payload, Presigner, Profile, Signer, SigningKey, SigningScope};

const HOUR: Duration = Duration::from_secs(3600);

/// The example of <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html>.
#[test]
fn the_example_of_the_s3_guide_comes_out() {
    let time = UNIX_EPOCH + Duration::from_secs(1_369_353_600);
    let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", secret, None, None, "guide");
    let scope = SigningScope::new("s3", "us-east-1").unwrap();
    let key = SigningKey::derive(&credentials, &scope, time).unwrap();
    let mut parts = get("https://examplebucket.s3.amazonaws.com/test.txt", &[]);
    let presigner = Presigner::new(Signer::new(Profile::S3), HOUR * 24).unwrap();
    presigner.sign(&mut parts, &key, time).unwrap();
    assert_eq!(
        parameter(&parts, "X-Amz-Signature"),
        "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
    );
    assert_eq!(parts.headers.len(), 0);
}

/// One that AWS's own signer presigns as well.
struct Request {
    profile: Profile,
    uri: &'static str,
    headers: &'static [(&'static str, &'static [u8])],
    payload: Option<Payload>,
    token_after_signature: bool,
}

const PLAIN: Request = Request {
    profile: Profile::STANDARD,
    uri: "https://abc123.execute-api.us-east-1.amazonaws.com/prod/items",
    headers: &[],
    payload: None,
    token_after_signature: false,
};

#[test]
fn the_signature_is_that_of_aws_sigv4() {
    let requests = [
        PLAIN,
        Request {
            uri: "https://h:8182/a%20b/@x?z=1&a=%2F&X-Amz-Channel=c%3a",
            ..PLAIN
        },
        Request {
            uri: "wss://abc123.execute-api.us-east-1.amazonaws.com/prod",
            ..PLAIN
        },
        Request {
            uri: "wss://id-ats.iot.us-east-1.amazonaws.com/mqtt",
            token_after_signature: true,
            ..PLAIN
        },
        Request {
            headers: &[("x-k8s-aws-id", b"cluster"), ("x-amz-meta-a", b" a   b ")],
            uri: "https://sts.us-east-1.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15",
            ..PLAIN
        },
        Request {
            headers: &[("content-type", b"text/plain")],
            payload: Some(Payload::Sha256([0xab; 32])),
            ..PLAIN
        },
        Request {
            profile: Profile::S3,
            uri: "https://bucket.s3.us-east-1.amazonaws.com/a//b/./c?versionId=1",
            ..PLAIN
        },
        Request {
            profile: Profile::S3,
            uri: "http://localhost:9000/bucket/key",
            headers: &[("content-md5", b"1B2M2Y8AsgTpgAmY7PhCfg==")],
            ..PLAIN
        },
        Request {
            profile: Profile::VPC_LATTICE,
            uri: "http://svc-1.7d67968.vpc-lattice-svcs.us-east-1.on.aws/x",
            ..PLAIN
        },
    ];
    for request in requests {
        for key in [key(), key_with_token()] {
            let mut parts = get(request.uri, request.headers);
            let signer = Signer::new(request.profile)
                .sign_header(HeaderName::from_static("x-k8s-aws-id"))
                .unwrap();
            let mut presigner = Presigner::new(signer, HOUR)
                .unwrap()
                .token_after_signature(request.token_after_signature);
            if let Some(payload) = request.payload {
                presigner = presigner.payload(payload);
            }
            presigner.sign(&mut parts, &key, moment()).unwrap();
            let has_token = parts.uri.query().unwrap().contains("Token");
            assert_eq!(
                parameter(&parts, "X-Amz-Signature"),
                oracle(&request, has_token),
                "{}",
                parts.uri
            );
        }
    }
}

/// The signature of AWS's own signer.
fn oracle(request: &Request, with_token: bool) -> String {
    let token = with_token.then(|| TOKEN.into());
    let identity = Credentials::new(ACCESS_KEY_ID, SECRET, token, None, "oracle").into();
    let mut settings = SigningSettings::default();
    settings.signature_location = SignatureLocation::QueryParams;
    settings.expires_in = Some(HOUR);
    if request.profile == Profile::S3 {
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
    }
    let body = match request.profile {
        Profile::S3 | Profile::VPC_LATTICE => SignableBody::UnsignedPayload,
        _ => SignableBody::Precomputed(request.payload.unwrap_or(Payload::EMPTY).to_string()),
    };
    if request.token_after_signature {
        settings.session_token_mode = SessionTokenMode::Exclude;
    }
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region("us-east-1")
        .name("execute-api")
        .time(moment())
        .settings(settings)
        .build()
        .unwrap()
        .into();
    let headers = request.headers.iter();
    let headers = headers.map(|(name, value)| (*name, str::from_utf8(value).unwrap()));
    // This signer brings it, that one has to be given it.
    let for_lattice = (request.profile == Profile::VPC_LATTICE)
        .then_some(("x-amz-content-sha256", "UNSIGNED-PAYLOAD"));
    let headers = headers.chain(for_lattice);
    let signable = SignableRequest::new("GET", request.uri, headers, body).unwrap();
    http_request::sign(signable, &params)
        .unwrap()
        .signature()
        .into()
}
