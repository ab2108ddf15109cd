//! TLS with a certificate of the gateway's own making.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
};

use rcgen::{CertifiedKey, KeyPair};
use rustls::{ServerConfig, crypto::ring, pki_types::PrivateKeyDer};
use tokio::net::{TcpListener, ToSocketAddrs};
use tokio_rustls::TlsAcceptor;

use crate::{Gateway, Server};

impl Gateway {
    /// Serves over TLS on a free port of 127.0.0.1: HTTP/2 and HTTP/1.1, as the client chooses.
    ///
    /// The certificate is made for this server, for `localhost` and its address. A client has to
    /// trust it: see [`Server::certificate_pem`].
    ///
    /// # Errors
    ///
    /// No port could be bound, or no certificate could be made.
    pub async fn serve_tls(&self) -> io::Result<Server> {
        self.serve_tls_on((Ipv4Addr::LOCALHOST, 0)).await
    }

    /// Serves over TLS on an address. See [`serve_tls`](Self::serve_tls).
    ///
    /// # Errors
    ///
    /// The address could not be bound, or no certificate could be made.
    pub async fn serve_tls_on(&self, address: impl ToSocketAddrs) -> io::Result<Server> {
        let listener = TcpListener::bind(address).await?;
        let certificate = certificate(listener.local_addr()?)?;
        let pem = certificate.cert.pem();
        let acceptor = TlsAcceptor::from(Arc::new(config(certificate)?));
        let handshake = move |stream| acceptor.accept(stream);
        let mut server = Server::start("https", listener, self.clone(), handshake)?;
        server.certificate_pem = Some(pem);
        Ok(server)
    }
}

impl Server {
    /// Returns the certificate that clients have to trust, in PEM; `None` for a server in clear.
    pub fn certificate_pem(&self) -> Option<&str> {
        self.certificate_pem.as_deref()
    }
}

fn certificate(address: SocketAddr) -> io::Result<CertifiedKey<KeyPair>> {
    let mut names = vec!["localhost".to_owned(), address.ip().to_string()];
    if address.ip().is_unspecified() {
        names.extend(["127.0.0.1".to_owned(), "::1".to_owned()]);
    }
    rcgen::generate_simple_self_signed(names).map_err(io::Error::other)
}

fn config(certificate: CertifiedKey<KeyPair>) -> io::Result<ServerConfig> {
    let key = PrivateKeyDer::from(certificate.signing_key);
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .with_no_client_auth()
        .with_single_cert(vec![certificate.cert.into()], key)
        .map_err(io::Error::other)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}
