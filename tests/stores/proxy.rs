//! A proxy that signs again what its clients have signed.

use std::{
    convert::Infallible,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use aws_credential_types::Credentials;
use bytes::Bytes;
use http::{Request, Response, StatusCode, Uri, header, uri::Authority};
use http_body_util::{BodyExt, Full, combinators::BoxBody};
use hyper::{body::Incoming, server, service::service_fn};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioIo},
};
use rustls::{ServerConfig, pki_types::PrivateKeyDer};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpListener,
};
use tokio_rustls::TlsAcceptor;
use tower::{BoxError, Layer, ServiceExt};
use tower_sigv4::{Inbound, InboundBody, InboundLayer, SigV4, SignedBody};

use crate::store::Store;

/// What the clients of the proxy sign with, which no store knows.
pub(crate) const CLIENT: (&str, &str) = ("AKIDCLIENT", "a-secret-of-the-client");

type Stack = Inbound<SigV4<Client<HttpConnector, SignedBody<InboundBody<Incoming>>>>>;
type Answer = Response<BoxBody<Bytes, BoxError>>;

pub(crate) struct Proxy {
    http: SocketAddr,
    https: SocketAddr,
    certificate: PathBuf,
    said: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    /// Starts a proxy before a store.
    pub(crate) async fn start(origin: &Authority) -> Self {
        Self::start_for(origin, CLIENT.0).await
    }

    /// Starts one that knows a client by this access key id.
    pub(crate) async fn start_for(origin: &Authority, client: &'static str) -> Self {
        let verifying = InboundLayer::new().verify_chunks(move |signature| {
            let is_known = signature.access_key_id() == client;
            is_known.then(|| Credentials::new(client, CLIENT.1, None, None, "test"))
        });
        let client = Client::builder(TokioExecutor::new()).build_http();
        let stack = verifying.layer(Store::builder().build().unwrap().layer(client));
        let handler = Handler {
            stack,
            origin: origin.clone(),
            said: Arc::default(),
        };

        let certified = rcgen::generate_simple_self_signed(["127.0.0.1".into()]).unwrap();
        let key = PrivateKeyDer::Pkcs8(certified.signing_key.serialize_der().into());
        let config =
            ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
                .with_safe_default_protocol_versions()
                .unwrap()
                .with_no_client_auth()
                .with_single_cert(vec![certified.cert.der().clone()], key)
                .unwrap();
        let tls = TlsAcceptor::from(Arc::new(config));
        let https = handler.clone().serve(Some(tls)).await;
        let certificate =
            Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{}.pem", https.port()));
        std::fs::write(&certificate, certified.cert.pem()).unwrap();
        Self {
            http: handler.clone().serve(None).await,
            https,
            certificate,
            said: handler.said,
        }
    }

    /// Asks for an upload to the proxy.
    pub(crate) fn question(&self, scheme: &str, upload: &Value, key: &str, size: usize) -> Value {
        let address = match scheme {
            "https" => self.https,
            _ => self.http,
        };
        let mut question = upload.clone();
        let fields = question.as_object_mut().unwrap();
        fields.insert("endpoint".into(), json!(format!("{scheme}://{address}")));
        fields.insert("certificate".into(), json!(self.certificate));
        fields.insert("key".into(), json!(key));
        fields.insert("size".into(), json!(size));
        question
    }

    /// What requests have said of their bodies since the last look: a marker, `digest` or `nothing`.
    pub(crate) fn said(&self) -> Vec<String> {
        std::mem::take(&mut *self.said.lock().unwrap())
    }
}

#[derive(Clone)]
struct Handler {
    stack: Stack,
    origin: Authority,
    said: Arc<Mutex<Vec<String>>>,
}

impl Handler {
    async fn serve(self, tls: Option<TlsAcceptor>) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                stream.set_nodelay(true).unwrap();
                let (handler, tls) = (self.clone(), tls.clone());
                tokio::spawn(async move {
                    match tls {
                        None => handler.serve_connection(stream).await,
                        Some(tls) => match tls.accept(stream).await {
                            Ok(stream) => handler.serve_connection(stream).await,
                            Err(error) => println!("{error}"),
                        },
                    }
                });
            }
        });
        address
    }

    async fn serve_connection(self, stream: impl AsyncRead + AsyncWrite + Unpin + Send) {
        let service = service_fn(move |request| self.clone().answer(request));
        let connection = server::conn::http1::Builder::new();
        // A client that was told of an error may go away in the middle of its body.
        let _ = connection
            .serve_connection(TokioIo::new(stream), service)
            .await;
    }

    async fn answer(self, request: Request<Incoming>) -> Result<Answer, Infallible> {
        Ok(self.forward(request).await.unwrap_or_else(|error| {
            let text = Full::new(Bytes::from(error.to_string())).map_err(Into::into);
            let mut answer = Response::new(text.boxed());
            *answer.status_mut() = StatusCode::BAD_GATEWAY;
            answer
        }))
    }

    async fn forward(self, mut request: Request<Incoming>) -> Result<Answer, BoxError> {
        let said = match request.headers().get("x-amz-content-sha256") {
            None => "nothing",
            Some(value) if value.len() == 64 => "digest",
            Some(value) => value.to_str()?,
        };
        self.said.lock().unwrap().push(said.to_owned());
        let mut uri = std::mem::take(request.uri_mut()).into_parts();
        uri.scheme = Some(http::uri::Scheme::HTTP);
        uri.authority = Some(self.origin);
        *request.uri_mut() = Uri::from_parts(uri)?;
        for name in [header::HOST, header::CONNECTION, header::EXPECT] {
            request.headers_mut().remove(name);
        }
        let response = self.stack.oneshot(request).await?;
        Ok(response.map(|body| body.map_err(Into::into).boxed()))
    }
}
