//! ElastiCache and MemoryDB, whose tokens differ in the signing name only.

use std::time::SystemTime;

use http::Method;

use super::{
    ExpiresIn, Token, TokenSigner,
    expires_in::{FIFTEEN_MINUTES, Lifetime},
    presigned::{presigned, query, request, without_scheme},
    signer::check_service,
};
use crate::{Profile, SignError, Signer, SigningKey, error::Kind};

/// Signs passwords for caches of [ElastiCache], serverless ones too.
///
/// The cache takes the token as the password of `AUTH` or `HELLO`, over TLS only. It closes the
/// connection after twelve hours unless a fresh token is sent on it.
///
/// ```
/// use http_sigv4::tokens::{ElastiCacheSigner, TokenSigner};
///
/// let cache = ElastiCacheSigner::new("sessions", "app")?;
/// let serverless = ElastiCacheSigner::serverless("sessions", "app")?;
/// assert_eq!(cache.service(), "elasticache");
///
/// // A name, which is not the endpoint's.
/// assert!(ElastiCacheSigner::new("sessions.abc123.use1.cache.amazonaws.com", "app").is_err());
/// # Ok::<_, http_sigv4::SignError>(())
/// ```
///
/// [ElastiCache]: https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/auth-iam.html
#[derive(Clone, Debug)]
#[must_use]
pub struct ElastiCacheSigner {
    login: Login,
    is_serverless: bool,
}

impl ElastiCacheSigner {
    /// Creates a signer for one user of a replication group.
    ///
    /// `name` is the group's id, in upper or lower case; `user` the user's id, which has to be the
    /// user's name as well.
    ///
    /// # Errors
    ///
    /// A name that no cache can have, and an empty user.
    pub fn new(name: &str, user: &str) -> Result<Self, SignError> {
        Ok(Self {
            login: Login::new(name, user)?,
            is_serverless: false,
        })
    }

    /// Creates a signer for one user of a serverless cache, by the name of the cache.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    pub fn serverless(name: &str, user: &str) -> Result<Self, SignError> {
        Ok(Self {
            login: Login::new(name, user)?,
            is_serverless: true,
        })
    }

    /// Sets how long a token is valid, up to fifteen minutes. Defaults to fifteen minutes, or as long
    /// as the credentials live.
    ///
    /// # Errors
    ///
    /// A longer time, or less than a second.
    pub fn expires_in(mut self, expires_in: ExpiresIn) -> Result<Self, SignError> {
        self.login.expires_in = expires_in.within(FIFTEEN_MINUTES)?;
        Ok(self)
    }
}

impl super::sealed::Sealed for ElastiCacheSigner {}

impl TokenSigner for ElastiCacheSigner {
    type Output = Token;

    fn service(&self) -> &'static str {
        "elasticache"
    }

    fn sign(&self, key: &SigningKey, time: SystemTime) -> Result<Token, SignError> {
        check_service(self, key)?;
        self.login.sign(self.is_serverless, key, time)
    }
}

/// Signs passwords for clusters of [MemoryDB].
///
/// The cluster takes the token as the password of `AUTH` or `HELLO`, over TLS only. It closes the
/// connection after twelve hours unless a fresh token is sent on it.
///
/// ```
/// use http_sigv4::tokens::{MemoryDbSigner, TokenSigner};
///
/// let cluster = MemoryDbSigner::new("carts", "app")?;
/// assert_eq!(cluster.service(), "memorydb");
/// # Ok::<_, http_sigv4::SignError>(())
/// ```
///
/// [MemoryDB]: https://docs.aws.amazon.com/memorydb/latest/devguide/auth-iam.html
#[derive(Clone, Debug)]
#[must_use]
pub struct MemoryDbSigner {
    login: Login,
}

impl MemoryDbSigner {
    /// Creates a signer for one user of a cluster, by the cluster's name in upper or lower case.
    ///
    /// # Errors
    ///
    /// A name that no cluster can have, and an empty user.
    pub fn new(name: &str, user: &str) -> Result<Self, SignError> {
        Ok(Self {
            login: Login::new(name, user)?,
        })
    }

    /// Sets how long a token is valid, up to fifteen minutes. Defaults to fifteen minutes, or as long
    /// as the credentials live.
    ///
    /// # Errors
    ///
    /// A longer time, or less than a second.
    pub fn expires_in(mut self, expires_in: ExpiresIn) -> Result<Self, SignError> {
        self.login.expires_in = expires_in.within(FIFTEEN_MINUTES)?;
        Ok(self)
    }
}

impl super::sealed::Sealed for MemoryDbSigner {}

impl TokenSigner for MemoryDbSigner {
    type Output = Token;

    fn service(&self) -> &'static str {
        "memorydb"
    }

    fn sign(&self, key: &SigningKey, time: SystemTime) -> Result<Token, SignError> {
        check_service(self, key)?;
        self.login.sign(false, key, time)
    }
}

#[derive(Clone, Debug)]
struct Login {
    /// In lower case, as it is stored.
    name: String,
    user: String,
    expires_in: ExpiresIn,
}

impl Login {
    fn new(name: &str, user: &str) -> Result<Self, SignError> {
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        if !name.starts_with(|first: char| first.is_ascii_alphabetic())
            || !name.bytes().all(is_name)
        {
            let problem = "the name is not that of a cache or a cluster, which begins with a letter and \
                           holds letters, digits and `-`; take the name, not the endpoint";
            return Err(Kind::Token(problem).into());
        }
        if user.is_empty() {
            return Err(Kind::Token("the user is empty; give the user's id").into());
        }
        Ok(Self {
            name: name.to_ascii_lowercase(),
            user: user.into(),
            expires_in: ExpiresIn::at_most_seconds(FIFTEEN_MINUTES),
        })
    }

    fn sign(
        &self,
        is_serverless: bool,
        key: &SigningKey,
        time: SystemTime,
    ) -> Result<Token, SignError> {
        let lifetime: Lifetime = self.expires_in.resolve(key, time)?;
        let serverless = is_serverless.then_some(("ResourceType", "ServerlessCache"));
        let pairs = [("Action", "connect"), ("User", &self.user)];
        let query = query(pairs.into_iter().chain(serverless));
        let parts = request(Method::GET, format!("https://{}/?{query}", self.name))?;
        let uri = presigned(Signer::new(Profile::STANDARD), parts, key, lifetime, time)?;
        let text = without_scheme(&self.name, &uri);
        Ok(Token::new(text, lifetime.ends_at))
    }
}
