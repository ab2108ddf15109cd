//! A minute on real threads: credentials rotate and are rejected, requests are cancelled, runtimes are
//! dropped while loads run on them, and every signature that arrives is computed again by `aws-sigv4`.
//!
//! Takes a minute and all cores, and belongs into a release build: `scripts/stress.sh` runs it.
//! `SIGV4_STRESS_SECONDS` and `SIGV4_STRESS_SIGNATURES` set how long it takes at the least.

#[path = "../common/mod.rs"]
mod common;

mod caller;
mod provider;
mod service;

use std::{
    env, fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant, SystemTime},
};

use tokio::runtime;
use tower_sigv4::{CredentialsCache, SigV4Layer};

use self::{caller::Caller, provider::Provider, service::Service};

/// By how much the wall clock is faster, so that credentials rotate several times a second and days
/// pass.
const FAST: u32 = 2_000;

/// How long credentials live, by that clock.
const LIFE: Duration = Duration::from_secs(15 * 60);

/// The counts of a run.
#[derive(Debug, Default)]
struct Counts {
    right: AtomicUsize,
    wrong: AtomicUsize,
    rejected: AtomicUsize,
    answered: AtomicUsize,
    failed: AtomicUsize,
    cancelled: AtomicUsize,
    runtimes: AtomicUsize,
}

fn count(counter: &AtomicUsize) {
    counter.fetch_add(1, Ordering::Relaxed);
}

fn setting(name: &str, default: usize) -> usize {
    env::var(name).map_or(default, |value| value.parse().expect(name))
}

/// A clock that starts a moment before midnight and is fast.
#[derive(Clone, Copy)]
struct Clock(Instant);

impl Clock {
    fn now(self) -> SystemTime {
        let eve = SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_600 - 60 * 60);
        eve + self.0.elapsed() * FAST
    }
}

/// What all callers share.
#[derive(Clone)]
struct World {
    layers: Vec<SigV4Layer>,
    /// Credentials that requests choose for themselves.
    others: CredentialsCache,
    service: Service,
    counts: Arc<Counts>,
    stop: Arc<AtomicBool>,
}

impl World {
    fn new() -> Self {
        let clock = Clock(Instant::now());
        let counts = Arc::<Counts>::default();
        let cache = || {
            let settings = tower_sigv4::CacheSettings::new().clock(move || clock.now());
            CredentialsCache::with_settings(Provider::new(clock), settings)
        };
        let shared = cache();
        let layer = |service, credentials| {
            let builder = SigV4Layer::builder(service, "us-east-1", credentials);
            let builder = builder.allow_host("api.example.com");
            builder.clock(move || clock.now()).build().unwrap()
        };
        Self {
            layers: vec![
                layer("execute-api", shared.clone()),
                layer("execute-api", shared),
                layer("s3", cache()),
            ],
            others: cache(),
            service: Service::new(clock, &counts),
            counts,
            stop: Arc::default(),
        }
    }

    fn is_over(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

#[test]
#[ignore = "takes a minute and all cores; scripts/stress.sh runs it"]
fn every_signature_of_a_minute_of_rotation_and_cancellation_is_right() {
    service::assert_that_a_wrong_signature_is_seen();
    let seconds = setting("SIGV4_STRESS_SECONDS", 60);
    let signatures = setting("SIGV4_STRESS_SIGNATURES", 1_000_000);
    let (world, start) = (World::new(), Instant::now());

    let runtime = runtime::Builder::new_multi_thread()
        .worker_threads(4)
        .enable_all()
        .build()
        .unwrap();
    for number in 0..16 {
        runtime.spawn(Caller::new(&world, number).run());
    }
    let short_lived = [16, 17].map(|number| {
        let world = world.clone();
        thread::spawn(move || caller::drop_runtimes(&world, number))
    });
    let right = || world.counts.right.load(Ordering::Relaxed);
    while start.elapsed().as_secs() < seconds as u64 || right() < signatures {
        thread::sleep(Duration::from_millis(100));
        assert!(
            start.elapsed().as_secs() < 10 * seconds as u64,
            "only {} signatures",
            right()
        );
    }
    world.stop.store(true, Ordering::Relaxed);
    for thread in short_lived {
        thread.join().unwrap();
    }
    runtime.shutdown_timeout(Duration::from_secs(5));

    println!("{}", Report(&world, start.elapsed()));
    let counts = &world.counts;
    assert_eq!(counts.wrong.load(Ordering::Relaxed), 0);
    for seen in [&counts.rejected, &counts.cancelled, &counts.runtimes] {
        assert!(seen.load(Ordering::Relaxed) > 100, "{counts:?}");
    }
    assert!(world.rotations() > seconds, "{}", world.rotations());
}

impl World {
    fn caches(&self) -> impl Iterator<Item = &CredentialsCache> {
        let of_layers = self.layers[1..].iter().filter_map(SigV4Layer::credentials);
        of_layers.chain([&self.others])
    }

    fn rotations(&self) -> usize {
        let succeeded = self.caches().map(|cache| cache.stats().loads_succeeded);
        usize::try_from(succeeded.sum::<u64>()).unwrap()
    }
}

struct Report<'a>(&'a World, Duration);

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(world, took) = self;
        let Counts {
            right,
            wrong,
            rejected,
            answered,
            failed,
            cancelled,
            runtimes,
        } = &*world.counts;
        let rotations = world.rotations();
        let sum = |of: fn(&tower_sigv4::Stats) -> u64| -> u64 {
            world.caches().map(|cache| of(&cache.stats())).sum()
        };
        let (loads, takeovers) = (sum(|stats| stats.loads), sum(|stats| stats.takeovers));
        let rejections = sum(|stats| stats.rejections);
        writeln!(
            f,
            "{right:?} signatures right and {wrong:?} wrong in {took:.1?}"
        )?;
        writeln!(
            f,
            "{rotations} rotations in {loads} loads, of which {takeovers} were taken over; \
             {rejections} rejections of credentials"
        )?;
        write!(
            f,
            "{answered:?} calls answered, of which {rejected:?} rejected; {failed:?} failed in the \
             layer, {cancelled:?} cancelled; {runtimes:?} runtimes dropped"
        )
    }
}
