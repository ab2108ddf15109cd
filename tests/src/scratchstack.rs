use std::time::SystemTime;

use bytes::Bytes;
use http::{HeaderValue, Request, header::HOST};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use scratchstack_aws_signature::{
    GetSigningKeyRequest, GetSigningKeyResponse, KSecretKey, NO_ADDITIONAL_SIGNED_HEADERS,
    SignatureError, SignatureOptions, sigv4_validate_request,
};
use tower::BoxError;

use crate::Keys;

/// Verifies a request with `scratchstack-aws-signature`, which shares no code with this project and
/// none with AWS.
///
/// # Errors
///
/// What it has against the request.
pub async fn verify_with_scratchstack(
    request: &Request<Bytes>,
    keys: &Keys,
    (service, region): (&str, &str),
    now: SystemTime,
) -> Result<(), BoxError> {
    let (mut parts, body) = request.clone().into_parts();
    // HTTP/2 has the host in the target.
    if let Some(authority) = parts.uri.authority() {
        let host = HeaderValue::from_str(authority.as_str())?;
        parts.headers.entry(HOST).or_insert(host);
    }
    // It encodes paths once for every service, where all but S3 encode what the client encoded.
    let path = utf8_percent_encode(parts.uri.path(), PATH).to_string();
    let query = parts.uri.query().map(|query| format!("?{query}"));
    parts.uri = (path + &query.unwrap_or_default()).parse()?;

    let keys = keys.clone();
    let mut key_service = tower::service_fn(move |asked: GetSigningKeyRequest| {
        let key = signing_key(&keys, &asked);
        async move { key }
    });
    sigv4_validate_request(
        Request::from_parts(parts, body),
        region,
        service,
        &mut key_service,
        now.into(),
        &NO_ADDITIONAL_SIGNED_HEADERS,
        SignatureOptions::default(),
    )
    .await?;
    Ok(())
}

fn signing_key(
    keys: &Keys,
    asked: &GetSigningKeyRequest,
) -> Result<GetSigningKeyResponse, BoxError> {
    if asked.access_key() != keys.id || asked.session_token() != keys.token {
        let error = "the security token included in the request is invalid";
        return Err(SignatureError::InvalidClientTokenId(error.into()).into());
    }
    let secret: KSecretKey = keys.secret.parse()?;
    let key = secret.to_ksigning(asked.request_date(), asked.region(), asked.service());
    Ok(GetSigningKeyResponse::builder().signing_key(key).build()?)
}

const PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'/')
    .remove(b'_')
    .remove(b'~');
