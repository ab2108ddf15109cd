use reqwest::{Client, ClientBuilder, IntoUrl, Method, Request, Response, redirect::Policy};

use super::{SendError, SigningRequestBuilder, send::send};
use crate::SigV4Layer;

/// A [`reqwest::Client`] that signs what it sends and follows no redirects.
///
/// Cheap to clone; clones share connections, credentials and what was observed from responses.
///
/// ```no_run
/// use std::time::Duration;
///
/// use tower_sigv4::{SigV4Layer, reqwest::SigningClient};
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let client = SigningClient::new(
///     reqwest::Client::builder().timeout(Duration::from_secs(10)),
///     SigV4Layer::from_env("execute-api")?,
/// )?;
///
/// let response = client
///     .post("https://abc123.execute-api.eu-west-1.amazonaws.com/prod/orders")
///     .json(&["tea", "coffee"])
///     .send()
///     .await?;
/// println!("{} {}", response.status(), response.text().await?);
/// # Ok(())
/// # }
/// ```
///
/// # Redirects
///
/// A client that follows one sends the session token and the other headers of the signature on to
/// wherever it leads. So [`new`](Self::new) turns that off, whatever the builder says, and the caller
/// gets the redirect as the response. Follow it, if it is to be followed, by a request of its own, which
/// is checked and signed by itself.
///
/// # Timeouts
///
/// Those of reqwest begin when the request is sent. The waits for credentials and for a body that is
/// read for its hash have limits of their own:
/// [`max_wait`](crate::CacheSettings::max_wait) and
/// [`body_timeout`](crate::SigV4LayerBuilder::body_timeout).
#[derive(Clone, Debug)]
pub struct SigningClient {
    client: Client,
    layer: SigV4Layer,
}

impl SigningClient {
    /// Builds a client, with redirects off, that signs as the layer does.
    ///
    /// A [`RequestSigner`](crate::RequestSigner) is as good as a layer.
    ///
    /// # Errors
    ///
    /// What [`ClientBuilder::build`] reports.
    pub fn new(
        builder: ClientBuilder,
        layer: impl Into<SigV4Layer>,
    ) -> Result<Self, reqwest::Error> {
        let client = builder.redirect(Policy::none()).build()?;
        Ok(Self::from_client(client, layer))
    }

    /// Wraps a client that exists already, and is to be built with
    /// [`Policy::none`](reqwest::redirect::Policy::none).
    ///
    /// A client does not tell its policy. If it has followed a redirect with a signed request, the
    /// result is an error that names where the response came from, but the headers of the signature have
    /// gone there.
    pub fn from_client(client: Client, layer: impl Into<SigV4Layer>) -> Self {
        let layer = layer.into();
        Self { client, layer }
    }

    /// Returns the layer, and with it credentials and clock offsets.
    pub fn layer(&self) -> &SigV4Layer {
        &self.layer
    }

    /// Starts a `GET` request.
    ///
    /// What is wrong with a URL, here as in all others, is an error of
    /// [`send`](SigningRequestBuilder::send).
    pub fn get(&self, url: impl IntoUrl) -> SigningRequestBuilder {
        self.request(Method::GET, url)
    }

    /// Starts a `POST` request.
    pub fn post(&self, url: impl IntoUrl) -> SigningRequestBuilder {
        self.request(Method::POST, url)
    }

    /// Starts a `PUT` request.
    pub fn put(&self, url: impl IntoUrl) -> SigningRequestBuilder {
        self.request(Method::PUT, url)
    }

    /// Starts a `PATCH` request.
    pub fn patch(&self, url: impl IntoUrl) -> SigningRequestBuilder {
        self.request(Method::PATCH, url)
    }

    /// Starts a `DELETE` request.
    pub fn delete(&self, url: impl IntoUrl) -> SigningRequestBuilder {
        self.request(Method::DELETE, url)
    }

    /// Starts a `HEAD` request.
    pub fn head(&self, url: impl IntoUrl) -> SigningRequestBuilder {
        self.request(Method::HEAD, url)
    }

    /// Starts a request with any method.
    pub fn request(&self, method: Method, url: impl IntoUrl) -> SigningRequestBuilder {
        SigningRequestBuilder::new(self.client.request(method, url), self.layer.clone())
    }

    /// Signs and sends a request.
    ///
    /// # Errors
    ///
    /// A [`SendError`].
    ///
    /// # Cancellation
    ///
    /// Dropping the future drops the request. A load of credentials that it waited for goes on.
    pub async fn execute(&self, request: Request) -> Result<Response, SendError> {
        send(&self.client, &self.layer, request, None).await
    }
}
