//! A client of tonic's for a service behind IAM: a unary call, a stream of responses, and a rejection.
//!
//! The service is gRPC's own for health, with the code that is generated for it; any other client is
//! made in the same way. The server is local, and verifies with `aws-sigv4`.
//!
//! ```text
//! cargo run --example tonic_client --features tonic
//! ```

mod server;

use aws_credential_types::Credentials;
use http::Uri;
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use iam_gateway::{Account, Gateway};
use tonic::{Code, body::Body};
use tonic_health::{
    ServingStatus,
    pb::{HealthCheckRequest, health_client::HealthClient},
};
use tower::{BoxError, ServiceBuilder};
use tower_sigv4::{GrpcStatusLayer, SigV4, SigV4Layer, SignedBody, grpc::GrpcStatus};

const SERVICE: &str = "execute-api";
const REGION: &str = "eu-west-1";

type Http = Client<HttpConnector, SignedBody<Body>>;

/// All that a client of tonic's needs: where its service is, and what signs below it.
fn client(origin: Uri, secret: &str) -> Result<HealthClient<GrpcStatus<SigV4<Http>>>, BoxError> {
    let credentials = Credentials::new("AKIDEXAMPLE", secret, None, None, "example");
    // AWS's own hosts need no permission.
    let layer = SigV4Layer::builder(SERVICE, REGION, credentials).allow_loopback(true);
    let mut http = HttpConnector::new();
    http.set_nodelay(true);
    // Over https, a connector of hyper-rustls agrees on HTTP/2 with the server.
    let http = Client::builder(TokioExecutor::new())
        .http2_only(true)
        .build(http);
    let transport = ServiceBuilder::new()
        .layer(GrpcStatusLayer::new())
        .layer(layer.build()?)
        .service(http);
    // What is signed has a host, so the client has to know it before it connects.
    Ok(HealthClient::with_origin(transport, origin))
}

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let account = Account::new("AKIDEXAMPLE", "secret");
    let server = server::start(Gateway::new(SERVICE, REGION, account)).await?;
    let mut health = client(server.origin.clone(), "secret")?;

    println!("1. A unary call.");
    let answer = health.check(HealthCheckRequest::default()).await?;
    let status = answer.into_inner().status();
    println!("   {}", status.as_str_name());

    println!("2. A call that is answered by a stream.");
    let answers = health.watch(HealthCheckRequest::default()).await?;
    let mut answers = answers.into_inner();
    // The first tells how it is, and each other what has changed.
    let (up, down) = (ServingStatus::Serving, ServingStatus::NotServing);
    for (expected, next) in [(up, down), (down, up)] {
        let answer = answers.message().await?.ok_or("the stream has ended")?;
        println!("   {}", answer.status().as_str_name());
        if answer.status() as i32 != expected as i32 {
            return Err(format!("expected {expected}").into());
        }
        server.health.set_service_status("", next).await;
    }

    println!("3. A rejection is a status.");
    let mut impostor = client(server.origin, "guess")?;
    match impostor.check(HealthCheckRequest::default()).await {
        Err(status) if status.code() == Code::Unauthenticated => {
            println!("   {}", status.message().lines().next().unwrap_or_default());
        }
        other => return Err(format!("expected a rejection: {other:?}").into()),
    }
    println!("\nEverything happened as it should.");
    Ok(())
}
