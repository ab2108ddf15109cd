//! A layer whose credentials are being refreshed, for as long as it is measured.

use std::{
    future::pending,
    hint::black_box,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, SystemTime},
};

use aws_credential_types::{
    Credentials,
    provider::{ProvideCredentials, future},
};
use bytes::Bytes;
use tokio::runtime::{Builder, Runtime};
use tower_layer::Layer;
use tower_sigv4::SigV4Layer;

use crate::{
    Case, Floor, Hashing, NoOp, RustCrypto, Table, case,
    contenders::send,
    rounds::{Round, time},
};

/// A layer in the middle of a refresh, and the runtime that the refresh waits on.
#[derive(Debug)]
pub(crate) struct Refreshing {
    layer: SigV4Layer,
    _runtime: Runtime,
}

impl Refreshing {
    /// Loads credentials, lets them come near their end by a clock of its own, and starts the load of
    /// others, which does not end while it is measured.
    pub(crate) fn new(case: Case) -> Self {
        const LIFE: Duration = Duration::from_secs(3_600);
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .enable_time()
            .build()
            .expect("a runtime");
        let provider = Once {
            credentials: Credentials::new(
                case::ACCESS_KEY_ID,
                case::SECRET,
                case.token(),
                Some(SystemTime::now() + LIFE),
                "bench",
            ),
            has_delivered: Arc::default(),
        };
        let is_late = Arc::new(AtomicBool::new(false));
        let late = Arc::clone(&is_late);
        let clock = move || {
            let now = SystemTime::now();
            match late.load(Ordering::Relaxed) {
                true => now + LIFE * 9 / 10,
                false => now,
            }
        };
        let layer = SigV4Layer::builder(case::SERVICE, case::REGION, provider)
            .clock(clock)
            .build();
        let layer = layer.expect("a valid configuration");
        let cache = layer.credentials().expect("an enabled layer").clone();
        runtime.block_on(async {
            cache.get().await.expect("credentials that are there");
            is_late.store(true, Ordering::Relaxed);
            // The first starts the load, the second finds it under way.
            for _ in 0..2 {
                let served = cache.try_get();
                served.expect("credentials that are served meanwhile");
            }
            assert_eq!(cache.stats().loads_in_flight, 1, "a load that does not end");
        });
        Self {
            layer,
            _runtime: runtime,
        }
    }

    /// The layer.
    pub(crate) fn layer(&self) -> &SigV4Layer {
        &self.layer
    }
}

/// Delivers once, and then never again.
#[derive(Debug)]
struct Once {
    credentials: Credentials,
    has_delivered: Arc<AtomicBool>,
}

impl ProvideCredentials for Once {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        match self.has_delivered.swap(true, Ordering::Relaxed) {
            false => future::ProvideCredentials::ready(Ok(self.credentials.clone())),
            true => future::ProvideCredentials::new(pending()),
        }
    }
}

/// Stretches of calls, and calls in a stretch.
const STRETCHES: usize = 100;
const CALLS: usize = 2_000;

/// Measures single calls, with a refresh under way and without, and the hashing that both are made of,
/// which waits for nothing.
pub fn tail() -> Table {
    let mut table = Table::new(&["one call", "median ns", "p99.9 ns", "p99.9 / median"]);
    let case = Case::GET_TOKEN;
    let (refreshing, idle) = (Refreshing::new(case), crate::layer(case));
    let contenders = [
        ("hashing alone", hashing(case)),
        ("nothing is refreshed", calling(case, &idle)),
        ("during a refresh", calling(case, refreshing.layer())),
    ];
    let mut measured = contenders.map(|(name, run)| (name, run, Vec::new()));
    for _ in 0..STRETCHES {
        for (_, run, times) in &mut measured {
            times.extend((0..CALLS).map(|_| run()));
        }
    }
    for (name, _, mut times) in measured {
        times.sort_by(f64::total_cmp);
        let (median, rare) = (
            times[times.len() / 2],
            times[times.len() - times.len() / 1_000],
        );
        table.push([
            name.to_owned(),
            format!("{median:.0}"),
            format!("{rare:.0}"),
            format!("{:.2}", rare / median),
        ]);
    }
    table
}

/// One call through a layer, in nanoseconds.
fn calling<'a>(case: Case, layer: &SigV4Layer) -> Round<'a> {
    let mut service = layer.layer(NoOp::new());
    let (mut copies, body) = (case.copies(), Bytes::new());
    Box::new(move || {
        let mut parts = Some(copies.copy());
        time(1, || {
            let parts = parts.take().expect("it runs once");
            send(&mut service, parts, &body);
        })
    })
}

fn hashing<'a>(case: Case) -> Round<'a> {
    let (floor, key) = (Floor::new(case), RustCrypto::key(&[7; 32]));
    Box::new(move || {
        time(1, || {
            black_box(floor.run::<RustCrypto>(black_box(&key)));
        })
    })
}
