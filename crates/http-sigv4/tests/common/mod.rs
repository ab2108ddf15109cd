//! What several suites share. Each suite is a crate of its own and uses only some of it.
#![allow(dead_code)]

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use http::{
    HeaderMap, Request,
    header::{AUTHORIZATION, HeaderValue},
    request::Parts,
};
use http_sigv4::{Payload, Profile, SignError, Signer, SigningKey, SigningScope};

pub(crate) const ACCESS_KEY_ID: &str = "AKIDEXAMPLE";
pub(crate) const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
pub(crate) const TOKEN: &str = "IQoJb3JpZ2luX2VjEXAMPLE+token/==";

/// 2015-08-30, 12:36:00, the moment of AWS's own examples.
pub(crate) fn moment() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_440_938_160)
}

pub(crate) fn key_of(id: &str, token: Option<&str>, service: &str, time: SystemTime) -> SigningKey {
    let credentials = Credentials::new(id, SECRET, token.map(Into::into), None, "test");
    let scope = SigningScope::new(service, "us-east-1").unwrap();
    SigningKey::derive(&credentials, &scope, time).unwrap()
}

/// A key without a session token.
pub(crate) fn key() -> SigningKey {
    key_of(ACCESS_KEY_ID, None, "execute-api", moment())
}

pub(crate) fn key_with_token() -> SigningKey {
    key_of(ACCESS_KEY_ID, Some(TOKEN), "execute-api", moment())
}

/// A `GET` with these headers, whose values are bytes so that they can be anything.
pub(crate) fn get(uri: &str, headers: &[(&'static str, &[u8])]) -> Parts {
    let mut parts = Request::get(uri).body(()).unwrap().into_parts().0;
    for (name, value) in headers {
        let value = HeaderValue::from_bytes(value).unwrap();
        parts.headers.append(*name, value);
    }
    parts
}

pub(crate) fn sign(parts: &mut Parts) -> Result<(), SignError> {
    sign_with(&Signer::new(Profile::STANDARD), parts)
}

pub(crate) fn sign_with(signer: &Signer, parts: &mut Parts) -> Result<(), SignError> {
    signer.sign(parts, &key(), Payload::EMPTY, moment())
}

/// The names in `SignedHeaders=`.
pub(crate) fn signed_headers(parts: &Parts) -> &str {
    field(&parts.headers, "SignedHeaders=")
}

pub(crate) fn signature(parts: &Parts) -> &str {
    field(&parts.headers, "Signature=")
}

fn field<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    let authorization = headers[AUTHORIZATION].to_str().unwrap();
    let (_, rest) = authorization.split_once(name).unwrap();
    rest.split(',').next().unwrap()
}

/// The value of a parameter of a presigned URL, as it is written.
pub(crate) fn parameter<'a>(parts: &'a Parts, name: &str) -> &'a str {
    let mut values = parts.uri.query().unwrap().split('&').filter_map(|pair| {
        let value = pair.strip_prefix(name)?;
        value.strip_prefix('=')
    });
    let value = values.next().unwrap();
    assert_eq!(values.next(), None, "{name} twice in {}", parts.uri);
    value
}

/// Everything of a request that a caller can see, to tell whether any of it changed.
pub(crate) fn seen(parts: &Parts) -> String {
    let headers: Vec<_> = parts
        .headers
        .iter()
        .map(|(name, value)| (name, value.as_bytes(), value.is_sensitive()))
        .collect();
    format!(
        "{} {} {:?} {headers:?} {:?}",
        parts.method,
        parts.uri,
        parts.version,
        parts.extensions.get::<Marker>()
    )
}

/// An extension, to see that it stays.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Marker(pub(crate) u32);
