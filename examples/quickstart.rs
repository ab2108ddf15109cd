//! A gateway that requires IAM authorization, and a client that has it.
//!
//! The gateway is local and needs no AWS account, but it really verifies: with `aws-sigv4`, AWS's own
//! signer, from the bytes that arrive. The client is hyper-util's, over TCP, with `SigV4Layer` on
//! top. Each step says what should happen, and the program fails if it does not.
//!
//! ```text
//! cargo run --example quickstart
//! ```

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant, SystemTime},
};

use aws_credential_types::{
    Credentials,
    provider::{ProvideCredentials, future},
};
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use iam_gateway::{Account, Accounts, Gateway};
use serde_json::Value;
use tower::{BoxError, ServiceBuilder, ServiceExt};
use tower_sigv4::{SigV4, SigV4Layer, SignedBody};

const SERVICE: &str = "execute-api";
const REGION: &str = "eu-west-1";
const ID: &str = "AKIAQUICKSTART";
const SECRET: &str = "a secret that only the client and the gateway know";

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let accounts = Accounts::new();
    accounts.add(Account::new(ID, SECRET));
    let gateway = Gateway::new(SERVICE, REGION, accounts.clone())
        .serve()
        .await?;
    let url = format!("{}/prod/orders", gateway.url());
    println!("A gateway that requires IAM authorization listens at {url}\n");

    println!("1. A call without a signature is rejected.");
    let plain = Client::builder(TokioExecutor::new()).build_http();
    let answer = Answer::from_response(plain.request(get(&url)?).await?).await?;
    answer.expect(StatusCode::FORBIDDEN, "MissingAuthenticationTokenException")?;

    println!("2. The same client under SigV4Layer is let in.");
    let client = client(Credentials::new(ID, SECRET, None, None, "quickstart"))?;
    let answer = Answer::from_response(client.clone().oneshot(get(&url)?).await?).await?;
    answer.expect(StatusCode::OK, ID)?;

    println!("3. So it is with a body, which the signature covers.");
    let order = Request::post(&url)
        .header("content-type", "application/json")
        .body(Full::from(r#"{"item":"tea","count":2}"#))?;
    let answer = Answer::from_response(client.oneshot(order).await?).await?;
    answer.expect(StatusCode::OK, "tea")?;

    println!("4. With a wrong secret it is rejected, and the gateway says what it expected.");
    let impostor = self::client(Credentials::new(ID, "a guess", None, None, "quickstart"))?;
    let answer = Answer::from_response(impostor.oneshot(get(&url)?).await?).await?;
    answer.expect(StatusCode::FORBIDDEN, "The Canonical String")?;

    println!("5. Keys that live for two seconds are replaced while calls go on.");
    rotate(&url, accounts).await?;

    println!("\nEverything happened as it should.");
    Ok(())
}

/// hyper-util's client under the layer, which makes it send `SignedBody<B>` in place of `B`.
type SigningClient = SigV4<Client<HttpConnector, SignedBody<Full<Bytes>>>>;

/// This is all there is to it.
fn client(credentials: impl ProvideCredentials + 'static) -> Result<SigningClient, BoxError> {
    // AWS's own hosts of the service and region need no permission.
    let layer = SigV4Layer::builder(SERVICE, REGION, credentials)
        .allow_loopback(true)
        .build()?;
    let mut http = HttpConnector::new();
    // Or else a small body waits for the peer's acknowledgement of its head, about 40 ms.
    http.set_nodelay(true);
    Ok(ServiceBuilder::new()
        .layer(layer)
        .service(Client::builder(TokioExecutor::new()).build(http)))
}

/// Calls for as long as several generations of keys live, one call after the other.
async fn rotate(url: &str, accounts: Accounts) -> Result<(), BoxError> {
    const ROTATION: Duration = Duration::from_secs(4);
    let issuer = Issuer {
        accounts,
        issued: Arc::default(),
    };
    let client = client(issuer)?;
    let started = Instant::now();
    let mut calls = 0;
    let mut keys = BTreeSet::new();
    while started.elapsed() < ROTATION {
        let answer = Answer::from_response(client.clone().oneshot(get(url)?).await?).await?;
        if answer.status != StatusCode::OK {
            return answer.expect(StatusCode::OK, "");
        }
        calls += 1;
        keys.insert(answer.body["accessKeyId"].to_string());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    println!("   {calls} calls with {} keys, none rejected", keys.len());
    match keys.len() {
        0..3 => Err("the keys were not replaced".into()),
        _ => Ok(()),
    }
}

/// Issues temporary keys, as STS does; the gateway rejects them once they have expired.
#[derive(Debug)]
struct Issuer {
    accounts: Accounts,
    issued: Arc<AtomicU32>,
}

impl ProvideCredentials for Issuer {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        let number = self.issued.fetch_add(1, Ordering::Relaxed) + 1;
        let expiry = SystemTime::now() + Duration::from_secs(2);
        let (id, secret, token) = (
            format!("ASIAQUICKSTART{number}"),
            format!("temporary secret {number}"),
            format!("session-token-{number}"),
        );
        self.accounts.add(
            Account::new(&id, &secret)
                .session_token(&token)
                .expires_at(expiry),
        );
        future::ProvideCredentials::ready(Ok(Credentials::new(
            id,
            secret,
            Some(token),
            Some(expiry),
            "quickstart",
        )))
    }
}

/// What the gateway answered: an echo of the request, or the reason why not.
struct Answer {
    status: StatusCode,
    error: String,
    body: Value,
}

impl Answer {
    async fn from_response<B>(response: Response<B>) -> Result<Self, BoxError>
    where
        B: http_body::Body<Error: Into<BoxError>>,
    {
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.map_err(Into::into)?.to_bytes();
        let error = parts.headers.get("x-amzn-errortype");
        Ok(Self {
            status: parts.status,
            error: error
                .map_or("", |error| error.to_str().unwrap_or("?"))
                .to_owned(),
            body: serde_json::from_slice(&bytes)?,
        })
    }

    /// Prints the answer, and fails if it is another than expected.
    fn expect(&self, status: StatusCode, text: &str) -> Result<(), BoxError> {
        let said = match self.status {
            StatusCode::OK => format!(
                "signed by {} for {} bytes of body",
                self.body["accessKeyId"],
                self.body["body"].as_str().map_or(0, str::len)
            ),
            _ => format!(
                "{}\n{}",
                self.error,
                self.body["message"].as_str().unwrap_or("?")
            ),
        };
        println!(
            "   {}, {}\n",
            self.status,
            said.trim_end().replace('\n', "\n   | ")
        );
        let body = self.body.to_string();
        match self.status == status && (self.error.contains(text) || body.contains(text)) {
            true => Ok(()),
            false => Err(format!("expected {status} with {text:?}: {body}").into()),
        }
    }
}

fn get(url: &str) -> Result<Request<Full<Bytes>>, http::Error> {
    Request::get(url).body(Full::default())
}
