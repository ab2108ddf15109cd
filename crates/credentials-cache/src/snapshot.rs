use std::{
    any::Any,
    fmt,
    ops::Deref,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use arc_swap::{ArcSwapOption, Guard};
use aws_credential_types::Credentials;

use crate::{
    compare::Current, policy::Held, schedule::Schedule, settings::CacheSettings, time::Moment,
};

/// Names one set of credentials that a [`CredentialsCache`](crate::CredentialsCache) has loaded.
///
/// It is unique in the process, so that a generation of one cache means nothing to another. With it
/// one says which credentials a service [rejected](crate::CredentialsCache::reject).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub struct Generation(u64);

impl Generation {
    /// Takes one that no cache has used yet.
    fn next() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

/// One generation of credentials.
pub(crate) struct Snapshot {
    pub(crate) credentials: Credentials,
    pub(crate) generation: Generation,
    pub(crate) loaded: Moment,
    /// The first in an unbroken line of generations with the very same keys.
    keys_since: Generation,
    schedule: Schedule,
    /// A service has rejected them.
    rejected: AtomicBool,
    /// At which age, in nanoseconds, the reload is due that a rejection asks for. No earlier than
    /// the pace of such reloads allows, so that callers need not ask whether it does.
    reload_at: AtomicU64,
    /// Between which ages, in nanoseconds, a caller that would load others finds nothing to do.
    settled: [AtomicU64; 2],
    /// Somebody has been served with them.
    used: AtomicBool,
    derived: OnceLock<Box<dyn Any + Send + Sync>>,
}

/// No reload is asked for.
const NEVER: u64 = u64::MAX;

impl Snapshot {
    /// `before` is what they replace.
    pub(crate) fn new(
        credentials: Credentials,
        before: Option<&Self>,
        loaded: Moment,
        settings: &CacheSettings,
        random: f64,
    ) -> Self {
        let lifetime = lifetime(&credentials, &loaded);
        let generation = Generation::next();
        let same_keys = before.filter(|before| before.has_keys_of(&credentials));
        Self {
            credentials,
            generation,
            loaded,
            keys_since: same_keys.map_or(generation, |before| before.keys_since),
            schedule: Schedule::new(lifetime, settings, random),
            rejected: AtomicBool::new(false),
            reload_at: AtomicU64::new(NEVER),
            settled: Default::default(),
            used: AtomicBool::new(false),
            derived: OnceLock::new(),
        }
    }

    pub(crate) fn held(&self, now: &Moment) -> Held {
        let age = self.age(now);
        let reload_at = self.reload_at.load(Ordering::Relaxed);
        Held {
            stage: self.schedule.stage(age),
            reload_due: reload_at != NEVER && nanos(age) >= reload_at,
        }
    }

    /// Returns what `other` credentials are compared with.
    pub(crate) fn current(&self, other: &Credentials, now: &Moment) -> Current {
        Current {
            remaining: self.remaining(now),
            rejected: self.rejected.load(Ordering::Relaxed),
            same: self.credentials == *other,
            older: self.credentials.expiry() < other.expiry(),
        }
    }

    pub(crate) fn remaining(&self, now: &Moment) -> Option<Duration> {
        self.schedule.remaining(self.age(now))
    }

    pub(crate) fn until_due(&self, now: &Moment) -> Duration {
        self.schedule.until_due(self.age(now))
    }

    pub(crate) fn expired_for(&self, now: &Moment) -> Duration {
        self.schedule.expired_for(self.age(now))
    }

    /// Tells whether they have expired between two moments.
    pub(crate) fn expired_since(&self, then: &Moment, now: &Moment) -> bool {
        let expired = |at| self.remaining(at).is_some_and(|left| left.is_zero());
        expired(now) && !expired(then)
    }

    /// Tells whether their keys are other than those of an earlier generation.
    pub(crate) fn replaces(&self, earlier: Generation) -> bool {
        earlier.0 < self.keys_since.0
    }

    /// Notes that a service has rejected them. Tells whether one had before.
    pub(crate) fn reject(&self) -> bool {
        self.rejected.swap(true, Ordering::Relaxed)
    }

    /// Asks for a reload in so long from now.
    pub(crate) fn reload_in(&self, delay: Duration, now: &Moment) {
        let at = nanos(self.age(now).saturating_add(delay));
        self.reload_at.store(at, Ordering::Relaxed);
    }

    /// Has the reload that is asked for, if one is, be due at once.
    pub(crate) fn hasten_reload(&self) {
        if self.awaits_reload() {
            self.reload_at.store(0, Ordering::Relaxed);
        }
    }

    /// Tells whether a reload is asked for, now or later.
    pub(crate) fn awaits_reload(&self) -> bool {
        self.reload_at.load(Ordering::Relaxed) != NEVER
    }

    /// Notes that the reload was done, and brought nothing better.
    pub(crate) fn reloaded_in_vain(&self) {
        self.reload_at.store(NEVER, Ordering::Relaxed);
    }

    /// Notes that for so long from now a load is under way, or none may start, so that callers need not
    /// ask. With the state locked, as is [`unsettle`](Self::unsettle).
    pub(crate) fn settle(&self, left: Duration, now: &Moment) {
        let age = self.age(now);
        for (bound, age) in self.settled.iter().zip([age, age.saturating_add(left)]) {
            bound.store(nanos(age), Ordering::Relaxed);
        }
    }

    /// Notes that a load has ended.
    pub(crate) fn unsettle(&self) {
        for bound in &self.settled {
            bound.store(0, Ordering::Relaxed);
        }
    }

    /// Tells whether a caller that would load others would find nothing to do.
    pub(crate) fn is_settled(&self, now: &Moment) -> bool {
        let age = nanos(self.age(now));
        let [from, to] = self.settled.each_ref();
        // A wall clock that was set back leaves an age below both, and a load may be due.
        (from.load(Ordering::Relaxed)..to.load(Ordering::Relaxed)).contains(&age)
    }

    pub(crate) fn mark_used(&self) {
        // Callers on many threads come by here: once per generation there is a shared write.
        if !self.was_used() {
            self.used.store(true, Ordering::Relaxed);
        }
    }

    pub(crate) fn was_used(&self) -> bool {
        self.used.load(Ordering::Relaxed)
    }

    pub(crate) fn derived<T: Default + Send + Sync + 'static>(&self) -> Option<&T> {
        self.derived
            .get_or_init(|| Box::<T>::default())
            .downcast_ref()
    }

    fn age(&self, now: &Moment) -> Duration {
        now.since(&self.loaded)
    }

    pub(crate) fn has_keys_of(&self, other: &Credentials) -> bool {
        self.credentials.access_key_id() == other.access_key_id()
            && self.credentials.secret_access_key() == other.secret_access_key()
            && self.credentials.session_token() == other.session_token()
    }
}

/// How long `credentials` are to live by the wall clock; `None` if nobody said so.
pub(crate) fn lifetime(credentials: &Credentials, now: &Moment) -> Option<Duration> {
    let expiry = credentials.expiry()?;
    Some(now.until(expiry))
}

fn nanos(duration: Duration) -> u64 {
    // An age of 584 years is as good as any longer, and still less than never.
    u64::try_from(duration.as_nanos())
        .unwrap_or(NEVER)
        .min(NEVER - 1)
}

/// Shows neither a key nor a token.
impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Snapshot")
            .field("generation", &self.generation)
            .field("expiry", &self.credentials.expiry())
            .finish_non_exhaustive()
    }
}

