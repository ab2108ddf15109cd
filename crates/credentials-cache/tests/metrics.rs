//! What a cache records through the `metrics` facade.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
    time::Duration,
};

use aws_credential_types::{
    Credentials,
    provider::{ProvideCredentials, error::CredentialsError, future},
};
use credentials_cache::{CacheSettings, CredentialsCache};
use metrics::{
    Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit,
    with_local_recorder,
};
use sigv4_testkit::{ScriptedProvider, Step, TestClock};
use tokio::runtime::{self, Runtime};

/// Notes names and labels.
#[derive(Clone, Default)]
struct Names(Arc<Mutex<BTreeSet<String>>>);

impl Names {
    fn note(&self, key: &Key) {
        let labels: Vec<_> = key
            .labels()
            .map(|label| format!("{}={}", label.key(), label.value()))
            .collect();
        let name = key.name().strip_prefix("aws_credentials_cache_");
        let name = name.expect("a name that begins like all");
        self.0
            .lock()
            .unwrap()
            .insert(format!("{name} {}", labels.join(",")));
    }

    fn all(&self) -> Vec<String> {
        let names = self.0.lock().unwrap();
        names
            .iter()
            .map(|name| name.trim_end().to_owned())
            .collect()
    }
}

impl Recorder for Names {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        self.note(key);
        Counter::noop()
    }

    fn register_gauge(&self, key: &Key, _: &Metadata<'_>) -> Gauge {
        self.note(key);
        Gauge::noop()
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        self.note(key);
        Histogram::noop()
    }
}

#[derive(Debug)]
struct Broken;

impl ProvideCredentials for Broken {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::ready(Err(CredentialsError::provider_error("broken")))
    }
}

fn runtime() -> Runtime {
    let runtime = runtime::Builder::new_current_thread().enable_time().build();
    runtime.unwrap()
}

/// What one load records, and what follows it.
fn recorded(
    provider: impl ProvideCredentials + 'static,
    then: fn(&CredentialsCache),
) -> Vec<String> {
    let names = Names::default();
    let runtime = runtime();
    with_local_recorder(&names, || {
        let cache = CredentialsCache::new(provider);
        let _ = runtime.block_on(cache.preload());
        then(&cache);
    });
    names.all()
}

/// The names in the table of the crate's documentation.
fn documented() -> BTreeSet<&'static str> {
    let lines = include_str!("../src/lib.rs").lines();
    let rows = lines.filter_map(|line| line.strip_prefix("//! | `aws_credentials_cache_"));
    rows.map(|row| row.split('`').next().unwrap()).collect()
}

#[test]
fn every_name_that_is_recorded_is_documented_and_the_other_way_round() {
    let names = Names::default();
    let runtime = runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    with_local_recorder(&names, || {
        runtime.block_on(async {
            let clock = TestClock::new();
            let provider = ScriptedProvider::new(&clock, |load| match load.number {
                1 => Step::Living(Duration::from_secs(3_600)),
                2 => Step::Hang,
                _ => Step::Error,
            });
            let settings = CacheSettings::new().clock(clock.reader());
            let cache = CredentialsCache::with_settings(provider, settings);
            cache.get().await.unwrap();
            cache.reject(cache.generation().unwrap());
            clock.freeze(Duration::from_secs(3_300));
            cache.get().await.unwrap();
            // Another load takes over, and fails.
            clock.freeze(Duration::from_secs(600));
            cache.get().await.unwrap();
        });
    });
    let names = names.all();
    let recorded: BTreeSet<_> = names
        .iter()
        .map(|name| name.split(' ').next().unwrap())
        .collect();
    assert_eq!(recorded, documented());
}

#[test]
fn a_load_that_succeeds_and_a_rejection_are_recorded() {
    let keys = Credentials::new("AKID", "secret", None, None, "test");
    let recorded = recorded(keys, |cache| {
        cache.reject(cache.generation().unwrap());
    });
    let expected = [
        "backoff_seconds",
        "consecutive_failures",
        "last_success_timestamp_seconds",
        "load_seconds",
        "loads_in_flight",
        "loads_total trigger=cold,outcome=ok",
        "rejections_total result=first",
        "served_total state=expired",
        "served_total state=fresh",
        "wait_seconds",
        "waits_total",
    ];
    assert_eq!(recorded, expected);
}

#[test]
fn what_alerts_are_set_on_is_there_from_the_first_load_that_succeeds() {
    let names = Names::default();
    let runtime = runtime();
    with_local_recorder(&names, || {
        let keys = Credentials::new("AKID", "secret", None, None, "test");
        let cache = CredentialsCache::new(keys);
        runtime.block_on(async {
            // The first caller to go on without a wait, and to be served nothing that has expired.
            assert!(cache.try_get().is_none());
            tokio::task::yield_now().await;
            assert!(cache.try_get().is_some());
        });
    });
    let recorded = names.all();
    for name in ["served_total state=expired", "waits_total"] {
        assert!(recorded.iter().any(|it| it == name), "{recorded:?}");
    }
    assert!(!recorded.iter().any(|it| it == "wait_seconds"));
}

#[test]
fn a_load_that_fails_is_recorded() {
    let expected = [
        "backoff_seconds",
        "consecutive_failures",
        "load_seconds",
        "loads_in_flight",
        "loads_total trigger=cold,outcome=error",
        "wait_seconds",
        "waits_total",
    ];
    assert_eq!(recorded(Broken, |_| {}), expected);
}
