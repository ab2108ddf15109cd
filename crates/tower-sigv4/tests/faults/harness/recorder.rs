//! An inner service that notes how each request was signed.

use std::{
    convert::Infallible,
    future::{Ready, ready},
    sync::{Arc, Mutex},
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderMap, Request, Response, request::Parts};
use http_body_util::Empty;
use tokio::time::Instant;
use tower::Service;
use tower_sigv4::SignedBody;

use super::ScriptedProvider;

/// Clones record together.
#[derive(Clone)]
pub(crate) struct Recorder {
    started: Instant,
    sent: Arc<Mutex<Vec<Sent>>>,
    answer: Arc<Answer>,
    provider: Option<ScriptedProvider>,
}

type Answer = dyn Fn(&Sent) -> Response<()> + Send + Sync;

/// A request as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    /// When, since the recorder was made.
    pub(crate) at: Duration,
    /// Whether the credentials had expired.
    pub(crate) expired: bool,
    /// Which load's access key id signed it.
    pub(crate) key: usize,
    /// Which load's session token it carries.
    pub(crate) token: usize,
    pub(crate) headers: HeaderMap,
}

impl Recorder {
    /// Answers with 200.
    pub(crate) fn new() -> Self {
        Self::answering(|_| Response::default())
    }

    pub(crate) fn answering(
        answer: impl Fn(&Sent) -> Response<()> + Send + Sync + 'static,
    ) -> Self {
        Self {
            started: Instant::now(),
            sent: Arc::default(),
            answer: Arc::new(answer),
            provider: None,
        }
    }

    /// Knows when credentials expire, whatever any clock shows.
    pub(crate) fn knowing(mut self, provider: &ScriptedProvider) -> Self {
        self.provider = Some(provider.clone());
        self
    }

    pub(crate) fn sent(&self) -> Vec<Sent> {
        self.sent.lock().unwrap().clone()
    }

    pub(crate) fn count(&self) -> usize {
        self.sent.lock().unwrap().len()
    }

    /// Which load's credentials signed, request by request.
    pub(crate) fn keys(&self) -> Vec<usize> {
        self.sent
            .lock()
            .unwrap()
            .iter()
            .map(|sent| sent.key)
            .collect()
    }

    /// How many were signed with expired credentials.
    pub(crate) fn expired(&self) -> usize {
        let sent = self.sent.lock().unwrap();
        sent.iter().filter(|sent| sent.expired).count()
    }

    /// The last request's.
    pub(crate) fn last_key(&self) -> usize {
        self.sent.lock().unwrap().last().expect("a request").key
    }

    fn record(&self, parts: Parts) -> Response<()> {
        let key = number(&parts.headers, "authorization", "Credential=AKID");
        let provider = self.provider.as_ref();
        let sent = Sent {
            at: self.started.elapsed(),
            expired: provider.is_some_and(|provider| provider.is_expired(key)),
            key,
            token: number(&parts.headers, "x-amz-security-token", "token-"),
            headers: parts.headers,
        };
        let response = (self.answer)(&sent);
        self.sent.lock().unwrap().push(sent);
        response
    }
}

fn number(headers: &HeaderMap, name: &str, before: &str) -> usize {
    let value = headers[name].to_str().unwrap();
    let rest = value.split_once(before).expect(before).1;
    let end = rest.find(|c: char| !c.is_ascii_digit());
    rest[..end.unwrap_or(rest.len())].parse().unwrap()
}

impl Service<Request<SignedBody<Empty<Bytes>>>> for Recorder {
    type Response = Response<()>;
    type Error = Infallible;
    type Future = Ready<Result<Response<()>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<SignedBody<Empty<Bytes>>>) -> Self::Future {
        ready(Ok(self.record(request.into_parts().0)))
    }
}
