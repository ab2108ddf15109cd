//! Signed requests with chunked bodies.

use std::{
    collections::VecDeque,
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll},
    time::SystemTime,
};

use aws_credential_types::Credentials;
use aws_sigv4::{
    http_request::{PayloadChecksumKind, SignableBody, SignableRequest, SigningSettings, sign},
    sign::v4::SigningParams,
};
use bytes::Bytes;
use http::{HeaderMap, Request};
use http_body::{Body, Frame, SizeHint};
use http_sigv4::{SigningKey, SigningScope, chunked::Upload};
use tests::Case;

pub(crate) const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

/// A `PUT` of a body that comes in frames of `frame` bytes.
pub(crate) fn put(upload: &Upload, body: &Bytes, frame: usize) -> Request<Pieces> {
    let mut request = Request::put("http://localhost/bucket/key")
        .header("host", "localhost")
        .body(())
        .unwrap();
    upload.write_headers(request.headers_mut()).unwrap();
    // It reads the clock.
    let time = SystemTime::now();
    sign_request(&mut request, upload, time);

    let (parts, ()) = request.into_parts();
    let scope = SigningScope::new("s3", "us-east-1").unwrap();
    let key = SigningKey::derive(&credentials(), &scope, time).unwrap();
    let mut encoder = upload.clone().encoder(&parts.headers, &key).unwrap();
    let mut pieces = VecDeque::new();
    let mut body = body.clone();
    while !body.is_empty() {
        let mut data = body.split_to(frame.min(body.len()));
        while let Some(piece) = encoder.encode(&mut data).unwrap() {
            pieces.push_back(piece);
        }
    }
    pieces.push_back(encoder.finish(&HeaderMap::new()).unwrap());
    Request::from_parts(parts, Pieces(pieces))
}

fn sign_request(request: &mut Request<()>, upload: &Upload, time: SystemTime) {
    let mut settings = SigningSettings::default();
    settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
    let identity = credentials().into();
    let params = SigningParams::builder()
        .identity(&identity)
        .region("us-east-1")
        .name("s3")
        .time(time)
        .settings(settings)
        .build()
        .unwrap()
        .into();
    let headers = request.headers().iter();
    let headers = headers.map(|(name, value)| (name.as_str(), value.to_str().unwrap()));
    let payload = SignableBody::Precomputed(upload.form().marker().into());
    let uri = request.uri().to_string();
    let signable = SignableRequest::new("PUT", uri, headers, payload).unwrap();
    let (instructions, _) = sign(signable, &params).unwrap().into_parts();
    instructions.apply_to_request_http1x(request);
}

fn credentials() -> Credentials {
    Credentials::new(Case::ACCESS_KEY_ID, SECRET, None, None, "test")
}

/// A body in the pieces that an encoder returned.
pub(crate) struct Pieces(pub(crate) VecDeque<Bytes>);

impl Pieces {
    pub(crate) fn concat(&self) -> Vec<u8> {
        self.0.iter().flatten().copied().collect()
    }
}

impl From<Vec<u8>> for Pieces {
    fn from(body: Vec<u8>) -> Self {
        Self([body.into()].into())
    }
}

impl Body for Pieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.pop_front().map(|piece| Ok(Frame::data(piece))))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.0.iter().map(|piece| piece.len() as u64).sum())
    }
}
