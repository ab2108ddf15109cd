//! Real threads, in real time.

use std::{
    sync::{
        Mutex, OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use credentials_cache::{CachedCredentials, CredentialsCache};
use fastrand::Rng;
use sigv4_testkit::Step;
use tokio::runtime::{Builder, Runtime};

use crate::harness::{HOUR, Harness, MILLI, load_of};

fn runtime() -> Runtime {
    Builder::new_multi_thread()
        .worker_threads(2)
        .enable_time()
        .build()
        .unwrap()
}

/// Which load's credentials something was derived from.
#[derive(Default)]
struct DerivedFrom(OnceLock<usize>);

/// All parts are of one load, and what is derived is of the same.
fn assert_whole(cached: &CachedCredentials) {
    let load = load_of(cached);
    let credentials = cached.credentials();
    assert_eq!(credentials.secret_access_key(), format!("secret-{load}"));
    assert_eq!(
        credentials.session_token().unwrap(),
        format!("token-{load}")
    );
    let derived: &DerivedFrom = cached.derived().unwrap();
    assert_eq!(*derived.0.get_or_init(|| load), load);
}

#[test]
fn rotation_rejection_cancellation_and_dropped_runtimes_mix_no_generations() {
    const LOOKUPS: usize = 200_000;
    const THREADS: usize = 8;
    let harness = Harness::new(|load| match load.number % 7 {
        3 => Step::Error,
        5 => Step::Panic,
        6 => Step::Living(HOUR).after(MILLI),
        _ => Step::Living(HOUR),
    });
    let panics = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let served = AtomicUsize::new(0);
    let shared: Mutex<Option<CachedCredentials>> = Mutex::default();
    thread::scope(|scope| {
        for seed in 0..THREADS {
            let (harness, served, shared) = (&harness, &served, &shared);
            scope.spawn(move || {
                let mut random = Rng::with_seed(seed as u64);
                let mut runtime = runtime();
                let mut kept = Vec::new();
                while served.load(Ordering::Relaxed) < LOOKUPS {
                    let cache: &CredentialsCache = &harness.cache;
                    let context = runtime.enter();
                    let cached = match random.u8(..) {
                        0 => runtime.block_on(cache.get()).ok(),
                        // Goes away at once.
                        1 => {
                            drop(cache.get());
                            None
                        }
                        _ => cache.try_get(),
                    };
                    drop(context);
                    if let Some(cached) = cached {
                        assert_whole(&cached);
                        served.fetch_add(1, Ordering::Relaxed);
                        match random.u8(..) {
                            0..8 => kept.push(cached),
                            8 => cache.reject(cached.generation()),
                            // Dropped by another thread than the one that took it.
                            9..12 => drop(shared.lock().unwrap().replace(cached)),
                            12 => kept.clear(),
                            13 => kept.extend(kept.last().cloned()),
                            _ => {}
                        }
                    }
                    // The credentials expire, or some of them.
                    if random.u16(..) < 256 {
                        harness.clock.freeze(HOUR / 3);
                    }
                    if random.u16(..) < 8 {
                        runtime.shutdown_background();
                        runtime = self::runtime();
                    }
                }
                for cached in &kept {
                    assert_whole(cached);
                }
            });
        }
    });
    std::panic::set_hook(panics);
    let stats = harness.cache.stats();
    println!("{} served, {stats:?}", served.into_inner());
    assert!(stats.loads_succeeded > 100 && stats.rejections > 100);
}
