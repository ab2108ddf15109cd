use std::time::SystemTime;

use aws_credential_types::Credentials;
use bytes::Bytes;
use http::{HeaderValue, Request, header::HOST};
use percent_encoding::{AsciiSet, utf8_percent_encode};
use scratchstack_aws_signature::{
    GetSigningKeyRequest, GetSigningKeyResponse, KSecretKey, SignatureError, SignatureOptions,
    VecSignedHeaderRequirements, sigv4_validate_request,
};
use tower::{BoxError, service_fn};

use crate::RESERVED;

/// Verifies a request with `scratchstack-aws-signature`, which shares no code with this project and
/// none with AWS. It knows the rules that are common to all services but S3.
///
/// # Errors
///
/// What it has against the request.
pub async fn verify_with_scratchstack(
    mut request: Request<Bytes>,
    credentials: Credentials,
    (service, region): (&str, &str),
    now: SystemTime,
) -> Result<(), BoxError> {
    // HTTP/2 has the host in the target.
    if let Some(authority) = request.uri().authority() {
        let host = HeaderValue::from_str(authority.as_str())?;
        request.headers_mut().entry(HOST).or_insert(host);
    }
    // It encodes a path once, where every service but S3 encodes what it received once more.
    let path = utf8_percent_encode(request.uri().path(), RESERVED_IN_PATH).to_string();
    let query = request.uri().query().map(|query| format!("?{query}"));
    *request.uri_mut() = (path + &query.unwrap_or_default()).parse()?;

    let mut keys = service_fn(move |asked: GetSigningKeyRequest| {
        let key = signing_key(&asked, &credentials);
        async move { key }
    });
    let required = VecSignedHeaderRequirements::new(&["host"], &["content-type"], &["x-amz-"]);
    let options = SignatureOptions::default();
    sigv4_validate_request(
        request,
        region,
        service,
        &mut keys,
        now.into(),
        &required,
        options,
    )
    .await?;
    Ok(())
}

fn signing_key(
    asked: &GetSigningKeyRequest,
    credentials: &Credentials,
) -> Result<GetSigningKeyResponse, BoxError> {
    let token = credentials
        .session_token()
        .filter(|token| !token.is_empty());
    if asked.access_key() != credentials.access_key_id() || asked.session_token() != token {
        let message = "the security token included in the request is invalid";
        return Err(SignatureError::InvalidClientTokenId(message.into()).into());
    }
    let secret: KSecretKey = credentials.secret_access_key().parse()?;
    let key = secret.to_ksigning(asked.request_date(), asked.region(), asked.service());
    Ok(GetSigningKeyResponse::builder().signing_key(key).build()?)
}

const RESERVED_IN_PATH: &AsciiSet = &RESERVED.remove(b'/');
