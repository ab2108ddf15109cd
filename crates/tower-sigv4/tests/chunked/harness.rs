//! A store behind a layer, which decodes what it gets.

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body::Body;
use http_body_util::BodyExt;
use http_sigv4::{
    SigningKey, SigningScope,
    chunked::{ChunkedError, Decoder},
};
use tower::{BoxError, Layer, ServiceExt, service_fn};
use tower_sigv4::{Error, SigV4LayerBuilder, SignedBody};

use crate::common::{Sent, assert_signed_for, builder_for, credentials, id, moment, preloaded};

pub(crate) const BUCKET: &str = "bucket.s3.us-east-1.amazonaws.com";
pub(crate) const CHUNK: usize = 64 * 1024;

pub(crate) fn s3() -> SigV4LayerBuilder {
    builder_for("s3")
}

pub(crate) fn put() -> http::request::Builder {
    Request::put(format!("https://{BUCKET}/key"))
}

pub(crate) fn data(length: usize) -> Bytes {
    let mut data = vec![0; length];
    fastrand::Rng::with_seed(length as u64).fill(&mut data);
    data.into()
}

/// Sends a request and returns what arrived, signature and length checked.
pub(crate) async fn send<B>(
    builder: SigV4LayerBuilder,
    request: Request<B>,
) -> Result<Sent, BoxError>
where
    B: Body + Unpin,
    B::Error: Into<BoxError>,
{
    let layer = preloaded(builder.build()?).await;
    let client = layer.layer(service_fn(async |request: Request<SignedBody<B>>| {
        let (parts, body) = request.into_parts();
        let length = body.size_hint().exact();
        let body = body.collect().await?.to_bytes();
        assert_eq!(length, Some(body.len() as u64));
        if let Some(said) = parts.headers.get("content-length") {
            assert_eq!(*said, body.len().to_string().as_str());
        }
        Ok::<_, BoxError>(Response::new(Sent { parts, body }))
    }));
    let sent = client.oneshot(request).await?.into_body();
    assert_signed_for(sent.parts.uri.host().unwrap(), &sent);
    Ok(sent)
}

/// The layer's own error, which nothing was sent with or which ended the body.
#[track_caller]
pub(crate) fn own<T>(result: Result<T, BoxError>) -> Error {
    let Err(error) = result else {
        panic!("the request was answered");
    };
    *error.downcast::<Error>().expect("an error of the layer")
}

/// Decodes and verifies a body; returns its data and its trailers.
pub(crate) fn decode(sent: &Sent) -> Result<(Bytes, HeaderMap), ChunkedError> {
    let scope = SigningScope::new("s3", "us-east-1").unwrap();
    let key = SigningKey::derive(&credentials(id(1)), &scope, moment()).unwrap();
    let mut decoder = Decoder::verifying(&sent.parts.headers, &key)?.max_chunk(1 << 20);
    let (mut frame, mut data) = (sent.body.clone(), Vec::new());
    while let Some(piece) = decoder.decode(&mut frame)? {
        data.extend_from_slice(&piece);
    }
    Ok((data.into(), decoder.finish()?))
}

#[track_caller]
pub(crate) fn header<'a>(sent: &'a Sent, name: &str) -> &'a str {
    let mut lines = sent.parts.headers.get_all(name).iter();
    let (Some(line), None) = (lines.next(), lines.next()) else {
        panic!("not one `{name}`: {:?}", sent.parts.headers);
    };
    line.to_str().unwrap()
}