/// A snapshot that was held at some moment, and lives on for as long as this does.
///
/// Taking one counts no reference, which all threads would write to; cloning one does.
pub(crate) struct SnapshotRef(Guard<Option<Arc<Snapshot>>>);

impl SnapshotRef {
    pub(crate) fn load(held: &ArcSwapOption<Snapshot>) -> Option<Self> {
        let guard = held.load();
        guard.is_some().then(|| Self(guard))
    }
}

impl Deref for SnapshotRef {
    type Target = Snapshot;

    fn deref(&self) -> &Snapshot {
        self.0.as_deref().expect("made of a snapshot")
    }
}

impl Clone for SnapshotRef {
    fn clone(&self) -> Self {
        Self(Guard::from_inner(Option::clone(&self.0)))
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;
    use crate::clock::Clock;

    const HOUR: Duration = Duration::from_secs(3_600);

    fn keys(id: &str, expiry: Option<SystemTime>) -> Credentials {
        Credentials::new(id, "secret", None, expiry, "test")
    }

    fn snapshot(credentials: Credentials, before: Option<&Snapshot>) -> Snapshot {
        let now = Moment::now(&Clock::default());
        Snapshot::new(credentials, before, now, &CacheSettings::new(), 0.5)
    }

    #[test]
    fn the_same_keys_with_another_expiry_replace_nothing() {
        let now = SystemTime::now();
        let first = snapshot(keys("A", Some(now + HOUR)), None);
        let longer = snapshot(keys("A", Some(now + HOUR * 2)), Some(&first));
        let other = snapshot(keys("B", Some(now + HOUR)), Some(&longer));
        assert!(!first.replaces(first.generation));
        assert!(!longer.replaces(first.generation));
        assert!(other.replaces(first.generation) && other.replaces(longer.generation));
        assert!(!other.replaces(other.generation));
    }

    #[test]
    fn a_reload_is_due_when_the_pace_allows_it() {
        let snapshot = snapshot(keys("A", None), None);
        let now = snapshot.loaded;
        assert!(!snapshot.awaits_reload() && !snapshot.held(&now).reload_due);
        snapshot.reload_in(HOUR, &now);
        assert!(snapshot.awaits_reload() && !snapshot.held(&now).reload_due);
        snapshot.reload_in(Duration::ZERO, &now);
        assert!(snapshot.held(&now).reload_due);
        snapshot.reload_in(Duration::MAX, &now);
        assert!(snapshot.awaits_reload() && !snapshot.held(&now).reload_due);
        snapshot.hasten_reload();
        assert!(snapshot.held(&now).reload_due);
        snapshot.reloaded_in_vain();
        snapshot.hasten_reload();
        assert!(!snapshot.awaits_reload());
    }

    #[test]
    fn credentials_are_settled_for_as_long_as_was_said_or_until_a_load_ends() {
        let snapshot = snapshot(keys("A", None), None);
        let now = snapshot.loaded;
        assert!(!snapshot.is_settled(&now));
        let later = Moment::now(&Clock::new(|| SystemTime::now() + HOUR));
        snapshot.settle(HOUR, &later);
        assert!(snapshot.is_settled(&later));
        // The clock was set back.
        assert!(!snapshot.is_settled(&now));
        snapshot.settle(HOUR, &now);
        assert!(snapshot.is_settled(&now));
        snapshot.settle(Duration::ZERO, &now);
        assert!(!snapshot.is_settled(&now));
        snapshot.settle(Duration::MAX, &now);
        assert!(snapshot.is_settled(&now));
        snapshot.unsettle();
        assert!(!snapshot.is_settled(&now));
    }

    #[test]
    fn the_slot_for_what_is_derived_holds_one_type() {
        let snapshot = snapshot(keys("A", None), None);
        let first: *const String = snapshot.derived().unwrap();
        let again: *const String = snapshot.derived().unwrap();
        assert!(std::ptr::eq(first, again));
        assert_eq!(snapshot.derived::<u64>(), None);
    }
}
