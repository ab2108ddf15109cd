use aws_credential_types::{
    Credentials,
    provider::{ProvideCredentials, error::CredentialsError, future},
};
use tests::{Keys, Wire};
use tower::{Layer, ServiceBuilder, ServiceExt};
use tower_sigv4::SigV4Layer;

use crate::forms::{Form, client, client_error, layer, signing_error};

/// A provider that never has any.
#[derive(Debug)]
struct NoCredentials;

impl ProvideCredentials for NoCredentials {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        let error = CredentialsError::not_loaded("there are none here");
        future::ProvideCredentials::ready(Err(error))
    }
}

#[tokio::test]
async fn a_request_without_credentials_is_not_sent() {
    let wire = Wire::start().await;
    let layer = SigV4Layer::builder(Wire::SERVICE, Wire::REGION, NoCredentials);
    let layer = layer.allow_loopback(true).build().unwrap();
    for form in Form::ALL {
        let request = client().get(format!("http://{}/", wire.address()));
        let request = request.build().unwrap();
        let error = form.send(&client(), &layer, request).await.unwrap_err();
        assert!(signing_error(&error).is_credentials(), "{form:?} {error}");
        let report = signing_error(&error).report();
        assert!(report.contains("there are none here"), "{report}");
    }
    assert_eq!(wire.count_received(), 0);
}

#[tokio::test]
async fn a_request_to_a_host_that_was_not_allowed_is_not_sent() {
    let wire = Wire::start().await;
    for form in Form::ALL {
        let request = client().get(format!("http://{}/", wire.address()));
        let request = request.build().unwrap();
        let error = form.send(&client(), &Wire::layer(), request).await;
        assert!(signing_error(&error.unwrap_err()).is_refused_host());
    }
    assert_eq!(wire.count_received(), 0);
}

#[tokio::test]
async fn an_error_of_reqwests_stays_one() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", free.local_addr().unwrap());
    drop(free);
    for form in Form::ALL {
        let request = client().get(&url).build().unwrap();
        let error = form.send(&client(), &layer(), request).await.unwrap_err();
        assert!(client_error(&error).is_connect(), "{form:?} {error}");
        assert!(!error.to_string().is_empty());
    }
}

#[tokio::test]
async fn a_request_that_is_not_sent_gives_its_place_back() {
    let wire = Wire::start().await;
    let limited = ServiceBuilder::new().concurrency_limit(1).service(client());
    let mut signed = layer().layer(limited);
    let url = format!("http://{}/prod", wire.address());
    for _ in 0..3 {
        let refused = client().get("http://example.com/").build().unwrap();
        let service: &mut _ = ServiceExt::<reqwest::Request>::ready(&mut signed)
            .await
            .unwrap();
        let error = tower::Service::call(service, refused).await.unwrap_err();
        assert!(signing_error(&error).is_refused_host());
        let request = client().get(&url).build().unwrap();
        let response = signed.ready().await.unwrap();
        let response = tower::Service::call(response, request).await.unwrap();
        assert_eq!(response.status(), 200);
    }
}

#[tokio::test]
async fn no_error_and_no_debug_shows_a_secret() {
    let Keys { id, secret, token } = Keys::ROLE;
    let signing = tower_sigv4::reqwest::SigningClient::from_client(client(), layer());
    let builder = signing.get("http://127.0.0.1/?q=1");
    let provider = Credentials::new(
        format!("{id}\n"),
        secret,
        token.map(Into::into),
        None,
        "test",
    );
    let broken = SigV4Layer::builder(Wire::SERVICE, Wire::REGION, provider).allow_loopback(true);
    let broken = broken.build().unwrap();
    let request = client().get("http://127.0.0.1/").build().unwrap();
    let error = Form::Layer.send(&client(), &broken, request).await;
    let error = error.unwrap_err();
    let shown = format!("{signing:?} {builder:?} {error} {error:?}");
    for hidden in [secret, token.unwrap()] {
        assert!(!shown.contains(hidden), "{shown}");
    }
}
