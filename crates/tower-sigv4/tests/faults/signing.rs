//! Credentials, and the requests that they sign.

use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime},
};

use aws_credential_types::provider::{self, ProvideCredentials, error::CredentialsError, future};
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::Empty;
use http_sigv4::{Payload, Profile, Signer, SigningKey, SigningScope};
use tokio::time::sleep;
use tower::{
    BoxError, ServiceBuilder, ServiceExt,
    limit::ConcurrencyLimitLayer,
    load_shed::LoadShedLayer,
    retry::{Policy, RetryLayer},
};
use tower_layer::Layer;
use tower_sigv4::{CacheSettings, CredentialsCache, SigV4};

use crate::harness::{
    Call, HOUR, Harness, INSTANTLY, MILLI, Recorder, SECOND, ScriptedProvider, Sent, Step,
    TestClock, call, credentials, layer, request,
};

/// The signature that the credentials of one load make.
fn signature_of(load: usize, sent: &Sent) -> String {
    let date = sent.headers["x-amz-date"].to_str().unwrap();
    let date = httpdate(date);
    let scope = SigningScope::new("execute-api", "us-east-1").unwrap();
    let key = SigningKey::derive(&credentials(load, None), &scope, date).unwrap();
    let (mut parts, _) = request().into_parts();
    let signer = Signer::new(Profile::STANDARD);
    signer.sign(&mut parts, &key, Payload::EMPTY, date).unwrap();
    parts.headers["authorization"].to_str().unwrap().into()
}

/// `20260101T120000Z` of January 2026, which is all these tests need.
fn httpdate(date: &str) -> SystemTime {
    let number = |range: std::ops::Range<usize>| -> u64 { date[range].parse().unwrap() };
    assert!(date.starts_with("202601"), "{date}");
    let seconds = (number(9..11) * 60 + number(11..13)) * 60 + number(13..15);
    let days = 20_454 + number(6..8) - 1;
    SystemTime::UNIX_EPOCH + Duration::from_secs(days * 86_400 + seconds)
}

#[test]
fn f42_a_request_is_signed_by_one_generation_in_all_its_parts() {
    // Real threads; nothing waits for time.
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(4)
        .enable_time()
        .build()
        .unwrap();
    runtime.block_on(async {
        let harness = Harness::new(|_| Step::Living(HOUR));
        for _ in 0..20 {
            let calls = harness.calls(50);
            let rotate = async {
                tokio::task::yield_now().await;
                harness.wall.freeze(Duration::from_secs(7_200));
            };
            let (calls, ()) = tokio::join!(calls, rotate);
            assert_eq!(calls.ok, 50);
        }
        let sent = harness.inner.sent();
        assert_eq!(sent.len(), 1_000);
        assert!(harness.provider.loads() >= 20 && harness.provider.peak() == 1);
        for sent in sent {
            assert_eq!(sent.key, sent.token);
            assert_eq!(sent.headers["authorization"], signature_of(sent.key, &sent));
        }
    });
}

#[tokio::test(start_paused = true)]
async fn f43_the_credential_scope_follows_the_day() {
    let wall = TestClock::starting_at(SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_311_999));
    let provider = ScriptedProvider::new(&wall, |_| Step::Living(HOUR));
    let clock = wall.clone();
    let settings = CacheSettings::new().clock(move || clock.now());
    let cache = CredentialsCache::with_settings(provider.clone(), settings);
    let inner = Recorder::new();
    let client = layer(&cache, &wall).layer(inner.clone());
    call(client.clone()).await;
    sleep(SECOND * 2).await;
    call(client).await;
    let dates: Vec<_> = inner
        .sent()
        .iter()
        .map(|sent| {
            assert_eq!(sent.headers["authorization"], signature_of(1, sent));
            let authorization = sent.headers["authorization"].to_str().unwrap();
            authorization.split('/').nth(1).unwrap().to_owned()
        })
        .collect();
    assert_eq!(dates, ["20260101", "20260102"]);
    assert_eq!(provider.loads(), 1);
}

#[tokio::test(start_paused = true)]
async fn f44_a_request_is_dated_when_it_is_signed_and_not_when_it_was_made() {
    let harness = Harness::new(|_| Step::Living(HOUR).after(SECOND * 9));
    assert_eq!(harness.call().await.took, SECOND * 9);
    assert_eq!(
        harness.inner.sent()[0].headers["x-amz-date"],
        "20260101T120009Z"
    );
}

