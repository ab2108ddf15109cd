//! The gateway over TLS, called by a client that trusts its certificate and no other.

mod common;

use std::sync::Arc;

use bytes::Bytes;
use common::{Answer, Client, account, client};
use http::{Request, Uri, header::HOST};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::{http1, http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use iam_gateway::{Gateway, Server};
use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};
use tokio::net::TcpStream;
use tokio_rustls::{TlsConnector, client::TlsStream};

#[tokio::test]
async fn a_signed_request_is_accepted_over_http_1_and_over_http_2() {
    let server = gateway().serve_tls().await.unwrap();
    for (alpn, name) in [("http/1.1", "localhost"), ("h2", "127.0.0.1")] {
        let stream = connect(&server, alpn, name).await;
        let negotiated = stream.get_ref().1.alpn_protocol();
        assert_eq!(negotiated, Some(alpn.as_bytes()));
        let answer = call(stream, signed(&server)).await;
        assert_eq!(answer.status, 200, "{}", answer.rejection());
    }
    server.shutdown().await;
}

#[tokio::test]
async fn the_url_says_https_and_a_server_in_clear_has_no_certificate() {
    let gateway = gateway();
    let server = gateway.serve_tls().await.unwrap();
    assert_eq!(server.url(), format!("https://{}", server.local_addr()));
    assert_eq!(gateway.serve().await.unwrap().certificate_pem(), None);
}

#[tokio::test]
async fn a_client_that_never_shakes_hands_does_not_keep_the_server_from_stopping() {
    let server = gateway().serve_tls().await.unwrap();
    let _silent = TcpStream::connect(server.local_addr()).await.unwrap();
    // Accepted after the silent one.
    connect(&server, "h2", "localhost").await;
    server.shutdown().await;
}

fn gateway() -> Gateway {
    common::gateway_of(account())
}

async fn connect(server: &Server, alpn: &str, name: &str) -> TlsStream<TcpStream> {
    let pem = server.certificate_pem().unwrap();
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_slice(pem.as_bytes()).unwrap())
        .unwrap();
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![alpn.as_bytes().to_vec()];
    let stream = TcpStream::connect(server.local_addr()).await.unwrap();
    let name = ServerName::try_from(name.to_owned()).unwrap();
    let connector = TlsConnector::from(Arc::new(config));
    connector.connect(name, stream).await.unwrap()
}

/// A request with a whole URI, as hyper's HTTP/2 wants it, and a `Host` that says the same.
fn signed(server: &Server) -> Request<Full<Bytes>> {
    let authority = server.local_addr().to_string();
    let request = Request::get("/dev").header(HOST, &authority);
    let mut request = Client { ..client() }.sign(request.body(Bytes::new()).unwrap());
    *request.uri_mut() = format!("https://{authority}/dev").parse::<Uri>().unwrap();
    request
}

async fn call(stream: TlsStream<TcpStream>, mut request: Request<Full<Bytes>>) -> Answer {
    let is_http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
    let stream = TokioIo::new(stream);
    let response = if is_http2 {
        let (mut client, connection) = http2::handshake(TokioExecutor::new(), stream)
            .await
            .unwrap();
        tokio::spawn(connection);
        request.headers_mut().remove(HOST);
        client.send_request(request).await.unwrap()
    } else {
        let (mut client, connection) = http1::handshake(stream).await.unwrap();
        tokio::spawn(connection);
        client.send_request(request).await.unwrap()
    };
    let (parts, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    Answer::from_parts(parts.status, parts.headers, &body)
}
