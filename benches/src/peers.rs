//! Everybody else who signs a request or hashes, made ready as far as their interfaces allow.
//!
//! Another one is a function here, and a row or a column where the benches list them.

use ::aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SigningSettings, sign},
    sign::v4::SigningParams,
};
use bytes::Bytes;
use http::{HeaderValue, Request, request::Parts};
use reqsign_aws_v4::{Credential, RequestSigner};
use reqsign_core::{SignRequest, hash::hex_sha256};

use crate::{Case, Hashing, case, no_op::at_once};

/// Signs with the crate of AWS's SDK for Rust.
pub fn aws_sigv4(case: Case) -> impl Fn(Parts, &Bytes) -> Parts {
    let (identity, time) = (case.credentials().into(), case.time());
    move |parts, body| {
        let params = SigningParams::builder()
            .identity(&identity)
            .region(case::REGION)
            .name(case::SERVICE)
            .time(time)
            .settings(SigningSettings::default())
            .build()
            .expect("all is set")
            .into();
        let headers = parts.headers.iter();
        let headers = headers.map(|(name, value)| {
            let value = value.to_str().expect("a case's headers are text");
            (name.as_str(), value)
        });
        let uri = parts.uri.to_string();
        let method = parts.method.as_str();
        let request = SignableRequest::new(method, uri, headers, SignableBody::Bytes(body))
            .expect("a request that can be signed");
        let signed = sign(request, &params).expect("a request that can be signed");
        let (instructions, _) = signed.into_parts();
        let mut request = Request::from_parts(parts, ());
        instructions.apply_to_request_http1x(&mut request);
        request.into_parts().0
    }
}

/// Signs with reqsign. It takes the time from the clock, and the body's digest from a header.
pub fn reqsign(case: Case) -> impl Fn(Parts, &Bytes) -> Parts {
    let signer = RequestSigner::new(case::SERVICE, case::REGION);
    let credential = Credential {
        access_key_id: case::ACCESS_KEY_ID.into(),
        secret_access_key: case::SECRET.into(),
        session_token: case.token(),
        ..Credential::default()
    };
    let context = reqsign_core::Context::new();
    move |mut parts, body| {
        let digest = match &**body {
            [] => HeaderValue::from_static(EMPTY_SHA256),
            body => HeaderValue::from_str(&hex_sha256(body)).expect("hexadecimal digits"),
        };
        parts.headers.insert("x-amz-content-sha256", digest);
        at_once(signer.sign_request(&context, &mut parts, Some(&credential), None))
            .expect("a request that can be signed");
        parts
    }
}

const EMPTY_SHA256: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// The crate `ring`.
#[derive(Debug)]
pub struct Ring;

impl Hashing for Ring {
    const NAME: &'static str = "ring";

    type Key = ring::hmac::Key;

    fn key(secret: &[u8; 32]) -> Self::Key {
        ring::hmac::Key::new(ring::hmac::HMAC_SHA256, secret)
    }

    fn sha256(data: &[u8]) -> [u8; 32] {
        let digest = ring::digest::digest(&ring::digest::SHA256, data);
        digest.as_ref().try_into().expect("32 bytes")
    }

    fn hmac(key: &Self::Key, data: &[u8]) -> [u8; 32] {
        let tag = ring::hmac::sign(key, data);
        tag.as_ref().try_into().expect("32 bytes")
    }
}

/// The crate `aws-lc-rs`.
#[derive(Debug)]
pub struct AwsLc;

impl Hashing for AwsLc {
    const NAME: &'static str = "aws-lc-rs";

    type Key = aws_lc_rs::hmac::Key;

    fn key(secret: &[u8; 32]) -> Self::Key {
        aws_lc_rs::hmac::Key::new(aws_lc_rs::hmac::HMAC_SHA256, secret)
    }

    fn sha256(data: &[u8]) -> [u8; 32] {
        let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, data);
        digest.as_ref().try_into().expect("32 bytes")
    }

    fn hmac(key: &Self::Key, data: &[u8]) -> [u8; 32] {
        let tag = aws_lc_rs::hmac::sign(key, data);
        tag.as_ref().try_into().expect("32 bytes")
    }
}
