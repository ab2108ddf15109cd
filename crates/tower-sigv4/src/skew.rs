//! How far the local clock is off, learned from responses.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use http::{
    HeaderMap,
    header::{AGE, DATE},
};
use tokio::time::Instant;

/// Seconds to add to the local clock to get the servers' time. Zero until a server refuses a
/// signature and its `Date` says why.
#[derive(Debug, Default)]
pub(crate) struct Skew {
    offset: AtomicI64,
    changes: Mutex<Option<Changes>>,
}

/// How often the offset has changed lately.
#[derive(Debug)]
struct Changes {
    since: Instant,
    count: u32,
}

/// Services refuse signatures that are five minutes off. Less than this is another cause.
const NOTICEABLE: i64 = 4 * 60;

/// A clock may be a day off, as one set to a wrong time zone or date is. Beyond that a server is not
/// believed: it would collect signatures that are good at a time of its choice.
const MOST: i64 = 25 * 60 * 60;

/// A change of time makes credentials look older or younger, and so may have others loaded: a server
/// that changes its mind all the time is not followed all the time.
const CHANGES_PER_MINUTE: u32 = 4;

impl Skew {
    pub(crate) fn offset(&self) -> i64 {
        self.offset.load(Ordering::Relaxed)
    }

    /// The time as servers have it.
    pub(crate) fn correct(&self, local: SystemTime) -> SystemTime {
        let offset = self.offset();
        let by = Duration::from_secs(offset.unsigned_abs());
        match offset >= 0 {
            true => local.checked_add(by),
            false => local.checked_sub(by),
        }
        .unwrap_or(local)
    }

    /// Learns from a response to a request that was signed at `sent` and answered at `received`,
    /// both by the local clock. Says whether the next signature will have another time.
    ///
    /// `refused` is whether the time may be why the service refused the signature.
    pub(crate) fn learn(
        &self,
        headers: &HeaderMap,
        refused: bool,
        sent: SystemTime,
        received: SystemTime,
    ) -> bool {
        let offset = self.offset();
        let Some(date) = server_time(headers) else {
            return false;
        };
        let seen = distance(date, seconds(sent), seconds(received));
        let learned = match refused {
            true if (seen - offset).abs() < NOTICEABLE || seen.abs() > MOST => return false,
            true if seen.abs() < NOTICEABLE => 0,
            true => seen,
            // The local clock has been set right, before a service that is more lenient noticed.
            false if seen.abs() < NOTICEABLE => 0,
            false => return false,
        };
        if learned == offset || !self.may_change() {
            return false;
        }
        self.offset.store(learned, Ordering::Relaxed);
        true
    }

    fn may_change(&self) -> bool {
        let mut changes = self.changes.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        match &mut *changes {
            Some(changes) if now - changes.since < Duration::from_secs(60) => {
                changes.count += 1;
                changes.count <= CHANGES_PER_MINUTE
            }
            changes => {
                *changes = Some(Changes {
                    since: now,
                    count: 1,
                });
                true
            }
        }
    }
}

/// The `Date` of a response, unless a cache on the way may have kept it for a while.
fn server_time(headers: &HeaderMap) -> Option<i64> {
    if headers.contains_key(AGE) {
        return None;
    }
    let date = headers.get(DATE)?.to_str().ok()?;
    Some(seconds(httpdate::parse_http_date(date).ok()?))
}

/// How far `date` lies outside the time that the request took.
fn distance(date: i64, sent: i64, received: i64) -> i64 {
    let (first, last) = (sent.min(received), sent.max(received));
    date - date.clamp(first, last)
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

    const NOON: u64 = 1_440_936_000;

    fn at(seconds: i64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(NOON.checked_add_signed(seconds).unwrap())
    }

    fn dated(seconds: i64) -> HeaderMap {
        let date = httpdate::fmt_http_date(at(seconds));
        [(DATE, HeaderValue::try_from(date).unwrap())]
            .into_iter()
            .collect()
    }

    /// What is learned from one refusal that takes a second, at noon by the local clock.
    fn refused(skew: &Skew, server: i64) -> bool {
        skew.learn(&dated(server), true, at(0), at(1))
    }

    #[test]
    fn a_refusal_with_a_date_minutes_away_moves_the_clock_either_way() {
        for server in [-86_400, -3_600, -240, 241, 3_600, 86_400] {
            let skew = Skew::default();
            assert!(refused(&skew, server), "{server}");
            let corrected = seconds(skew.correct(at(0))) - seconds(at(0));
            assert!((corrected - server).abs() <= 1, "{server}: {corrected}");
        }
    }

    #[test]
    fn a_date_close_by_is_another_cause() {
        let skew = Skew::default();
        assert!(!refused(&skew, 239));
        assert!(!refused(&skew, -239));
        assert_eq!(skew.offset(), 0);
    }

    #[test]
    fn a_slow_answer_is_no_skew() {
        let skew = Skew::default();
        assert!(!skew.learn(&dated(600), true, at(0), at(1_200)));
    }

    #[test]
    fn a_date_from_a_cache_and_one_that_is_none_teach_nothing() {
        let skew = Skew::default();
        let mut cached = dated(3_600);
        cached.insert(AGE, HeaderValue::from_static("0"));
        let nonsense = [(DATE, HeaderValue::from_static("yesterday"))];
        for headers in [cached, nonsense.into_iter().collect(), HeaderMap::new()] {
            assert!(!skew.learn(&headers, true, at(0), at(1)), "{headers:?}");
        }
    }

    #[test]
    fn a_server_cannot_drive_the_clock_further_than_a_day() {
        let skew = Skew::default();
        for server in [-400_000, 400_000, 100_000, -100_000] {
            assert!(!refused(&skew, server), "{server}");
        }
        assert!(refused(&skew, 86_400));
        assert!(!refused(&skew, 2 * 86_400), "in steps neither");
    }

    #[test]
    fn without_a_refusal_nothing_is_learned() {
        let skew = Skew::default();
        assert!(!skew.learn(&dated(3_600), false, at(0), at(1)));
    }

    #[test]
    fn a_clock_that_was_set_right_is_noticed_by_a_refusal_and_by_any_other_answer() {
        for still_refused in [true, false] {
            let skew = Skew::default();
            assert!(refused(&skew, 3_600));
            assert!(skew.learn(&dated(0), still_refused, at(0), at(1)));
            assert_eq!(skew.offset(), 0);
        }
    }

    #[test]
    fn an_answer_in_the_corrected_time_leaves_it() {
        let skew = Skew::default();
        assert!(refused(&skew, 3_600));
        assert!(!skew.learn(&dated(3_601), false, at(0), at(1)));
        assert!(!refused(&skew, 3_601));
        assert_eq!(skew.offset(), 3_599);
    }

    #[tokio::test(start_paused = true)]
    async fn a_server_that_changes_its_mind_is_followed_a_few_times_a_minute() {
        let skew = Skew::default();
        for _ in 0..3 {
            let followed = (1..=100).filter(|turn| {
                let server = if turn % 2 == 0 { 3_600 } else { -3_600 };
                refused(&skew, server)
            });
            assert_eq!(followed.count(), 4);
            tokio::time::advance(Duration::from_secs(60)).await;
        }
    }

    #[test]
    fn no_clock_is_too_far_off_to_be_corrected() {
        let skew = Skew::default();
        assert!(refused(&skew, -86_400));
        assert_eq!(
            skew.correct(UNIX_EPOCH),
            UNIX_EPOCH - Duration::from_secs(86_400)
        );
    }
}
