//! The container provider, as on ECS and EKS, with credentials that live for seconds.

use std::{
    convert::Infallible,
    env::{self, current_exe},
    process::Stdio,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime},
};

use aws_smithy_types::{DateTime, date_time::Format};
use http::{Request, Response};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
    service::TowerToHyperService,
};
use iam_gateway::{Account, Accounts, Gateway};
use tokio::{net::TcpListener, process::Command};
use tower_sigv4::SigV4LayerBuilder;

use crate::{REGION, SECOND, no_request_is_rejected};

/// So short that two minutes see many of them; 5 minutes is what AWS gives at the least.
const LIFE: Duration = Duration::from_secs(15);

/// A container's endpoint for credentials: each answer has others, which the gateway knows.
#[derive(Clone)]
struct Endpoint {
    accounts: Accounts,
    answers: Arc<AtomicUsize>,
}

impl Endpoint {
    fn answer(&self) -> String {
        let number = self.answers.fetch_add(1, Ordering::Relaxed) + 1;
        // Full seconds, as in the answer.
        let expiry = DateTime::from(SystemTime::now() + LIFE);
        let expiry = DateTime::from_secs(expiry.secs());
        let (id, secret) = (format!("ASIA{number:016}"), format!("secret-{number}"));
        let token = format!("token-{number}");
        self.accounts.add(
            Account::new(id.clone(), secret.clone())
                .session_token(token.clone())
                .expires_at(SystemTime::try_from(expiry).unwrap()),
        );
        let expiry = expiry.fmt(Format::DateTime).unwrap();
        serde_json::json!({
            "AccessKeyId": id, "SecretAccessKey": secret, "Token": token, "Expiration": expiry,
        })
        .to_string()
    }

    /// Serves on a free port, whose URL it returns.
    async fn serve(self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/credentials", listener.local_addr().unwrap());
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let endpoint = self.clone();
                let service = tower::service_fn(move |_: Request<_>| {
                    let answer = endpoint.answer();
                    async { Ok::<_, Infallible>(Response::new(answer)) }
                });
                tokio::spawn(async move {
                    let server = auto::Builder::new(TokioExecutor::new());
                    let service = TowerToHyperService::new(service);
                    let _ = server.serve_connection(TokioIo::new(stream), service).await;
                });
            }
        });
        url
    }
}

/// What the process inside the container gets told.
const GATEWAY: &str = "ROTATION_GATEWAY";

/// A process of its own is the container, as its environment says where the endpoint is.
#[tokio::test]
#[ignore = "takes two minutes; scripts/rotation.sh runs it"]
async fn two_minutes_of_requests_see_credentials_rotate_and_none_is_refused() {
    if let Ok(gateway) = env::var(GATEWAY) {
        return inside_the_container(&gateway).await;
    }
    let accounts = Accounts::new();
    let answers = Arc::<AtomicUsize>::default();
    let server = Gateway::new("execute-api", REGION, accounts.clone());
    let server = server.serve().await.unwrap();
    let endpoint = Endpoint {
        accounts,
        answers: Arc::clone(&answers),
    };
    let test = "container::two_minutes_of_requests_see_credentials_rotate_and_none_is_refused";
    let status = Command::new(current_exe().unwrap())
        .args(["--ignored", "--exact", test, "--nocapture"])
        .env_clear()
        .env("AWS_CONFIG_FILE", "/none")
        .env("AWS_SHARED_CREDENTIALS_FILE", "/none")
        .env("AWS_CONTAINER_CREDENTIALS_FULL_URI", endpoint.serve().await)
        .env("AWS_REGION", REGION)
        .env(GATEWAY, server.url())
        .stdin(Stdio::null())
        .status();
    assert!(status.await.unwrap().success());
    let answers = answers.load(Ordering::Relaxed);
    assert!(
        answers >= 8,
        "only {answers} sets of credentials in two minutes"
    );
}

async fn inside_the_container(gateway: &str) {
    let builder = SigV4LayerBuilder::from_default_chain("execute-api").await;
    let stats = no_request_is_rejected(builder, gateway, SECOND * 125).await;
    assert_eq!(stats.waits, 1, "only the first request");
    assert_eq!(stats.loads_succeeded, stats.loads);
}
