use std::time::SystemTime;

use http::Method;

use super::{
    ExpiresIn, Token, TokenSigner,
    expires_in::{FIFTEEN_MINUTES, SEVEN_DAYS},
    presigned::{presigned, query, request, without_scheme},
    signer::check_service,
};
use crate::{Host, Profile, SignError, Signer, SigningKey, error::Kind};

/// Signs passwords for clusters of [Aurora DSQL].
///
/// Who may log in as `admin` and who as another role are different permissions, so there is a
/// constructor for each.
///
/// ```
/// use http_sigv4::tokens::{DsqlSigner, TokenSigner};
///
/// let cluster = DsqlSigner::connect("abc123.dsql.us-east-1.on.aws")?;
/// assert_eq!(cluster.service(), "dsql");
/// # Ok::<_, http_sigv4::SignError>(())
/// ```
///
/// [Aurora DSQL]: https://docs.aws.amazon.com/aurora-dsql/latest/userguide/SECTION_authentication-token.html
#[derive(Clone, Debug)]
#[must_use]
pub struct DsqlSigner {
    host: String,
    action: &'static str,
    expires_in: ExpiresIn,
}

impl DsqlSigner {
    /// Creates a signer for a database role of one's own: action `dsql:DbConnect`.
    ///
    /// # Errors
    ///
    /// A host that is none or that has a port.
    pub fn connect(host: &str) -> Result<Self, SignError> {
        Self::new(host, "DbConnect")
    }

    /// Creates a signer for the role `admin`: action `dsql:DbConnectAdmin`.
    ///
    /// # Errors
    ///
    /// As [`connect`](Self::connect).
    pub fn connect_as_admin(host: &str) -> Result<Self, SignError> {
        Self::new(host, "DbConnectAdmin")
    }

    fn new(host: &str, action: &'static str) -> Result<Self, SignError> {
        let host = Host::parse(host)?;
        if host.port().is_some() {
            let problem =
                "the host has a port, which a token for DSQL does not cover; leave it out";
            return Err(Kind::Token(problem).into());
        }
        Ok(Self {
            host: host.as_str().into(),
            action,
            expires_in: ExpiresIn::at_most_seconds(FIFTEEN_MINUTES),
        })
    }

    /// Sets how long a token is valid, up to seven days. Defaults to fifteen minutes, or as long as the
    /// credentials live.
    ///
    /// # Errors
    ///
    /// A longer time, or less than a second.
    pub fn expires_in(mut self, expires_in: ExpiresIn) -> Result<Self, SignError> {
        self.expires_in = expires_in.within(SEVEN_DAYS)?;
        Ok(self)
    }
}

impl super::sealed::Sealed for DsqlSigner {}

impl TokenSigner for DsqlSigner {
    type Output = Token;

    fn service(&self) -> &'static str {
        "dsql"
    }

    fn sign(&self, key: &SigningKey, time: SystemTime) -> Result<Token, SignError> {
        check_service(self, key)?;
        let lifetime = self.expires_in.resolve(key, time)?;
        let query = query([("Action", self.action)]);
        let parts = request(Method::GET, format!("https://{}/?{query}", self.host))?;
        let uri = presigned(Signer::new(Profile::STANDARD), parts, key, lifetime, time)?;
        let text = without_scheme(&self.host, &uri);
        Ok(Token::new(text, lifetime.ends_at))
    }
}
