//! What happens is told.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex},
};

use tokio::time::sleep;
use tracing::{Level, subscriber::DefaultGuard};
use tracing_subscriber::util::SubscriberInitExt;

use crate::harness::{HOUR, Harness, LoadStart, MILLI, MINUTE, SECOND, Step};

/// Everything that is logged on this thread.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn start() -> (Self, DefaultGuard) {
        let log = Self::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(Level::TRACE)
            .with_ansi(false)
            .with_writer(move || writer.clone());
        let guard = subscriber.finish().set_default();
        (log, guard)
    }

    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }

    /// The lines of one level.
    fn at(&self, level: Level) -> Vec<String> {
        let text = self.text();
        let lines = text.lines().map(str::to_owned);
        let levels = ["tower_sigv4", "credentials_cache"].map(|from| format!(" {level} {from}"));
        let is_ours = |line: &String| levels.iter().any(|level| line.contains(level));
        lines.filter(is_ours).collect()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn once(begun: LoadStart) -> Step {
    match begun.number {
        1 => Step::Living(HOUR),
        _ => Step::Error,
    }
}

#[tokio::test(start_paused = true)]
async fn failures_warn_at_first_and_then_at_doubling_counts() {
    let (log, _guard) = Log::start();
    let harness = Harness::new(once);
    harness.call().await;
    harness.traffic(1, HOUR).await;
    let failures = harness.cache.stats().consecutive_failures;
    assert!(failures >= 16, "{failures}");
    let warned = log.at(Level::WARN).len();
    assert_eq!(warned, failures.ilog2() as usize + 1);
    assert!(log.at(Level::WARN)[0].contains("scripted failure"));
}

#[tokio::test(start_paused = true)]
async fn f11_signing_with_expired_credentials_is_an_error_in_the_log() {
    let (log, _guard) = Log::start();
    let harness = Harness::new(once);
    harness.call().await;
    sleep(HOUR + SECOND).await;
    harness.traffic(10, SECOND * 10).await;
    let errors = log.at(Level::ERROR);
    // At the first of a hundred, the second, the fourth...
    assert_eq!(errors.len(), 7);
    assert!(errors[0].contains("expired credentials"), "{}", errors[0]);
}

#[tokio::test(start_paused = true)]
async fn f51_an_error_that_stays_is_an_error_in_the_log() {
    let (log, _guard) = Log::start();
    let harness = Harness::new(|_| Step::Misconfigured);
    harness.call().await;
    assert_eq!(log.at(Level::ERROR).len(), 1);
    assert!(log.at(Level::ERROR)[0].contains("scripted mistake"));
}

#[tokio::test(start_paused = true)]
async fn neither_the_log_nor_debug_shows_a_secret() {
    let (log, _guard) = Log::start();
    let harness = Harness::new(once);
    harness.call().await;
    harness.cache.reject(harness.cache.generation().unwrap());
    sleep(HOUR * 2).await;
    harness.call().await;
    let (cache, client) = (&harness.cache, &harness.client);
    let shown = format!("{}{cache:?}{client:?}{:?}", log.text(), cache.stats());
    for secret in ["secret-1", "token-1"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[tokio::test(start_paused = true)]
async fn stats_count_what_happens() {
    let harness = Harness::new(|begun| match begun.number {
        1 => Step::Living(HOUR).after(MILLI * 100),
        2 => Step::Error,
        3 => Step::Panic,
        4 => Step::Hang,
        _ => Step::Living(HOUR),
    });
    let before = harness.cache.stats();
    assert_eq!(
        (before.loads, before.generation, before.expiry),
        (0, None, None)
    );
    harness.calls(10).await;
    let cold = harness.cache.stats();
    assert_eq!((cold.loads, cold.loads_succeeded, cold.waits), (1, 1, 10));
    assert_eq!((cold.waited, cold.served_fresh), (SECOND, 10));
    assert_eq!(cold.generation, harness.cache.generation());
    assert_eq!(cold.expiry, Some(cold.loaded.unwrap() + HOUR));

    sleep(HOUR - MINUTE * 5).await;
    harness.traffic(1, MINUTE).await;
    let due = harness.cache.stats();
    assert_eq!(
        (due.loads_failed, due.loads_panicked, due.loads_timed_out),
        (1, 1, 1)
    );
    assert_eq!(
        (due.loads, due.loads_succeeded, due.loads_in_flight),
        (5, 2, 0)
    );
    assert_eq!((due.waits, due.consecutive_failures), (10, 0));
    assert!(due.served_due >= 30 && due.served_fresh + due.served_due == 70);
}
