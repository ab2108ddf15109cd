//! Nothing that is shown or logged holds a secret.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex, OnceLock},
};

use credentials_cache::{EnvironmentCredentials, OnExpired, Replacement};
use sigv4_testkit::{LoadStart, Step};
use tokio::time::sleep;
use tracing::{
    Dispatch, Level,
    subscriber::{DefaultGuard, NoSubscriber},
};
use tracing_subscriber::util::SubscriberInitExt;

use crate::harness::{HOUR, Harness, MINUTE, SECOND};

/// Everything that is logged on this thread.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    pub(crate) fn start(&self) -> DefaultGuard {
        /// While there is only one subscriber, `tracing` asks it for the threads of all tests, and
        /// keeps what a thread without one says of a place in the code that it comes by first.
        static ANOTHER: OnceLock<Dispatch> = OnceLock::new();
        ANOTHER.get_or_init(|| Dispatch::new(NoSubscriber::new()));
        let log = self.clone();
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(Level::TRACE)
            .with_ansi(false)
            .with_writer(move || log.clone());
        subscriber.finish().set_default()
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
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

fn eventful(load: LoadStart) -> Step {
    match load.number {
        1 => Step::Living(HOUR),
        2 => Step::Error,
        3 => Step::Panic,
        4 => Step::Misconfigured,
        5 => Step::Prolonged(HOUR * 3),
        6 => Step::Hang,
        _ => Step::Error,
    }
}

#[tokio::test(start_paused = true)]
async fn neither_the_log_nor_anything_public_shows_a_secret() {
    for on_expired in [OnExpired::ServeStale, OnExpired::Fail] {
        let log = Log::default();
        let _guard = log.start();
        let harness = Harness::with(eventful, |settings| settings.on_expired(on_expired));
        let mut shown = String::new();
        let mut show = |text: String| shown.push_str(&text);
        show(format!("{:?}", harness.cache.get()));
        for _ in 0..6 {
            let get = harness.cache.get();
            show(format!("{get:?}"));
            match get.await {
                Ok(cached) => show(format!("{cached:?} {:?}", cached.generation())),
                Err(error) => show(format!("{error} {error:?} {}", error.report())),
            }
            if let Replacement::Loading(reload) = harness.cache.replace(harness.reject()) {
                show(format!("{reload:?}"));
                reload.await;
            }
            let (cache, provider) = (&harness.cache, harness.cache.provider());
            let state = (cache, &provider, cache.stats(), cache.last_error());
            show(format!("{state:?}"));
            sleep(MINUTE * 50).await;
        }
        let log = log.text();
        for event in [
            "rejected",
            "failed to load",
            "loaded credentials",
            "panicked",
        ] {
            assert!(
                log.contains(event),
                "the log says nothing of `{event}`:\n{log}"
            );
        }
        for secret in ["secret-", "token-"] {
            assert!(!shown.contains(secret), "{shown}");
            assert!(!log.contains(secret), "{log}");
        }
        sleep(SECOND).await;
    }
}

#[test]
fn the_environment_is_not_shown() {
    let provider = EnvironmentCredentials::from_vars(|_| Some("secret-1".into()));
    assert!(provider.read().is_ok());
    assert!(!format!("{provider:?}").contains("secret-1"));
}
