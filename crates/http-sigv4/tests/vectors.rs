//! Sixty-two requests with the canonical request, string to sign and signature that AWS is known to
//! compute for them. Where a vector comes from stands in its `evidence`.

mod common;

use aws_credential_types::Credentials;
use http::{Request, header::AUTHORIZATION, request::Parts};
use http_sigv4::{Payload, Profile, SignError, Signer, SigningKey, SigningScope};
use serde_json::Value;

#[test]
fn every_vector_is_signed_as_aws_would() {
    let file: Value = serde_json::from_str(sigv4_testkit::SIGNING_VECTORS).unwrap();
    assert_eq!(file["time"], "20150830T123600Z", "the helpers' moment");
    let vectors = file["vectors"].as_array().unwrap();

    let failures: Vec<String> = vectors
        .iter()
        .flat_map(|vector| {
            let name = text(&vector["name"]);
            match check(&file["credentials"], vector) {
                Ok(wrong) => wrong,
                Err(error) => vec![format!("refused: {error}")],
            }
            .into_iter()
            .map(move |wrong| format!("{name}: {wrong}"))
        })
        .collect();

    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
    // A file that lost its vectors would pass as well.
    assert_eq!(vectors.len(), 62);
}

/// What differs from the vector's expectations.
fn check(credentials: &Value, vector: &Value) -> Result<Vec<String>, SignError> {
    let (service, region) = (text(&vector["service"]), text(&vector["region"]));
    let credentials = Credentials::new(
        text(&credentials["access_key_id"]),
        text(&credentials["secret_access_key"]),
        vector["session_token"].as_str().map(Into::into),
        None,
        "vectors",
    );
    let scope = SigningScope::new(service, region)?;
    let key = SigningKey::derive(&credentials, &scope, common::moment())?;
    let mut signer = Signer::new(Profile::for_service(service));
    if let Some(host) = vector["host_override"].as_str() {
        signer = signer.signing_host(host)?;
    }
    let payload = match text(&vector["payload"]) {
        "hash" => Payload::hash(text(&vector["body"]).as_bytes()),
        "UNSIGNED-PAYLOAD" => Payload::Unsigned,
        other => panic!("a payload that this test does not know: {other}"),
    };
    let mut parts = parts(vector);
    let prepared = signer.prepare(&mut parts, &key, payload, common::moment())?;
    let shown = prepared.canonical_request();
    prepared.apply()?;

    let expect = &vector["expect"];
    let mut lines = shown.canonical_request().lines().skip(1);
    let (path, query) = (lines.next().unwrap(), lines.next().unwrap());
    let host = lines.find_map(|line| line.strip_prefix("host:")).unwrap();
    let authorization = format!(
        "AWS4-HMAC-SHA256 Credential={}/20150830/{region}/{service}/aws4_request, \
         SignedHeaders={}, Signature={}",
        credentials.access_key_id(),
        text(&expect["signed_headers"]),
        text(&expect["signature"]),
    );
    Ok([
        ("canonical path", path, text(&expect["canonical_path"])),
        ("canonical query", query, text(&expect["canonical_query"])),
        ("host", host, text(&expect["host"])),
        (
            "canonical request",
            shown.canonical_request(),
            text(&expect["canonical_request"]),
        ),
        (
            "string to sign",
            shown.string_to_sign(),
            text(&expect["string_to_sign"]),
        ),
        (
            "signed headers",
            common::signed_headers(&parts),
            text(&expect["signed_headers"]),
        ),
        (
            "authorization",
            parts.headers[AUTHORIZATION].to_str().unwrap(),
            &authorization,
        ),
    ]
    .into_iter()
    .filter(|(_, ours, expected)| ours != expected)
    .map(|(what, ours, expected)| format!("{what}\n  ours     {ours:?}\n  expected {expected:?}"))
    .collect())
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
