//! Presigned URLs, which most tokens are at heart.

use std::time::SystemTime;

use http::{Method, Request, Uri, request::Parts};

use super::expires_in::Lifetime;
use crate::{
    Presigner, SignError, Signer, SigningKey, canonical::encode::encode_into, error::Kind,
    text::Text,
};

/// A request without a body and, so far, without headers.
pub(super) fn request(method: Method, uri: String) -> Result<Parts, SignError> {
    // Every part of it is checked or percent-encoded, so that only its length can be wrong.
    let uri = Uri::try_from(uri).map_err(|_| Kind::UriTooLong)?;
    let (mut parts, ()) = Request::new(()).into_parts();
    parts.method = method;
    parts.uri = uri;
    Ok(parts)
}

/// The URI of a presigned request.
pub(super) fn presigned(
    signer: Signer,
    mut parts: Parts,
    key: &SigningKey,
    lifetime: Lifetime,
    time: SystemTime,
) -> Result<Uri, SignError> {
    Presigner::new(signer, lifetime.duration)?.sign(&mut parts, key, time)?;
    Ok(parts.uri)
}

/// A query of these pairs, percent-encoded.
pub(super) fn query<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut query = String::new();
    for (name, value) in pairs {
        if !query.is_empty() {
            query.push('&');
        }
        query.push_str(&encoded(name));
        query.push('=');
        query.push_str(&encoded(value));
    }
    query
}

pub(super) fn encoded(text: &str) -> String {
    let mut encoded = Text::new();
    encode_into(&mut encoded, text.as_bytes());
    // Percent-encoded, so ASCII.
    String::from_utf8_lossy(&encoded).into_owned()
}

/// A URI's path and query behind a name: what a service takes for a password.
pub(super) fn without_scheme(authority: &str, uri: &Uri) -> String {
    let target = uri.path_and_query().map_or("/", |target| target.as_str());
    format!("{authority}{target}")
}
