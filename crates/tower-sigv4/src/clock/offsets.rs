//! How far each host's clock is from the local one, as far as its responses have shown.
//!
//! What a host says of the time is used for that host and for nothing else. Otherwise any host that
//! may be signed for, a partner's or an emulator's, could stop the requests to all others.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::SystemTime,
};

use arc_swap::ArcSwapOption;
use tokio::time::Instant;

use super::{
    exchange::{Change, Exchange},
    host_clock::{HostClock, Observed},
};
use crate::host_key::HostKey;

/// How many hosts are remembered. A client that calls more of them with a wrong clock observes some of
/// their offsets again and again, at the price of a rejected request each time.
const MOST_HOSTS: usize = 256;

/// The offsets of all hosts of a layer. Nearly always there are none, and reading them is one load.
#[derive(Debug, Default)]
pub(crate) struct Offsets {
    /// Replaced as a whole, so that it is read without a lock.
    hosts: ArcSwapOption<Vec<HostClock>>,
    /// Whether there are any.
    any: AtomicBool,
    writing: Mutex<()>,
}

impl Offsets {
    /// Returns the seconds from the local clock to the host's.
    pub(crate) fn offset(&self, host: &HostKey, now: SystemTime) -> i64 {
        self.read(host, |known| known.effective(now))
    }

    /// Reads something of a host's clock; the default where nothing is known of that.
    fn read<T: Default>(&self, host: &HostKey, read: impl FnOnce(&HostClock) -> T) -> T {
        if !self.any.load(Ordering::Acquire) {
            return T::default();
        }
        let hosts = self.hosts.load();
        let mut hosts = hosts.iter().flat_map(|hosts| hosts.iter());
        let known = hosts.find(|known| known.host == *host);
        known.map(read).unwrap_or_default()
    }

    /// Observes an exchange with a host.
    pub(crate) fn observe(&self, host: &HostKey, exchange: Exchange) -> Observed {
        // Responses that can teach nothing, which most are, write nothing.
        match exchange.compare(self.offset(host, exchange.received)) {
            Some(Change::Confirm) if self.read(host, HostClock::is_confirmed) => {
                return Observed::Nothing;
            }
            Some(_) => {}
            None => return Observed::Nothing,
        }
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        // Another thread may have observed the same meanwhile, which is one change and not two.
        let Some(change) = exchange.compare(self.offset(host, exchange.received)) else {
            return Observed::Nothing;
        };
        let mut hosts: Vec<_> = match &*self.hosts.load() {
            Some(hosts) => hosts.to_vec(),
            None => Vec::new(),
        };
        let now = Instant::now();
        // Nothing is to be remembered of a host without an offset once its minute is over.
        hosts.retain(|known| known.host == *host || !known.is_forgettable(now));
        let at = hosts.iter().position(|known| known.host == *host);
        let observed = match (change, at) {
            (Change::Confirm, Some(at)) => {
                hosts[at].confirm(exchange.received);
                Observed::Nothing
            }
            // There is no offset of a host that is not known.
            (Change::Confirm | Change::GiveUp, None) => return Observed::Nothing,
            (Change::Set(offset), Some(at)) => hosts[at].set(offset, exchange.received),
            (Change::Set(offset), None) => {
                make_room(&mut hosts);
                hosts.push(HostClock::new(host.clone(), exchange.received));
                let last = hosts.len() - 1;
                hosts[last].set(offset, exchange.received)
            }
            (Change::GiveUp, Some(at)) => {
                hosts[at].set(0, exchange.received);
                Observed::GivenUp
            }
        };
        let any = !hosts.is_empty();
        self.hosts.store(any.then(|| Arc::new(hosts)));
        self.any.store(any, Ordering::Release);
        observed
    }
}

/// Drops the host that is missed least: one without an offset, or else the one that was confirmed
/// least recently.
fn make_room(hosts: &mut Vec<HostClock>) {
    if hosts.len() < MOST_HOSTS {
        return;
    }
    let least = hosts
        .iter()
        .enumerate()
        .min_by_key(|(_, known)| (known.offset != 0, known.confirmed));
    if let Some((at, _)) = least {
        hosts.swap_remove(at);
    }
}

#[cfg(test)]
mod tests {
    use std::{
        sync::{
            Barrier,
            atomic::{AtomicUsize, Ordering},
        },
        thread,
        time::{Duration, UNIX_EPOCH},
    };

