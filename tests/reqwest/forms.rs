use bytes::Bytes;
use http::{Request, Response};
use reqwest::{Body, Client, ClientBuilder, redirect::Policy};
use tests::{Wire, has_malformed_percent};
use tower::{BoxError, Layer, ServiceExt};
use tower_sigv4::{
    SigV4Layer,
    reqwest::{HttpService, SendError, SigningClient, rewrite_uri},
};

/// A way to sign for reqwest.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Form {
    /// The layer around the client.
    Layer,
    /// The wrapper.
    Client,
    /// Among the middleware of `reqwest-middleware`.
    Middleware,
    /// The client below the layer, as a service of `http`'s types.
    HttpService,
}

impl Form {
    pub(crate) const ALL: [Self; 4] = [
        Self::Layer,
        Self::Client,
        Self::Middleware,
        Self::HttpService,
    ];

    /// Sends a request. The error is the form's own, boxed.
    pub(crate) async fn send(
        self,
        client: &Client,
        layer: &SigV4Layer,
        request: reqwest::Request,
    ) -> Result<reqwest::Response, BoxError> {
        let (client, layer) = (client.clone(), layer.clone());
        match self {
            Self::Layer => layer.layer(client).oneshot(request).await,
            Self::Client => {
                let client = SigningClient::from_client(client, layer);
                Ok(client.execute(request).await?)
            }
            Self::Middleware => {
                let builder = reqwest_middleware::ClientBuilder::new(client);
                Ok(builder.with(layer).build().execute(request).await?)
            }
            Self::HttpService => {
                let client = layer.layer(HttpService::new(client));
                let request = rewrite_uri(Request::<Body>::try_from(request)?);
                let response: Response<Body> = client.oneshot(request).await?;
                Ok(response.into())
            }
        }
    }

    /// Sends a request that both verifiers have to accept. Gives what was received.
    pub(crate) async fn accepts(
        self,
        wire: &Wire,
        layer: &SigV4Layer,
        request: reqwest::Request,
    ) -> Request<Bytes> {
        let url = request.url().clone();
        let response = self.send(&client(), layer, request).await.unwrap();
        let (status, address) = (response.status(), response.url().clone());
        let body = response.text().await.unwrap();
        assert_eq!(status, 200, "{self:?} {url}: {body}");
        assert_eq!(address.path(), url.path(), "{self:?}");
        let received = wire.last_received();
        // Which the second verifier does not take.
        if has_malformed_percent(received.uri().query().unwrap_or_default()) {
            return received;
        }
        let verified = Wire::verify_again(received.clone()).await;
        assert!(verified.is_ok(), "{self:?} {verified:?}: {received:?}");
        received
    }
}

/// A client that follows no redirects.
pub(crate) fn client() -> Client {
    builder().redirect(Policy::none()).build().unwrap()
}

/// What builds any client.
pub(crate) fn builder() -> ClientBuilder {
    // Where an example is compiled as well, reqwest has TLS without a provider.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
}

/// A layer with the gateway's keys, for loopback.
pub(crate) fn layer() -> SigV4Layer {
    Wire::builder().allow_loopback(true).build().unwrap()
}

/// The layer's error, out of whatever a form has put it into.
pub(crate) fn signing_error(error: &BoxError) -> &tower_sigv4::Error {
    let in_client = error.downcast_ref().and_then(|error| match error {
        SendError::Signing(error) => Some(error),
        _ => None,
    });
    let in_middleware = error.downcast_ref().and_then(|error| match error {
        reqwest_middleware::Error::Middleware(error) => error.downcast_ref(),
        reqwest_middleware::Error::Reqwest(_) => None,
    });
    let found = error.downcast_ref().or(in_client).or(in_middleware);
    found.unwrap_or_else(|| panic!("not the layer's: {error:?}"))
}

/// reqwest's error, out of whatever a form has put it into.
pub(crate) fn client_error(error: &BoxError) -> &reqwest::Error {
    let in_client = error.downcast_ref().and_then(|error| match error {
        SendError::Client(error) => Some(error),
        _ => None,
    });
    let in_middleware = error.downcast_ref().and_then(|error| match error {
        reqwest_middleware::Error::Reqwest(error) => Some(error),
        reqwest_middleware::Error::Middleware(_) => None,
    });
    let found = error.downcast_ref().or(in_client).or(in_middleware);
    found.unwrap_or_else(|| panic!("not reqwest's: {error:?}"))
}
