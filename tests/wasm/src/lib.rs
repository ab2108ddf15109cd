//! Signs the test vectors, and tells whoever runs this module how many came out right.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use http::{Request, header::AUTHORIZATION, request::Parts};
use http_sigv4::{Payload, Profile, SignError, Signer, SigningKey, SigningScope};
use serde_json::Value;

/// Counts the vectors.
#[unsafe(no_mangle)]
pub extern "C" fn vectors() -> usize {
    file()["vectors"].as_array().unwrap().len()
}

/// Counts the vectors that are signed as AWS would.
#[unsafe(no_mangle)]
pub extern "C" fn right() -> usize {
    let file = file();
    let vectors = file["vectors"].as_array().unwrap().iter();
    vectors
        .filter(|vector| {
            let expected = format!("Signature={}", text(&vector["expect"]["signature"]));
            authorization(&file["credentials"], vector)
                .is_ok_and(|authorization| authorization.ends_with(&expected))
        })
        .count()
}

fn authorization(credentials: &Value, vector: &Value) -> Result<String, SignError> {
    let service = text(&vector["service"]);
    let credentials = Credentials::new(
        text(&credentials["access_key_id"]),
        text(&credentials["secret_access_key"]),
        vector["session_token"].as_str().map(Into::into),
        None,
        "vectors",
    );
    let scope = SigningScope::new(service, text(&vector["region"]))?;
    let key = SigningKey::derive(&credentials, &scope, moment())?;
    let mut signer = Signer::new(Profile::for_service(service));
    if let Some(host) = vector["host_override"].as_str() {
        signer = signer.signing_host(host)?;
    }
    let payload = match text(&vector["payload"]) {
        "hash" => Payload::hash(text(&vector["body"]).as_bytes()),
        _ => Payload::Unsigned,
    };
    let mut parts = parts(vector);
    signer.sign(&mut parts, &key, payload, moment())?;
    Ok(String::from_utf8_lossy(parts.headers[AUTHORIZATION].as_bytes()).into_owned())
}

fn file() -> Value {
    let file = include_str!("../../../crates/sigv4-testkit/data/signing.json");
    serde_json::from_str(file).unwrap()
}

fn parts(vector: &Value) -> Parts {
    let mut request = Request::builder()
        .method(text(&vector["method"]))
        .uri(text(&vector["uri"]));
    for header in vector["headers"].as_array().unwrap() {
        request = request.header(text(&header[0]), text(&header[1]));
    }
    request.body(()).unwrap().into_parts().0
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

/// 2015-08-30T12:36:00Z, the vectors' moment.
fn moment() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_440_938_160)
}
