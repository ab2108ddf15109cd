//! The process that is stopped: it sends a request every twentieth of a second, each in a task.

use std::{
    env, fs,
    path::PathBuf,
    time::{Duration, SystemTime},
};

use aws_credential_types::{
    Credentials,
    provider::{self, ProvideCredentials, error::CredentialsError, future},
};
use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt, Empty};
use hyper_util::{
    client::legacy::Client,
    rt::{TokioExecutor, TokioTimer},
};
use tokio::{
    task::JoinSet,
    time::{MissedTickBehavior, interval},
};
use tower::{BoxError, ServiceExt};
use tower_layer::Layer;
use tower_sigv4::{CacheSettings, OnExpired, SigV4Layer};

/// Says that a process is to be the one that is stopped, and what it needs to know.
pub(crate) const MARK: &str = "FREEZE_PROCESS";
pub(crate) const CREDENTIALS: &str = "FREEZE_CREDENTIALS";
pub(crate) const SERVICE: &str = "FREEZE_SERVICE";
pub(crate) const POLICY: &str = "FREEZE_POLICY";
pub(crate) const LOAD_TIMEOUT: &str = "FREEZE_LOAD_TIMEOUT";
pub(crate) const CLOCK: &str = "FREEZE_CLOCK";

/// What begins the line that says how many requests failed without having been sent.
pub(crate) const FAILED: &str = "failed:";

/// The process ends after so many requests. Those that it was stopped for do not count.
const REQUESTS: usize = 320;

fn variable(name: &str) -> String {
    env::var(name).expect(name)
}

/// The system's clock, and the seconds in a file.
pub(crate) fn now(file: &PathBuf) -> SystemTime {
    let ahead = fs::read_to_string(file).expect("the file of the clock");
    SystemTime::now() + Duration::from_secs(ahead.trim().parse().expect("seconds"))
}

pub(crate) async fn run() {
    let file = PathBuf::from(variable(CLOCK));
    let url = variable(CREDENTIALS);
    let settings = CacheSettings::new()
        .load_timeout(Duration::from_secs(variable(LOAD_TIMEOUT).parse().unwrap()))
        .on_expired(match &*variable(POLICY) {
            "fail" => OnExpired::Fail,
            _ => OnExpired::ServeStale,
        });
    let layer = SigV4Layer::builder("execute-api", "eu-west-1", Endpoint { url });
    let layer = layer.clock(move || now(&file)).cache_settings(settings);
    let layer = layer.allow_loopback(true).build().unwrap();
    let client = Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .build_http();
    let service = layer.layer(client);

    let uri = variable(SERVICE);
    let mut ticks = interval(Duration::from_millis(50));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut requests = JoinSet::new();
    for _ in 0..REQUESTS {
        ticks.tick().await;
        let request = Request::get(&uri).body(Empty::<Bytes>::new()).unwrap();
        requests.spawn(service.clone().oneshot(request));
    }
    let mut failed = 0;
    while let Some(response) = requests.join_next().await {
        if let Err(error) = response.unwrap() {
            println!("{error}");
            failed += 1;
        }
    }
    println!("{FAILED}{failed}");
}

/// An endpoint for credentials, as on ECS.
#[derive(Debug)]
struct Endpoint {
    url: String,
}

impl Endpoint {
    async fn load(&self) -> Result<Credentials, BoxError> {
        let client = Client::builder(TokioExecutor::new()).build_http::<Empty<Bytes>>();
        let response = client.get(self.url.parse()?).await?;
        if !response.status().is_success() {
            return Err(format!("the endpoint answered {}", response.status()).into());
        }
        let body = response.into_body().collect().await?.to_bytes();
        let answer: serde_json::Value = serde_json::from_slice(&body)?;
        let text = |name: &str| answer[name].as_str().unwrap_or_default().to_owned();
        let expiry = Duration::from_secs(answer["Expiration"].as_u64().unwrap_or_default());
        Ok(Credentials::new(
            text("AccessKeyId"),
            text("SecretAccessKey"),
            Some(text("Token")),
            Some(SystemTime::UNIX_EPOCH + expiry),
            "endpoint",
        ))
    }
}

impl ProvideCredentials for Endpoint {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async {
            let loaded: provider::Result =
                self.load().await.map_err(CredentialsError::provider_error);
            loaded
        })
    }
}
