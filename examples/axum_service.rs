//! A web service that answers `GET /orders/...` with what a second service says, which is behind IAM.
//!
//! Every request goes through one signed client. It has a limit for each attempt and one for all of
//! them, signs each attempt afresh, and passes on who is asking: `traceparent`, `tracestate` and
//! `x-request-id`. The service listens on `ADDRESS`; `SIGTERM` and Ctrl-C let the requests under way
//! finish.
//!
//! ```text
//! export AWS_ACCESS_KEY_ID=... AWS_SECRET_ACCESS_KEY=... AWS_REGION=eu-west-1
//! UPSTREAM_URL=https://abc123.execute-api.eu-west-1.amazonaws.com/prod \
//!     cargo run --example axum_service --features axum
//! curl http://127.0.0.1:3000/orders/1
//! ```

use std::{env, future::Future, time::Duration};

use axum::{
    Router,
    body::Body,
    extract::State,
    http::{HeaderName, Request, Response, StatusCode},
    routing::get,
    serve::ListenerExt,
};
use bytes::Bytes;
use http_body_util::Full;
use hyper_rustls::HttpsConnectorBuilder;
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use tokio::{
    net::TcpListener,
    time::{Sleep, sleep},
};
use tower::{
    BoxError, ServiceBuilder, ServiceExt, retry::Policy, timeout::error::Elapsed,
    util::BoxCloneSyncService,
};
use tower_http::{
    request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer},
    trace::{DefaultOnResponse, TraceLayer},
};
use tower_sigv4::{RetryPolicy, SigV4LayerBuilder};
use tracing::{Level, Span};

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    tracing_subscriber::fmt().init();
    let upstream = env::var("UPSTREAM_URL").map_err(|_| "UPSTREAM_URL is not set")?;
    let address = env::var("ADDRESS").unwrap_or_else(|_| "127.0.0.1:3000".to_owned());
    let client = signed_client().await?;

    let service = Router::new()
        .route("/orders/{id}", get(order))
        .with_state((client, upstream))
        .layer(PropagateRequestIdLayer::x_request_id())
        .layer(TraceLayer::new_for_http().make_span_with(span))
        .layer(SetRequestIdLayer::x_request_id(MakeRequestUuid));
    let listener = TcpListener::bind(address).await?;
    println!("listening on http://{}", listener.local_addr()?);
    let listener = listener.tap_io(|stream| {
        let _ = stream.set_nodelay(true);
    });
    axum::serve(listener, service)
        .with_graceful_shutdown(told_to_stop()?)
        .await?;
    Ok(())
}

type SignedClient = BoxCloneSyncService<Request<Full<Bytes>>, Response<Body>, BoxError>;

async fn signed_client() -> Result<SignedClient, BoxError> {
    let mut http = HttpConnector::new();
    // Or else a small body waits for the peer's acknowledgement of its head, about 40 ms.
    http.set_nodelay(true);
    http.enforce_http(false);
    let https = HttpsConnectorBuilder::new()
        .with_provider_and_webpki_roots(rustls::crypto::ring::default_provider())?
        .https_or_http()
        .enable_all_versions()
        .wrap_connector(http);
    // Loopback is for a gateway of one's own.
    let layer = SigV4LayerBuilder::from_env("execute-api").allow_loopback(true);
    let layer = layer.build()?;
    if let Some(credentials) = layer.credentials() {
        // A service without credentials does not come up, and the first request does not wait.
        credentials.preload().await?;
    }
    let at_info = DefaultOnResponse::new().level(Level::INFO);
    let client = ServiceBuilder::new()
        .map_response(|response: Response<_>| response.map(Body::new))
        .layer(TraceLayer::new_for_http().on_response(at_info))
        .timeout(Duration::from_secs(5))
        .retry(RetryPolicy::new().or(WhenBusy { left: 2 }))
        .timeout(Duration::from_secs(1))
        .layer(layer)
        .service(Client::builder(TokioExecutor::new()).build(https));
    Ok(BoxCloneSyncService::new(client))
}

/// Asks the second service for the same path.
async fn order(
    State((client, upstream)): State<(SignedClient, String)>,
    request: Request<Body>,
) -> Result<Response<Body>, StatusCode> {
    let mut call = Request::get(format!("{upstream}{}", request.uri().path()));
    // They are not signed, since whoever is on the way may change them.
    for name in ["traceparent", "tracestate", "x-request-id"].map(HeaderName::from_static) {
        if let Some(value) = request.headers().get(&name) {
            call = call.header(name, value);
        }
    }
    let call = call
        .body(Full::default())
        .map_err(|_| StatusCode::BAD_REQUEST)?;
    client.oneshot(call).await.map_err(|error| {
        tracing::error!(%error, "the second service was not reached");
        match error.is::<Elapsed>() {
            true => StatusCode::GATEWAY_TIMEOUT,
            false => StatusCode::BAD_GATEWAY,
        }
    })
}

/// Tells in every line of the log, also in those of the signed client, whose request it is about.
fn span(request: &Request<Body>) -> Span {
    let header = |name| request.headers().get(name).cloned();
    tracing::info_span!(
        "request",
        path = request.uri().path(),
        id = ?header("x-request-id"),
        traceparent = ?header("traceparent"),
    )
}

/// Tries again what the second service was too busy for.
#[derive(Clone)]
struct WhenBusy {
    left: u32,
}

impl<B: Clone, R> Policy<Request<B>, Response<R>, BoxError> for WhenBusy {
    type Future = Sleep;

    fn retry(
        &mut self,
        _: &mut Request<B>,
        result: &mut Result<Response<R>, BoxError>,
    ) -> Option<Sleep> {
        let is_busy = match result {
            Ok(response) => matches!(response.status().as_u16(), 429 | 502..=504),
            Err(error) => error.is::<Elapsed>(),
        };
        self.left = self.left.checked_sub(is_busy.into())?;
        is_busy.then(|| sleep(Duration::from_millis(100)))
    }

    fn clone_request(&mut self, request: &Request<B>) -> Option<Request<B>> {
        request.method().is_idempotent().then(|| request.clone())
    }
}

#[cfg(unix)]
fn told_to_stop() -> Result<impl Future<Output = ()>, BoxError> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// Windows knows no `SIGTERM`.
#[cfg(windows)]
fn told_to_stop() -> Result<impl Future<Output = ()>, BoxError> {
    let mut interrupt = tokio::signal::windows::ctrl_c()?;
    Ok(async move {
        interrupt.recv().await;
    })
}
