use std::time::{Duration, SystemTime};

use crate::snapshot::Generation;

/// What a [`CredentialsCache`](crate::CredentialsCache) has done so far, and what it holds.
///
/// It is cheap to read. With the feature `metrics`, the same is recorded through the
/// [`metrics`](https://docs.rs/metrics) facade as it happens; the [crate's
/// documentation](crate#metrics) lists the names.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Stats {
    /// Loads that were started.
    pub loads: u64,
    /// Loads that have not ended yet.
    pub loads_in_flight: u64,
    /// Loads that brought better credentials.
    pub loads_succeeded: u64,
    /// Loads that the provider answered with an error.
    pub loads_failed: u64,
    /// Loads that took longer than [`load_timeout`](crate::CacheSettings::load_timeout).
    pub loads_timed_out: u64,
    /// Loads that brought credentials no better than those that were held.
    pub loads_without_progress: u64,
    /// Loads that brought credentials which had expired already.
    pub loads_expired: u64,
    /// Loads in which the provider panicked.
    pub loads_panicked: u64,
    /// Loads that ended with the runtime that they ran on, or were replaced by another.
    pub loads_cancelled: u64,
    /// Loads that replaced another which did not even time out, as the runtime that it ran on stood
    /// still.
    pub takeovers: u64,
    /// Callers that waited for a load.
    pub waits: u64,
    /// How long they waited, in total.
    pub waited: Duration,
    /// How often credentials were served that were not due for a refresh.
    pub served_fresh: u64,
    /// How often valid credentials were served while a refresh was due.
    pub served_due: u64,
    /// How often credentials were served in the last seconds of their life, as no others came.
    pub served_expiring: u64,
    /// How often expired credentials were served.
    pub served_expired: u64,
    /// How often credentials were [rejected](crate::CredentialsCache::reject).
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
