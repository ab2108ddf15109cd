use std::time::SystemTime;

use super::date::distance;

/// Services reject signatures that are five minutes off. Less than this has another cause.
const NOTICEABLE: i64 = 4 * 60;

/// A clock may be a day off, as one set to a wrong date or time zone is. Beyond that a host is not
/// believed: it would collect signatures that are good at a time of its choice.
const LARGEST: i64 = 25 * 60 * 60;

/// An exchange with a host, as far as it tells of the time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Exchange {
    /// When the request was signed and when the response came, by the local clock.
    pub(crate) sent: SystemTime,
    pub(crate) received: SystemTime,
    /// The offset that the request was signed with.
    pub(crate) offset: i64,
    /// The response's `Date`, where it can be used.
    pub(crate) date: Option<i64>,
    /// Whether the host may have rejected the signature for its time.
    pub(crate) rejected: bool,
}

/// What to do with a host's offset.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Change {
    Confirm,
    Set(i64),
    GiveUp,
}

impl Exchange {
    /// Decides what the exchange says of the host's offset.
    pub(super) fn compare(&self, offset: i64) -> Option<Change> {
        if offset == 0 && !self.rejected {
            return None;
        }
        let Some(date) = self.date else {
            // A rejection that nothing explains: the offset may be wrong, if it was in the signature.
            // The local clock is the best guess then, and honest hosts whose rejections carry no date
            // are served again.
            let may_be_wrong = self.rejected && offset != 0 && !self.was_signed_otherwise(offset);
            return may_be_wrong.then_some(Change::Set(0));
        };
        let seen = distance(date, self.sent, self.received);
        if (seen - offset).abs() < NOTICEABLE {
            return (offset != 0).then_some(Change::Confirm);
        }
        match self.rejected {
            _ if seen.abs() < NOTICEABLE => Some(Change::Set(0)),
            true if seen.abs() <= LARGEST => Some(Change::Set(seen)),
            _ if offset != 0 => Some(Change::GiveUp),
            _ => None,
        }
    }

    /// Returns whether a signature with this offset would have carried a time that is noticeably
    /// different.
    pub(crate) fn was_signed_otherwise(&self, offset: i64) -> bool {
        (self.offset - offset).abs() >= NOTICEABLE
    }
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    const HOUR: i64 = 3_600;

    /// An exchange that took no time, at zero by the local clock.
    fn exchange(offset: i64, date: impl Into<Option<i64>>, rejected: bool) -> Exchange {
        Exchange {
            sent: UNIX_EPOCH,
            received: UNIX_EPOCH,
            offset,
            date: date.into(),
            rejected,
        }
    }

    #[test]
    fn a_rejection_teaches_an_offset_of_four_minutes_to_twenty_five_hours() {
        for sign in [1, -1] {
            for (date, change) in [
                (0, None),
                (239, None),
                (240, Some(Change::Set(sign * 240))),
                (90_000, Some(Change::Set(sign * 90_000))),
                (90_001, None),
            ] {
                let rejection = exchange(0, sign * date, true);
                assert_eq!(rejection.compare(0), change, "{date}");
                assert_eq!(exchange(0, sign * date, false).compare(0), None, "{date}");
            }
        }
    }

    #[test]
    fn a_date_confirms_an_offset_drops_it_or_replaces_it() {
        for (date, otherwise, rejected) in [
            (HOUR, Change::Confirm, Change::Confirm),
            (HOUR + 239, Change::Confirm, Change::Confirm),
            (HOUR - 239, Change::Confirm, Change::Confirm),
            (HOUR + 240, Change::GiveUp, Change::Set(HOUR + 240)),
            (HOUR - 240, Change::GiveUp, Change::Set(HOUR - 240)),
            (240, Change::GiveUp, Change::Set(240)),
            (239, Change::Set(0), Change::Set(0)),
            (-239, Change::Set(0), Change::Set(0)),
            (-240, Change::GiveUp, Change::Set(-240)),
            (90_000, Change::GiveUp, Change::Set(90_000)),
            (90_001, Change::GiveUp, Change::GiveUp),
        ] {
            for (was_rejected, change) in [(false, otherwise), (true, rejected)] {
                let compared = exchange(HOUR, date, was_rejected).compare(HOUR);
                assert_eq!(compared, Some(change), "{date} {was_rejected}");
            }
        }
    }

    #[test]
    fn a_rejection_without_a_date_drops_an_offset_that_was_signed_with() {
        for (signed, change) in [
            (HOUR, Some(Change::Set(0))),
            (HOUR - 239, Some(Change::Set(0))),
            (HOUR + 239, Some(Change::Set(0))),
            (HOUR - 240, None),
            (HOUR + 240, None),
            (0, None),
        ] {
            assert_eq!(
                exchange(signed, None, true).compare(HOUR),
                change,
                "{signed}"
            );
            assert_eq!(
                exchange(signed, None, false).compare(HOUR),
                None,
                "{signed}"
            );
            assert_eq!(exchange(signed, None, true).compare(0), None, "{signed}");
        }
    }
}
