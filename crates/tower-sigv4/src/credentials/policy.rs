//! When credentials are served, refreshed and waited for: pure decisions, with the time as an
//! argument.

use std::time::{Duration, SystemTime};

/// What to do for a request.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Decision {
    Serve,
    /// Serve, and load the next credentials in the background.
    ServeAndRefresh,
    /// Load new credentials first.
    Wait,
}

/// When credentials were loaded and when they end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Validity {
    pub(crate) loaded: SystemTime,
    /// `None` for credentials that never expire.
    pub(crate) expiry: Option<SystemTime>,
}

impl Validity {
    pub(crate) fn decide(&self, now: SystemTime) -> Decision {
        let Some(expiry) = self.expiry else {
            return Decision::Serve;
        };
        let lifetime = expiry.duration_since(self.loaded).unwrap_or_default();
        match expiry.duration_since(now) {
            Ok(remaining) if remaining > refresh_window(lifetime) => Decision::Serve,
            Ok(remaining) if remaining > guard(lifetime) => Decision::ServeAndRefresh,
            _ => Decision::Wait,
        }
    }

    pub(crate) fn is_expired(&self, now: SystemTime) -> bool {
        self.expiry.is_some_and(|expiry| expiry <= now)
    }
}

/// How long before their end credentials are refreshed: the tiers that all AWS SDKs are moving to,
/// and never more than half a lifetime, or short-lived ones would be refreshed on every request.
fn refresh_window(lifetime: Duration) -> Duration {
    let minutes = match lifetime.as_secs() / 60 {
        0..=20 => 5,
        21..90 => 15,
        _ => 60,
    };
    Duration::from_secs(minutes * 60).min(lifetime / 2)
}

/// How long before their end credentials are no longer signed with, as a request takes a while to
/// arrive.
fn guard(lifetime: Duration) -> Duration {
    Duration::from_secs(10).min(lifetime / 6)
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    fn decide(lifetime: u64, remaining: i64) -> Decision {
        let expiry = UNIX_EPOCH + Duration::from_secs(1_000_000);
        let validity = Validity {
            loaded: expiry - Duration::from_secs(lifetime),
            expiry: Some(expiry),
        };
        let away = Duration::from_secs(remaining.unsigned_abs());
        validity.decide(if remaining < 0 {
            expiry + away
        } else {
            expiry - away
        })
    }

    #[test]
    fn credentials_without_an_expiry_are_served_for_ever() {
        let validity = Validity {
            loaded: UNIX_EPOCH,
            expiry: None,
        };
        let late = UNIX_EPOCH + Duration::from_secs(1 << 40);
        assert_eq!(validity.decide(late), Decision::Serve);
        assert!(!validity.is_expired(late));
    }

    #[test]
    fn the_refresh_window_grows_with_the_lifetime() {
        for (lifetime, window) in [
            (15 * 60, 5 * 60),
            (3_600, 15 * 60),
            (6 * 3_600, 3_600),
            (60, 30),
        ] {
            assert_eq!(decide(lifetime, window + 1), Decision::Serve, "{lifetime}");
            assert_eq!(
                decide(lifetime, window),
                Decision::ServeAndRefresh,
                "{lifetime}"
            );
        }
    }

    #[test]
    fn the_last_seconds_and_what_comes_after_are_waited_for() {
        assert_eq!(decide(3_600, 11), Decision::ServeAndRefresh);
        assert_eq!(decide(3_600, 10), Decision::Wait);
        assert_eq!(decide(3_600, -1), Decision::Wait);
        assert_eq!(decide(30, 6), Decision::ServeAndRefresh);
        assert_eq!(decide(30, 5), Decision::Wait);
    }
}
