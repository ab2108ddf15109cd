//! Whether credentials that a provider delivered are better than those that are held.

use std::time::Duration;

/// The credentials that are held, as compared with others that a provider delivered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Current {
    pub(crate) remaining: Option<Duration>,
    /// A service has rejected them, and no load since has brought others.
    pub(crate) rejected: bool,
    /// They are the very credentials that were delivered.
    pub(crate) same: bool,
    /// Their expiry, as the provider gave it, is the earlier one.
    pub(crate) older: bool,
}

/// How credentials that a provider delivered compare with those that are held.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Comparison {
    Better,
    /// Not better than those that are held.
    NoProgress,
    /// Expired already.
    Expired {
        /// They are at least no worse than those that are held.
        keep: bool,
    },
}

/// Compares by what is left of each life, never by the expiries themselves: after the clock has been
/// set back, every good refresh would look like a step back.
pub(crate) fn compare(lifetime: Option<Duration>, current: Option<Current>) -> Comparison {
    /// Two readings of the same expiry may differ by as much.
    const SLACK: Duration = Duration::from_secs(1);
    if lifetime.is_some_and(|lifetime| lifetime.is_zero()) {
        let keep = current.is_none_or(|current| {
            current.older
                && current
                    .remaining
                    .is_some_and(|remaining| remaining.is_zero())
        });
        return Comparison::Expired { keep };
    }
    let Some(current) = current else {
        return Comparison::Better;
    };
    match (lifetime, current.remaining) {
        // Nobody said for how long they would be good: the provider's latest word counts.
        (_, None) => Comparison::Better,
        // Had they expired, the clock has been corrected since.
        (_, Some(remaining)) if current.same && !remaining.is_zero() => Comparison::NoProgress,
        _ if current.rejected => Comparison::Better,
        (_, Some(Duration::ZERO)) => Comparison::Better,
        (Some(lifetime), Some(remaining)) if lifetime <= remaining.saturating_add(SLACK) => {
            Comparison::NoProgress
        }
        _ => Comparison::Better,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    #[test]
    fn only_better_credentials_replace_those_that_are_held() {
        use Comparison::*;
        let hour = MINUTE * 60;
        let current = |remaining, rejected, same, older| {
            Some(Current {
                remaining,
                rejected,
                same,
                older,
            })
        };
        let valid = current(Some(hour), false, false, true);
        let expired = Some(Duration::ZERO);
        for (lifetime, held, comparison) in [
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
                current(Some(hour), false, true, false),
                NoProgress,
            ),
            (Some(hour), current(expired, false, true, false), Better),
            (
                Some(MINUTE),
                current(Some(hour), true, false, false),
                Better,
            ),
            (
                Some(hour),
                current(Some(hour), true, true, false),
                NoProgress,
            ),
            (Some(MINUTE), current(None, false, false, false), Better),
            (
                expired,
                current(None, false, false, false),
                Expired { keep: false },
            ),
            (Some(MINUTE), current(expired, false, false, true), Better),
            (
                Some(MINUTE / 600),
                current(expired, false, false, true),
                Better,
            ),
            (
                expired,
                current(expired, false, false, true),
                Expired { keep: true },
            ),
            (
                expired,
                current(expired, false, false, false),
                Expired { keep: false },
            ),
        ] {
            assert_eq!(compare(lifetime, held), comparison, "{lifetime:?} {held:?}");
        }
    }
}
