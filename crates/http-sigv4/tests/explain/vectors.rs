//! The vectors, as requests that this side signed.

use aws_credential_types::Credentials;
use http::Request;
use http_sigv4::{CanonicalRequest, Payload, Profile, Signer, SigningKey, SigningScope};
use serde_json::Value;

use crate::common::{self, moment};

pub(crate) struct Vector {
    pub(crate) name: String,
    /// The path on the wire.
    pub(crate) wire_path: String,
    pub(crate) is_s3: bool,
    /// What AWS is known to compute.
    pub(crate) canonical_request: String,
    pub(crate) string_to_sign: String,
    /// What this side signed.
    pub(crate) signed: CanonicalRequest,
}

/// Every vector of [`sigv4_testkit::SIGNING_VECTORS`].
pub(crate) fn all() -> Vec<Vector> {
    let file: Value = serde_json::from_str(sigv4_testkit::SIGNING_VECTORS).unwrap();
    let vectors = file["vectors"].as_array().unwrap();
    vectors
        .iter()
        .map(|vector| read(&file["credentials"], vector))
        .collect()
}

/// The vector with a session token.
pub(crate) fn with_token() -> Vector {
    all()
        .into_iter()
        .find(|vector| vector.name == "hdr-token")
        .unwrap()
}

/// A request signed with a session token.
pub(crate) fn signed_with(token: &str) -> CanonicalRequest {
    let mut parts = common::get(
        "https://abc123.execute-api.us-east-1.amazonaws.com/dev?a=b%20c&d",
        &[],
    );
    let key = common::key_of(common::ACCESS_KEY_ID, Some(token), "execute-api", moment());
    let signer = Signer::new(Profile::STANDARD);
    signer
        .prepare(&mut parts, &key, Payload::EMPTY, moment())
        .unwrap()
        .canonical_request()
}

fn read(credentials: &Value, vector: &Value) -> Vector {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let service = text(&vector["service"]);
    let credentials = Credentials::new(
        text(&credentials["access_key_id"]),
        text(&credentials["secret_access_key"]),
        vector["session_token"].as_str().map(Into::into),
        None,
        "vectors",
    );
    let scope = SigningScope::new(&service, &text(&vector["region"])).unwrap();
    let key = SigningKey::derive(&credentials, &scope, moment()).unwrap();
    let mut signer = Signer::new(Profile::for_service(&service));
    if let Some(host) = vector["host_override"].as_str() {
        signer = signer.signing_host(host).unwrap();
    }
    let payload = match vector["payload"].as_str().unwrap() {
        "hash" => Payload::hash(text(&vector["body"]).as_bytes()),
        _ => Payload::Unsigned,
    };
    let mut request = Request::builder()
        .method(&*text(&vector["method"]))
        .uri(text(&vector["uri"]));
    for header in vector["headers"].as_array().unwrap() {
        request = request.header(text(&header[0]), text(&header[1]));
    }
    let (mut parts, ()) = request.body(()).unwrap().into_parts();
    Vector {
        name: text(&vector["name"]),
        wire_path: parts.uri.path().to_owned(),
        is_s3: service == "s3",
        canonical_request: text(&vector["expect"]["canonical_request"]),
        string_to_sign: text(&vector["expect"]["string_to_sign"]),
        signed: signer
            .prepare(&mut parts, &key, payload, moment())
            .unwrap()
            .canonical_request(),
    }
}
