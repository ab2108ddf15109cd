use std::io;

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt, combinators::BoxBody};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use tower::{BoxError, ServiceBuilder, ServiceExt};
use tower_http::decompression::DecompressionLayer;
use tower_sigv4::{ExplainLayer, Explanation, SigV4Layer};

use crate::{arguments::Arguments, credentials::Signing, failure::Failure};

/// A response whose body comes as it is read.
pub(crate) type ResponseBody = http_body_util::combinators::UnsyncBoxBody<Bytes, BoxError>;

/// Signs a request, sends it, and tells what has become of it.
pub(crate) async fn send(
    arguments: &Arguments,
    signing: Signing,
    request: Request<BoxBody<Bytes, io::Error>>,
) -> Result<Response<ResponseBody>, Failure> {
    let verbose = arguments.verbose;
    let client = Client::builder(TokioExecutor::new()).build(connector());
    let client = ServiceBuilder::new()
        .layer(ExplainLayer::new())
        .layer(SigV4Layer::from(signing.signer))
        .map_request(move |request: Request<_>| {
            if verbose {
                let line = format!("{} {}", request.method(), request.uri());
                show('>', &line, request.headers());
            }
            request
        })
        .layer(decompression(arguments.compressed))
        .service(client);
    let response = client.oneshot(request).await?;
    if verbose {
        let line = format!("{:?} {}", response.version(), response.status());
        show('<', &line, response.headers());
    }
    if let Some(explanation) = response.extensions().get::<Explanation>() {
        match arguments.explain {
            true => eprintln!("{explanation}"),
            false => eprintln!("sigv4-curl: the request was rejected; --explain says why"),
        }
    }
    Ok(response.map(|body| body.map_err(Into::into).boxed_unsync()))
}

fn connector() -> HttpsConnector<HttpConnector> {
    let mut http = HttpConnector::new();
    // Or else a small body waits for the peer's acknowledgement of its head, about 40 ms.
    http.set_nodelay(true);
    http.enforce_http(false);
    HttpsConnectorBuilder::new()
        .with_webpki_roots()
        .https_or_http()
        .enable_all_versions()
        .wrap_connector(http)
}

/// Below the signature, for `accept-encoding` is not signed.
fn decompression(wanted: bool) -> DecompressionLayer {
    DecompressionLayer::new()
        .gzip(wanted)
        .deflate(wanted)
        .br(wanted)
}

/// Shows a head on standard error. Values that are secret are marked as such by the signer.
fn show(direction: char, line: &str, headers: &HeaderMap) {
    eprintln!("{direction} {line}");
    for (name, value) in headers {
        eprintln!("{direction} {name}: {value:?}");
    }
    eprintln!("{direction}");
}
