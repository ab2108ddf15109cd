use std::time::SystemTime;

use http::Method;

use super::{
    ExpiresIn, Token, TokenSigner,
    expires_in::FIFTEEN_MINUTES,
    presigned::{presigned, query, request, without_scheme},
    signer::check_service,
};
use crate::{Host, Profile, SignError, Signer, SigningKey, error::Kind};

/// Signs passwords for databases of [RDS and Aurora] with IAM authentication.
///
/// The database takes the token as a password, over TLS only, for fifteen minutes from its signing.
///
/// ```
/// use http_sigv4::tokens::{RdsSigner, TokenSigner};
///
/// let database = RdsSigner::new("orders.abc123.eu-west-1.rds.amazonaws.com", 5432, "app")?;
/// assert_eq!(database.service(), "rds-db");
/// # Ok::<_, http_sigv4::SignError>(())
/// ```
///
/// [RDS and Aurora]: https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.html
#[derive(Clone, Debug)]
#[must_use]
pub struct RdsSigner {
    /// With its port, also where that is 443.
    address: String,
    user: String,
    expires_in: ExpiresIn,
}

impl RdsSigner {
    /// Creates a signer for one user of one database.
    ///
    /// `host` and `port` are the endpoint's own as AWS names it, or those of a proxy of RDS's. A name
    /// of one's own in front of it is not the one that is checked.
    ///
    /// # Errors
    ///
    /// A host that is none or that has a port with it, and an empty user.
    pub fn new(host: &str, port: u16, user: &str) -> Result<Self, SignError> {
        let host = Host::parse(host)?;
        if host.port().is_some() {
            return Err(Kind::Token("the host has a port in it; give the port by itself").into());
        }
        if user.is_empty() {
            return Err(Kind::Token("the user is empty; name the database's user").into());
        }
        Ok(Self {
            address: format!("{host}:{port}"),
            user: user.into(),
            expires_in: ExpiresIn::at_most_seconds(FIFTEEN_MINUTES),
        })
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

impl super::sealed::Sealed for RdsSigner {}

impl TokenSigner for RdsSigner {
    type Output = Token;

    fn service(&self) -> &'static str {
        "rds-db"
    }

    fn sign(&self, key: &SigningKey, time: SystemTime) -> Result<Token, SignError> {
        check_service(self, key)?;
        let lifetime = self.expires_in.resolve(key, time)?;
        let query = query([("Action", "connect"), ("DBUser", &self.user)]);
        let parts = request(Method::GET, format!("https://{}/?{query}", self.address))?;
        let uri = presigned(Signer::new(Profile::STANDARD), parts, key, lifetime, time)?;
        // The token names port 443 though the signature, as any over https, does not.
        let text = without_scheme(&self.address, &uri);
        Ok(Token::new(text, lifetime.ends_at))
    }
}
