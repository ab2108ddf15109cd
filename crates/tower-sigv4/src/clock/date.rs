use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::{
    HeaderMap,
    header::{AGE, DATE},
};

/// Reads the `Date` of a response in seconds of Unix time. `None` where it has none that can be read, or where a
/// cache on the way may have kept the response for a while ([`Age`]).
///
/// [`Age`]: https://www.rfc-editor.org/rfc/rfc9111#section-5.1
pub(crate) fn server_date(headers: &HeaderMap) -> Option<i64> {
    if headers.contains_key(AGE) {
        return None;
    }
    let date = headers.get(DATE)?.to_str().ok()?;
    Some(seconds(httpdate::parse_http_date(date).ok()?))
}

/// Returns how many seconds `date` lies outside the time that an exchange took by the local clock:
/// positive where it is later.
pub(super) fn distance(date: i64, sent: SystemTime, received: SystemTime) -> i64 {
    let (sent, received) = (seconds(sent), seconds(received));
    let (first, last) = (sent.min(received), sent.max(received));
    date - date.clamp(first, last)
}

/// Moves a time by so many seconds; leaves it where no time can hold the sum.
pub(crate) fn shifted(time: SystemTime, seconds: i64) -> SystemTime {
    let by = Duration::from_secs(seconds.unsigned_abs());
    match seconds >= 0 {
        true => time.checked_add(by),
        false => time.checked_sub(by),
    }
    .unwrap_or(time)
}

fn seconds(time: SystemTime) -> i64 {
    match time.duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_secs()).unwrap_or(i64::MAX / 2),
        Err(before) => -i64::try_from(before.duration().as_secs()).unwrap_or(i64::MAX / 2),
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(seconds)
    }

    #[test]
    fn a_date_is_read_unless_a_cache_may_have_kept_it() {
        let date = HeaderValue::from_static("Sun, 30 Aug 2015 12:00:00 GMT");
        let mut headers = HeaderMap::from_iter([(DATE, date)]);
        assert_eq!(server_date(&headers), Some(1_440_936_000));
        headers.insert(AGE, HeaderValue::from_static("0"));
        assert_eq!(server_date(&headers), None);
        assert_eq!(server_date(&HeaderMap::new()), None);
        let nonsense = [(DATE, HeaderValue::from_static("yesterday"))];
        assert_eq!(server_date(&nonsense.into_iter().collect()), None);
    }

    #[test]
    fn what_an_exchange_took_is_no_distance() {
        for (date, sent, received, expected) in [
            (1_000, 1_000, 1_000, 0),
            (1_600, 1_000, 2_200, 0),
            (3_000, 1_000, 2_000, 1_000),
            (500, 1_000, 2_000, -500),
            // The local clock was set back meanwhile.
            (1_500, 2_000, 1_000, 0),
        ] {
            assert_eq!(distance(date, at(sent), at(received)), expected);
        }
    }

    #[test]
    fn a_time_that_cannot_be_moved_stays() {
        assert_eq!(
            shifted(at(10), -86_400),
            UNIX_EPOCH - Duration::from_secs(86_390)
        );
        assert_eq!(shifted(at(10), i64::MAX), at(10));
    }

    #[test]
    fn a_time_before_1970_counts_backwards_however_early_it_is() {
        let before = |seconds| UNIX_EPOCH.checked_sub(Duration::from_secs(seconds));
        assert_eq!(seconds(before(86_400).unwrap()), -86_400);
        assert_eq!(distance(-90_000, before(86_400).unwrap(), at(0)), -3_600);
        // Where the platform has a time that `i64` has not, its seconds are some that can be subtracted.
        if let Some(first) = before(1 << 63) {
            assert_eq!(seconds(first), -(i64::MAX / 2));
        }
    }
}
