use std::{error::Error as StdError, fmt};

use reqwest::{Client, Request, Response};

use super::sign::{Outgoing, sign};
use crate::{Error, SigV4Layer, SigningOptions};

/// Signs and sends a request.
///
/// # Errors
///
/// A [`SendError`].
pub(super) async fn send(
    client: &Client,
    layer: &SigV4Layer,
    request: Request,
    options: Option<SigningOptions>,
) -> Result<Response, SendError> {
    let Outgoing { request, awaited } = sign(layer.signer(), request, options).await?;
    let response = client.execute(request).await?;
    Ok(awaited.observe(response)?)
}

/// Why [`SigningClient`](super::SigningClient) has no response.
///
/// ```
/// use tower_sigv4::reqwest::SendError;
///
/// fn is_worth_another_attempt(error: &SendError) -> bool {
///     match error {
///         SendError::Signing(error) => error.is_retryable(),
///         SendError::Client(error) => error.is_connect() || error.is_timeout(),
///         _ => false,
///     }
/// }
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub enum SendError {
    /// The request was not signed, and nothing was sent; or it was, and its response
    /// [came from elsewhere](Error::is_redirect).
    Signing(Error),
    /// reqwest failed. Its message may hold the URL with its query.
    Client(reqwest::Error),
}

impl From<Error> for SendError {
    fn from(error: Error) -> Self {
        Self::Signing(error)
    }
}

impl From<reqwest::Error> for SendError {
    fn from(error: reqwest::Error) -> Self {
        Self::Client(error)
    }
}

impl fmt::Display for SendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Signing(error) => error.fmt(f),
            Self::Client(error) => error.fmt(f),
        }
    }
}

impl StdError for SendError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        // The message is the error's own, so that it is not its own cause.
        match self {
            Self::Signing(error) => error.source(),
            Self::Client(error) => error.source(),
        }
    }
}
