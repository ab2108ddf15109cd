use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::{SignError, SigningKey, error::Kind};

/// What databases, caches and brokers take at most, in seconds.
#[cfg(feature = "tokens")]
pub(crate) const FIFTEEN_MINUTES: u32 = 900;
/// What a presigned URL of any service can live, in seconds.
pub(crate) const SEVEN_DAYS: u32 = 604_800;

/// How long a presigned URL or a token is to be valid, in whole seconds from the time of signing.
///
/// ```
/// use std::time::Duration;
///
/// use http_sigv4::{ExpiresIn, Presigner, Profile, Signer};
///
/// let (signer, hour) = (Signer::new(Profile::S3), Duration::from_secs(3600));
/// // An hour, or as long as the credentials live.
/// let presigner = Presigner::new(signer.clone(), ExpiresIn::at_most(hour))?;
/// // An hour, or nothing.
/// let presigner = Presigner::new(signer.clone(), ExpiresIn::exactly(hour))?;
///
/// // Longer than AWS takes.
/// assert!(Presigner::new(signer, 200 * hour).unwrap_err().is_expiry());
/// # Ok::<_, http_sigv4::SignError>(())
/// ```
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ExpiresIn {
    duration: Duration,
    or_with_credentials: bool,
}

impl ExpiresIn {
    /// Asks for this long; with credentials that expire sooner, nothing is signed.
    pub const fn exactly(duration: Duration) -> Self {
        Self {
            duration,
            or_with_credentials: false,
        }
    }

    /// Asks for this long, or as long as the credentials live.
    ///
    /// With credentials that have expired, or do so within a second, nothing is signed.
    pub const fn at_most(duration: Duration) -> Self {
        Self {
            duration,
            or_with_credentials: true,
        }
    }

    /// Returns when what is signed at `time` with these credentials ends.
    ///
    /// # Errors
    ///
    /// Credentials that end before, or within a second.
    pub fn ends_at(self, key: &SigningKey, time: SystemTime) -> Result<SystemTime, SignError> {
        Ok(self.resolve(key, time)?.ends_at)
    }

    #[cfg(feature = "tokens")]
    pub(crate) const fn at_most_seconds(seconds: u32) -> Self {
        Self::at_most(Duration::from_secs(seconds as u64))
    }

    /// The whole seconds that are asked for.
    pub(crate) fn seconds(self) -> u64 {
        self.duration.as_secs()
    }

    /// Whether it is between a second and this many.
    pub(crate) fn is_within(self, longest: u64) -> bool {
        (1..=longest).contains(&self.seconds())
    }

    /// Refuses a time that the service does not take.
    #[cfg(feature = "tokens")]
    pub(crate) fn within(self, longest: u32) -> Result<Self, SignError> {
        match self.is_within(longest.into()) {
            true => Ok(self),
            false => {
                let asked = self.seconds();
                Err(Kind::TokenExpiresIn { longest, asked }.into())
            }
        }
    }

    /// What it comes to with these credentials at `time`.
    pub(crate) fn resolve(self, key: &SigningKey, time: SystemTime) -> Result<Lifetime, SignError> {
        let whole_seconds = |duration: Duration| Duration::from_secs(duration.as_secs());
        let wanted = whole_seconds(self.duration);
        let left = key
            .expires_at()
            .map(|expiry| whole_seconds(expiry.duration_since(time).unwrap_or_default()));
        let duration = match left {
            Some(left) if left < wanted && !self.or_with_credentials => {
                return Err(Kind::OutlivesCredentials.into());
            }
            Some(left) => left.min(wanted),
            None => wanted,
        };
        if duration.is_zero() {
            return Err(Kind::OutlivesCredentials.into());
        }
        // As `X-Amz-Date`, which has no fractions.
        let since_1970 = time.duration_since(UNIX_EPOCH).map_err(|_| Kind::Clock)?;
        let ends = whole_seconds(since_1970).checked_add(duration);
        let ends_at = ends.and_then(|ends| UNIX_EPOCH.checked_add(ends));
        Ok(Lifetime {
            duration,
            ends_at: ends_at.ok_or(Kind::Clock)?,
        })
    }
}

/// Insists on this time.
impl From<Duration> for ExpiresIn {
    fn from(duration: Duration) -> Self {
        Self::exactly(duration)
    }
}

/// The life of one token: at least a second, and no longer than the credentials'.
#[derive(Clone, Copy)]
pub(crate) struct Lifetime {
    pub(crate) duration: Duration,
    pub(crate) ends_at: SystemTime,
}
