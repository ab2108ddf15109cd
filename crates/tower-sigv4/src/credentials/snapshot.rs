use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use aws_credential_types::Credentials;

use super::{
    CacheSettings,
    events::Events,
    policy::{Held, Rival},
    schedule::Schedule,
    time::Moment,
};
use crate::keys::SigningKeys;

/// Which of the credentials that a [`CredentialsCache`](crate::CredentialsCache) has loaded signed
/// a request.
///
/// A response with a client error's status (4xx) has it in its extensions, so that one can say
/// [which were refused](crate::CredentialsCache::invalidate).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Generation(u64);

impl Generation {
    /// One that no cache has used yet.
    fn next() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

/// Credentials as they were loaded, with the signing keys derived from them.
pub(crate) struct Snapshot {
    pub(crate) credentials: Credentials,
    pub(crate) keys: SigningKeys,
    pub(crate) generation: Generation,
    pub(crate) loaded: Moment,
    schedule: Schedule,
    rejected: AtomicBool,
    used: AtomicBool,
    events: Arc<Events>,
}

impl Snapshot {
    /// `before` is what they are to replace.
    pub(super) fn new(
        credentials: Credentials,
        before: Option<&Self>,
        loaded: Moment,
        settings: &CacheSettings,
        random: f64,
        events: Arc<Events>,
    ) -> Self {
        let lifetime = lifetime(&credentials, &loaded);
        // A provider that extends the life of a key has not made the service take it.
        let rejected =
            before.is_some_and(|before| before.is_rejected() && before.has_key_of(&credentials));
        Self {
            credentials,
            keys: SigningKeys::default(),
            generation: Generation::next(),
            loaded,
            schedule: Schedule::new(lifetime, settings, random),
            rejected: AtomicBool::new(rejected),
            used: AtomicBool::new(false),
            events,
        }
    }

    /// Notes that a service has refused these credentials.
    pub(crate) fn reject(&self) {
        let again = self.rejected.swap(true, Ordering::Relaxed);
        self.events.rejected(self.generation, again);
    }

    pub(super) fn held(&self, now: &Moment) -> Held {
        Held {
            stage: self.schedule.stage(self.age(now)),
            rejected: self.is_rejected(),
        }
    }

    /// As against `other` credentials.
    pub(super) fn rival(&self, other: &Credentials, now: &Moment) -> Rival {
        Rival {
            remaining: self.remaining(now),
            rejected: self.is_rejected(),
            same: self.credentials == *other,
            older: self.credentials.expiry() < other.expiry(),
        }
    }

    pub(super) fn remaining(&self, now: &Moment) -> Option<Duration> {
        self.schedule.remaining(self.age(now))
    }

    pub(super) fn until_due(&self, now: &Moment) -> Duration {
        self.schedule.until_due(self.age(now))
    }

    pub(super) fn expired_for(&self, now: &Moment) -> Duration {
        self.schedule.expired_for(self.age(now))
    }

    pub(super) fn is_rejected(&self) -> bool {
        self.rejected.load(Ordering::Relaxed)
    }

    pub(super) fn mark_used(&self) {
        // Requests on many threads come by here: no write that is not needed.
        if !self.was_used() {
            self.used.store(true, Ordering::Relaxed);
        }
    }

    pub(super) fn was_used(&self) -> bool {
        self.used.load(Ordering::Relaxed)
    }

    fn age(&self, now: &Moment) -> Duration {
        now.since(&self.loaded)
    }

    fn has_key_of(&self, other: &Credentials) -> bool {
        self.credentials.access_key_id() == other.access_key_id()
            && self.credentials.session_token() == other.session_token()
    }
}

/// How long `credentials` are to live; `None` if nobody said so.
pub(super) fn lifetime(credentials: &Credentials, now: &Moment) -> Option<Duration> {
    let expiry = credentials.expiry()?;
    Some(now.until(expiry))
}

/// Neither a key nor a token.
impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Snapshot")
            .field("generation", &self.generation)
            .field("expiry", &self.credentials.expiry())
            .finish_non_exhaustive()
    }
}
