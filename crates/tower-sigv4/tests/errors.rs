//! What the layer reports: which kind of failure, with its source, and that nothing was sent.

mod common;

use std::{error::Error as _, io};

use aws_credential_types::{
    Credentials,
    provider::{ProvideCredentials, error::CredentialsError, future},
};
use bytes::Bytes;
use common::{
    Empty, HOST, HeldProvider, Recorder, client, credentials, full, get, id, layer, moment,
    own_error, preloaded,
};
use http::{Method, Request, Response, Uri};
use http_body_util::Full;
use http_sigv4::SignError;
use tokio_test::{assert_pending, assert_ready, task};
use tower::{BoxError, Layer, Service, ServiceExt, service_fn};
use tower_sigv4::{Error, SigV4Layer};

/// Sends a request that has to fail, and asserts that nothing is sent.
async fn refused(layer: SigV4Layer, request: Request<Full<Bytes>>) -> Error {
    let recorder = Recorder::default();
    let error = own_error(layer.layer(recorder.clone()).oneshot(request).await);
    assert_eq!(recorder.calls(), 0, "nothing is sent on an error");
    error
}

/// Which of the predicates hold, `is_retryable` apart.
fn kinds(error: &Error) -> Vec<&'static str> {
    let kinds = [
        ("credentials", error.is_credentials()),
        ("request", error.is_request()),
        ("body", error.is_body()),
        ("refused host", error.is_refused_host()),
        ("configuration", error.is_configuration()),
    ];
    kinds
        .iter()
        .filter_map(|&(kind, is)| is.then_some(kind))
        .collect()
}

fn request(change: impl FnOnce(&mut Request<Full<Bytes>>)) -> Request<Full<Bytes>> {
    let mut request = get().body(full("")).unwrap();
    change(&mut request);
    request
}

#[tokio::test]
async fn a_request_without_a_certain_signature_is_refused() {
    type Change = fn(&mut Request<Full<Bytes>>);
    let changes: [(&str, Change); 6] = [
        ("CONNECT", |request| *request.method_mut() = Method::CONNECT),
        ("`X-Amz-Signature`", |request| {
            let uri = format!("https://{HOST}/?X-Amz-Signature=0");
            *request.uri_mut() = uri.parse().unwrap();
        }),
        ("no host", |request| {
            *request.uri_mut() = Uri::from_static("/prod");
        }),
        ("`Host` header", |request| {
            let other = "other.execute-api.us-east-1.amazonaws.com";
            request.headers_mut().insert("host", other.parse().unwrap());
        }),
        ("`/..`", |request| {
            *request.uri_mut() = format!("https://{HOST}/a/b/..").parse().unwrap();
        }),
        ("`x-amz-meta-name`", |request| {
            let value = http::HeaderValue::from_bytes(b"\xe9").unwrap();
            request.headers_mut().insert("x-amz-meta-name", value);
        }),
    ];
    for (part, change) in changes {
        for layer in [layer(), preloaded(layer()).await] {
            let error = refused(layer, request(change)).await;
            assert_eq!(kinds(&error), ["request"], "{part}");
            assert!(!error.is_retryable());
            let source = error.source().unwrap();
            assert!(
                source.is::<SignError>() && source.to_string().contains(part),
                "{source}"
            );
        }
    }
}

#[tokio::test]
async fn a_foreign_host_and_plain_http_are_refused_before_credentials_are_loaded() {
    for (uri, setting) in [
        ("https://evil.example/", "`allow_host`"),
        (
            "https://abc123.execute-api.us-east-1.amazonaws.com.evil.example/",
            "`allow_host`",
        ),
        (
            "http://abc123.execute-api.us-east-1.amazonaws.com/",
            "`allow_plain_http`",
        ),
    ] {
        let provider = HeldProvider::new();
        let layer = SigV4Layer::new("execute-api", "us-east-1", provider.clone()).unwrap();
        let error = refused(
            layer,
            request(|request| *request.uri_mut() = uri.parse().unwrap()),
        );
        let error = error.await;
        assert_eq!(kinds(&error), ["refused host"], "{uri}");
        assert!(error.to_string().contains(setting), "{error}");
        assert!(error.source().is_none() && !error.is_retryable());
        assert_eq!(provider.calls(), 0);
    }
}

/// A provider that does what it is told.
#[derive(Clone, Debug)]
enum Provider {
    Fails,
    IsSetUpWrong,
    Panics,
    Returns(Credentials),
}

impl ProvideCredentials for Provider {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async {
            match self {
                Self::Fails => Err(CredentialsError::provider_error(io::Error::other("IMDS"))),
                Self::IsSetUpWrong => Err(CredentialsError::invalid_configuration("loop")),
                Self::Panics => panic!("a provider that panics, for a test"),
                Self::Returns(credentials) => Ok(credentials.clone()),
            }
        })
    }
}

