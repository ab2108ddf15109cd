//! `x-amz-date`: the moment of a signature, to the second, in UTC.

use std::time::{SystemTime, UNIX_EPOCH};

use time::OffsetDateTime;

use crate::{SignError, error::Kind};

const DAY: u64 = 24 * 60 * 60;

/// A day, UTC.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Day {
    /// How many days after 1970-01-01 it is.
    number: u64,
    /// As `20150830`.
    text: [u8; 8],
}

impl Day {
    /// # Errors
    ///
    /// A time before 1970 or after the year 9999.
    pub(crate) fn at(time: SystemTime) -> Result<Self, SignError> {
        let seconds = seconds(time).ok_or(Kind::Clock)?;
        let date = i64::try_from(seconds)
            .ok()
            .and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok())
            .ok_or(Kind::Clock)?;
        let year = u16::try_from(date.year()).map_err(|_| Kind::Clock)?;
        let [y1, y2] = two_digits((year / 100) as u8);
        let [y3, y4] = two_digits((year % 100) as u8);
        let [m1, m2] = two_digits(date.month().into());
        let [d1, d2] = two_digits(date.day());
        Ok(Self {
            number: seconds / DAY,
            text: [y1, y2, y3, y4, m1, m2, d1, d2],
        })
    }

    /// Whether a time is on this day.
    pub(crate) fn contains(&self, time: SystemTime) -> bool {
        self.second(time).is_some()
    }

    /// Writes a moment of this day; `None` for a time on another.
    pub(crate) fn moment(&self, time: SystemTime) -> Option<AmzDate> {
        let of_day = self.second(time)?;
        let [h1, h2] = two_digits((of_day / 3600) as u8);
        let [n1, n2] = two_digits((of_day / 60 % 60) as u8);
        let [s1, s2] = two_digits((of_day % 60) as u8);
        let [y1, y2, y3, y4, m1, m2, d1, d2] = self.text;
        Some(AmzDate([
            y1, y2, y3, y4, m1, m2, d1, d2, b'T', h1, h2, n1, n2, s1, s2, b'Z',
        ]))
    }

    /// The how many-th second of the day a time is in, from 0 to 86,399.
    fn second(&self, time: SystemTime) -> Option<u32> {
        let seconds = seconds(time)?;
        (seconds / DAY == self.number).then_some((seconds % DAY) as u32)
    }
}

fn seconds(time: SystemTime) -> Option<u64> {
    time.duration_since(UNIX_EPOCH)
        .ok()
        .map(|since| since.as_secs())
}

fn two_digits(number: u8) -> [u8; 2] {
    [b'0' + number / 10, b'0' + number % 10]
}

/// A moment as `20150830T123600Z`, in ISO 8601's basic format.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct AmzDate([u8; 16]);

impl AmzDate {
    /// # Errors
    ///
    /// A time before 1970 or after the year 9999.
    pub(crate) fn at(time: SystemTime) -> Result<Self, SignError> {
        let moment = Day::at(time)?.moment(time);
        moment.ok_or_else(|| Kind::Clock.into())
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The moment in ISO 8601's extended format: `2015-08-30T12:36:00Z`.
    #[cfg(feature = "tokens")]
    pub(crate) fn extended(&self) -> String {
        let [y1, y2, y3, y4, m1, m2, d1, d2, t, time @ .., z] = self.0;
        let [h1, h2, n1, n2, s1, s2] = time;
        let (dash, colon) = (b'-', b':');
        let text = [
            y1, y2, y3, y4, dash, m1, m2, dash, d1, d2, t, h1, h2, colon, n1, n2, colon, s1, s2, z,
        ];
        text.map(char::from).iter().collect()
    }

    /// The day, as a credential scope begins with it.
    pub(crate) fn day(&self) -> &[u8] {
        &self.0[..8]
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn at(seconds: u64, nanos: u32) -> String {
        let date = AmzDate::at(UNIX_EPOCH + Duration::new(seconds, nanos)).unwrap();
        String::from_utf8(date.as_bytes().to_vec()).unwrap()
    }

    #[test]
    fn a_moment_is_written_to_the_second_and_never_rounded_up() {
        assert_eq!(at(0, 0), "19700101T000000Z");
        assert_eq!(at(1_440_938_160, 999_999_999), "20150830T123600Z");
        assert_eq!(at(1_709_251_199, 0), "20240229T235959Z");
        assert_eq!(at(253_402_300_799, 0), "99991231T235959Z");
    }

    #[test]
    fn a_day_ends_at_midnight() {
        let noon = UNIX_EPOCH + Duration::from_secs(1_440_936_000);
        let day = Day::at(noon).unwrap();
        let midnight = noon + Duration::from_secs(12 * 3600);
        let before = midnight - Duration::from_micros(1);
        assert_eq!(day.moment(before).unwrap().as_bytes(), b"20150830T235959Z");
        assert!(day.contains(noon - Duration::from_secs(12 * 3600)));
        for other in [midnight, noon - Duration::from_secs(12 * 3600 + 1)] {
            assert!(!day.contains(other) && day.moment(other).is_none());
        }
    }

    #[test]
    fn a_clock_before_1970_or_after_9999_is_refused() {
        // Windows counts in tenths of a microsecond, and has no time that is as late as the last.
        let times = [
            UNIX_EPOCH.checked_sub(Duration::from_micros(1)),
            UNIX_EPOCH.checked_add(Duration::from_secs(253_402_300_800)),
            UNIX_EPOCH.checked_add(Duration::from_secs(i64::MAX as u64)),
        ];
        assert!(times[1].is_some());
        for time in times.into_iter().flatten() {
            assert!(AmzDate::at(time).unwrap_err().is_clock());
        }
    }
}
