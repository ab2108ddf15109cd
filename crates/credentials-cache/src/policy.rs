//! When credentials are served, refreshed, waited for and given up: pure decisions, with time,
//! chance and what has happened so far as arguments.

use std::time::Duration;

use crate::{
    schedule::{Stage, scaled},
    settings::{CacheSettings, OnExpired},
};

const SECOND: Duration = Duration::from_secs(1);

/// The credentials that are held.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Held {
    pub(crate) stage: Stage,
    /// A service has rejected them, and the reload that this asks for may start.
    pub(crate) reload_due: bool,
}

impl Held {
    /// Whether they are served without a thought about any others.
    pub(crate) fn is_good(self) -> bool {
        self.stage == Stage::Fresh && !self.reload_due
    }

    /// Whether they are served when others cannot be had.
    pub(crate) fn is_usable(self, on_expired: OnExpired) -> bool {
        self.stage != Stage::Expired || on_expired == OnExpired::ServeStale
    }
}

/// What the latest loads say of the provider.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Health {
    /// The latest load ended so recently that the next one has to wait.
    pub(crate) paused: bool,
    /// Since the credentials expired a load has failed, or kept somebody waiting for too long.
    pub(crate) degraded: bool,
}

/// What to do for a caller.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Decision {
    Serve,
    /// Serve, and load others in the background.
    ServeAndRefresh,
    /// Load others first.
    Wait,
    Fail,
    /// Fail, and load others in the background.
    FailAndRefresh,
}

pub(crate) fn decide(held: Option<Held>, health: Health, on_expired: OnExpired) -> Decision {
    let Some(held) = held else {
        return match health.paused {
            true => Decision::Fail,
            false => Decision::Wait,
        };
    };
    match held.stage {
        Stage::Fresh if held.is_good() => Decision::Serve,
        Stage::Fresh | Stage::Due => Decision::ServeAndRefresh,
        Stage::Expiring if health.paused => Decision::Serve,
        Stage::Expiring => Decision::Wait,
        Stage::Expired => match (held.is_usable(on_expired), health) {
            (true, Health { paused: true, .. }) => Decision::Serve,
            (false, Health { paused: true, .. }) => Decision::Fail,
            // Callers have waited enough for this outage.
            (true, Health { degraded: true, .. }) => Decision::ServeAndRefresh,
            (false, Health { degraded: true, .. }) => Decision::FailAndRefresh,
            // Expired credentials are never served before an attempt to replace them: after a
            // freeze or a quiet night the provider most likely has others.
            _ => Decision::Wait,
        },
    }
}

/// A load that brought no better credentials.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FailedLoad {
    /// The time since it began.
    pub(crate) age: Duration,
    /// Nothing but a service's rejection asked for it.
    pub(crate) for_rejection_only: bool,
    /// The credentials that are held have expired since it began.
    pub(crate) began_before_expiry: bool,
}

/// Tells whether a failure counts: whether it starts a pause, and lets callers that come after the
/// expiry have what is at hand instead of waiting.
///
/// - What began before the expiry says nothing of the time after it. Most of all after a freeze, in
///   which its connection died: the failure may be polled before the first caller comes, and that
///   caller must find a provider that has not been asked.
/// - Nor does what is older than its lease, for the same reason.
/// - A load that only a rejection asked for must not cost anybody a wait. Any service can cause
///   one, and it has a [pace of its own](between_reloads).
pub(crate) fn failure_counts(load: FailedLoad, lease: Duration) -> bool {
    !load.for_rejection_only && !load.began_before_expiry && load.age < lease
}

/// How long to leave the provider alone after the latest of `failures` in a row. `held` is what is
/// left of the life of the credentials that are held, if there are any.
pub(crate) fn pause_after_failure(
    failures: u32,
    held: Option<Option<Duration>>,
    settings: &CacheSettings,
    random: f64,
) -> Duration {
    let (first, longest) = match held {
        // A sidecar that provides credentials may be a moment late.
        None => (SECOND / 4, SECOND * 10),
        Some(Some(Duration::ZERO)) => (SECOND, settings.max_backoff),
        // Gentle while there is time, and persistent towards the end.
        Some(Some(remaining)) => (SECOND, (remaining / 4).clamp(SECOND * 5, SECOND * 300)),
        Some(None) => (SECOND, SECOND * 300),
    };
    let factor = 1_u32
        .checked_shl(failures.saturating_sub(1))
        .unwrap_or(u32::MAX);
    let pause = first.saturating_mul(factor).min(longest);
    scaled(pause, 0.5, 1.0, random)
}

/// How long to leave the provider alone after it has delivered: a last brake on a storm.
pub(crate) fn pause_after_success(random: f64) -> Duration {
    scaled(SECOND, 0.5, 1.0, random)
}

/// How long after a reload that a rejection caused the next may follow.
///
/// A service that misbehaves must not drive the load on the provider, and a fleet whose service
/// rejects everybody must not reload in step.
pub(crate) fn between_reloads(random: f64) -> Duration {
    scaled(SECOND * 60, 1.0, 2.0, random)
}

