use async_trait::async_trait;
use http::Extensions;
use reqwest::{Request, Response};
use reqwest_middleware::{Error, Middleware, Next, Result};

use super::sign::{Outgoing, sign};
use crate::{SigV4Layer, SigningOptions};

/// Signs what passes through, with feature `reqwest-middleware`.
///
/// It belongs last in the chain, right above the client: what comes after it must not change the
/// request. A retry before it signs each attempt afresh. [`SigningOptions`] are taken from the
/// request's extensions, as `with_extension` sets them.
///
/// ```no_run
/// use reqwest_middleware::ClientBuilder;
/// use tower_sigv4::SigV4Layer;
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let http = reqwest::Client::builder()
///     .redirect(reqwest::redirect::Policy::none())
///     .build()?;
/// let client = ClientBuilder::new(http)
///     // Here is the place of `reqwest-retry` and `reqwest-tracing`.
///     .with(SigV4Layer::from_env("execute-api")?)
///     .build();
/// let url = "https://abc123.execute-api.eu-west-1.amazonaws.com/prod/orders";
/// let response = client.get(url).send().await?;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
///
/// The layer's [`Error`](crate::Error) is below an [`Error::Middleware`], and found by
/// downcasting that. Then nothing was sent, unless it [is a redirect](crate::Error::is_redirect).
#[async_trait]
impl Middleware for SigV4Layer {
    async fn handle(
        &self,
        request: Request,
        extensions: &mut Extensions,
        next: Next<'_>,
    ) -> Result<Response> {
        // Not taken out: a retry before this one comes by again with the same extensions.
        let options = extensions.get::<SigningOptions>().cloned();
        let outgoing = sign(self.signer(), request, options).await;
        let Outgoing { request, awaited } = outgoing.map_err(Error::middleware)?;
        let response = next.run(request, extensions).await?;
        awaited.observe(response).map_err(Error::middleware)
    }
}
