//! `x-amz-date`: the moment of a signature, to the second, in UTC.

use std::time::{SystemTime, UNIX_EPOCH};

use time::OffsetDateTime;

use crate::{SignError, error::Kind};

/// A moment as `20150830T123600Z`, in ISO 8601's basic format.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct AmzDate([u8; 16]);

impl AmzDate {
    /// # Errors
    ///
    /// A time before 1970 or after the year 9999.
    pub(crate) fn at(time: SystemTime) -> Result<Self, SignError> {
        let moment = time
            .duration_since(UNIX_EPOCH)
            .ok()
            .and_then(|since| i64::try_from(since.as_secs()).ok())
            .and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok())
            .ok_or(Kind::Clock)?;
        let (hour, minute, second) = moment.to_hms();
        let year = u16::try_from(moment.year()).map_err(|_| Kind::Clock)?;
        let mut text = *b"00000000T000000Z";
        for (at, number) in [
            (0, (year / 100) as u8),
            (2, (year % 100) as u8),
            (4, u8::from(moment.month())),
            (6, moment.day()),
            (9, hour),
            (11, minute),
            (13, second),
        ] {
            text[at] = b'0' + number / 10;
            text[at + 1] = b'0' + number % 10;
        }
        Ok(Self(text))
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
    fn a_clock_before_1970_or_after_9999_is_refused() {
        for time in [
            UNIX_EPOCH - Duration::from_nanos(1),
            UNIX_EPOCH + Duration::from_secs(253_402_300_800),
            UNIX_EPOCH + Duration::from_secs(i64::MAX as u64),
        ] {
            assert!(AmzDate::at(time).unwrap_err().is_clock());
        }
    }
}
