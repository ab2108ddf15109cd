//! Moments in rejections, and what they say of the clock.

use std::time::{Duration, SystemTime};

use time::{Date, Month, OffsetDateTime, Time};

use super::Cause;

/// The moments of one exchange, as far as they are known.
pub(super) struct Moments {
    /// When the request was signed: its `x-amz-date`.
    pub(super) signed: Option<SystemTime>,
    /// The service's clock when it refused.
    pub(super) service: Option<SystemTime>,
    /// This clock when the rejection arrived.
    pub(super) local: SystemTime,
}

impl Moments {
    /// How far this clock is behind or ahead, if that is more than an exchange takes.
    pub(super) fn skew(&self, at_least: Duration) -> Option<(Cause, Duration)> {
        let (cause, skew) = match self.service?.duration_since(self.local) {
            Ok(behind) => (Cause::ClockBehind, behind),
            Err(ahead) => (Cause::ClockAhead, ahead.duration()),
        };
        (skew >= at_least).then_some((cause, skew))
    }

    /// Why a service finds a date too old or too new, and by how much.
    ///
    /// `too_new` is for where nothing but the rejection itself tells the direction.
    pub(super) fn rejected_date(&self, too_new: bool) -> (Cause, Option<Duration>) {
        if let Some((cause, skew)) = self.skew(Duration::from_secs(60)) {
            return (cause, Some(skew));
        }
        if too_new {
            return (Cause::ClockAhead, None);
        }
        // The clocks agree, or nothing speaks against it: then an old date was signed long ago.
        let now = self.service.unwrap_or(self.local);
        let age = self
            .signed
            .and_then(|signed| now.duration_since(signed).ok());
        match age.filter(|age| *age >= Duration::from_secs(60)) {
            None if self.service.is_none() => (Cause::ClockBehind, None),
            age => (Cause::SignatureAged, age),
        }
    }
}

/// Reads a moment as services write it: `20150830T123600Z`, `2015-08-30T12:36:00Z` with or without a
/// fraction, or an HTTP date.
pub(super) fn moment(text: &str) -> Option<SystemTime> {
    let text = text.trim();
    if let Ok(moment) = httpdate::parse_http_date(text) {
        return Some(moment);
    }
    let (seconds, _) = text
        .strip_suffix('Z')?
        .split_once('.')
        .unwrap_or((text, ""));
    let (day, time) = seconds.trim_end_matches('Z').split_once('T')?;
    let (day, time) = (self::day(&only_digits(day, 8)?)?, only_digits(time, 6)?);
    let time = Time::from_hms(number(&time, 0)?, number(&time, 2)?, number(&time, 4)?).ok()?;
    Some(OffsetDateTime::new_utc(day, time).into())
}

/// Reads a day as credential scopes have it: `20150830`.
pub(super) fn day(text: &str) -> Option<Date> {
    if text.len() != 8 {
        return None;
    }
    let century = i32::from(number(text, 0)?);
    let year = century * 100 + i32::from(number(text, 2)?);
    let month = Month::try_from(number(text, 4)?).ok()?;
    Date::from_calendar_date(year, month, number(text, 6)?).ok()
}

/// The two digits at this place.
fn number(text: &str, at: usize) -> Option<u8> {
    let digits = text.get(at..at + 2)?;
    let are_digits = digits.bytes().all(|byte| byte.is_ascii_digit());
    are_digits.then(|| digits.parse().ok())?
}

fn only_digits(text: &str, len: usize) -> Option<String> {
    let digits: String = text.chars().filter(|c| !matches!(c, '-' | ':')).collect();
    (digits.len() == len && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(digits)
}

/// The moments that a message names, in order, as in
/// `Signature expired: A is now earlier than B (C - 5 min.)`: there A was signed and C is now.
pub(super) fn moments_in(message: &str) -> Vec<SystemTime> {
    let words = message.split(|c: char| !c.is_ascii_alphanumeric());
    words
        .filter(|word| word.len() == 16)
        .filter_map(moment)
        .take(3)
        .collect()
}

/// A duration in the two units that matter.
pub(super) fn in_words(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, minutes) => format!("{minutes} min {} s", seconds % 60),
        (0, hours, minutes) => format!("{hours} h {minutes} min"),
        (days, hours, _) => format!("{days} d {hours} h"),
    }
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use super::*;

    const NOON: u64 = 1_440_936_000;

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(seconds)
    }

    fn moments(signed: u64, service: Option<u64>, local: u64) -> Moments {
        Moments {
            signed: Some(at(signed)),
            service: service.map(at),
            local: at(local),
        }
    }

    #[test]
    fn moments_are_read_in_every_spelling() {
        for text in [
            "20150830T120000Z",
            "2015-08-30T12:00:00Z",
            "2015-08-30T12:00:00.123Z",
            "Sun, 30 Aug 2015 12:00:00 GMT",
        ] {
            assert_eq!(moment(text), Some(at(NOON)), "{text}");
        }
    }

    #[test]
    fn what_is_no_moment_is_none() {
        for text in [
            "",
            "Z",
            "T",
            "20150830T120000",
            "20151330T120000Z",
            "20150830T250000Z",
            "2015083T0120000Z",
            "+0150830T120000Z",
            "\u{665}0150830T12000Z",
        ] {
            assert_eq!(moment(text), None, "{text}");
        }
    }

    #[test]
    fn the_moments_of_a_message_are_found_in_order() {
        let message = "Signature expired: 20150830T120000Z is now earlier than 20150830T120500Z \
                       (20150830T121000Z - 5 min.)";
        let expected = [NOON, NOON + 300, NOON + 600].map(at);
        assert_eq!(moments_in(message), expected);
    }

    #[test]
    fn a_clock_that_is_off_is_told_from_a_request_that_waited() {
        use Cause::*;
        for (moments, expected) in [
            (
                moments(NOON, Some(NOON + 600), NOON),
                (ClockBehind, Some(600)),
            ),
            (
                moments(NOON, Some(NOON - 600), NOON),
                (ClockAhead, Some(600)),
            ),
            (
                moments(NOON, Some(NOON + 600), NOON + 599),
                (SignatureAged, Some(600)),
            ),
            (moments(NOON, None, NOON + 600), (SignatureAged, Some(600))),
            (moments(NOON, Some(NOON), NOON), (SignatureAged, None)),
            (moments(NOON, None, NOON), (ClockBehind, None)),
        ] {
            let (cause, by) = moments.rejected_date(false);
            assert_eq!((cause, by.map(|by| by.as_secs())), expected);
        }
        let (cause, _) = moments(NOON, None, NOON).rejected_date(true);
        assert_eq!(cause, ClockAhead);
    }

    #[test]
    fn durations_are_told_in_two_units() {
        for (seconds, words) in [
            (5, "5 s"),
            (600, "10 min 0 s"),
            (7384, "2 h 3 min"),
            (90_000, "1 d 1 h"),
        ] {
            assert_eq!(in_words(Duration::from_secs(seconds)), words);
        }
    }
}
