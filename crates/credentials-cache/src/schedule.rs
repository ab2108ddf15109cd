//! When credentials are refreshed, by how long they live.

use std::time::Duration;

use crate::settings::CacheSettings;

/// How far credentials are in their life.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Stage {
    Fresh,
    /// Valid, and time to load the next.
    Due,
    /// Valid by the clock, but perhaps not any more when a request arrives.
    Expiring,
    Expired,
}

/// At which age credentials reach each stage.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Schedule {
    refresh: Duration,
    expiring: Duration,
    expiry: Duration,
}

impl Schedule {
    /// Plans the life of credentials that live for `lifetime`, or have no expiry.
    pub(crate) fn new(lifetime: Option<Duration>, settings: &CacheSettings, random: f64) -> Self {
        let Some(lifetime) = lifetime else {
            let interval = settings.revalidate_every.unwrap_or(Duration::MAX);
            return Self {
                refresh: scaled(interval, 0.8, 1.2, random),
                expiring: Duration::MAX,
                expiry: Duration::MAX,
            };
        };
        let margin = margin(lifetime);
        let window = settings.refresh_window;
        let window = window
            .unwrap_or_else(|| refresh_window(lifetime))
            // Wide enough that even the latest refresh is well before the last seconds.
            .max(margin * 3)
            // Credentials that live as long as the window would be refreshed on every request.
            .min(lifetime / 2);
        Self {
            refresh: lifetime - scaled(window, 0.5, 1.0, random),
            expiring: lifetime - margin,
            expiry: lifetime,
        }
    }

    pub(crate) fn stage(&self, age: Duration) -> Stage {
        if age >= self.expiry {
            Stage::Expired
        } else if age >= self.expiring {
            Stage::Expiring
        } else if age >= self.refresh {
            Stage::Due
        } else {
            Stage::Fresh
        }
    }

    /// How long it is until they are due.
    pub(crate) fn until_due(&self, age: Duration) -> Duration {
        self.refresh.saturating_sub(age)
    }

    /// What is left of their life; `None` if there is no end to it.
    pub(crate) fn remaining(&self, age: Duration) -> Option<Duration> {
        (self.expiry < Duration::MAX).then(|| self.expiry.saturating_sub(age))
    }

    /// For how long they have been expired.
    pub(crate) fn expired_for(&self, age: Duration) -> Duration {
        age.saturating_sub(self.expiry)
    }
}

/// How long before their end credentials are refreshed: the steps that all AWS SDKs are moving to.
fn refresh_window(lifetime: Duration) -> Duration {
    const MINUTE: Duration = Duration::from_secs(60);
    if lifetime <= MINUTE * 20 {
        MINUTE * 5
    } else if lifetime < MINUTE * 90 {
        MINUTE * 15
    } else {
        MINUTE * 60
    }
}

/// How long before their end credentials are not served any more if others can be had, as a request
/// takes a while to arrive.
fn margin(lifetime: Duration) -> Duration {
    Duration::from_secs(10).min(lifetime / 6)
}

/// Multiplies a duration by a random factor between two.
pub(crate) fn scaled(duration: Duration, low: f64, high: f64, random: f64) -> Duration {
    let factor = low + (high - low) * random;
    // Too long to be written is never.
    Duration::try_from_secs_f64(duration.as_secs_f64() * factor).unwrap_or(Duration::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn schedule(lifetime: Duration, random: f64) -> Schedule {
        Schedule::new(Some(lifetime), &CacheSettings::new(), random)
    }

    #[test]
    fn the_refresh_window_grows_with_the_lifetime_and_is_never_more_than_half_of_it() {
        for (lifetime, window) in [
            (1, 30),
            (15, 300),
            (20, 300),
            (21, 630),
            (60, 900),
            (90, 2_700),
        ] {
            let lifetime = MINUTE * lifetime;
            let window = Duration::from_secs(window);
            let (first, last) = (lifetime - window, lifetime - window / 2);
            let moment = Duration::from_millis(1);
            assert_eq!(schedule(lifetime, 1.0).stage(first - moment), Stage::Fresh);
            assert_eq!(schedule(lifetime, 1.0).stage(first), Stage::Due);
            assert_eq!(schedule(lifetime, 0.0).stage(last - moment), Stage::Fresh);
            assert_eq!(schedule(lifetime, 0.0).stage(last), Stage::Due);
        }
    }

    #[test]
    fn a_refresh_is_due_before_the_last_seconds_whatever_the_window_and_the_lifetime() {
        for window in [Duration::ZERO, MINUTE / 12, MINUTE * 1_000, Duration::MAX] {
            let settings = CacheSettings::new().refresh_window(window);
            for seconds in [1, 5, 30, 60, 900, 3_600, 43_200] {
                let lifetime = Duration::from_secs(seconds);
                for random in [0.0, 0.5, 1.0] {
                    let schedule = Schedule::new(Some(lifetime), &settings, random);
                    assert!(schedule.refresh >= lifetime / 2, "{schedule:?}");
                    assert!(schedule.refresh < schedule.expiring, "{schedule:?}");
                    assert!(schedule.expiring < schedule.expiry, "{schedule:?}");
                }
            }
        }
    }

    #[test]
    fn credentials_without_an_expiry_are_loaded_again_but_never_waited_for() {
        let late = Duration::from_secs(1 << 40);
        let schedule = Schedule::new(None, &CacheSettings::new(), 0.0);
        assert_eq!(schedule.stage(MINUTE * 12), Stage::Due);
        assert_eq!(schedule.stage(late), Stage::Due);
        let never = CacheSettings::new().revalidate_every(None);
        for random in [0.0, 1.0] {
            let schedule = Schedule::new(None, &never, random);
            assert_eq!(schedule.stage(late), Stage::Fresh);
            assert_eq!(schedule.remaining(late), None);
        }
    }

    #[test]
    fn what_is_expired_already_has_only_that_stage() {
        assert_eq!(
            schedule(Duration::ZERO, 0.5).stage(Duration::ZERO),
            Stage::Expired
        );
    }
}
