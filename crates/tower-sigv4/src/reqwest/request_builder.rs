use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue, Version};
use reqwest::{Body, RequestBuilder, Response};

use super::{SendError, send::send};
use crate::{SigV4Layer, SigningOptions};

/// A request that [`SigningClient`](super::SigningClient) signs when it is sent.
///
/// It has what [`reqwest::RequestBuilder`] has for every request; [`with`](Self::with) reaches the rest.
#[derive(Debug)]
#[must_use = "a request does nothing until it is sent"]
pub struct SigningRequestBuilder {
    /// With reqwest's client, which it gives back to be sent by.
    builder: RequestBuilder,
    layer: SigV4Layer,
    options: Option<SigningOptions>,
}

impl SigningRequestBuilder {
    pub(super) fn new(builder: RequestBuilder, layer: SigV4Layer) -> Self {
        Self {
            builder,
            layer,
            options: None,
        }
    }

    /// Adds a header. Defaults to none but the client's own.
    ///
    /// Give signed headers here, such as `x-amz-target`: reqwest adds a client's default headers after
    /// the request was signed.
    pub fn header<K, V>(self, name: K, value: V) -> Self
    where
        HeaderName: TryFrom<K>,
        <HeaderName as TryFrom<K>>::Error: Into<http::Error>,
        HeaderValue: TryFrom<V>,
        <HeaderValue as TryFrom<V>>::Error: Into<http::Error>,
    {
        self.with(|builder| builder.header(name, value))
    }

    /// Adds headers, in place of those with the same names. Defaults to none but the client's own.
    pub fn headers(self, headers: HeaderMap) -> Self {
        self.with(|builder| builder.headers(headers))
    }

    /// Sets the body. Defaults to an empty one.
    ///
    /// A stream is read for its hash before it is sent, up to
    /// [`body_limit`](crate::SigV4LayerBuilder::body_limit), unless
    /// [`PayloadMode`](crate::PayloadMode) says otherwise.
    pub fn body(self, body: impl Into<Body>) -> Self {
        self.with(|builder| builder.body(body))
    }

    /// Sets the body to JSON, and `content-type` with it. Defaults to an empty body.
    pub fn json(self, json: &(impl serde::Serialize + ?Sized)) -> Self {
        self.with(|builder| builder.json(json))
    }

    /// Sets how long the response may take, body included, once the request is sent. Defaults to the
    /// client's timeout.
    pub fn timeout(self, timeout: Duration) -> Self {
        self.with(|builder| builder.timeout(timeout))
    }

    /// Sets the version of HTTP. Defaults to what client and server agree on.
    pub fn version(self, version: Version) -> Self {
        self.with(|builder| builder.version(version))
    }

    /// Sets what this request wants otherwise than the layer. Defaults to nothing.
    pub fn options(mut self, options: SigningOptions) -> Self {
        self.options = Some(options);
        self
    }

    /// Sets whatever else reqwest's builder can set, also what its features `query`, `form` and
    /// `multipart` add. Defaults to nothing.
    ///
    /// ```
    /// # use tower_sigv4::reqwest::{SigningClient, SigningRequestBuilder};
    /// fn ping(client: &SigningClient, url: &str) -> SigningRequestBuilder {
    ///     client.get(url).with(|builder| builder.bearer_auth("replaced by the signature"))
    /// }
    /// ```
    pub fn with(self, call: impl FnOnce(RequestBuilder) -> RequestBuilder) -> Self {
        Self {
            builder: call(self.builder),
            ..self
        }
    }

    /// Signs and sends the request.
    ///
    /// # Errors
    ///
    /// A [`SendError`], also for what was wrong with the URL, a header or the JSON.
    ///
    /// # Cancellation
    ///
    /// Dropping the future drops the request. A load of credentials that it waited for goes on.
    pub async fn send(self) -> Result<Response, SendError> {
        let (client, request) = self.builder.build_split();
        send(&client, &self.layer, request?, self.options).await
    }
}
