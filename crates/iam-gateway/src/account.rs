use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, PoisonError, RwLock},
    time::SystemTime,
};

/// Keys that the gateway accepts.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use iam_gateway::Account;
///
/// // As a role's temporary credentials are: with a session token, for an hour.
/// let account = Account::new("ASIAEXAMPLE", "secret")
///     .session_token("token")
///     .expires_at(SystemTime::now() + Duration::from_secs(3600));
/// ```
#[derive(Clone)]
#[must_use]
pub struct Account {
    pub(crate) access_key_id: String,
    pub(crate) secret_access_key: String,
    pub(crate) session_token: Option<String>,
    pub(crate) expires_at: Option<SystemTime>,
}

impl Account {
    /// Creates an account with long-term keys: without a session token, and valid for good.
    pub fn new(access_key_id: impl Into<String>, secret_access_key: impl Into<String>) -> Self {
        Self {
            access_key_id: access_key_id.into(),
            secret_access_key: secret_access_key.into(),
            session_token: None,
            expires_at: None,
        }
    }

    /// Sets the session token, which every request has to carry then. Defaults to none.
    pub fn session_token(mut self, token: impl Into<String>) -> Self {
        self.session_token = Some(token.into());
        self
    }

    /// Sets when the keys stop being valid. Defaults to never.
    pub fn expires_at(mut self, time: SystemTime) -> Self {
        self.expires_at = Some(time);
        self
    }
}

/// Shows no secret.
impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account")
            .field("access_key_id", &self.access_key_id)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

/// The accounts that a gateway knows, by their access key ids.
///
/// Clones share the accounts, so they can be changed while the gateway serves: that is how a test
/// rotates keys.
///
/// ```
/// use iam_gateway::{Account, Accounts, Gateway};
///
/// let accounts = Accounts::new();
/// let gateway = Gateway::new("execute-api", "eu-west-1", accounts.clone());
/// accounts.add(Account::new("AKIDEXAMPLE", "secret"));
/// assert!(accounts.remove("AKIDEXAMPLE"));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Accounts {
    by_id: Arc<RwLock<HashMap<String, Account>>>,
}

impl Accounts {
    /// Creates an empty set of accounts.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an account, in place of the one with the same access key id if there is one.
    pub fn add(&self, account: Account) {
        let mut by_id = self.by_id.write().unwrap_or_else(PoisonError::into_inner);
        by_id.insert(account.access_key_id.clone(), account);
    }

    /// Removes an account, and tells whether there was one.
    pub fn remove(&self, access_key_id: &str) -> bool {
        let mut by_id = self.by_id.write().unwrap_or_else(PoisonError::into_inner);
        by_id.remove(access_key_id).is_some()
    }

    pub(crate) fn find(&self, access_key_id: &str) -> Option<Account> {
        let by_id = self.by_id.read().unwrap_or_else(PoisonError::into_inner);
        by_id.get(access_key_id).cloned()
    }
}

impl From<Account> for Accounts {
    fn from(account: Account) -> Self {
        [account].into_iter().collect()
    }
}

impl FromIterator<Account> for Accounts {
    fn from_iter<I: IntoIterator<Item = Account>>(accounts: I) -> Self {
        let all = Self::new();
        accounts.into_iter().for_each(|account| all.add(account));
        all
    }
}
