use std::{
    fmt,
    sync::Arc,
    time::{Duration, SystemTime},
};

use crate::clock::Clock;

/// How a [`CredentialsCache`](crate::CredentialsCache) refreshes, waits and gives up.
///
/// The defaults suit a service in a Lambda function, a container or on EC2; most users need none
/// of these.
///
/// ```
/// use std::time::Duration;
///
/// use aws_credential_types::Credentials;
/// use tower_sigv4::{CacheSettings, CredentialsCache, OnExpired};
///
/// let provider = Credentials::new("AKIDEXAMPLE", "secret", None, None, "example");
/// let settings = CacheSettings::new()
///     .max_wait(Duration::from_secs(3))
///     .on_expired(OnExpired::Fail);
/// let credentials = CredentialsCache::with_settings(provider, settings);
/// ```
#[derive(Clone)]
#[must_use]
pub struct CacheSettings {
    pub(crate) on_expired: OnExpired,
    pub(crate) refresh_window: Option<Duration>,
    pub(crate) revalidate_every: Option<Duration>,
    pub(crate) load_timeout: Duration,
    pub(crate) max_wait: Duration,
    pub(crate) max_backoff: Duration,
    pub(crate) keep_warm: bool,
    pub(crate) clock: Clock,
    random: Arc<dyn Fn() -> f64 + Send + Sync>,
}

/// What to do with credentials that have expired, once an attempt to load others has failed.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum OnExpired {
    /// Sign with them, log it as an error, and let the service decide.
    ///
    /// AWS extends the validity of credentials when it cannot hand out new ones, so its SDKs are
    /// told not to fail first. Credentials that a service has refused are not signed with again
    /// once they have expired.
    #[default]
    ServeStale,
    /// Fail, with an error that says for how long they have been expired and why no others came.
    Fail,
}

impl CacheSettings {
    /// The defaults.
    pub fn new() -> Self {
        Self {
            on_expired: OnExpired::default(),
            refresh_window: None,
            revalidate_every: Some(Duration::from_secs(15 * 60)),
            load_timeout: Duration::from_secs(30),
            max_wait: Duration::from_secs(10),
            max_backoff: Duration::from_secs(60),
            keep_warm: false,
            clock: Clock::default(),
            random: Arc::new(random),
        }
    }

    /// Sets what happens past expiry. [`OnExpired::ServeStale`] unless set.
    pub fn on_expired(mut self, on_expired: OnExpired) -> Self {
        self.on_expired = on_expired;
        self
    }

    /// Sets how long before their expiry credentials are refreshed.
    ///
    /// Unless set, as the AWS SDKs have it: 5 minutes for credentials that live up to 20 minutes,
    /// 15 for those that live less than 90, and an hour for others. Each set of credentials is
    /// refreshed at a random point of the first half of this window, so that processes which started
    /// together do not refresh together. The window is never more than half of a lifetime, and
    /// never so small that requests would have to wait.
    pub fn refresh_window(mut self, window: Duration) -> Self {
        self.refresh_window = Some(window);
        self
    }

    /// Sets how often credentials without an expiry are loaded again, in the background, in case
    /// their source has others by now. Every 15 minutes, more or less a fifth, unless set; never
    /// with `None`.
    pub fn revalidate_every(mut self, interval: Option<Duration>) -> Self {
        self.revalidate_every = interval;
        self
    }

    /// Sets how long a provider may take. 30 seconds unless set: as much as the EC2 metadata
    /// service's client takes, and nobody waits that long.
    pub fn load_timeout(mut self, timeout: Duration) -> Self {
        self.load_timeout = timeout;
        self
    }

    /// Sets how long a request waits for credentials when none are valid. 10 seconds unless set.
    ///
    /// The load that it waited for goes on, for the others and for the next.
    pub fn max_wait(mut self, wait: Duration) -> Self {
        self.max_wait = wait;
        self
    }

    /// Sets the longest pause between two attempts to replace expired credentials. A minute unless
    /// set; a large fleet whose provider is rate-limited, such as STS, may want more.
    ///
    /// The pause doubles with each failure, from a second on. While valid credentials are held it
    /// grows up to a quarter of what is left of their life, and at most 5 minutes.
    pub fn max_backoff(mut self, pause: Duration) -> Self {
        self.max_backoff = pause;
        self
    }

    /// Sets whether to refresh without waiting for a request that finds credentials due. Off unless
    /// set.
    ///
    /// A timer wakes when the credentials become due and refreshes them, if they were used at all.
    /// So a service that is called a few times an hour does not wait either, and one that is not
    /// called any more stops asking. It changes nothing for a busy one. In a Lambda function timers
    /// are frozen between invocations, and this is of no use.
    pub fn keep_warm(mut self, keep_warm: bool) -> Self {
        self.keep_warm = keep_warm;
        self
    }

    /// Sets the wall clock, which is the system's otherwise.
    ///
    /// A layer of this cache uses it too, unless it [has one of its
    /// own](crate::SigV4Layer::clock). The second clock, which nobody can set, is
    /// [`tokio::time::Instant`]: in a test, pause tokio's time.
    pub fn clock(mut self, now: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.clock = Clock::new(now);
        self
    }

    /// Sets where chance comes from: numbers from 0 to 1, evenly spread. The operating system
    /// unless set, asked at each load, so that clones of a virtual machine do not act in step.
    ///
    /// For tests. Any other number counts as 0.5.
    pub fn random(mut self, random: impl Fn() -> f64 + Send + Sync + 'static) -> Self {
        self.random = Arc::new(random);
        self
    }

    pub(crate) fn draw(&self) -> f64 {
        Some((self.random)())
            .filter(|number| (0.0..=1.0).contains(number))
            .unwrap_or(0.5)
    }

    /// How long a load is trusted that does not answer, not even that it timed out.
    pub(crate) fn lease(&self) -> Duration {
        self.load_timeout.saturating_add(Duration::from_secs(1))
    }
}

impl Default for CacheSettings {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for CacheSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CacheSettings")
            .field("on_expired", &self.on_expired)
            .field("refresh_window", &self.refresh_window)
            .field("revalidate_every", &self.revalidate_every)
            .field("load_timeout", &self.load_timeout)
            .field("max_wait", &self.max_wait)
            .field("max_backoff", &self.max_backoff)
            .field("keep_warm", &self.keep_warm)
            .finish_non_exhaustive()
    }
}

fn random() -> f64 {
    // Without entropy there is no jitter, which is no reason to have no credentials.
    getrandom::u32().map_or(0.5, |number| f64::from(number) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chance_stays_between_0_and_1() {
        for wrong in [-0.1, 1.1, f64::NAN, f64::INFINITY] {
            assert_eq!(CacheSettings::new().random(move || wrong).draw(), 0.5);
        }
        for _ in 0..1_000 {
            assert!((0.0..=1.0).contains(&random()));
        }
    }
}
