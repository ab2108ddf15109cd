use std::{fmt, time::SystemTime};

use aws_credential_types::Credentials;

use crate::snapshot::{Generation, SnapshotRef};

/// Credentials as a [`CredentialsCache`](crate::CredentialsCache) hands them out, with the
/// generation that they are of.
///
/// To take them costs no shared write. They keep their generation alive for as long as they live,
/// and each that a thread holds takes one of a few places of that thread's; where one is to be kept,
/// keep a clone of the [`Credentials`], or a clone of this.
pub struct CachedCredentials {
    snapshot: SnapshotRef,
    is_expired: bool,
}

impl CachedCredentials {
    pub(crate) fn new(snapshot: SnapshotRef, is_expired: bool) -> Self {
        Self {
            snapshot,
            is_expired,
        }
    }

    /// Returns the credentials.
    #[inline]
    pub fn credentials(&self) -> &Credentials {
        &self.snapshot.credentials
    }

    /// Returns the generation that they are of.
    #[inline]
    pub fn generation(&self) -> Generation {
        self.snapshot.generation
    }

    /// Returns when they were loaded, by the cache's wall clock.
    pub fn loaded_at(&self) -> SystemTime {
        self.snapshot.loaded.wall
    }

    /// Tells whether they had expired, by the local clocks, when they were handed out.
    ///
    /// That is only so with [`OnExpired::ServeStale`](crate::OnExpired::ServeStale).
    #[inline]
    pub fn is_expired(&self) -> bool {
        self.is_expired
    }

    /// Returns what was derived from the credentials, such as signing keys, and makes it at the
    /// first call.
    ///
    /// Each generation has one slot for it, which all who hold the generation share and which lives
    /// as long as the generation does. So nothing derived is used with other credentials than its
    /// own, and nothing is left of it when they are gone. `None` if the slot holds another type
    /// already: a cache that is shared by different libraries has one of them derive by itself.
    ///
    /// ```
    /// use std::sync::OnceLock;
    ///
    /// use aws_credential_types::Credentials;
    /// use credentials_cache::CredentialsCache;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), credentials_cache::Error> {
    /// #[derive(Default)]
    /// struct Masked(OnceLock<String>);
    ///
    /// let keys = Credentials::new("AKIDEXAMPLE", "secret", None, None, "example");
    /// let cached = CredentialsCache::new(keys).get().await?;
    /// let Masked(masked) = cached.derived().expect("nobody else derives");
    /// let masked = masked.get_or_init(|| {
    ///     let id = cached.credentials().access_key_id();
    ///     format!("{}...", &id[..4])
    /// });
    /// assert_eq!(masked, "AKID...");
    /// # Ok(())
    /// # }
    /// ```
    pub fn derived<T>(&self) -> Option<&T>
    where
        T: Default + Send + Sync + 'static,
    {
        self.snapshot.derived()
    }
}

impl Clone for CachedCredentials {
    fn clone(&self) -> Self {
        Self {
            snapshot: self.snapshot.clone(),
            is_expired: self.is_expired,
        }
    }
}

/// Shows neither a key nor a token.
impl fmt::Debug for CachedCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CachedCredentials")
            .field("generation", &self.snapshot.generation)
            .field("expiry", &self.snapshot.credentials.expiry())
            .field("is_expired", &self.is_expired)
            .finish_non_exhaustive()
    }
}