    use http_sigv4::Host;

    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);
    const DAY: Duration = Duration::from_secs(86_400);

    fn at(seconds: i64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(1_440_936_000_u64.checked_add_signed(seconds).unwrap())
    }

    fn host(name: &str) -> HostKey {
        HostKey::from_host(&Host::parse(name).unwrap())
    }

    fn exchange(date: Option<i64>, rejected: bool) -> Exchange {
        Exchange {
            sent: at(0),
            received: at(1),
            offset: 0,
            date: date.map(|date| 1_440_936_000 + date),
            rejected,
        }
    }

    /// Lets a host reject a request with a date that is this far from the local clock.
    fn reject(offsets: &Offsets, name: &str, date: i64) -> Observed {
        offsets.observe(&host(name), exchange(Some(date), true))
    }

    fn offset(offsets: &Offsets, name: &str) -> i64 {
        offsets.offset(&host(name), at(1))
    }

    #[tokio::test]
    async fn a_rejection_with_a_date_minutes_away_teaches_the_offset_of_that_host_only() {
        for server in [-86_400, -3_600, -241, 241, 3_600, 86_400, 90_000] {
            let offsets = Offsets::default();
            let observed = reject(&offsets, "a.example", server);
            assert!(matches!(observed, Observed::Changed { .. }), "{server}");
            assert!((offset(&offsets, "a.example") - server).abs() <= 1);
            for other in ["b.example", "a.example:8443", "x.a.example"] {
                assert_eq!(offset(&offsets, other), 0, "{other}");
            }
        }
    }

    #[tokio::test]
    async fn the_default_port_of_https_is_the_host_without_a_port() {
        let offsets = Offsets::default();
        reject(&offsets, "a.example", 3_600);
        assert_eq!(offset(&offsets, "a.example:443"), 3_599);
    }

    #[tokio::test]
    async fn a_date_close_by_or_more_than_25_hours_away_teaches_nothing() {
        for server in [-90_001, -400_000, -239, 0, 239, 90_002, 400_000] {
            let offsets = Offsets::default();
            assert_eq!(reject(&offsets, "a.example", server), Observed::Nothing);
            assert_eq!(offset(&offsets, "a.example"), 0, "{server}");
        }
    }

    #[tokio::test]
    async fn without_a_rejection_nothing_is_observed() {
        let offsets = Offsets::default();
        let observed = offsets.observe(&host("a.example"), exchange(Some(3_600), false));
        assert_eq!(observed, Observed::Nothing);
        assert_eq!(offset(&offsets, "a.example"), 0);
    }

    #[tokio::test]
    async fn any_date_that_disagrees_drops_the_offset() {
        for date in [0, 239, -3_600, 7_200, 400_000] {
            let offsets = Offsets::default();
            reject(&offsets, "a.example", 3_600);
            let observed = offsets.observe(&host("a.example"), exchange(Some(date), false));
            assert_ne!(observed, Observed::Nothing, "{date}");
            assert_eq!(offset(&offsets, "a.example"), 0, "{date}");
        }
    }

    #[tokio::test]
    async fn a_rejection_without_a_usable_date_drops_the_offset() {
        let offsets = Offsets::default();
        reject(&offsets, "a.example", 3_600);
        let undated = |offset| Exchange {
            offset,
            ..exchange(None, true)
        };
        // That of a signature from before says nothing of the offset.
        let observed = offsets.observe(&host("a.example"), undated(0));
        assert_eq!(observed, Observed::Nothing);
        let observed = offsets.observe(&host("a.example"), undated(3_599));
        assert_eq!(observed, Observed::Changed { offset: 0 });
        assert_eq!(offset(&offsets, "a.example"), 0);
    }

    #[tokio::test]
    async fn a_response_without_a_date_that_rejects_nothing_leaves_the_offset() {
        let offsets = Offsets::default();
        reject(&offsets, "a.example", 3_600);
        offsets.observe(&host("a.example"), exchange(None, false));
        assert_eq!(offset(&offsets, "a.example"), 3_599);
    }

    #[tokio::test(start_paused = true)]
    async fn an_offset_that_nothing_confirms_is_dropped_after_a_day() {
        for confirms in [true, false] {
            let offsets = Offsets::default();
            reject(&offsets, "a.example", 3_600);
            tokio::time::advance(DAY - MINUTE).await;
            if confirms {
                let agrees = exchange(Some(3_700), false);
                offsets.observe(&host("a.example"), agrees);
            }
            tokio::time::advance(MINUTE * 2).await;
            assert_eq!(offset(&offsets, "a.example") != 0, confirms);
        }
    }

    #[tokio::test]
    async fn a_day_by_the_wall_clock_alone_drops_it_too() {
        let offsets = Offsets::default();
        reject(&offsets, "a.example", 3_600);
        assert_eq!(offsets.offset(&host("a.example"), at(86_400)), 3_599);
        assert_eq!(offsets.offset(&host("a.example"), at(86_401)), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn a_host_that_changes_its_mind_is_followed_a_few_times_a_minute_and_then_given_up() {
        let offsets = Offsets::default();
        for _ in 0..3 {
            let changes = (1..=100).filter(|turn| {
                let server = if turn % 2 == 0 { 3_600 } else { -3_600 };
                matches!(
                    reject(&offsets, "a.example", server),
                    Observed::Changed { .. }
                )
            });
            assert_eq!(changes.count(), 4);
            assert_eq!(offset(&offsets, "a.example"), 0);
            tokio::time::advance(MINUTE).await;
        }
    }

    #[tokio::test(start_paused = true)]
    async fn that_a_host_is_given_up_is_said_once() {
        let offsets = Offsets::default();
        let given_up = (1..=100).filter(|turn| {
            let server = if turn % 2 == 0 { 3_600 } else { -3_600 };
            reject(&offsets, "a.example", server) == Observed::GivenUp
        });
        assert_eq!(given_up.count(), 1);
    }

    #[test]
    fn threads_that_observe_the_same_at_once_make_one_change() {
        const THREADS: usize = 8;
        let (offsets, arrived) = (Offsets::default(), Barrier::new(THREADS + 1));
        let changes = AtomicUsize::new(0);
        thread::scope(|scope| {
            let writing = offsets.writing.lock().unwrap();
            for _ in 0..THREADS {
                scope.spawn(|| {
                    arrived.wait();
                    let observed = reject(&offsets, "a.example", 3_600);
                    let changed = observed != Observed::Nothing;
                    changes.fetch_add(changed.into(), Ordering::Relaxed);
                });
            }
            arrived.wait();
            // So that they find nothing yet, and wait to write it.
            (0..1_000).for_each(|_| thread::yield_now());
            drop(writing);
        });
        assert_eq!(changes.into_inner(), 1);
        assert_eq!(offset(&offsets, "a.example"), 3_599);
    }

    #[tokio::test(start_paused = true)]
    async fn learning_and_dropping_count_as_changes_alike() {
        let offsets = Offsets::default();
        let observed = (0..100).filter(|_| {
            let changed = reject(&offsets, "a.example", 3_600);
            offsets.observe(&host("a.example"), exchange(Some(0), false));
            matches!(changed, Observed::Changed { .. })
        });
        assert_eq!(observed.count(), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn at_most_256_hosts_are_kept_and_the_least_recently_confirmed_leaves_first() {
        let offsets = Offsets::default();
        for number in 0..MOST_HOSTS {
            reject(&offsets, &format!("h{number}.example"), 3_600);
            tokio::time::advance(Duration::from_secs(1)).await;
        }
        offsets.observe(&host("h0.example"), exchange(Some(3_600), false));
        reject(&offsets, "new.example", 3_600);
        let kept = |name: &str| offset(&offsets, name) != 0;
        assert!(kept("new.example") && kept("h0.example") && kept("h2.example"));
        assert!(!kept("h1.example"));
        let hosts = offsets.hosts.load();
        assert_eq!(hosts.as_ref().unwrap().len(), MOST_HOSTS);
    }

    #[tokio::test(start_paused = true)]
    async fn hosts_without_an_offset_make_room_first_and_are_forgotten_after_a_minute() {
        let offsets = Offsets::default();
        reject(&offsets, "honest.example", 3_600);
        for number in 0..1_000 {
            let name = format!("h{number}.example");
            reject(&offsets, &name, 3_600);
            reject(&offsets, &name, 0);
        }
        assert_eq!(offset(&offsets, "honest.example"), 3_599);
        tokio::time::advance(MINUTE).await;
        reject(&offsets, "other.example", 3_600);
        let hosts = offsets.hosts.load();
        assert_eq!(hosts.as_ref().unwrap().len(), 2);
    }

    #[tokio::test]
    async fn what_an_exchange_took_is_no_offset() {
        let offsets = Offsets::default();
        let slow = Exchange {
            sent: at(0),
            received: at(1_200),
            offset: 0,
            date: Some(1_440_936_600),
            rejected: true,
        };
        assert_eq!(offsets.observe(&host("a.example"), slow), Observed::Nothing);
    }

    #[tokio::test(start_paused = true)]
    async fn a_confirmation_is_written_once_a_minute_at_most() {
        let offsets = Offsets::default();
        reject(&offsets, "a.example", 3_600);
        let held = || offsets.hosts.load_full().unwrap();
        let confirm = || offsets.observe(&host("a.example"), exchange(Some(3_600), false));
        let before = held();
        confirm();
        assert!(Arc::ptr_eq(&before, &held()));
        tokio::time::advance(MINUTE).await;
        confirm();
        assert!(!Arc::ptr_eq(&before, &held()));
    }
}
