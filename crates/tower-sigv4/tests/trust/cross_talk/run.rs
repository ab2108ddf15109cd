//! Runs a plan, and notes what became of every honest request.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime},
};

use aws_credential_types::Credentials;
use bytes::Bytes;
use http::{Request, Response, request::Parts};
use http_body_util::Full;
use sigv4_testkit::{LoadStart, ScriptedProvider, Step, TestClock};
use tokio::{
    runtime, spawn,
    task::JoinSet,
    time::{Instant, sleep, sleep_until},
};
use tower::{BoxError, Layer, ServiceBuilder, ServiceExt, service_fn};
use tower_sigv4::{
    CacheSettings, CredentialsCache, Error, RetryPolicy, SigV4Layer, SigV4LayerBuilder, SignedBody,
};

use super::plan::{About, Plan, Planned};
use crate::{
    common::{Empty, Sent, full, secret, token, verify},
    harness::{MINUTE, NAMED, SECOND, shifted, signed_at, signed_with, whole},
};

/// What became of the honest requests of a run.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    pub(super) calls: BTreeMap<usize, Call>,
    pub(super) hostile_answers: usize,
    pub(super) rejected_for_time: usize,
    pub(super) signed_with_expired: usize,
    pub(super) loads: usize,
}

#[derive(Debug)]
pub(super) struct Call {
    /// The status, or the layer's error.
    pub(super) result: Result<u16, String>,
    took: Duration,
    pub(super) attempts: Vec<Attempt>,
}

#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Attempt {
    /// When it arrived, since the beginning.
    at: Duration,
    date: SystemTime,
    key: usize,
}

impl Call {
    /// Whether it is all the same in company. The keys may be later ones, or of any load if that is
    /// said.
    pub(super) fn is_as(&self, in_company: &Self, with_other_keys: bool) -> bool {
        let same_attempt = |(one, other): (&Attempt, &Attempt)| {
            let as_good_keys = one.key <= other.key || with_other_keys;
            one.at == other.at && one.date == other.date && as_good_keys
        };
        self.result == in_company.result
            && self.took == in_company.took
            && self.attempts.len() == in_company.attempts.len()
            && self
                .attempts
                .iter()
                .zip(&in_company.attempts)
                .all(same_attempt)
    }

    pub(super) fn keys(&self) -> Vec<usize> {
        self.attempts.iter().map(|attempt| attempt.key).collect()
    }

    /// Whether it waited for credentials.
    pub(super) fn has_waited(&self, planned: &Planned) -> bool {
        match self.attempts.first() {
            Some(first) => first.at > Duration::from_secs(planned.at),
            None => self.took > Duration::ZERO,
        }
    }
}

/// Runs a plan with or without its hostile hosts.
pub(super) fn run(plan: &Arc<Plan>, in_company: bool) -> Outcome {
    let runtime = runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    runtime.block_on(async { Arc::new(World::new(plan)).run(in_company).await })
}

/// The hosts, and the process that calls them.
struct World {
    plan: Arc<Plan>,
    clock: TestClock,
    start: Instant,
    provider: ScriptedProvider,
    cache: CredentialsCache,
    layers: Vec<SigV4Layer>,
    attempts: Mutex<BTreeMap<usize, Vec<Attempt>>>,
    hostile_answers: AtomicUsize,
    rejected_for_time: AtomicUsize,
    signed_with_expired: AtomicUsize,
}

impl World {
    fn new(plan: &Arc<Plan>) -> Self {
        let clock = TestClock::new();
        clock.jump(plan.clock_off);
        let script = Arc::clone(plan);
        let noon = clock.truth();
        let provider = ScriptedProvider::new(&clock, move |load| step(&script, noon, load));
        let settings = CacheSettings::new()
            .clock(clock.reader())
            .random(|| 0.5)
            .on_expired(plan.on_expired);
        let cache = CredentialsCache::with_settings(provider.clone(), settings);
        let layer = |_| {
            let builder = SigV4Layer::builder("execute-api", "us-east-1", cache.clone());
            let builder = NAMED
                .into_iter()
                .fold(builder, SigV4LayerBuilder::allow_host);
            let builder = builder.allow_plain_http(true).clock(clock.reader());
            builder.build().unwrap()
        };
        Self {
            layers: (0..plan.layers).map(layer).collect(),
            plan: Arc::clone(plan),
            start: Instant::now(),
            clock,
            provider,
            cache,
            attempts: Mutex::default(),
            hostile_answers: AtomicUsize::new(0),
            rejected_for_time: AtomicUsize::new(0),
            signed_with_expired: AtomicUsize::new(0),
        }
    }

    async fn run(self: Arc<Self>, in_company: bool) -> Outcome {
        let mut calls = JoinSet::new();
        for second in self.plan.seconds() {
            sleep_until(self.start + SECOND * u32::try_from(second).unwrap()).await;
            let mut sets = self.plan.clock_set.iter().rev();
            if let Some((_, by)) = sets.find(|(at, _)| *at <= second) {
                self.clock.set(shifted(self.clock.truth(), *by));
            }
            // Somebody else uses the cache as well. Otherwise the first request after the moment at
            // which a load may start would decide when it does, and the more there are the sooner.
            if let Err(waiting) = self.cache.get().try_into_ready() {
                spawn(waiting);
            }
            for planned in self.plan.requests_at(second) {
                if in_company || planned.hostile.is_none() {
                    calls.spawn(Arc::clone(&self).call(planned.number));
                }
            }
        }
        let mut outcome = Outcome::default();
        while let Some(call) = calls.join_next().await {
            let (number, result, took) = call.unwrap();
            if self.plan.request(number).hostile.is_none() {
                let attempts = self.attempts.lock().unwrap().remove(&number);
                let attempts = attempts.unwrap_or_default();
                let call = Call {
                    result,
                    took,
                    attempts,
                };
                outcome.calls.insert(number, call);
            }
        }
        Outcome {
            hostile_answers: self.hostile_answers.load(Ordering::Relaxed),
            rejected_for_time: self.rejected_for_time.load(Ordering::Relaxed),
            signed_with_expired: self.signed_with_expired.load(Ordering::Relaxed),
            loads: self.provider.loads(),
            ..outcome
        }
    }