async fn refused_by(provider: Provider) -> Error {
    let layer = SigV4Layer::builder("execute-api", "us-east-1", provider).clock(moment);
    refused(layer.build().unwrap(), request(|_| ())).await
}

#[tokio::test]
async fn a_provider_that_fails_is_the_source() {
    let error = refused_by(Provider::Fails).await;
    assert_eq!(kinds(&error), ["credentials"]);
    assert!(error.is_retryable());
    let source = error.source().unwrap();
    assert!(source.is::<CredentialsError>());
    assert_eq!(source.source().unwrap().to_string(), "IMDS");
}

#[tokio::test]
async fn a_provider_that_is_set_up_wrong_is_not_worth_another_attempt() {
    let error = refused_by(Provider::IsSetUpWrong).await;
    assert_eq!(kinds(&error), ["credentials"]);
    assert!(!error.is_retryable());
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_takes_too_long_is_told_from_one_that_fails() {
    let layer = SigV4Layer::new("execute-api", "us-east-1", HeldProvider::new()).unwrap();
    let error = refused(layer, request(|_| ())).await;
    assert_eq!(kinds(&error), ["credentials"]);
    assert!(error.is_timeout() && error.is_retryable(), "{error}");
    assert!(!refused_by(Provider::Fails).await.is_timeout());
}

#[tokio::test]
async fn a_provider_that_panics_is_an_error() {
    let error = refused_by(Provider::Panics).await;
    assert_eq!(kinds(&error), ["credentials"]);
}

#[tokio::test]
async fn credentials_that_no_request_can_carry_are_an_error() {
    for (id, secret, token) in [
        ("AK ID", "secret", None),
        ("AKID", "secret\n", None),
        ("AKID", "secret", Some("to ken")),
    ] {
        let credentials = Credentials::new(id, secret, token.map(Into::into), None, "test");
        let error = refused_by(Provider::Returns(credentials)).await;
        assert_eq!(kinds(&error), ["credentials"]);
        assert!(!error.is_retryable());
        assert!(error.source().unwrap().is::<SignError>());
    }
}

#[tokio::test]
async fn all_who_wait_get_the_same_error() {
    let provider = HeldProvider::new();
    let layer = SigV4Layer::new("execute-api", "us-east-1", provider.clone()).unwrap();
    let client = layer.layer(Recorder::default());
    let mut waiting: Vec<_> = (0..3)
        .map(|_| task::spawn(client.clone().oneshot(request(|_| ()))))
        .collect();
    for response in &mut waiting {
        assert_pending!(response.poll());
    }
    provider.fail();
    tokio::task::yield_now().await;
    let errors = waiting
        .iter_mut()
        .map(|response| own_error(assert_ready!(response.poll())));
    let sources: Vec<_> = errors
        .map(|error| std::ptr::from_ref(error.source().unwrap()).cast::<()>())
        .collect();
    assert!(sources[0] == sources[1] && sources[1] == sources[2]);
}

#[test]
fn credentials_that_are_there_need_no_runtime() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    let (client, recorder) = runtime.block_on(client(layer()));
    drop(runtime);
    let mut response = task::spawn(client.oneshot(request(|_| ())));
    assert!(assert_ready!(response.poll()).is_ok());
    common::assert_signed(&recorder.only());
}

#[tokio::test]
async fn the_inner_services_error_passes_as_it_is() {
    let inner = service_fn(async |_: Request<_>| {
        Err::<Response<Empty>, _>(io::Error::from(io::ErrorKind::ConnectionReset))
    });
    for layer in [layer(), preloaded(layer()).await] {
        let error: BoxError = layer
            .layer(inner)
            .oneshot(request(|_| ()))
            .await
            .unwrap_err();
        let error = error.downcast::<io::Error>().unwrap();
        assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
    }
}

#[tokio::test]
#[should_panic(expected = "polled after completion")]
async fn a_future_that_has_failed_does_not_start_again() {
    let provider = HeldProvider::new();
    provider.fail();
    let layer = SigV4Layer::new("execute-api", "us-east-1", provider).unwrap();
    let mut client = layer.layer(Recorder::default());
    let client = ServiceExt::<Request<Full<Bytes>>>::ready(&mut client).await;
    let mut response = task::spawn(client.unwrap().call(request(|_| ())));
    assert_pending!(response.poll());
    tokio::task::yield_now().await;
    assert!(assert_ready!(response.poll()).is_err());
    let _ = response.poll();
}

#[test]
fn an_error_can_be_cloned_sent_and_shared() {
    fn check<T: Clone + Send + Sync + std::error::Error + 'static>() {}
    check::<Error>();
    let error = SigV4Layer::new("", "us-east-1", credentials(id(1))).unwrap_err();
    let boxed: BoxError = error.clone().into();
    assert_eq!(
        boxed.downcast::<Error>().unwrap().to_string(),
        error.to_string()
    );
}
