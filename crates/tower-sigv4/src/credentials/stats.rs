use std::time::{Duration, SystemTime};

use super::Generation;

/// What a [`CredentialsCache`](crate::CredentialsCache) has done so far, and how it stands.
///
/// Cheap to read. With the feature `metrics`, the same is recorded through the
/// [`metrics`](https://docs.rs/metrics) facade as it happens, under names that begin with
/// `tower_sigv4_credentials_`.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Stats {
    /// Loads begun.
    pub loads: u64,
    /// Loads that have not ended yet.
    pub loads_in_flight: u64,
    /// Loads that brought better credentials.
    pub loads_succeeded: u64,
    /// Loads that the provider answered with an error.
    pub loads_failed: u64,
    /// Loads that took longer than [`load_timeout`](crate::CacheSettings::load_timeout).
    pub loads_timed_out: u64,
    /// Loads that brought credentials no better than those at hand.
    pub loads_without_progress: u64,
    /// Loads that brought credentials which had expired already.
    pub loads_expired: u64,
    /// Loads in which the provider panicked.
    pub loads_panicked: u64,
    /// Loads that ended with the runtime they ran on, or were given up by another.
    pub loads_cancelled: u64,
    /// Loads that another took over from, since they did not even time out: the runtime that they
    /// ran on stood still.
    pub takeovers: u64,
    /// Requests that waited for a load.
    pub waits: u64,
    /// For how long they waited, in total.
    pub waited: Duration,
    /// Times that credentials not yet due for a refresh were handed out to sign with.
    pub served_fresh: u64,
    /// Times that valid credentials were, while a refresh was due.
    pub served_due: u64,
    /// Times that credentials in the last seconds of their life were, as no others came.
    pub served_in_last_seconds: u64,
    /// Times that expired credentials were.
    pub served_expired: u64,
    /// Times that credentials were refused by a service, or
    /// [invalidated](crate::CredentialsCache::invalidate).
    pub rejections: u64,
    /// Failed loads since the last that succeeded.
    pub consecutive_failures: u32,
    /// How long after the latest load the provider is left alone.
    pub backoff: Duration,
    /// Which credentials are held.
    pub generation: Option<Generation>,
    /// When they were loaded, by the wall clock.
    pub loaded: Option<SystemTime>,
    /// When they expire, as the provider said.
    pub expiry: Option<SystemTime>,
}
