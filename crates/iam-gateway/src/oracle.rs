//! The signature that a request should have, by code that is neither this crate's nor that of the
//! signers it is meant to test: AWS's own `aws-sigv4` signs the received request again.

use std::borrow::Cow;

use aws_credential_types::Credentials;
use aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SigningSettings, sign},
    sign::v4,
};

use crate::{Account, date::Timestamp, signed_parts::SignedParts};

/// Computes the signature of the signed parts at the request's own time.
///
/// # Errors
///
/// Something that `aws-sigv4` does not read: a signed header that is not ASCII, for one.
pub(crate) fn signature(
    parts: &SignedParts<'_>,
    account: &Account,
    time: Timestamp,
    region: &str,
    service: &str,
) -> Result<String, String> {
    let mut headers = Vec::new();
    for (name, values) in &parts.headers {
        for value in values {
            let value = str::from_utf8(value)
                .map_err(|_| format!("the value of the signed header '{name}' is not text"))?;
            headers.push((*name, value));
        }
    }
    // The host is among the headers, so the authority is never read; but it has to be there.
    let uri = format!("http://gateway{}?{}", parts.path, parts.query.join("&"));
    let body = SignableBody::Bytes(parts.body);
    let request = SignableRequest::new(parts.method.as_str(), uri, headers.into_iter(), body)
        .map_err(|error| error.to_string())?;

    let mut settings = SigningSettings::default();
    // It adds `x-amz-date` by itself, which a presigned URL has in its query.
    let is_dated = parts.headers.iter().any(|(name, _)| *name == "x-amz-date");
    settings.excluded_headers = (!is_dated).then(|| vec![Cow::Borrowed("x-amz-date")]);
    // Without the session token: where it belongs, the received request has it already.
    let identity = Credentials::new(
        &account.access_key_id,
        &account.secret_access_key,
        None,
        None,
        "iam-gateway",
    )
    .into();
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name(service)
        .time(time.system_time())
        .settings(settings)
        .build()
        .map_err(|error| error.to_string())?
        .into();
    let output = sign(request, &params).map_err(|error| error.to_string())?;
    Ok(output.into_parts().1)
}

/// Signs a string to sign that the gateway wrote itself.
pub(crate) fn sign_text(
    string_to_sign: &str,
    account: &Account,
    time: Timestamp,
    region: &str,
    service: &str,
) -> String {
    let secret = &account.secret_access_key;
    let key = v4::generate_signing_key(secret, time.system_time(), region, service);
    v4::calculate_signature(key, string_to_sign.as_bytes())
}