#[tokio::test(start_paused = true)]
async fn f45_a_limit_of_one_below_does_not_deadlock_during_a_cold_load() {
    let harness = Harness::new(|_| Step::Living(HOUR).after(MILLI * 100));
    let limited = ConcurrencyLimitLayer::new(1).layer(harness.inner.clone());
    let client = layer(&harness.cache, &harness.wall).layer(limited);
    let (first, second) = tokio::join!(call(client.clone()), call(client.clone()));
    assert!(first.result.is_ok() && second.result.is_ok());
    assert_eq!((harness.provider.loads(), harness.inner.count()), (1, 2));
}

/// Fetches its credentials through a client that signs with them.
#[derive(Clone, Debug, Default)]
struct Ouroboros {
    client: Arc<OnceLock<SigV4<Recorder>>>,
}

impl ProvideCredentials for Ouroboros {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async {
            let client = self.client.get().expect("the client").clone();
            let response: Result<_, BoxError> = client.oneshot(request()).await;
            let credentials: provider::Result = response
                .map(|_| credentials(1, None))
                .map_err(CredentialsError::provider_error);
            credentials
        })
    }
}

impl std::fmt::Debug for Recorder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Recorder").finish_non_exhaustive()
    }
}

#[tokio::test(start_paused = true)]
async fn f46_a_provider_that_sends_through_its_own_client_is_told_so_at_once() {
    let provider = Ouroboros::default();
    let cache = CredentialsCache::new(provider.clone());
    let client = layer(&cache, &TestClock::new()).layer(Recorder::new());
    provider.client.set(client.clone()).unwrap();
    let Call { result, took } = call(client).await;
    assert_eq!(took, INSTANTLY);
    let error = result.unwrap_err();
    let mut chain = vec![error.to_string()];
    let mut below = std::error::Error::source(&error);
    while let Some(error) = below {
        chain.push(error.to_string());
        below = error.source();
    }
    assert!(
        chain
            .iter()
            .any(|text| text.contains("a client of its own")),
        "{chain:?}"
    );
}

#[derive(Clone)]
struct RetryOn503;

impl Policy<Request<Empty<Bytes>>, Response<()>, BoxError> for RetryOn503 {
    type Future = std::future::Ready<()>;

    fn retry(
        &mut self,
        _: &mut Request<Empty<Bytes>>,
        result: &mut Result<Response<()>, BoxError>,
    ) -> Option<Self::Future> {
        let again = matches!(result, Ok(response) if response.status() == 503);
        again.then(|| std::future::ready(()))
    }

    fn clone_request(&mut self, request: &Request<Empty<Bytes>>) -> Option<Request<Empty<Bytes>>> {
        Some(request.clone())
    }
}

#[tokio::test(start_paused = true)]
async fn f47_a_retry_is_signed_with_the_credentials_of_then() {
    // Time passes between the attempts, and the first credentials expire.
    let wall = Arc::new(OnceLock::<TestClock>::new());
    let attempts = AtomicUsize::new(0);
    let inner = Recorder::answering({
        let wall = Arc::clone(&wall);
        move |_| {
            if attempts.fetch_add(1, Ordering::Relaxed) > 0 {
                return Response::default();
            }
            wall.get().unwrap().freeze(HOUR * 2);
            let response = Response::builder().status(StatusCode::SERVICE_UNAVAILABLE);
            response.body(()).unwrap()
        }
    });
    let harness = Harness::before(
        inner,
        |_| Step::Living(HOUR).after(MILLI),
        |settings| settings,
    );
    wall.set(harness.wall.clone()).unwrap();
    let client = ServiceBuilder::new()
        .layer(RetryLayer::new(RetryOn503))
        .service(harness.client.clone());
    assert!(call(client).await.result.is_ok());
    let sent = harness.inner.sent();
    assert_eq!(harness.inner.keys(), [1, 2]);
    for sent in &sent {
        assert_eq!(sent.headers["authorization"], signature_of(sent.key, sent));
    }
    assert_ne!(sent[0].headers["x-amz-date"], sent[1].headers["x-amz-date"]);
}

#[tokio::test(start_paused = true)]
async fn f48_a_cold_load_does_not_make_the_service_unready() {
    let harness = Harness::new(|_| Step::Living(HOUR).after(MILLI * 100));
    let client = ServiceBuilder::new()
        .layer(LoadShedLayer::new())
        .service(harness.client.clone());
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..1_000 {
        calls.spawn(call(client.clone()));
    }
    for call in calls.join_all().await {
        assert!(call.result.is_ok());
    }
    assert_eq!(harness.provider.loads(), 1);
}
