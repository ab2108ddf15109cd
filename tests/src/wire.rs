use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::SystemTime,
};

use aws_credential_types::Credentials;
use bytes::Bytes;
use http::{Request, Response, StatusCode, Uri, Version};
use http_body::Body;
use http_body_util::BodyExt;
use hyper_util::{
    client::legacy::{Client, connect::Connect},
    rt::{TokioExecutor, TokioIo},
};
use iam_gateway::{Account, Gateway, Server};
use tokio::net::TcpStream;
use tower::{BoxError, ServiceExt};
use tower_layer::Layer;
use tower_sigv4::{SigV4Layer, SigV4LayerBuilder, SignedBody};

use crate::verify_with_scratchstack;

/// An access key id, a secret access key of forty characters, and perhaps a session token.
#[derive(Clone, Debug)]
pub struct Keys {
    /// The access key id.
    pub id: &'static str,
    /// The secret access key.
    pub secret: &'static str,
    /// The session token.
    pub token: Option<&'static str>,
}

impl Keys {
    /// A role's temporary keys.
    pub const ROLE: Self = Self {
        id: "ASIAEXAMPLE",
        secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
        token: Some("IQoJb3JpZ2luX2VjEXAMPLE+token/=="),
    };
}

impl From<Keys> for Credentials {
    fn from(keys: Keys) -> Self {
        Self::new(
            keys.id,
            keys.secret,
            keys.token.map(Into::into),
            None,
            "test",
        )
    }
}

/// A gateway that requires IAM authorization, and a network in which every host leads to it.
///
/// So requests can be sent to any host and port, AWS's own among them, and over HTTP/1.1 and HTTP/2.
#[derive(Debug)]
pub struct Wire {
    server: Server,
    received: Arc<Mutex<Vec<Request<Bytes>>>>,
}

impl Wire {
    /// The signing name that the gateway wants.
    pub const SERVICE: &str = "execute-api";
    /// The region that the gateway wants.
    pub const REGION: &str = "eu-west-1";
    /// The versions of HTTP that a client may speak.
    pub const VERSIONS: [Version; 2] = [Version::HTTP_11, Version::HTTP_2];

    /// Starts a gateway that knows [`Keys::ROLE`].
    pub async fn start() -> Self {
        let Keys { id, secret, token } = Keys::ROLE;
        let account = Account::new(id, secret).session_token(token.unwrap());
        let received = Arc::<Mutex<Vec<_>>>::default();
        let gateway = Gateway::new(Self::SERVICE, Self::REGION, account).inspect({
            let received = Arc::clone(&received);
            move |request| received.lock().unwrap().push(request.request().clone())
        });
        Self {
            server: gateway.serve().await.unwrap(),
            received,
        }
    }

    /// A layer with [`Keys::ROLE`].
    pub fn layer() -> SigV4Layer {
        Self::builder().build().unwrap()
    }

    /// What configures such a layer.
    pub fn builder() -> SigV4LayerBuilder {
        let credentials = Credentials::from(Keys::ROLE);
        SigV4Layer::builder(Self::SERVICE, Self::REGION, credentials)
    }

    /// Where the gateway listens.
    pub fn address(&self) -> SocketAddr {
        self.server.local_addr()
    }

    /// hyper-util's client, on this network.
    pub fn client<B>(
        &self,
        version: Version,
    ) -> Client<impl Connect + Clone + Send + Sync + 'static, B>
    where
        B: Body + Send + Unpin + 'static,
        B::Data: Send,
        B::Error: Into<BoxError>,
    {
        let address = self.address();
        // In clear, also for https, and wherever the request is going.
        let connector = tower::service_fn(move |_: Uri| {
            Box::pin(async move { TcpStream::connect(address).await.map(TokioIo::new) })
        });
        Client::builder(TokioExecutor::new())
            .http2_only(version == Version::HTTP_2)
            .build(connector)
    }

    /// Sends a request through a layer and hyper-util's client.
    ///
    /// # Errors
    ///
    /// The layer's or the client's.
    pub async fn send<B>(
        &self,
        version: Version,
        layer: &SigV4Layer,
        request: Request<B>,
    ) -> Result<Response<Bytes>, BoxError>
    where
        B: Body + Send + Unpin + 'static,
        B::Data: Send,
        B::Error: Into<BoxError>,
    {
        let client = layer.layer(self.client::<SignedBody<B>>(version));
        let response = client.oneshot(request).await?;
        let (parts, body) = response.into_parts();
        Ok(Response::from_parts(
            parts,
            body.collect().await?.to_bytes(),
        ))
    }

    /// Sends a request that has to be accepted by the gateway, and the bytes of which a second
    /// verifier has to accept too. Gives what was received.
    pub async fn accepts<B>(
        &self,
        version: Version,
        layer: &SigV4Layer,
        request: Request<B>,
    ) -> Request<Bytes>
    where
        B: Body + Send + Unpin + 'static,
        B::Data: Send,
        B::Error: Into<BoxError>,
    {
        let response = self.send(version, layer, request).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK, "{:?}", response.body());
        let received = self.last_received();
        assert_eq!(received.version(), version);
        let verified = Self::verify_again(received.clone()).await;
        assert!(verified.is_ok(), "{verified:?}: {received:?}");
        received
    }

    /// How many requests the gateway has received since the last look.
    pub fn count_received(&self) -> usize {
        self.received.lock().unwrap().drain(..).count()
    }

    /// The last request that the gateway received, as it received it.
    pub fn last_received(&self) -> Request<Bytes> {
        self.received.lock().unwrap().pop().unwrap()
    }

    /// Verifies what was received a second time.
    ///
    /// # Errors
    ///
    /// What the second verifier has against it.
    pub async fn verify_again(received: Request<Bytes>) -> Result<(), BoxError> {
        let scope = (Self::SERVICE, Self::REGION);
        verify_with_scratchstack(received, Keys::ROLE.into(), scope, SystemTime::now()).await
    }
}
