//! What would be signed, for whoever looks for the line that differs.

use std::{fmt::Write, io};

use bytes::Bytes;
use http::{Request, request::Parts};
use http_body::Body;
use http_body_util::BodyExt;
use http_sigv4::{CanonicalRequest, Payload, Profile, SignError, Signer, SigningKey, SigningScope};
use sha2::{Digest, Sha256};

use crate::{arguments::Arguments, credentials::Signing, failure::Failure};

/// Describes the canonical request and the string to sign of a request, without secrets.
pub(crate) async fn describe<B>(
    arguments: &Arguments,
    signing: &Signing,
    request: Request<B>,
) -> Result<String, Failure>
where
    B: Body<Data = Bytes, Error = io::Error> + Unpin,
{
    let (mut parts, body) = request.into_parts();
    let payload = match arguments.unsigned_payload {
        true => Payload::Unsigned,
        false => Payload::Sha256(digest(body).await?),
    };
    let mut unsigned = parts.clone();
    // What the engine refuses has no canonical request to show.
    signing.signer.sign(&mut parts, payload).await?;
    let canonical = canonical_request(signing, &mut unsigned, payload).await?;

    let mut text = String::from("Canonical request\n");
    for line in canonical.canonical_request().lines() {
        let _ = writeln!(text, "  {}", without_secret(line));
    }
    text.push_str("\nString to sign\n");
    for line in canonical.string_to_sign().lines() {
        let _ = writeln!(text, "  {line}");
    }
    Ok(text)
}

/// Computes the digest of a body of any size.
async fn digest<B>(mut body: B) -> Result<[u8; 32], Failure>
where
    B: Body<Data = Bytes, Error = io::Error> + Unpin,
{
    let mut hash = Sha256::new();
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| Failure::Read("the body".to_owned(), error))?;
        if let Ok(data) = frame.into_data() {
            hash.update(data);
        }
    }
    Ok(hash.finalize().into())
}

/// Makes the same signature once more, from whose making the text can be had.
async fn canonical_request(
    signing: &Signing,
    parts: &mut Parts,
    payload: Payload,
) -> Result<CanonicalRequest, Failure> {
    let credentials = signing.signer.credentials().get().await;
    let credentials = credentials.map_err(|error| Failure::Transfer(error.into()))?;
    let refused = |error: SignError| Failure::Usage(error.to_string());
    let scope = SigningScope::new(&signing.service, &signing.region).map_err(refused)?;
    let key = SigningKey::derive(credentials.credentials(), &scope, signing.time);
    let key = key.map_err(refused)?;
    let signer = Signer::new(Profile::for_service(&signing.service));
    let prepared = signer.prepare(parts, &key, payload, signing.time);
    Ok(prepared.map_err(refused)?.canonical_request())
}

/// Replaces the session token by its length. Nothing else in a canonical request is a secret of AWS's.
fn without_secret(line: &str) -> String {
    match line.split_once(':') {
        Some((name @ ("x-amz-security-token" | "x-amz-s3session-token"), token)) => {
            format!("{name}:[{} bytes]", token.len())
        }
        _ => line.to_owned(),
    }
}
