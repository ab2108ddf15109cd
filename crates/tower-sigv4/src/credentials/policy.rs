//! When credentials are served, refreshed, waited for and given up: pure decisions, with time,
//! chance and what has happened so far as arguments.

use std::time::Duration;

use super::{
    CacheSettings, OnExpired,
    schedule::{Stage, scaled},
};

/// The credentials at hand.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Held {
    pub(crate) stage: Stage,
    /// A service has refused them.
    pub(crate) rejected: bool,
}

impl Held {
    /// Whether they are good without a thought about any others.
    pub(crate) fn is_good(self) -> bool {
        self.stage == Stage::Fresh && !self.rejected
    }

    /// Whether to sign with them when others cannot be had.
    pub(crate) fn is_usable(self, on_expired: OnExpired) -> bool {
        self.stage != Stage::Expired || (on_expired == OnExpired::ServeStale && !self.rejected)
    }
}

/// What has come of the attempts to load others.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Attempted {
    /// The last one is so recent that the next has to wait.
    pub(crate) paused: bool,
    /// Since the expiry one has failed, or kept somebody waiting for too long.
    pub(crate) degraded: bool,
}

/// What to do for a request.
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

pub(crate) fn decide(held: Option<Held>, attempted: Attempted, on_expired: OnExpired) -> Decision {
    let Some(held) = held else {
        return match attempted.paused {
            true => Decision::Fail,
            false => Decision::Wait,
        };
    };
    match held.stage {
        Stage::Fresh if held.is_good() => Decision::Serve,
        Stage::Fresh | Stage::Due => Decision::ServeAndRefresh,
        Stage::LastSeconds if attempted.paused => Decision::Serve,
        Stage::LastSeconds => Decision::Wait,
        Stage::Expired => match (held.is_usable(on_expired), attempted) {
            (true, Attempted { paused: true, .. }) => Decision::Serve,
            (false, Attempted { paused: true, .. }) => Decision::Fail,
            // Everybody has waited enough for this outage.
            (true, Attempted { degraded: true, .. }) => Decision::ServeAndRefresh,
            (false, Attempted { degraded: true, .. }) => Decision::FailAndRefresh,
            _ => Decision::Wait,
        },
    }
}

/// The credentials at hand, as against others that a provider returned.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rival {
    pub(crate) remaining: Option<Duration>,
    pub(crate) rejected: bool,
    /// They are the ones that were returned.
    pub(crate) same: bool,
    /// Their expiry, as the provider gave it, is the earlier one.
    pub(crate) older: bool,
}

/// What to make of credentials that a provider returned.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Verdict {
    Better,
    /// Not better than those at hand.
    NoProgress,
    /// Expired already.
    Expired {
        /// They are at least no worse than those at hand.
        keep: bool,
    },
}

pub(crate) fn judge(lifetime: Option<Duration>, held: Option<Rival>) -> Verdict {
    /// Two readings of the same expiry may differ by as much.
    const SLACK: Duration = Duration::from_secs(1);
    if lifetime.is_some_and(|lifetime| lifetime.is_zero()) {
        let keep = held.is_none_or(|held| {
            held.older && held.remaining.is_some_and(|remaining| remaining.is_zero())
        });
        return Verdict::Expired { keep };
    }
    let Some(held) = held else {
        return Verdict::Better;
    };
    match (lifetime, held.remaining) {
        // Nobody said for how long they would be good: the provider's latest word counts.
        (_, None) => Verdict::Better,
        // Had they expired, the clock has been corrected since.
        (_, Some(remaining)) if held.same && !remaining.is_zero() => Verdict::NoProgress,
        _ if held.rejected => Verdict::Better,
        (_, Some(Duration::ZERO)) => Verdict::Better,
        (Some(lifetime), Some(remaining)) if lifetime <= remaining.saturating_add(SLACK) => {
            Verdict::NoProgress
        }
        _ => Verdict::Better,
    }
}

/// How long to leave the provider alone after the latest of `failures` in a row. `held` is what is
/// left of the life of the credentials at hand, if there are any.
pub(crate) fn pause_after_failure(
    failures: u32,
    held: Option<Option<Duration>>,
    settings: &CacheSettings,
    random: f64,
) -> Duration {
    const SECOND: Duration = Duration::from_secs(1);
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
    scaled(Duration::from_secs(1), 0.5, 1.0, random)
}

/// How long after a refresh that a refusal caused the next may follow. A service that misbehaves
/// must not be able to drive the load on the provider.
pub(crate) const BETWEEN_FORCED: Duration = Duration::from_secs(60);

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
        for (held, attempted, on_expired, decision) in [
            (None, calm, ServeStale, Wait),
            (None, paused, ServeStale, Fail),
            (Some((Fresh, false)), calm, ServeStale, Serve),
            (Some((Fresh, true)), calm, ServeStale, ServeAndRefresh),
            (Some((Due, false)), calm, ServeStale, ServeAndRefresh),
            (Some((Due, true)), paused, OrFail, ServeAndRefresh),
            (Some((LastSeconds, false)), calm, ServeStale, Wait),
            (Some((LastSeconds, false)), paused, OrFail, Serve),
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
            (Some((Expired, true)), calm, ServeStale, Wait),
            (Some((Expired, true)), paused, ServeStale, Fail),
            (Some((Expired, true)), degraded, ServeStale, FailAndRefresh),
        ] {
            let held = held.map(|(stage, rejected)| Held { stage, rejected });
            let (paused, degraded) = attempted;
            let attempted = Attempted { paused, degraded };
            assert_eq!(
                decide(held, attempted, on_expired),
                decision,
                "{held:?} {attempted:?} {on_expired:?}"
            );
        }
    }

    #[test]
    fn only_better_credentials_replace_those_at_hand() {
        use Verdict::*;
        let hour = MINUTE * 60;
        let rival = |remaining, rejected, same, older| {
            Some(Rival {
                remaining,
                rejected,
                same,
                older,
            })
        };
        let valid = rival(Some(hour), false, false, true);
        let expired = Some(Duration::ZERO);
        for (lifetime, held, verdict) in [
            (Some(hour), None, Better),
            (None, None, Better),
            (expired, None, Expired { keep: true }),
            (Some(hour * 2), valid, Better),
            (None, valid, Better),
            (Some(hour), valid, NoProgress),
            (Some(MINUTE), valid, NoProgress),
            (expired, valid, Expired { keep: false }),
            (
                Some(hour * 2),
                rival(Some(hour), false, true, false),
                NoProgress,
            ),
            (Some(hour), rival(expired, false, true, false), Better),
            (Some(MINUTE), rival(Some(hour), true, false, false), Better),
            (Some(hour), rival(Some(hour), true, true, false), NoProgress),
            (Some(MINUTE), rival(None, false, false, false), Better),
            (
                expired,
                rival(None, false, false, false),
                Expired { keep: false },
            ),
            (Some(MINUTE), rival(expired, false, false, true), Better),
            (
                Some(MINUTE / 600),
                rival(expired, false, false, true),
                Better,
            ),
            (
                expired,
                rival(expired, false, false, true),
                Expired { keep: true },
            ),
            (
                expired,
                rival(expired, false, false, false),
                Expired { keep: false },
            ),
        ] {
            assert_eq!(judge(lifetime, held), verdict, "{lifetime:?} {held:?}");
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
}
