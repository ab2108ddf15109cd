//! Moments to the second, as `x-amz-date` writes them.

use std::{
    fmt,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use time::{Date, Month, OffsetDateTime, Time};

/// A moment of the years 1970 to 9999, in UTC. Displayed as `20150830T123600Z`.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Timestamp {
    seconds: u64,
}

impl Timestamp {
    /// The end of the year 9999. Nothing that formats dates has to fear a later one.
    const MAX: u64 = 253_402_300_799;

    /// A clock that is out of range reads as the nearest moment.
    pub(crate) fn from_time(time: SystemTime) -> Self {
        let since_epoch = time.duration_since(UNIX_EPOCH).unwrap_or_default();
        Self {
            seconds: since_epoch.as_secs().min(Self::MAX),
        }
    }

    /// Reads ISO 8601's basic format and nothing else.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text: &[u8; 16] = text.as_bytes().try_into().ok()?;
        if text[8] != b'T' || text[15] != b'Z' {
            return None;
        }
        let number = |from: usize, to: usize| {
            text[from..to].iter().try_fold(0, |number, &digit| {
                Some(number * 10 + char::from(digit).to_digit(10)?)
            })
        };
        let two = |from| u8::try_from(number(from, from + 2)?).ok();
        let date = Date::from_calendar_date(
            i32::try_from(number(0, 4)?).ok()?,
            Month::try_from(two(4)?).ok()?,
            two(6)?,
        );
        let time = Time::from_hms(two(9)?, two(11)?, two(13)?);
        let moment = OffsetDateTime::new_utc(date.ok()?, time.ok()?);
        Some(Self {
            seconds: u64::try_from(moment.unix_timestamp()).ok()?,
        })
    }

    pub(crate) fn system_time(self) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(self.seconds)
    }

    /// The day, as a credential scope begins with it.
    pub(crate) fn day(self) -> String {
        self.to_string()[..8].to_owned()
    }

    pub(crate) fn plus(self, seconds: u64) -> Self {
        Self {
            seconds: self.seconds.saturating_add(seconds).min(Self::MAX),
        }
    }

    pub(crate) fn minus(self, seconds: u64) -> Self {
        Self {
            seconds: self.seconds.saturating_sub(seconds),
        }
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let since_epoch = time::Duration::seconds(self.seconds.min(Self::MAX).cast_signed());
        let moment = OffsetDateTime::UNIX_EPOCH + since_epoch;
        let (date, (hour, minute, second)) = (moment.date(), moment.to_hms());
        write!(
            f,
            "{:04}{:02}{:02}T{hour:02}{minute:02}{second:02}Z",
            date.year(),
            u8::from(date.month()),
            date.day(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_displayed_is_read_back() {
        for seconds in [0, 1, 951_782_400, 1_440_938_160, Timestamp::MAX] {
            let moment = Timestamp { seconds };
            assert_eq!(Timestamp::parse(&moment.to_string()), Some(moment));
        }
        let moment = Timestamp::parse("20150830T123600Z").unwrap();
        assert_eq!(moment.seconds, 1_440_938_160);
        assert_eq!(moment.day(), "20150830");
    }

    #[test]
    fn only_the_basic_format_is_read() {
        for text in [
            "",
            "20150830",
            "20150830T123600",
            "20150830T123600z",
            "20150830 123600Z",
            "2015-08-30T12:36:00Z",
            "20150830T1236000Z",
            "2015083\u{e9}T12360Z",
            "201508301236T00Z",
            "20151330T123600Z",
            "20150231T123600Z",
            "20150830T240000Z",
            "20150830T123660Z",
            "19691231T235959Z",
        ] {
            assert_eq!(Timestamp::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_clock_out_of_range_is_clamped() {
        let before = Timestamp::from_time(UNIX_EPOCH - Duration::from_secs(1));
        assert_eq!(before.to_string(), "19700101T000000Z");
        let after = Timestamp::from_time(UNIX_EPOCH + Duration::from_secs(1 << 40));
        assert_eq!(after.to_string(), "99991231T235959Z");
        assert_eq!(after.plus(u64::MAX), after);
    }
}
