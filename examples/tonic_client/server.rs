//! A server of tonic's behind IAM, on loopback.

use axum::{
    Router,
    body::to_bytes,
    extract::{Request, State},
    http::StatusCode,
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
};
use http::Uri;
use http_body_util::Full;
use iam_gateway::Gateway;
use tokio::net::TcpListener;
use tonic_health::server::{HealthReporter, health_reporter};
use tower::{BoxError, ServiceExt};

pub(crate) struct Server {
    pub(crate) origin: Uri,
    /// Tells the service what it answers.
    pub(crate) health: HealthReporter,
}

/// Serves until the program ends.
pub(crate) async fn start(gateway: Gateway) -> Result<Server, BoxError> {
    let (health, service) = health_reporter();
    let router = Router::new()
        .fallback_service(service)
        .layer(from_fn_with_state(gateway, verify));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let origin = format!("http://{}", listener.local_addr()?).parse()?;
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(Server { origin, health })
}

/// Lets through what the gateway accepts. Its answer to anything else is what AWS says: JSON, and
/// nothing that gRPC knows.
async fn verify(State(gateway): State<Gateway>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, Gateway::BODY_LIMIT).await else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let received = Request::from_parts(parts.clone(), Full::new(body.clone()));
    match gateway.oneshot(received).await {
        Ok(answer) if answer.status() == StatusCode::OK => {
            next.run(Request::from_parts(parts, body.into())).await
        }
        Ok(rejection) => rejection.into_response(),
        Err(never) => match never {},
    }
}
