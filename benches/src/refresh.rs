//! A layer whose credentials are being refreshed, for as long as it is measured.

use std::{
    future::pending,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use aws_credential_types::{
    Credentials,
    provider::{ProvideCredentials, future},
};
use bytes::Bytes;
use tokio::{
    runtime::{Builder, Runtime},
    time::sleep,
};
use tower_layer::Layer;
use tower_sigv4::SigV4Layer;

use crate::{Case, NoOp, Table, case, contenders::send};

/// A layer in the middle of a refresh, and the runtime that the refresh waits on.
#[derive(Debug)]
pub(crate) struct Refreshing {
    layer: SigV4Layer,
    _runtime: Runtime,
}

impl Refreshing {
    /// Loads credentials, has a service reject them, and starts the load of others, which does not end.
    pub(crate) fn new(case: Case) -> Self {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .enable_time()
            .build()
            .expect("a runtime");
        let provider = Once {
            credentials: case.credentials(),
            has_delivered: Arc::default(),
        };
        let layer = SigV4Layer::new(case::SERVICE, case::REGION, provider);
        let layer = layer.expect("a valid configuration");
        let cache = layer.credentials().expect("an enabled layer").clone();
        runtime.block_on(async {
            let loaded = cache.get().await.expect("credentials that are there");
            cache.reject(loaded.generation());
            // A load does not follow another at once.
            while cache.stats().loads_in_flight == 0 {
                let served = cache.try_get();
                served.expect("credentials that are served meanwhile");
                sleep(Duration::from_millis(50)).await;
            }
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

/// Measures single calls, with a refresh under way and without.
pub fn tail() -> Table {
    let mut table = Table::new(&["one call", "median ns", "p99.9 ns", "p99.9 / median"]);
    let case = Case::GET_TOKEN;
    let refreshing = Refreshing::new(case);
    let idle = crate::layer(case);
    for (name, layer) in [
        ("nothing is refreshed", &idle),
        ("during a refresh", refreshing.layer()),
    ] {
        let [median, rare] = quietest(case, layer);
        table.push([
            name.to_owned(),
            format!("{median:.0}"),
            format!("{rare:.0}"),
            format!("{:.2}", rare / median),
        ]);
    }
    table
}

/// The median and the 99.9th percentile of the stretch in which least else went on.
fn quietest(case: Case, layer: &SigV4Layer) -> [f64; 2] {
    let mut service = layer.layer(NoOp::new());
    let (parts, body) = (case.parts(), Bytes::new());
    let mut call = || {
        let mut parts = parts.clone();
        parts.headers.reserve(8);
        let start = Instant::now();
        send(&mut service, parts, &body);
        start.elapsed().as_nanos() as f64
    };
    let stretches = (0..STRETCHES).map(|_| {
        let mut times: Vec<_> = (0..CALLS).map(|_| call()).collect();
        times.sort_by(f64::total_cmp);
        [times[CALLS / 2], times[CALLS - CALLS / 1_000]]
    });
    let quietest = stretches.min_by(|[_, a], [_, b]| a.total_cmp(b));
    quietest.expect("a stretch")
}
