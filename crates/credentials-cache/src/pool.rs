//! One cache for each of many roles, of which those that nobody uses are dropped.

use std::{
    collections::HashMap,
    fmt,
    hash::Hash,
    num::NonZeroUsize,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
};

use crate::{cache::CredentialsCache, role_session::RoleSession};

/// A bounded pool of caches, one for each key: a [`RoleSession`], for a program that acts in many
/// roles, or in one role for many tenants.
///
/// A cache is made when its key is first asked for, and has its own loads, its own failures and its
/// own generations: what becomes of one role says nothing of another. When the pool is full, the cache
/// that was asked for the longest time ago makes room. Whoever has it still keeps it; nothing is
/// loaded twice while somebody does.
///
/// Give a request the cache by `tower_sigv4::SigningOptions::credentials`: roles then share one client
/// and its connections.
///
/// ```
/// use aws_credential_types::Credentials;
/// use credentials_cache::{CachePool, CredentialsCache, RoleSession};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), credentials_cache::Error> {
/// let pool = CachePool::new(100, |session: &RoleSession| {
///     // In earnest, a provider that assumes the role, as aws-config's `AssumeRoleProvider`.
///     let id = format!("AKID-{}", session.session_name());
///     CredentialsCache::new(Credentials::new(id, "secret", None, None, "example"))
/// });
///
/// let role = "arn:aws:iam::123456789012:role/reports";
/// let tenant = RoleSession::new(role, "tenant-1").tag("tenant", "1");
/// let cached = pool.get(&tenant).get().await?;
/// assert_eq!(cached.credentials().access_key_id(), "AKID-tenant-1");
/// assert_eq!(pool.len(), 1);
/// # Ok(())
/// # }
/// ```
pub struct CachePool<K = RoleSession> {
    shared: Arc<Shared<K>>,
}

struct Shared<K> {
    most: NonZeroUsize,
    make: Box<dyn Fn(&K) -> CredentialsCache + Send + Sync>,
    caches: RwLock<HashMap<K, Entry>>,
    /// How often any cache was asked for, which dates the entries.
    asked: AtomicU64,
}

struct Entry {
    cache: CredentialsCache,
    last_asked: AtomicU64,
}

impl<K> CachePool<K> {
    /// Creates a pool of at most `most` caches, but at least one, each made by `make` of its key.
    pub fn new(most: usize, make: impl Fn(&K) -> CredentialsCache + Send + Sync + 'static) -> Self {
        Self {
            shared: Arc::new(Shared {
                most: NonZeroUsize::new(most).unwrap_or(NonZeroUsize::MIN),
                make: Box::new(make),
                caches: RwLock::default(),
                asked: AtomicU64::new(0),
            }),
        }
    }

    /// Returns how many caches are held.
    pub fn len(&self) -> usize {
        let caches = self.shared.caches.read();
        caches.unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Returns whether no cache is held.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl<K: Clone + Eq + Hash> CachePool<K> {
    /// Returns the cache of a key, which is made if there is none. Nothing is loaded by that.
    pub fn get(&self, key: &K) -> CredentialsCache {
        let now = self.shared.asked.fetch_add(1, Ordering::Relaxed);
        if let Some(cache) = self.find(key, now) {
            return cache;
        }
        // Outside of the lock, for it is a user's code and may ask the pool itself.
        let new = (self.shared.make)(key);
        let caches = self.shared.caches.write();
        let mut caches = caches.unwrap_or_else(PoisonError::into_inner);
        // Another thread may have made one meanwhile: all who ask are to share one.
        if let Some(entry) = caches.get(key) {
            return entry.cache.clone();
        }
        let dropped = (caches.len() >= self.shared.most.get())
            .then(|| {
                let oldest = caches
                    .iter()
                    .min_by_key(|(_, entry)| entry.last_asked.load(Ordering::Relaxed));
                oldest.map(|(key, _)| key.clone())
            })
            .flatten()
            .and_then(|oldest| caches.remove(&oldest));
        let entry = Entry {
            cache: new.clone(),
            last_asked: AtomicU64::new(now),
        };
        caches.insert(key.clone(), entry);
        drop(caches);
        // A cache drops its provider, which is a user's code too.
        drop(dropped);
        new
    }

    fn find(&self, key: &K, now: u64) -> Option<CredentialsCache> {
        let caches = self.shared.caches.read();
        let caches = caches.unwrap_or_else(PoisonError::into_inner);
        let entry = caches.get(key)?;
        entry.last_asked.fetch_max(now, Ordering::Relaxed);
        Some(entry.cache.clone())
    }
}

impl<K> Clone for CachePool<K> {
    fn clone(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
        }
    }
}

/// Shows how many caches there are, and no key: one may name a tenant.
impl<K> fmt::Debug for CachePool<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CachePool")
            .field("len", &self.len())
            .field("most", &self.shared.most)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use aws_credential_types::Credentials;

