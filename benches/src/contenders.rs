//! Everybody who signs a request, made ready as far as their interfaces allow.
//!
//! Another one is a function here, and a row or a column where the benches list them.

use ::aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SigningSettings, sign},
    sign::v4::SigningParams,
};
use ::http_sigv4::{Payload, Profile, Signer};
use bytes::Bytes;
use http::{HeaderValue, Request, Response, request::Parts};
use http_body_util::Full;
use reqsign_aws_v4::{Credential, RequestSigner};
use reqsign_core::{SignRequest, hash::hex_sha256};
use tower_service::Service;
use tower_sigv4::{SigV4, SigV4Layer, SignedBody};

use crate::{Case, NoOp, case, no_op::at_once};

/// Signs with this project's signer.
pub fn http_sigv4(case: Case) -> impl Fn(Parts, &Bytes) -> Parts {
    let (signer, key, time) = (Signer::new(Profile::STANDARD), case.key(), case.time());
    move |mut parts, body| {
        let payload = match &**body {
            [] => Payload::EMPTY,
            body => Payload::hash(body),
        };
        signer
            .sign(&mut parts, &key, payload, time)
            .expect("a request that can be signed");
        parts
    }
}

/// This project's layer around a client that does nothing.
pub type Layered = SigV4<NoOp<SignedBody<Full<Bytes>>>>;

/// Makes a layer whose credentials are loaded.
pub fn layer(case: Case) -> SigV4Layer {
    let layer = SigV4Layer::new(case::SERVICE, case::REGION, case.credentials())
        .expect("a valid configuration");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build();
    runtime.expect("a runtime").block_on(preload(&layer));
    layer
}

pub(crate) async fn preload(layer: &SigV4Layer) {
    let credentials = layer.credentials().expect("an enabled layer");
    let loaded = credentials.preload().await;
    loaded.expect("credentials that are there");
}

/// Sends a request with a client that answers at once.
pub fn send<S>(service: &mut S, parts: Parts, body: &Bytes) -> Response<()>
where
    S: Service<Request<Full<Bytes>>, Response = Response<()>>,
    S::Error: std::fmt::Debug,
{
    let request = Request::from_parts(parts, Full::new(body.clone()));
    at_once(service.call(request)).expect("a request that can be signed")
}

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
