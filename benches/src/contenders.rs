//! What signs a request here, made ready as far as its interface allows.

use ::http_sigv4::{Payload, Profile, Signer};
use bytes::Bytes;
use http::{Request, Response, request::Parts};
use http_body_util::Full;
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