/// For how long the latest sign of an outage keeps callers from waiting, after a pause of `pause`.
///
/// As long as callers come, one attempt follows another, each after a pause and with a lease at
/// most, so an outage that lasts shows itself again in time. Where nobody has called for longer, or
/// everything was frozen, it is news of another day, and the next caller waits for an attempt.
pub(crate) fn outage_memory(pause: Duration, lease: Duration) -> Duration {
    pause.saturating_add(lease).saturating_mul(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    #[test]
    fn every_situation_has_its_decision() {
        use Decision::*;
        use OnExpired::{Fail as OrFail, ServeStale};
        use Stage::*;
        let calm = (false, false);
        let paused = (true, false);
        let degraded = (false, true);
        for (held, health, on_expired, decision) in [
            (None, calm, ServeStale, Wait),
            (None, paused, ServeStale, Fail),
            (Some((Fresh, false)), calm, ServeStale, Serve),
            (Some((Fresh, true)), calm, ServeStale, ServeAndRefresh),
            (Some((Due, false)), calm, ServeStale, ServeAndRefresh),
            (Some((Due, true)), paused, OrFail, ServeAndRefresh),
            (Some((Expiring, false)), calm, ServeStale, Wait),
            (Some((Expiring, false)), paused, OrFail, Serve),
            (Some((Expired, false)), calm, ServeStale, Wait),
            (Some((Expired, false)), paused, ServeStale, Serve),
            (
                Some((Expired, false)),
                degraded,
                ServeStale,
                ServeAndRefresh,
            ),
            (Some((Expired, false)), calm, OrFail, Wait),
            (Some((Expired, false)), paused, OrFail, Fail),
            (Some((Expired, false)), degraded, OrFail, FailAndRefresh),
            // A rejection asks for a reload, and refuses nobody anything.
            (Some((Expiring, true)), paused, OrFail, Serve),
            (Some((Expired, true)), calm, ServeStale, Wait),
            (Some((Expired, true)), paused, ServeStale, Serve),
            (Some((Expired, true)), degraded, ServeStale, ServeAndRefresh),
        ] {
            let held = held.map(|(stage, reload_due)| Held { stage, reload_due });
            let (paused, degraded) = health;
            let health = Health { paused, degraded };
            assert_eq!(
                decide(held, health, on_expired),
                decision,
                "{held:?} {health:?} {on_expired:?}"
            );
        }
    }

    #[test]
    fn pauses_double_up_to_what_the_situation_allows() {
        let settings = CacheSettings::new();
        let pauses = |held| -> Vec<f64> {
            (1..=12)
                .map(|failures| pause_after_failure(failures, held, &settings, 1.0).as_secs_f64())
                .collect()
        };
        let cold = [
            0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 10.0, 10.0, 10.0, 10.0, 10.0, 10.0,
        ];
        assert_eq!(pauses(None), cold);
        let expired = [
            1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0, 60.0, 60.0, 60.0, 60.0,
        ];
        assert_eq!(pauses(Some(Some(Duration::ZERO))), expired);
        assert_eq!(pauses(Some(Some(MINUTE)))[11], 15.0);
        assert_eq!(pauses(Some(Some(MINUTE / 12)))[11], 5.0);
        assert_eq!(pauses(Some(Some(MINUTE * 600)))[11], 300.0);
        assert_eq!(pauses(Some(None))[11], 300.0);
    }

    #[test]
    fn a_pause_is_halved_at_most_and_any_number_of_failures_has_one() {
        let settings = CacheSettings::new();
        for failures in [1, 63, 64, 65, u32::MAX] {
            let longest = pause_after_failure(failures, None, &settings, 1.0);
            let shortest = pause_after_failure(failures, None, &settings, 0.0);
            assert_eq!(shortest * 2, longest);
            assert!(shortest >= Duration::from_millis(125));
        }
        let patient = CacheSettings::new().max_backoff(Duration::MAX);
        pause_after_failure(u32::MAX, Some(Some(Duration::ZERO)), &patient, 1.0);
    }

    #[test]
    fn a_failure_counts_if_it_says_something_about_now() {
        let lease = SECOND * 31;
        let ordinary = FailedLoad {
            age: SECOND * 30,
            for_rejection_only: false,
            began_before_expiry: false,
        };
        assert!(failure_counts(ordinary, lease));
        let older = FailedLoad {
            age: lease,
            ..ordinary
        };
        let rejected = FailedLoad {
            for_rejection_only: true,
            ..ordinary
        };
        let before_expiry = FailedLoad {
            began_before_expiry: true,
            ..ordinary
        };
        for load in [older, rejected, before_expiry] {
            assert!(!failure_counts(load, lease), "{load:?}");
        }
    }

    #[test]
    fn reloads_for_a_rejection_are_one_to_two_minutes_apart() {
        assert_eq!(between_reloads(0.0), MINUTE);
        assert_eq!(between_reloads(0.5), MINUTE * 3 / 2);
        assert_eq!(between_reloads(1.0), MINUTE * 2);
    }

    #[test]
    fn an_outage_is_remembered_for_longer_than_the_next_attempt_takes() {
        let lease = CacheSettings::new().lease();
        for pause in [Duration::ZERO, SECOND, MINUTE, Duration::MAX] {
            assert!(outage_memory(pause, lease) >= pause.saturating_add(lease));
        }
    }
}
