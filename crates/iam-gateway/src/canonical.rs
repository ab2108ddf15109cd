//! The canonical request and the string to sign, written by the gateway from what it received.
//!
//! These are what it shows to a client; whether a signature is right is for the
//! [oracle](crate::oracle) to say.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>

use sha2::{Digest, Sha256};

use crate::{
    authorization::ALGORITHM,
    date::Timestamp,
    encoding::{decode_pair, encode},
    signed_parts::SignedParts,
};

/// The canonical request, in bytes since a header's value need not be text.
pub(crate) fn request(parts: &SignedParts<'_>) -> Vec<u8> {
    let mut text = Vec::new();
    let names: Vec<&str> = parts.headers.iter().map(|(name, _)| *name).collect();
    for line in [
        parts.method.as_str(),
        &path(parts.path),
        &query(&parts.query),
    ] {
        text.extend_from_slice(line.as_bytes());
        text.push(b'\n');
    }
    for (name, values) in &parts.headers {
        let values: Vec<_> = values.iter().map(|value| folded(value)).collect();
        text.extend_from_slice(name.as_bytes());
        text.push(b':');
        text.extend_from_slice(&values.join(&b','));
        text.push(b'\n');
    }
    text.push(b'\n');
    text.extend_from_slice(names.join(";").as_bytes());
    text.push(b'\n');
    text.extend_from_slice(hex_sha256(parts.body).as_bytes());
    text
}

/// The string to sign for a canonical request.
pub(crate) fn string_to_sign(
    canonical_request: &[u8],
    time: Timestamp,
    region: &str,
    service: &str,
) -> String {
    let (day, digest) = (time.day(), hex_sha256(canonical_request));
    format!("{ALGORITHM}\n{time}\n{day}/{region}/{service}/aws4_request\n{digest}")
}

/// A SHA-256 digest in lower-case hexadecimal.
pub(crate) fn hex_sha256(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Without dot segments and empty segments, and encoded once more than on the wire.
fn path(path: &str) -> String {
    let mut segments = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop();
            }
            segment => segments.push(segment),
        }
    }
    let mut canonical = String::new();
    for segment in &segments {
        canonical.push('/');
        encode(&mut canonical, segment.as_bytes());
    }
    if segments.is_empty() || path.ends_with('/') {
        canonical.push('/');
    }
    canonical
}

/// Decoded, encoded strictly, and sorted by name, then by value.
fn query(pairs: &[&str]) -> String {
    let encoded = |bytes: &[u8]| {
        let mut text = String::new();
        encode(&mut text, bytes);
        text
    };
    let mut pairs: Vec<_> = pairs
        .iter()
        .map(|pair| {
            let (name, value) = decode_pair(pair);
            (encoded(&name), encoded(&value))
        })
        .collect();
    pairs.sort_unstable();
    let pairs: Vec<_> = pairs
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    pairs.join("&")
}

/// Without white space at its ends, and with one space for every run of it.
fn folded(value: &[u8]) -> Vec<u8> {
    let words: Vec<_> = value
        .split(|byte| matches!(byte, b' ' | b'\t'))
        .filter(|word| !word.is_empty())
        .collect();
    words.join(&b' ')
}