    use super::*;

    /// A pool whose caches hold an access key id that tells their key, and how many it has made.
    fn pool(most: usize) -> (CachePool<String>, Arc<AtomicU64>) {
        let made = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&made);
        let pool = CachePool::new(most, move |key: &String| {
            counted.fetch_add(1, Ordering::Relaxed);
            CredentialsCache::new(Credentials::new(key, "secret", None, None, "test"))
        });
        (pool, made)
    }

    async fn id(cache: &CredentialsCache) -> String {
        let cached = cache.get().await.unwrap();
        cached.credentials().access_key_id().to_owned()
    }

    #[tokio::test]
    async fn all_who_ask_for_one_key_share_one_cache() {
        let (pool, made) = pool(2);
        let first = pool.get(&"a".to_owned());
        let generation = first.get().await.unwrap().generation();
        let second = pool.clone().get(&"a".to_owned());
        assert_eq!(second.get().await.unwrap().generation(), generation);
        assert_eq!(id(&pool.get(&"b".to_owned())).await, "b");
        assert_eq!(made.load(Ordering::Relaxed), 2);
    }

    #[tokio::test]
    async fn the_cache_that_was_not_asked_for_the_longest_makes_room() {
        let (pool, made) = pool(2);
        let [a, b, c] = ["a", "b", "c"].map(str::to_owned);
        let kept = pool.get(&a);
        pool.get(&b);
        pool.get(&a);
        pool.get(&c);
        assert_eq!((pool.len(), made.load(Ordering::Relaxed)), (2, 3));
        pool.get(&a);
        assert_eq!(made.load(Ordering::Relaxed), 3, "a was asked for again");
        pool.get(&b);
        assert_eq!(made.load(Ordering::Relaxed), 4, "b was dropped");
        pool.get(&c);
        assert_eq!(pool.len(), 2);
        assert_eq!(id(&kept).await, "a", "whoever has a cache keeps it");
    }

    #[test]
    fn a_pool_of_nothing_holds_one() {
        let (pool, _) = pool(0);
        assert!(pool.is_empty());
        pool.get(&"a".to_owned());
        pool.get(&"b".to_owned());
        assert_eq!(pool.len(), 1);
    }

    #[test]
    fn making_a_cache_may_ask_the_pool() {
        let (inner, _) = pool(1);
        let pool = CachePool::new(1, move |key: &String| inner.get(key));
        pool.get(&"a".to_owned());
        assert_eq!(pool.len(), 1);
    }

    #[test]
    fn threads_that_ask_at_once_share_one_cache() {
        let (pool, _) = pool(1);
        let caches: Vec<_> = std::thread::scope(|scope| {
            let ask = || pool.get(&"a".to_owned());
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(ask)).collect();
            threads
                .into_iter()
                .map(|thread| thread.join().unwrap())
                .collect()
        });
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build();
        let generations = runtime.unwrap().block_on(async {
            let mut generations = Vec::new();
            for cache in &caches {
                generations.push(cache.get().await.unwrap().generation());
            }
            generations
        });
        assert!(
            generations
                .iter()
                .all(|generation| *generation == generations[0])
        );
    }

    #[test]
    fn no_key_is_shown() {
        let (pool, _) = pool(1);
        pool.get(&"tenant".to_owned());
        assert!(!format!("{pool:?}").contains("tenant"));
    }
}