    async fn call(self: Arc<Self>, number: usize) -> (usize, Result<u16, String>, Duration) {
        let start = Instant::now();
        let planned = self.plan.request(number);
        let uri = format!("{}/prod", self.plan.hosts[planned.host].origin);
        let request = Request::get(uri).header("x-number", number);
        let request = request.body(full("")).unwrap();
        let world = Arc::clone(&self);
        let network = service_fn(move |request| Arc::clone(&world).respond(request));
        let layer = self.layers[planned.layer].clone();
        let result = match planned.retries {
            true => {
                let client = ServiceBuilder::new().retry(RetryPolicy::new()).layer(layer);
                client.service(network).oneshot(request).await
            }
            false => layer.layer(network).oneshot(request).await,
        };
        let result = match result {
            Ok(response) => Ok(response.status().as_u16()),
            Err(error) => Err(error.downcast::<Error>().unwrap().to_string()),
        };
        (number, result, start.elapsed())
    }

    async fn respond(
        self: Arc<Self>,
        request: Request<SignedBody<Full<Bytes>>>,
    ) -> Result<Response<Empty>, BoxError> {
        let parts = request.into_parts().0;
        let number = parts.headers["x-number"].to_str()?.parse()?;
        let planned = self.plan.request(number);
        let response = match &planned.hostile {
            Some(hostile) => {
                self.hostile_answers.fetch_add(1, Ordering::Relaxed);
                hostile.answer(self.clock.truth())
            }
            None => self.respond_honestly(planned, parts),
        };
        sleep(planned.latency).await;
        Ok(response)
    }

    /// Verifies the signature, its time and its credentials, as a service does.
    fn respond_honestly(&self, planned: &Planned, parts: Parts) -> Response<Empty> {
        let host = &self.plan.hosts[planned.host];
        let attempt = Attempt {
            at: self.start.elapsed(),
            date: signed_at(&parts),
            key: signed_with(&parts),
        };
        let (date, key) = (attempt.date, attempt.key);
        let mut attempts = self.attempts.lock().unwrap();
        attempts.entry(planned.number).or_default().push(attempt);
        let sent = Sent {
            parts,
            body: Bytes::new(),
        };
        // As many as can be afforded.
        if planned.number.is_multiple_of(8) {
            let authority = sent.parts.uri.authority().unwrap().as_str();
            verify(authority, &sent).expect("a signature of this request");
        }
        let now = whole(shifted(self.clock.truth(), host.clock_off));
        let off = date
            .duration_since(now)
            .or_else(|_| now.duration_since(date));
        let is_expired = self.is_expired(key);
        self.signed_with_expired
            .fetch_add(is_expired.into(), Ordering::Relaxed);
        let rejection = if off.unwrap() >= MINUTE * 5 {
            self.rejected_for_time.fetch_add(1, Ordering::Relaxed);
            Some("InvalidSignatureException")
        } else {
            (is_expired && !host.takes_expired).then_some("ExpiredTokenException")
        };
        let mut response = Response::builder();
        if rejection.is_none() || host.has_dates {
            response = response.header("date", httpdate::fmt_http_date(now));
        }
        response = match rejection {
            None => response.status(planned.status),
            // Which it needs to be understood.
            Some(error) if host.has_types || error == "ExpiredTokenException" => {
                response.status(403).header("x-amzn-errortype", error)
            }
            Some(_) => response.status(401),
        };
        response.body(Empty::new()).unwrap()
    }

    /// Whether what a key belongs to has expired in truth.
    fn is_expired(&self, key: usize) -> bool {
        match self.plan.about {
            About::Outages => self.start.elapsed() >= SECOND * 3_600 * u32::try_from(key).unwrap(),
            About::NewKeys => {
                let (_, expires) = self.plan.slot(SECOND * u32::try_from(key).unwrap());
                self.start.elapsed() >= expires
            }
            About::Clocks => false,
        }
    }
}

/// What a load does.
fn step(plan: &Plan, noon: SystemTime, load: LoadStart) -> Step {
    let (latency, outage) = plan.load(load.at);
    let (slot, expires) = plan.slot(load.at);
    // Keys are numbered by the hour, or by the second of their load.
    let (key, expiry) = match plan.about {
        About::Outages => (slot + 1, Some(noon + expires)),
        About::NewKeys => (load.at.as_secs(), Some(noon + expires)),
        About::Clocks => (load.at.as_secs(), None),
    };
    let id = format!("AKID{key}");
    let (secret, token) = (secret(&id), token(&id));
    let credentials = Credentials::new(id, secret, Some(token), expiry, "test");
    outage.unwrap_or(Step::Deliver(credentials)).after(latency)
}
