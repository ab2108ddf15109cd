//! The endpoint for credentials and the service, both in the process that stops the other.

use std::{
    future::{Future, pending},
    io,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use time::{PrimitiveDateTime, macros::format_description};
use tokio::{net::TcpListener, sync::Notify};

/// What becomes of the load that is in flight when the process is stopped.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum End {
    /// There is none.
    Idle,
    /// The endpoint answers with an error.
    Fails,
    /// The endpoint closes the connection.
    Closes,
    /// The endpoint answers with credentials that have expired by then.
    Stale,
    /// The endpoint never answers.
    Hangs,
}

/// What all answers of a scenario depend on.
pub(crate) struct Servers {
    pub(crate) end: End,
    /// When the first credentials expire, and when those of a stale answer and all later ones do, in
    /// seconds of Unix time.
    pub(crate) expiries: [u64; 3],
    pub(crate) loads: AtomicUsize,
    /// The second load has arrived.
    pub(crate) in_flight: Notify,
    /// It may be answered.
    pub(crate) stopped: Notify,
    /// When each request was signed, and with the credentials of which load.
    pub(crate) requests: Mutex<Vec<(u64, usize)>>,
}

impl Servers {
    pub(crate) fn new(end: End, expiries: [u64; 3]) -> Arc<Self> {
        Arc::new(Self {
            end,
            expiries,
            loads: AtomicUsize::new(0),
            in_flight: Notify::new(),
            stopped: Notify::new(),
            requests: Mutex::default(),
        })
    }

    /// Whether the credentials of a load have expired at a time.
    pub(crate) fn is_expired(&self, load: usize, at: u64) -> bool {
        at >= self.expiry(load)
    }

    fn expiry(&self, load: usize) -> u64 {
        let [first, stale, later] = self.expiries;
        match load {
            1 => first,
            2 if self.end == End::Stale => stale,
            _ => later,
        }
    }

    /// Answers a request for credentials.
    async fn deliver(self: Arc<Self>, _: Request<Incoming>) -> io::Result<Response<Full<Bytes>>> {
        let load = self.loads.fetch_add(1, Ordering::SeqCst) + 1;
        if load == 2 && self.end != End::Idle {
            self.in_flight.notify_one();
            self.stopped.notified().await;
            match self.end {
                End::Fails => {
                    let response = Response::builder().status(500);
                    return Ok(response.body(Full::default()).unwrap());
                }
                End::Closes => return Err(io::ErrorKind::ConnectionReset.into()),
                End::Hangs => pending().await,
                End::Stale | End::Idle => {}
            }
        }
        let credentials = serde_json::json!({
            "AccessKeyId": format!("AKID{load}"),
            "SecretAccessKey": format!("secret-{load}"),
            "Token": format!("token-{load}"),
            "Expiration": self.expiry(load),
        });
        Ok(Response::new(Full::from(credentials.to_string())))
    }

    /// Takes a request as AWS does: not if its credentials had expired when it was signed.
    async fn take(
        self: Arc<Self>,
        request: Request<Incoming>,
    ) -> io::Result<Response<Full<Bytes>>> {
        let headers = request.headers();
        let at = signed_at(headers["x-amz-date"].to_str().unwrap());
        let authorization = headers["authorization"].to_str().unwrap();
        let (_, id) = authorization.split_once("Credential=AKID").unwrap();
        let load = id.split_once('/').unwrap().0.parse().unwrap();
        self.requests.lock().unwrap().push((at, load));
        let response = match self.is_expired(load, at) {
            true => Response::builder()
                .status(403)
                .header("x-amzn-errortype", "ExpiredTokenException"),
            false => Response::builder(),
        };
        Ok(response.body(Full::default()).unwrap())
    }

    /// Serves the credentials and the service, each on a free port. Returns their URLs.
    pub(crate) async fn serve(self: &Arc<Self>) -> [String; 2] {
        let (endpoint, service) = (Arc::clone(self), Arc::clone(self));
        [
            serve(move |request| Arc::clone(&endpoint).deliver(request)).await,
            serve(move |request| Arc::clone(&service).take(request)).await,
        ]
    }
}

async fn serve<F>(answer: impl Fn(Request<Incoming>) -> F + Clone + Send + 'static) -> String
where
    F: Future<Output = io::Result<Response<Full<Bytes>>>> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let service = service_fn(answer.clone());
            tokio::spawn(async move {
                // It ends with an error where the service does, or where the process has gone.
                let _ = http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service)
                    .await;
            });
        }
    });
    url
}

/// Reads `20260101T120000Z` in seconds of Unix time.
fn signed_at(date: &str) -> u64 {
    let format = format_description!("[year][month][day]T[hour][minute][second]Z");
    let date = PrimitiveDateTime::parse(date, format).unwrap();
    date.assume_utc().unix_timestamp().try_into().unwrap()
}
