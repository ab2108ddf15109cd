//! Presigned URLs: which body they are for.

mod common;

use std::time::Duration;

use aws_sigv4::http_request::{SignableBody, SignableRequest};
use common::{HOST, builder, credentials, id, moment, presigned_signature};
use http::Request;
use http_sigv4::{ExpiresIn, Payload};
use tower_sigv4::{Error, PayloadMode, SigV4LayerBuilder, SigningOptions};

const MINUTE: Duration = Duration::from_secs(60);

fn uri() -> String {
    format!("https://{HOST}/prod/items")
}

/// Presigns a `POST`, and returns its signature.
async fn signature(
    builder: SigV4LayerBuilder,
    options: Option<SigningOptions>,
) -> Result<String, Error> {
    let (mut parts, ()) = Request::post(uri()).body(()).unwrap().into_parts();
    if let Some(options) = options {
        parts.extensions.insert(options);
    }
    let signer = builder.build_signer().unwrap();
    let minute = ExpiresIn::exactly(MINUTE);
    signer.presign(&mut parts, minute).await?;
    let (_, signature) = parts
        .uri
        .query()
        .unwrap()
        .split_once("X-Amz-Signature=")
        .unwrap();
    Ok(signature.into())
}

/// The signature of AWS's own signer for the same URL and a body.
fn expected(body: SignableBody<'_>) -> String {
    let request = SignableRequest::new("POST", uri(), std::iter::empty(), body).unwrap();
    presigned_signature(
        request,
        id(1),
        ("us-east-1", "execute-api"),
        moment(),
        MINUTE,
    )
}

fn digest() -> PayloadMode {
    match Payload::hash(b"x") {
        Payload::Sha256(digest) => PayloadMode::Precomputed(digest),
        other => unreachable!("{other:?} is no digest"),
    }
}

#[tokio::test]
async fn a_url_is_for_an_empty_body_unless_something_else_is_said() {
    let signature = signature(builder(), None).await.unwrap();
    assert_eq!(signature, expected(SignableBody::Bytes(b"")));
}

#[tokio::test]
async fn a_url_is_for_the_body_whose_digest_its_request_gives() {
    let options = SigningOptions::new().payload(digest());
    let signature = signature(builder(), Some(options)).await.unwrap();
    assert_eq!(signature, expected(SignableBody::Bytes(b"x")));
}

#[tokio::test]
async fn a_url_for_any_body_is_refused_where_the_service_takes_none() {
    let options = SigningOptions::new().payload(PayloadMode::Unsigned);
    let error = signature(builder(), Some(options)).await.unwrap_err();
    assert!(error.is_configuration(), "{error}");
}

#[tokio::test]
async fn no_url_is_for_a_body_in_frames() {
    let builder = SigV4LayerBuilder::new("s3", "us-east-1", credentials(id(1))).allow_host(HOST);
    let options = SigningOptions::new().payload(PayloadMode::StreamingUnsignedTrailer);
    let error = signature(builder.clock(moment), Some(options))
        .await
        .unwrap_err();
    assert!(
        error.is_request() && error.to_string().contains("presigned"),
        "{error}"
    );
}
