//! What stands between a client and a service.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
};

use bytes::Bytes;
use http::{HeaderValue, Request, Response, header::VIA};
use http_body::Body;
use http_body_util::{BodyExt, Full};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
    service::TowerToHyperService,
};
use iam_gateway::{Gateway, ResponseBody};
use tokio::net::TcpListener;
use tower::{ServiceExt, service_fn};

/// What a proxy does to a request.
pub(crate) type Change = fn(&mut Request<Bytes>);

/// Starts a proxy on the loopback interface, which ends with the program.
pub(crate) async fn start(gateway: Gateway, change: Change) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let gateway = gateway.clone();
            let proxy = service_fn(move |request| forward(request, gateway.clone(), change));
            tokio::spawn(async move {
                let server = auto::Builder::new(TokioExecutor::new());
                let proxy = TowerToHyperService::new(proxy);
                // What breaks a connection is the client's affair.
                let _ = server.serve_connection(TokioIo::new(stream), proxy).await;
            });
        }
    });
    Ok(address)
}

async fn forward<B: Body>(
    request: Request<B>,
    gateway: Gateway,
    change: Change,
) -> Result<Response<ResponseBody>, B::Error> {
    let (parts, body) = request.into_parts();
    let mut request = Request::from_parts(parts, body.collect().await?.to_bytes());
    change(&mut request);
    let Ok(mut response) = gateway.oneshot(request.map(Full::new)).await;
    let via = HeaderValue::from_static("1.1 a-proxy");
    response.headers_mut().insert(VIA, via);
    Ok(response)
}
