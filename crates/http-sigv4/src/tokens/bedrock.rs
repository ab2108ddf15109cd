use std::time::SystemTime;

use base64_simd::STANDARD;
use http::Method;

use super::{
    ExpiresIn, Token, TokenSigner,
    presigned::{presigned, query, request, without_scheme},
    signer::check_service,
};
use crate::{Profile, SignError, Signer, SigningKey};

const LONGEST: u32 = 43_200;
const HOST: &str = "bedrock.amazonaws.com";

/// Signs short-term [API keys] for Bedrock, which clients send as a bearer token.
///
/// A key has the permissions of the credentials, in their region. It is what clients that know nothing
/// of AWS take, as `AWS_BEARER_TOKEN_BEDROCK` or as the API key of an OpenAI client.
///
/// ```
/// use http_sigv4::tokens::{BedrockSigner, TokenSigner};
///
/// assert_eq!(BedrockSigner::new().service(), "bedrock");
/// ```
///
/// [API keys]: https://docs.aws.amazon.com/bedrock/latest/userguide/api-keys.html
#[derive(Clone, Debug)]
#[must_use]
pub struct BedrockSigner {
    expires_in: ExpiresIn,
}

impl BedrockSigner {
    /// Creates a signer.
    pub fn new() -> Self {
        Self {
            expires_in: ExpiresIn::at_most_seconds(LONGEST),
        }
    }

    /// Sets how long a key is valid, up to twelve hours. Defaults to twelve hours, or as long as the
    /// credentials live.
    ///
    /// # Errors
    ///
    /// A longer time, or less than a second.
    pub fn expires_in(mut self, expires_in: ExpiresIn) -> Result<Self, SignError> {
        self.expires_in = expires_in.within(LONGEST)?;
        Ok(self)
    }
}

impl Default for BedrockSigner {
    fn default() -> Self {
        Self::new()
    }
}

impl super::sealed::Sealed for BedrockSigner {}

impl TokenSigner for BedrockSigner {
    type Output = Token;

    fn service(&self) -> &'static str {
        "bedrock"
    }

    fn sign(&self, key: &SigningKey, time: SystemTime) -> Result<Token, SignError> {
        check_service(self, key)?;
        let lifetime = self.expires_in.resolve(key, time)?;
        let query = query([("Action", "CallWithBearerToken")]);
        let parts = request(Method::POST, format!("https://{HOST}/?{query}"))?;
        let uri = presigned(Signer::new(Profile::STANDARD), parts, key, lifetime, time)?;
        // The version is not signed.
        let url = without_scheme(HOST, &uri) + "&Version=1";
        let text = format!("bedrock-api-key-{}", STANDARD.encode_to_string(url));
        Ok(Token::new(text, lifetime.ends_at))
    }
}
