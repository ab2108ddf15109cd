use std::{fmt, sync::Arc, time::SystemTime};

use arc_swap::ArcSwap;
use aws_credential_types::Credentials;
use http_sigv4::{SignError, SigningKey, SigningScope};

/// The signing keys derived from one generation of credentials, by scope and day.
///
/// They live and die with their credentials, so a key, an access key id and a session token that
/// sign together always belong together.
#[derive(Default)]
pub(crate) struct SigningKeys {
    keys: ArcSwap<Vec<Arc<SigningKey>>>,
}

/// More scopes than this on one set of credentials derive their keys more often.
const KEPT: usize = 16;

impl SigningKeys {
    /// The key for `scope` at `time`, derived if this is its first use.
    pub(crate) fn key(
        &self,
        credentials: &Credentials,
        scope: &SigningScope,
        time: SystemTime,
    ) -> Result<Arc<SigningKey>, SignError> {
        let keys = self.keys.load();
        if let Some(key) = keys.iter().find(|key| key.is_for(scope, time)) {
            return Ok(Arc::clone(key));
        }
        let key = Arc::new(SigningKey::derive(credentials, scope, time)?);
        self.keys.rcu(|keys| {
            // The latest first; yesterday's fall out at the end.
            let older = keys.iter().filter(|older| !older.is_for(scope, time));
            std::iter::once(&key)
                .chain(older)
                .take(KEPT)
                .cloned()
                .collect::<Vec<_>>()
        });
        Ok(key)
    }
}

impl fmt::Debug for SigningKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.keys.load().iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    const DAY: Duration = Duration::from_secs(86_400);

    fn credentials() -> Credentials {
        Credentials::new("AKID", "secret", None, None, "test")
    }

    #[test]
    fn a_key_is_derived_once_for_a_scope_and_day() {
        let keys = SigningKeys::default();
        let scope = SigningScope::new("execute-api", "us-east-1").unwrap();
        let first = keys.key(&credentials(), &scope, UNIX_EPOCH).unwrap();
        let again = keys
            .key(&credentials(), &scope, UNIX_EPOCH + DAY / 2)
            .unwrap();
        let tomorrow = keys.key(&credentials(), &scope, UNIX_EPOCH + DAY).unwrap();
        assert!(Arc::ptr_eq(&first, &again));
        assert_eq!(
            tomorrow.credential_scope(),
            "19700102/us-east-1/execute-api/aws4_request"
        );
    }

    #[test]
    fn the_number_of_keys_is_bounded() {
        let keys = SigningKeys::default();
        for day in 0..100 {
            let scope = SigningScope::new("execute-api", "us-east-1").unwrap();
            keys.key(&credentials(), &scope, UNIX_EPOCH + DAY * day)
                .unwrap();
        }
        assert_eq!(keys.keys.load().len(), KEPT);
    }
}
