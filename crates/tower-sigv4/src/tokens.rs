//! Tokens of every kind with the engine's credentials and clock.

use http_sigv4::{SigningScope, tokens::TokenSigner};

use crate::{
    Error, RequestSigner,
    config::{Config, Scope},
    error::Kind,
    keys::SigningKeys,
};

/// Login tokens, WebSocket handshakes and upload forms. Feature `tokens`.
impl RequestSigner {
    /// Signs a token of any kind in [`http_sigv4::tokens`], as soon as there are credentials.
    ///
    /// It is signed in the region that was configured, for the token's own service, with the cached
    /// credentials and the clock that requests are signed with. So the client of an API and a pool of
    /// connections to a database can share one signer, which a layer
    /// [gives](crate::SigV4Layer::signer) too.
    ///
    /// What is returned tells when it expires: no later than the credentials, which may be minutes from
    /// now where their refresh is still under way. Ask for a new one for each new connection, which
    /// takes microseconds.
    ///
    /// ```
    /// use aws_credential_types::Credentials;
    /// use http_sigv4::tokens::RdsSigner;
    /// use tower_sigv4::RequestSigner;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let provider = Credentials::new("AKIDEXAMPLE", "secret", None, None, "example");
    /// let signer = RequestSigner::builder("rds-db", "eu-west-1", provider).build_signer()?;
    ///
    /// // Once, with what does not change.
    /// let database = RdsSigner::new("orders.abc123.eu-west-1.rds.amazonaws.com", 5432, "app")?;
    /// // For each connection.
    /// let password = signer.sign_token(&database).await?;
    /// println!("a password until {:?}", password.expires_at());
    /// # assert!(password.as_str().contains("AKIDEXAMPLE"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// What a host's responses have taught of its clock does not apply, for a token is presented
    /// elsewhere: a local clock that is minutes off has to be corrected.
    ///
    /// # Errors
    ///
    /// - [`is_credentials`](Error::is_credentials): credentials that could not be loaded, or that have
    ///   expired while no others could be.
    /// - [`is_expiry`](Error::is_expiry): credentials that expire sooner than the token
    ///   [has to](http_sigv4::ExpiresIn::exactly).
    /// - [`is_configuration`](Error::is_configuration): no region, where each request's host tells it;
    ///   see [`sign_token_in`](Self::sign_token_in). And what the kind of token refuses.
    ///
    /// # Cancellation
    ///
    /// Dropping the future signs nothing, and leaves the load of the credentials alone.
    pub async fn sign_token<T: TokenSigner>(&self, token: &T) -> Result<T::Output, Error> {
        match &self.config().scope {
            Scope::Fixed(scope) => self.sign_token_in(scope.region(), token).await,
            Scope::Detected { .. } => Err(Kind::MissingRegionOfToken.into()),
        }
    }

    /// Signs a token as [`sign_token`](Self::sign_token) does, in another region.
    ///
    /// # Errors
    ///
    /// As [`sign_token`](Self::sign_token), and a region that is not a name.
    ///
    /// # Cancellation
    ///
    /// As [`sign_token`](Self::sign_token).
    pub async fn sign_token_in<T: TokenSigner>(
        &self,
        region: &str,
        token: &T,
    ) -> Result<T::Output, Error> {
        let Config {
            credentials, clock, ..
        } = self.config();
        let scope = SigningScope::new(token.service(), region)?;
        let cached = credentials.get().await?;
        if cached.is_expired() {
            return Err(Error::of_stale(Kind::ExpiredCredentials, credentials));
        }
        let now = clock.now();
        let key = SigningKeys::key(&cached, &scope, now)?;
        Ok(token.sign(&key, now)?)
    }
}
