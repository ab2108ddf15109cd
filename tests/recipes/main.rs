//! What the recipes and the guides in `docs` say, run: `build.rs` takes the snippets from the pages,
//! and each one's request goes to a verifier that is not this project's signer.

mod api_gateway;
mod comparison;
mod databases;
mod lambda;
mod messaging;
mod migration;
mod s3;
mod service;
mod services;

use std::fmt;

use aws_credential_types::Credentials;
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body::Body;
use http_body_util::{BodyExt, Full};
use iam_gateway::{Account, Gateway};
use tower::{BoxError, Service, ServiceBuilder, ServiceExt};
use tower_sigv4::{CredentialsCache, Error, RequestSigner, SigV4Layer, SignedBody};

use self::service::StrictService;

/// The modules that `build.rs` makes. What no test runs is a warning, as everywhere.
#[expect(
    unreachable_pub,
    reason = "the snippets are public, as they would be where a reader puts them"
)]
mod snippets {
    include!(concat!(env!("OUT_DIR"), "/snippets.rs"));
}

const REGION: &str = "eu-west-1";
const ACCESS_KEY_ID: &str = "ASIAEXAMPLE";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const TOKEN: &str = "IQoJb3JpZ2luX2VjEXAMPLE/TOKEN+of==";

/// What a recipe says: how to make a layer, and what to send through it.
type Layer = fn(CredentialsCache) -> Result<SigV4Layer, Error>;
type Recipe = (Layer, fn() -> http::Result<Request<Full<Bytes>>>);

/// Temporary credentials, as of a role.
fn credentials(secret: &str) -> Credentials {
    Credentials::new(ACCESS_KEY_ID, secret, Some(TOKEN.into()), None, "recipe")
}

fn cache(secret: &str) -> CredentialsCache {
    CredentialsCache::new(credentials(secret))
}

fn signer(service: &str) -> RequestSigner {
    let builder = RequestSigner::builder(service, REGION, cache(SECRET));
    builder.build_signer().unwrap()
}

/// A gateway that takes what is signed for a service.
fn gateway(service: &str) -> Gateway {
    Gateway::new(service, REGION, account())
}

fn account() -> Account {
    Account::new(ACCESS_KEY_ID, SECRET).session_token(TOKEN)
}

/// Sends a recipe's request to a service, which takes it, and rejects it with another secret.
async fn is_taken_by<S, B>(service: S, (layer, request): Recipe)
where
    S: Service<Request<SignedBody<Full<Bytes>>>, Response = Response<B>> + Clone,
    S::Error: Into<BoxError>,
    B: Body<Error: fmt::Debug>,
{
    for (secret, status) in [
        (SECRET, StatusCode::OK),
        ("another secret", StatusCode::FORBIDDEN),
    ] {
        let layer = layer(cache(secret)).unwrap();
        let client = ServiceBuilder::new().layer(layer).service(service.clone());
        let response = client.oneshot(request().unwrap()).await.unwrap();
        assert_eq!(response.status(), status, "{}", text(response).await);
    }
}

/// As [`is_taken_by`] a gateway of a service that hashes bodies and asks for nothing else.
async fn is_taken_for(service: &str, recipe: Recipe) {
    is_taken_by(gateway(service), recipe).await;
}

async fn text(response: Response<impl Body<Error: fmt::Debug>>) -> String {
    let body = response.into_body().collect().await.unwrap();
    String::from_utf8(body.to_bytes().into()).unwrap()
}
