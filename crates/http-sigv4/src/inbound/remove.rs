use http::{HeaderMap, header::AUTHORIZATION, request::Parts};

use super::query::{parameter, without};
use crate::{
    SignError,
    authorization::is_of_aws,
    canonical::headers::{
        X_AMZ_CONTENT_SHA256, X_AMZ_DATE, X_AMZ_REGION_SET, X_AMZ_S3SESSION_TOKEN,
        X_AMZ_SECURITY_TOKEN,
    },
    marker::Marker,
    uri,
};

/// Removes the signature that a request carries, with all that came with it: from the headers
/// `authorization`, `x-amz-content-sha256`, `x-amz-date`, `x-amz-region-set`, and the session tokens
/// `x-amz-s3session-token` and `x-amz-security-token`; from the query the parameters of a presigned
/// URL, of [version 2] too, which is one with an `AWSAccessKeyId`.
///
/// An `authorization` that is not AWS's stays, and so does an `x-amz-content-sha256` that says how the
/// body is framed, as long as it is. The rest of the query stays as it is written.
///
/// # Errors
///
/// None of a request that came over a network. `parts` are then unchanged.
///
/// [version 2]: https://docs.aws.amazon.com/AmazonS3/latest/API/RESTAuthentication.html
pub fn remove_signature(parts: &mut Parts) -> Result<(), SignError> {
    let query = parts.uri.query().unwrap_or_default();
    let mut names = PARAMETERS.to_vec();
    if parameter(query, VERSION_2[0]).is_some() {
        names.extend(VERSION_2);
    }
    if let Some(rest) = without(query, &names) {
        let rest = Some(rest.as_str()).filter(|rest| !rest.is_empty());
        parts.uri = uri::rewritten(&parts.uri, None, rest)?;
    }
    let headers = &mut parts.headers;
    for name in [
        &X_AMZ_DATE,
        &X_AMZ_REGION_SET,
        &X_AMZ_S3SESSION_TOKEN,
        &X_AMZ_SECURITY_TOKEN,
    ] {
        headers.remove(name);
    }
    let mut stated = headers.get_all(&X_AMZ_CONTENT_SHA256).iter();
    if !stated.any(|value| Marker::parse(value.as_bytes()).is_some()) {
        headers.remove(&X_AMZ_CONTENT_SHA256);
    }
    remove_authorization(headers);
    Ok(())
}

/// The parameters of a presigned URL, and of one that says of its body what a header would.
const PARAMETERS: [&str; 10] = [
    "x-amz-algorithm",
    "x-amz-content-sha256",
    "x-amz-credential",
    "x-amz-date",
    "x-amz-expires",
    "x-amz-region-set",
    "x-amz-s3session-token",
    "x-amz-security-token",
    "x-amz-signature",
    "x-amz-signedheaders",
];

/// Those of version 2. The names behind the first may be those of a parameter of another meaning.
const VERSION_2: [&str; 3] = ["awsaccesskeyid", "expires", "signature"];

fn remove_authorization(headers: &mut HeaderMap) {
    let lines = || headers.get_all(AUTHORIZATION).iter();
    if !lines().any(is_of_aws) {
        return;
    }
    let others: Vec<_> = lines().filter(|line| !is_of_aws(line)).cloned().collect();
    headers.remove(AUTHORIZATION);
    for other in others {
        headers.append(AUTHORIZATION, other);
    }
}
