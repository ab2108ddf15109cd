use std::{
    fmt,
    ops::Deref,
    sync::{Arc, OnceLock},
    time::SystemTime,
};

use arc_swap::{ArcSwap, Guard};
use credentials_cache::{CachedCredentials, per_thread::PerThread};
use http_sigv4::{SignError, SigningKey, SigningScope};

use crate::rejection::AccessKey;

/// The signing keys derived from one generation of credentials, by scope and day.
///
/// They live in the generation's own slot, so a key, an access key id and a session token that sign
/// together always belong together. Threads have keys of their own: each signature counts a reference
/// to the key's token.
#[derive(Default)]
pub(crate) struct SigningKeys {
    keys: PerThread<ArcSwap<Vec<Arc<SigningKey>>>>,
    access_key: OnceLock<AccessKey>,
}

/// More scopes than this on one set of credentials derive their keys more often.
const KEPT: usize = 16;

/// A signing key, where it is kept or by itself.
pub(crate) enum Key {
    Kept {
        keys: Guard<Arc<Vec<Arc<SigningKey>>>>,
        index: usize,
    },
    Own(Arc<SigningKey>),
}

impl SigningKeys {
    /// Returns the key of credentials for `scope` at `time`, derived if this is its first use by the
    /// thread.
    pub(crate) fn key(
        credentials: &CachedCredentials,
        scope: &SigningScope,
        time: SystemTime,
    ) -> Result<Key, SignError> {
        let derive = || SigningKey::derive(credentials.credentials(), scope, time).map(Arc::new);
        // Somebody else uses the slot if it cannot be had: then it is slower, and nothing else.
        match credentials.derived::<Self>() {
            Some(keys) => keys.kept(derive, scope, time),
            None => derive().map(Key::Own),
        }
    }

    /// Returns what stands for the access key id of credentials in [`RejectedKeys`].
    ///
    /// [`RejectedKeys`]: crate::rejection::RejectedKeys
    pub(crate) fn access_key(credentials: &CachedCredentials) -> AccessKey {
        let hash = || AccessKey::new(credentials.credentials().access_key_id());
        match credentials.derived::<Self>() {
            Some(keys) => *keys.access_key.get_or_init(hash),
            None => hash(),
        }
    }

    fn kept(
        &self,
        derive: impl FnOnce() -> Result<Arc<SigningKey>, SignError>,
        scope: &SigningScope,
        time: SystemTime,
    ) -> Result<Key, SignError> {
        let keys = self.keys.get().load();
        if let Some(index) = keys.iter().position(|key| key.is_for(scope, time)) {
            return Ok(Key::Kept { keys, index });
        }
        // A clone has a token of its own, and takes less than to derive the key again.
        let of_others = self.keys.all().find_map(|keys| {
            let keys = keys.load();
            let key = keys.iter().find(|key| key.is_for(scope, time))?;
            Some(Arc::new(SigningKey::clone(key)))
        });
        let key = match of_others {
            Some(key) => key,
            None => derive()?,
        };
        self.keys.get().rcu(|keys| {
            // The latest first; yesterday's fall out at the end.
            let older = keys.iter().filter(|older| !older.is_for(scope, time));
            std::iter::once(&key)
                .chain(older)
                .take(KEPT)
                .cloned()
                .collect::<Vec<_>>()
        });
        Ok(Key::Own(key))
    }
}

#[cfg(feature = "chunked")]
impl Key {
    /// Keeps the key for longer than the signature of the request.
    pub(crate) fn to_arc(&self) -> Arc<SigningKey> {
        match self {
            Self::Kept { keys, index } => Arc::clone(&keys[*index]),
            Self::Own(key) => Arc::clone(key),
        }
    }
}

impl Deref for Key {
    type Target = SigningKey;

    fn deref(&self) -> &SigningKey {
        match self {
            // Nothing changes a list of keys once it is published.
            Self::Kept { keys, index } => &keys[*index],
            Self::Own(key) => key,
        }
    }
}

impl fmt::Debug for SigningKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys = self.keys.get().load();
        f.debug_list().entries(keys.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::{
        cell::Cell,
        sync::atomic::{AtomicUsize, Ordering},
        thread,
        time::{Duration, UNIX_EPOCH},
    };

    use aws_credential_types::Credentials;

    use super::*;

    const DAY: Duration = Duration::from_secs(86_400);

    fn scope() -> SigningScope {
        SigningScope::new("execute-api", "us-east-1").unwrap()
    }

    fn key(keys: &SigningKeys, time: SystemTime, derived: &Cell<usize>) -> Key {
        let derive = || {
            derived.set(derived.get() + 1);
            let credentials = Credentials::new("AKID", "secret", None, None, "test");
            SigningKey::derive(&credentials, &scope(), time).map(Arc::new)
        };
        keys.kept(derive, &scope(), time).unwrap()
    }

    #[test]
    fn a_key_is_derived_once_for_a_scope_and_day() {
        let (keys, derived) = (SigningKeys::default(), Cell::new(0));
        key(&keys, UNIX_EPOCH, &derived);
        key(&keys, UNIX_EPOCH + DAY / 2, &derived);
        assert_eq!(derived.get(), 1);
        let tomorrow = key(&keys, UNIX_EPOCH + DAY, &derived);
        assert_eq!(
            tomorrow.credential_scope(),
            "19700102/us-east-1/execute-api/aws4_request"
        );
        assert_eq!(derived.get(), 2);
    }

    #[test]
    fn what_one_thread_has_derived_no_other_derives() {
        let (keys, derived) = (SigningKeys::default(), AtomicUsize::new(0));
        let derive = || {
            derived.fetch_add(1, Ordering::Relaxed);
            let credentials = Credentials::new("AKID", "secret", None, None, "test");
            SigningKey::derive(&credentials, &scope(), UNIX_EPOCH).map(Arc::new)
        };
        for _ in 0..8 {
            thread::scope(|threads| {
                threads.spawn(|| keys.kept(derive, &scope(), UNIX_EPOCH).is_ok());
            });
        }
        assert_eq!(derived.into_inner(), 1);
    }

    #[test]
    fn the_number_of_keys_is_bounded() {
        let (keys, derived) = (SigningKeys::default(), Cell::new(0));
        for day in 0..100 {
            key(&keys, UNIX_EPOCH + DAY * day, &derived);
        }
        assert_eq!(keys.keys.get().load().len(), KEPT);
    }
}
