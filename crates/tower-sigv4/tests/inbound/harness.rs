//! Requests as their clients have signed them, and what arrives of them.

use crate::common::{
    self, Sent, assert_signed_for, builder_for, client, id, moment, own_error, signed_as,
};
use aws_credential_types::Credentials;
use bytes::Bytes;
use http::{HeaderMap, Request, request::Parts};
use http_body::Body;
use http_body_util::Full;
use http_sigv4::{
    Payload, Profile, Signer, SigningKey, SigningScope,
    chunked::{Decoder, Upload},
};
use tower::{BoxError, Layer, ServiceExt};
use tower_sigv4::{Error, InboundLayer, SigV4LayerBuilder, SigningOptions};

pub(crate) const HOST: &str = "bucket.s3.us-east-1.amazonaws.com";
const SECRET: &str = "a-secret-of-the-client";

pub(crate) fn client_credentials() -> Credentials {
    let token = Some("client-token".into());
    Credentials::new("AKIDCLIENT", SECRET, token, None, "test")
}

pub(crate) fn client_key() -> SigningKey {
    let scope = SigningScope::new("s3", "us-east-1").unwrap();
    SigningKey::derive(&client_credentials(), &scope, moment()).unwrap()
}

/// A request as its client has signed it.
pub(crate) fn signed(body: &'static str, payload: Payload) -> Request<Full<Bytes>> {
    let request = Request::put(format!("https://{HOST}/key?a=b"))
        .header("content-type", "text/plain")
        .body(Full::new(Bytes::from(body)));
    let (mut parts, body) = request.unwrap().into_parts();
    let signer = Signer::new(Profile::S3);
    signer
        .sign(&mut parts, &client_key(), payload, moment())
        .unwrap();
    Request::from_parts(parts, body)
}

/// One in signed chunks of 8 KiB, as bytes.
pub(crate) fn chunks(upload: &Upload, data: &Bytes) -> (Parts, Vec<u8>) {
    chunks_of_any_size(upload.clone().chunk_size(8192).unwrap(), data)
}

/// One in signed chunks of the size that `upload` says.
pub(crate) fn chunks_of_any_size(upload: Upload, data: &Bytes) -> (Parts, Vec<u8>) {
    let (mut parts, ()) = Request::put(format!("https://{HOST}/key"))
        .body(())
        .unwrap()
        .into_parts();
    upload.write_headers(&mut parts.headers).unwrap();
    let key = client_key();
    let payload = upload.form().into();
    let signer = Signer::new(Profile::S3);
    signer.sign(&mut parts, &key, payload, moment()).unwrap();
    let mut encoder = upload.encoder(&parts.headers, &key).unwrap();
    let (mut data, mut body) = (data.clone(), Vec::new());
    while let Some(piece) = encoder.encode(&mut data).unwrap() {
        body.extend(piece);
    }
    body.extend(encoder.finish(&HeaderMap::new()).unwrap());
    (parts, body)
}

pub(crate) fn verifying() -> InboundLayer {
    InboundLayer::new().verify_chunks(|signature| {
        (signature.access_key_id() == "AKIDCLIENT").then(client_credentials)
    })
}

pub(crate) fn s3() -> SigV4LayerBuilder {
    builder_for("s3")
}

/// Sends a request through both layers, and returns it as it arrives.
pub(crate) async fn send<B>(
    inbound: InboundLayer,
    layer: SigV4LayerBuilder,
    request: Request<B>,
) -> Result<Sent, Error>
where
    B: Body + Send + Unpin + 'static,
    B::Data: Send,
    B::Error: Into<BoxError>,
{
    let (client, recorder) = client(layer.build().unwrap()).await;
    match inbound.layer(client).oneshot(request).await {
        Ok(_) => Ok(recorder.only()),
        error => {
            assert!(recorder.sent().is_empty(), "nothing arrives as a whole");
            Err(own_error(error))
        }
    }
}

/// Asserts that a request is signed by the layer's credentials, with nothing of the client's.
#[track_caller]
pub(crate) fn assert_signed_again(sent: &Sent) {
    assert_signed_for(HOST, sent);
    assert_eq!(signed_as(sent).access_key_id, id(1));
    let shown = format!("{:?} {:?}", sent.parts.uri, sent.parts.headers);
    assert!(
        !shown.contains("AKIDCLIENT") && !shown.contains("client-token"),
        "{shown}"
    );
    assert!(sent.parts.extensions.get::<SigningOptions>().is_none());
}

/// What the chunks hold that a layer has made, verified with its own key.
pub(crate) fn decoded(sent: &Sent) -> Bytes {
    let scope = SigningScope::new("s3", "us-east-1").unwrap();
    let credentials = common::credentials(id(1));
    let key = SigningKey::derive(&credentials, &scope, moment()).unwrap();
    let mut decoder = Decoder::verifying(&sent.parts.headers, &key).unwrap();
    let (mut body, mut data) = (sent.body.clone(), Vec::new());
    while let Some(piece) = decoder.decode(&mut body).unwrap() {
        data.extend(piece);
    }
    decoder.finish().unwrap();
    data.into()
}
