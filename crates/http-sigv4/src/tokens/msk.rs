use std::time::SystemTime;

use base64_simd::URL_SAFE_NO_PAD;
use http::Method;

use super::{
    ExpiresIn, Token, TokenSigner,
    expires_in::FIFTEEN_MINUTES,
    presigned::{encoded, presigned, query, request},
    signer::check_service,
};
use crate::{Profile, SignError, Signer, SigningKey};

/// Signs tokens for clusters of [MSK], for a Kafka client's SASL mechanism OAUTHBEARER.
///
/// A token is good for every cluster of the region that the credentials may connect to.
///
/// ```
/// use std::time::{Duration, SystemTime, UNIX_EPOCH};
///
/// use aws_credential_types::Credentials;
/// use http_sigv4::{
///     SigningKey, SigningScope,
///     tokens::{MskSigner, TokenSigner},
/// };
///
/// # fn set_token(token: &str, lifetime_ms: u128) {}
/// let signer = MskSigner::new();
/// let credentials = Credentials::new("AKIDEXAMPLE", "secret", None, None, "example");
/// let scope = SigningScope::new(signer.service(), "eu-west-1")?;
/// let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_440_938_160);
/// let token = signer.sign(&SigningKey::derive(&credentials, &scope, now)?, now)?;
///
/// // Kafka clients want the expiry in milliseconds, and refresh the token in time.
/// let expiry = token.expires_at().duration_since(UNIX_EPOCH).unwrap_or_default();
/// set_token(token.as_str(), expiry.as_millis());
/// # Ok::<_, http_sigv4::SignError>(())
/// ```
///
/// [MSK]: https://docs.aws.amazon.com/msk/latest/developerguide/configure-clients-for-iam-access-control.html
#[derive(Clone, Debug)]
#[must_use]
pub struct MskSigner {
    user_agent: String,
    expires_in: ExpiresIn,
}

impl MskSigner {
    /// Creates a signer.
    pub fn new() -> Self {
        Self {
            user_agent: concat!("http-sigv4/", env!("CARGO_PKG_VERSION")).into(),
            expires_in: ExpiresIn::at_most_seconds(FIFTEEN_MINUTES),
        }
    }

    /// Sets what a token says of the client, for AWS's statistics. Defaults to `http-sigv4` and its
    /// version.
    pub fn user_agent(mut self, user_agent: &str) -> Self {
        self.user_agent = user_agent.into();
        self
    }

    /// Sets how long a token is valid, up to fifteen minutes. Defaults to fifteen minutes, or as long
    /// as the credentials live.
    ///
    /// # Errors
    ///
    /// A longer time, or less than a second.
    pub fn expires_in(mut self, expires_in: ExpiresIn) -> Result<Self, SignError> {
        self.expires_in = expires_in.within(FIFTEEN_MINUTES)?;
        Ok(self)
    }
}

impl Default for MskSigner {
    fn default() -> Self {
        Self::new()
    }
}

impl super::sealed::Sealed for MskSigner {}

impl TokenSigner for MskSigner {
    type Output = Token;

    fn service(&self) -> &'static str {
        "kafka-cluster"
    }

    fn sign(&self, key: &SigningKey, time: SystemTime) -> Result<Token, SignError> {
        check_service(self, key)?;
        let lifetime = self.expires_in.resolve(key, time)?;
        let query = query([("Action", "kafka-cluster:Connect")]);
        // The same domain in every partition; nobody connects to it.
        let region = key.scope().region();
        let uri = format!("https://kafka.{region}.amazonaws.com/?{query}");
        let parts = request(Method::GET, uri)?;
        let uri = presigned(Signer::new(Profile::STANDARD), parts, key, lifetime, time)?;
        // Behind the signature, which does not cover it.
        let url = format!("{uri}&User-Agent={}", encoded(&self.user_agent));
        let text = URL_SAFE_NO_PAD.encode_to_string(url);
        Ok(Token::new(text, lifetime.ends_at))
    }
}
