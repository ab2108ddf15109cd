//! Whether a request is signed, by AWS's own signer and never by ours.

use std::time::{Duration, SystemTime};

use aws_sigv4::{
    http_request::{
        PercentEncodingMode, SignableBody, SignableRequest, SignatureLocation, SigningSettings,
        UriPathNormalizationMode, sign,
    },
    sign::v4,
};
use http::{HeaderName, header::AUTHORIZATION};
use time::{PrimitiveDateTime, macros::format_description};

use super::{HOST, Sent, credentials, token};

/// What an `Authorization` header says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SignedAs<'a> {
    pub(crate) access_key_id: &'a str,
    pub(crate) day: &'a str,
    pub(crate) region: &'a str,
    pub(crate) service: &'a str,
    pub(crate) headers: &'a str,
    pub(crate) signature: &'a str,
}

/// Reads a request's one `Authorization` header.
#[track_caller]
pub(crate) fn signed_as(sent: &Sent) -> SignedAs<'_> {
    let mut lines = sent.parts.headers.get_all(AUTHORIZATION).iter();
    let (Some(line), None) = (lines.next(), lines.next()) else {
        panic!("not one `Authorization` header: {:?}", sent.parts.headers);
    };
    let fields = line.to_str().unwrap().strip_prefix("AWS4-HMAC-SHA256 ");
    let fields: Vec<_> = fields.expect("the algorithm").split(", ").collect();
    let [credential, headers, signature] = fields[..] else {
        panic!("not three fields: {line:?}");
    };
    let credential = credential.strip_prefix("Credential=").unwrap();
    let scope: Vec<_> = credential.split('/').collect();
    let [access_key_id, day, region, service, "aws4_request"] = scope[..] else {
        panic!("not a credential scope: {credential}");
    };
    SignedAs {
        access_key_id,
        day,
        region,
        service,
        headers: headers.strip_prefix("SignedHeaders=").unwrap(),
        signature: signature.strip_prefix("Signature=").unwrap(),
    }
}

/// Asserts that a service which gets this request, body and all, takes it.
#[track_caller]
pub(crate) fn assert_signed(sent: &Sent) {
    assert_signed_for(HOST, sent);
}

/// As [`assert_signed`], by a service that sees another host.
#[track_caller]
pub(crate) fn assert_signed_for(host: &str, sent: &Sent) {
    if let Err(why) = verify(host, sent) {
        panic!("{why}: {:?}", sent.parts);
    }
}

/// Signs a request again, with the headers that it says are signed, at its own time, and compares.
pub(crate) fn verify(host: &str, sent: &Sent) -> Result<(), String> {
    let signed = signed_as(sent);
    let headers = &sent.parts.headers;
    let names: Vec<_> = signed.headers.split(';').collect();
    for name in headers.keys().map(HeaderName::as_str) {
        let must_be = name.starts_with("x-amz-") || name == "content-type";
        if must_be && !names.contains(&name) {
            return Err(format!("`{name}` is not signed"));
        }
    }
    let date = headers["x-amz-date"].to_str().unwrap();
    if signed.day != &date[..8] {
        return Err(format!("signed for {}, on {date}", signed.day));
    }
    let format = format_description!("[year][month][day]T[hour][minute][second]Z");
    let time = PrimitiveDateTime::parse(date, format).unwrap();

    // It adds these itself.
    let added = ["host", "x-amz-date", "x-amz-security-token"];
    let signed_headers = headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.to_str().unwrap()))
        .filter(|(name, _)| names.contains(name) && !added.contains(name));
    let body = match headers.get("x-amz-content-sha256") {
        Some(value) if value == "UNSIGNED-PAYLOAD" => SignableBody::UnsignedPayload,
        Some(value) if value.as_bytes().starts_with(b"STREAMING-") => {
            SignableBody::Precomputed(value.to_str().unwrap().into())
        }
        _ => SignableBody::Bytes(&sent.body),
    };
    let uri = format!("https://{host}{}", sent.parts.uri.path_and_query().unwrap());
    let method = sent.parts.method.as_str();
    let request = SignableRequest::new(method, uri, signed_headers, body).unwrap();

    let mut settings = SigningSettings::default();
    if signed.service == "s3" {
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
    }
    let id = signed.access_key_id;
    let scope = (signed.region, signed.service);
    let expected = signature(request, settings, id, scope, time.assume_utc().into());
    match headers["x-amz-security-token"] == token(id) && signed.signature == expected {
        true => Ok(()),
        false => Err("the signature is not this request's".into()),
    }
}

/// The signature in a presigned URL, by the region and the name of a service.
pub(crate) fn presigned_signature(
    request: SignableRequest<'_>,
    id: &str,
    scope: (&str, &str),
    time: SystemTime,
    expires_in: Duration,
) -> String {
    let mut settings = SigningSettings::default();
    settings.signature_location = SignatureLocation::QueryParams;
    settings.expires_in = Some(expires_in);
    signature(request, settings, id, scope, time)
}

fn signature(
    request: SignableRequest<'_>,
    settings: SigningSettings,
    id: &str,
    (region, service): (&str, &str),
    time: SystemTime,
) -> String {
    let identity = credentials(id).into();
    let parameters = v4::SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name(service)
        .time(time)
        .settings(settings)
        .build()
        .unwrap();
    let signed = sign(request, &parameters.into()).unwrap();
    signed.signature().to_owned()
}
