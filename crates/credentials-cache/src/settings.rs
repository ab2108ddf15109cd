use std::{
    fmt,
    sync::Arc,
    time::{Duration, SystemTime},
};

use crate::clock::Clock;

/// How a [`CredentialsCache`](crate::CredentialsCache) refreshes, waits and gives up.
///
/// The defaults suit a service in a Lambda function, in a container or on EC2; most users need no
/// others.
///
/// ```
/// use std::time::Duration;
///
/// use aws_credential_types::Credentials;
/// use credentials_cache::{CacheSettings, CredentialsCache, OnExpired};
///
/// let provider = Credentials::new("AKIDEXAMPLE", "secret", None, None, "example");
/// let settings = CacheSettings::new()
///     .max_wait(Duration::from_secs(3))
///     .on_expired(OnExpired::Fail);
/// let cache = CredentialsCache::with_settings(provider, settings);
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
    pub(crate) refresh_timer: bool,
    pub(crate) clock: Clock,
    random: Arc<dyn Fn() -> f64 + Send + Sync>,
}

/// What to do with credentials that have expired, once an attempt to load others has failed.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum OnExpired {
    /// Serve them, log it as an error, and let the service decide.
    ///
    /// AWS [extends the validity] of credentials when it cannot hand out new ones, so its SDKs do
    /// not fail first. It also keeps requests going where the local clock is fast and the
    /// credentials are good.
    ///
    /// [extends the validity]: https://docs.aws.amazon.com/sdkref/latest/guide/feature-static-credentials.html
    #[default]
    ServeStale,
    /// Fail, with an error that says for how long they have been expired by the local clock, and
    /// why no others came.
    Fail,
}

impl CacheSettings {
    /// Makes settings that are all the default.
    pub fn new() -> Self {
        Self {
            on_expired: OnExpired::default(),
            refresh_window: None,
            revalidate_every: Some(Duration::from_secs(15 * 60)),
            load_timeout: Duration::from_secs(30),
            max_wait: Duration::from_secs(10),
            max_backoff: Duration::from_secs(60),
            refresh_timer: false,
            clock: Clock::default(),
            random: Arc::new(random),
        }
    }

    /// Sets what happens once credentials have expired. Defaults to [`OnExpired::ServeStale`].
    pub fn on_expired(mut self, on_expired: OnExpired) -> Self {
        self.on_expired = on_expired;
        self
    }

    /// Sets how long before their expiry credentials are refreshed.
    ///
    /// Each set of credentials is refreshed at a random point of the first half of this window, so
    /// that processes which started together do not refresh together. The window is never more than
    /// half of a lifetime, and never so small that callers would have to wait.
    ///
    /// Defaults to what the AWS SDKs do: 5 minutes for credentials that live up to 20 minutes, 15
    /// minutes for those that live less than 90, and an hour for others.
    pub fn refresh_window(mut self, window: Duration) -> Self {
        self.refresh_window = Some(window);
        self
    }

    /// Sets how often credentials without an expiry are loaded again, in the background, in case
    /// their source has others by now; `None` is never. The interval is longer or shorter by up to a
    /// fifth each time. Defaults to 15 minutes.
    pub fn revalidate_every(mut self, interval: Option<Duration>) -> Self {
        self.revalidate_every = interval;
        self
    }

    /// Sets how long a provider may take for one load.
    ///
    /// Nobody waits that long: see [`max_wait`](Self::max_wait). Defaults to 30 seconds, as long as
    /// the client of the EC2 metadata service takes at most.
    pub fn load_timeout(mut self, timeout: Duration) -> Self {
        self.load_timeout = timeout;
        self
    }

    /// Sets how long a caller waits for credentials when none are valid.
    ///
    /// The load goes on after that, for the others and for the next. Defaults to 10 seconds.
    pub fn max_wait(mut self, wait: Duration) -> Self {
        self.max_wait = wait;
        self
    }

    /// Sets the longest pause between two attempts to replace expired credentials.
    ///
    /// The pause doubles with each failure, from a second on. While valid credentials are held it
    /// grows up to a quarter of what is left of their life, and at most 5 minutes. A large fleet
    /// whose provider is rate-limited, such as STS, may want more than the default.
    ///
    /// Defaults to a minute.
    pub fn max_backoff(mut self, pause: Duration) -> Self {
        self.max_backoff = pause;
        self
    }

    /// Sets whether a timer refreshes credentials that are due, without a caller that finds them so.
    ///
    /// It refreshes only what was used at all. So a program that asks a few times an hour does not
    /// wait either, and one that does not ask any more stops loading. It changes nothing for a busy
    /// one. In a Lambda function timers are frozen between invocations, and this is of no use.
    ///
    /// Defaults to `false`.
    pub fn refresh_timer(mut self, refresh_timer: bool) -> Self {
        self.refresh_timer = refresh_timer;
        self
    }

    /// Sets the wall clock.
    ///
    /// The second clock, which nobody can set, is [`tokio::time::Instant`]: in a test, pause tokio's
    /// time. Defaults to the system's clock.
    pub fn clock(mut self, now: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.clock = Clock::new(now);
        self
    }

    /// Sets where chance comes from: numbers from 0 to 1, evenly spread. Any other number counts as
    /// 0.5.
    ///
    /// For tests. Defaults to the operating system, which is asked at each load, so that clones of
    /// a virtual machine do not act in step.
    pub fn random(mut self, random: impl Fn() -> f64 + Send + Sync + 'static) -> Self {
        self.random = Arc::new(random);
        self
    }

    pub(crate) fn draw(&self) -> f64 {
        Some((self.random)())
            .filter(|number| (0.0..=1.0).contains(number))
            .unwrap_or(0.5)
    }

    /// How long a load is trusted that does not end, not even by its timeout.
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
            .field("refresh_timer", &self.refresh_timer)
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
