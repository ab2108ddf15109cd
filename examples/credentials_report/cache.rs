//! The two caches, behind one face.

use std::{
    convert::Infallible,
    fmt,
    future::{Ready, ready},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll},
    time::SystemTime,
};

use aws_credential_types::{Credentials, provider::SharedCredentialsProvider};
use aws_smithy_async::{rt::sleep::TokioSleep, time::TimeSource};
use aws_smithy_runtime::client::identity::IdentityCache;
use aws_smithy_runtime_api::client::{
    identity::{ResolveCachedIdentity, SharedIdentityCache, SharedIdentityResolver},
    runtime_components::{RuntimeComponents, RuntimeComponentsBuilder},
};
use aws_smithy_types::config_bag::ConfigBag;
use bytes::Bytes;
use fastrand::Rng;
use http::{Request, Response};
use http_body_util::Empty;
use sigv4_testkit::{ScriptedProvider, TestClock};
use tower::{BoxError, Service, ServiceExt};
use tower_layer::Layer;
use tower_sigv4::{CacheSettings, SigV4, SigV4Layer, SignedBody};

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Kind {
    Sdk,
    Ours,
}

/// A cache in use. Clones share it.
#[derive(Clone)]
pub(crate) enum Subject {
    Sdk(Arc<Sdk>),
    Ours(SigV4<Inner>),
}

pub(crate) struct Sdk {
    cache: SharedIdentityCache,
    provider: SharedIdentityResolver,
    components: RuntimeComponents,
    config: ConfigBag,
}

impl Subject {
    pub(crate) fn new(kind: Kind, provider: ScriptedProvider, wall: &TestClock) -> Self {
        match kind {
            Kind::Sdk => Self::Sdk(Arc::new(Sdk {
                cache: IdentityCache::lazy().build(),
                provider: SharedIdentityResolver::new(SharedCredentialsProvider::new(provider)),
                components: RuntimeComponentsBuilder::for_tests()
                    .with_time_source(Some(WallTime(wall.clone())))
                    .with_sleep_impl(Some(TokioSleep::new()))
                    .build()
                    .expect("all components"),
                config: ConfigBag::base(),
            })),
            Kind::Ours => {
                let clock = wall.clone();
                // The same report each time.
                let chance = Mutex::new(Rng::with_seed(SEED.fetch_add(1, Ordering::Relaxed)));
                let settings = CacheSettings::new()
                    .random(move || chance.lock().map_or(0.5, |mut chance| chance.f64()));
                let layer = SigV4Layer::builder("execute-api", "us-east-1", provider)
                    .cache_settings(settings)
                    .clock(move || clock.now())
                    .build();
                Self::Ours(layer.expect("names").layer(Inner))
            }
        }
    }

    /// Signs a request, or what comes before it, and says which load's credentials were used.
    pub(crate) async fn ask(self) -> Result<usize, BoxError> {
        match self {
            Self::Sdk(sdk) => {
                let identity = sdk.cache.resolve_cached_identity(
                    sdk.provider.clone(),
                    &sdk.components,
                    &sdk.config,
                );
                let identity = identity.await?;
                let credentials = identity.data::<Credentials>().ok_or("no credentials")?;
                Ok(number(credentials.access_key_id(), "AKID"))
            }
            Self::Ours(client) => {
                let request = Request::get("https://abc123.execute-api.us-east-1.amazonaws.com/")
                    .body(Empty::new())?;
                Ok(client.oneshot(request).await?.into_body())
            }
        }
    }
}

static SEED: AtomicU64 = AtomicU64::new(0);

/// Answers with the number of the load whose credentials signed.
#[derive(Clone)]
pub(crate) struct Inner;

impl Service<Request<SignedBody<Empty<Bytes>>>> for Inner {
    type Response = Response<usize>;
    type Error = Infallible;
    type Future = Ready<Result<Response<usize>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<SignedBody<Empty<Bytes>>>) -> Self::Future {
        let header = request.headers()["authorization"].to_str();
        let load = header.map_or(0, |header| number(header, "Credential=AKID"));
        ready(Ok(Response::new(load)))
    }
}

fn number(text: &str, before: &str) -> usize {
    let rest = text.split_once(before).map_or("", |(_, rest)| rest);
    let digits = rest.split(|c: char| !c.is_ascii_digit()).next();
    digits.unwrap_or_default().parse().unwrap_or(0)
}

struct WallTime(TestClock);

impl TimeSource for WallTime {
    fn now(&self) -> SystemTime {
        self.0.now()
    }
}

impl fmt::Debug for WallTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WallTime")
    }
}
