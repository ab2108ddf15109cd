use std::time::SystemTime;

use http::Uri;

use super::{
    ExpiresIn, Handshake, TokenSigner,
    expires_in::SEVEN_DAYS,
    handshake::{self, FIVE_MINUTES, check_uri},
    signer::check_service,
};
use crate::{SignError, SigningKey};

/// Signs handshakes of [WebSocket APIs] of API Gateway, whose `$connect` route asks for IAM.
///
/// ```
/// use http::Uri;
/// use http_sigv4::tokens::{ApiGatewaySigner, TokenSigner};
///
/// let uri = Uri::from_static("wss://abc123.execute-api.eu-west-1.amazonaws.com/production?room=1");
/// let chat = ApiGatewaySigner::new(uri)?;
/// assert_eq!(chat.service(), "execute-api");
/// # Ok::<_, http_sigv4::SignError>(())
/// ```
///
/// [WebSocket APIs]: https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-websocket-control-access-iam.html
#[derive(Clone, Debug)]
#[must_use]
pub struct ApiGatewaySigner {
    uri: Uri,
    in_headers: bool,
    expires_in: ExpiresIn,
}

impl ApiGatewaySigner {
    /// Creates a signer for the URI of a stage, at API Gateway's host or at a custom domain.
    ///
    /// # Errors
    ///
    /// A URI that does not begin with `wss://`, or with `ws://` on the loopback interface, and a host
    /// that is none.
    pub fn new(uri: Uri) -> Result<Self, SignError> {
        check_uri(&uri)?;
        Ok(Self {
            uri,
            in_headers: false,
            expires_in: ExpiresIn::at_most_seconds(FIVE_MINUTES),
        })
    }

    /// Sets whether the signature goes into the headers, where no log of URLs shows it. It is then valid
    /// for five minutes. Defaults to no, since browsers can send no headers.
    pub fn in_headers(mut self, in_headers: bool) -> Self {
        self.in_headers = in_headers;
        self
    }

    /// Sets how long a handshake is valid that is signed in its URL, up to seven days. Defaults to five
    /// minutes, or as long as the credentials live.
    ///
    /// # Errors
    ///
    /// A longer time, or less than a second.
    pub fn expires_in(mut self, expires_in: ExpiresIn) -> Result<Self, SignError> {
        self.expires_in = expires_in.within(SEVEN_DAYS)?;
        Ok(self)
    }
}

impl super::sealed::Sealed for ApiGatewaySigner {}

impl TokenSigner for ApiGatewaySigner {
    type Output = Handshake;

    fn service(&self) -> &'static str {
        "execute-api"
    }

    fn sign(&self, key: &SigningKey, time: SystemTime) -> Result<Handshake, SignError> {
        check_service(self, key)?;
        let uri = self.uri.to_string();
        match self.in_headers {
            true => handshake::sign(uri, key, time),
            false => handshake::presign(uri, self.service(), self.expires_in, key, time),
        }
    }
}
