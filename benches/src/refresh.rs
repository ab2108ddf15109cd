//! A layer whose credentials are being refreshed, for as long as it is measured.

use std::{
    future::pending,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Instant,
};

use aws_credential_types::{
    Credentials,
    provider::{ProvideCredentials, future},
};
use bytes::Bytes;
use tokio::runtime::{Builder, Runtime};
use tower_layer::Layer;
use tower_sigv4::SigV4Layer;

use crate::{Case, NoOp, Table, case, contenders::send};

/// A layer in the middle of a refresh, and the runtime that the refresh waits on.
#[derive(Debug)]
pub struct Refreshing {
    layer: SigV4Layer,
    _runtime: Runtime,
}

impl Refreshing {
    /// Loads credentials, has a service reject them, and starts the load of others, which does not end.
    pub fn new(case: Case) -> Self {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_time();
        let runtime = { runtime }.build().expect("a runtime");
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
            cache
                .try_get()
                .expect("credentials that are served meanwhile");
        });
        assert_eq!(cache.stats().loads_in_flight, 1, "a refresh is under way");
        Self {
            layer,
            _runtime: runtime,
        }
    }

    /// The layer.
    pub fn layer(&self) -> &SigV4Layer {
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

const CALLS: usize = 100_000;

/// Measures single calls, as most of a second of them, with a refresh under way and without.
pub fn tail() -> Table {
    let mut table = Table::new(&["one call", "median ns", "p99.9 ns", "p99.9 / median"]);
    let case = Case::GET_TOKEN;
    let refreshing = Refreshing::new(case);
    let idle = crate::layer(case);
    for (name, layer) in [
        ("nothing is refreshed", &idle),
        ("during a refresh", refreshing.layer()),
    ] {
        let times = calls(case, layer);
        let (median, rare) = (times[CALLS / 2], times[CALLS - CALLS / 1_000]);
        table.push([
            name.to_owned(),
            format!("{median:.0}"),
            format!("{rare:.0}"),
            format!("{:.2}", rare / median),
        ]);
    }
    table
}

/// What so many calls took each, the shortest first.
fn calls(case: Case, layer: &SigV4Layer) -> Vec<f64> {
    let mut service = layer.layer(NoOp::new());
    let (parts, body) = (case.parts(), Bytes::new());
    let call = |_| {
        let mut parts = parts.clone();
        parts.headers.reserve(8);
        let start = Instant::now();
        send(&mut service, parts, &body);
        start.elapsed().as_nanos() as f64
    };
    let mut times: Vec<_> = (0..CALLS).map(call).collect();
    times.sort_by(f64::total_cmp);
    times
}
