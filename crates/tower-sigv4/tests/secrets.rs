//! The secret access key, the session token and the signature are in no `Debug`, no `Display`, no
//! error and no log.

mod common;

use std::{
    error::Error as StdError,
    fmt,
    sync::Mutex,
    time::{Duration, SystemTime},
};

use aws_credential_types::{
    Credentials,
    provider::{ProvideCredentials, error::CredentialsError, future},
};
use common::{HOST, Log, Recorder, Sent, fed, full, get, moment, post, ready, signed_as};
use http::Request;
use http_sigv4::{Payload, Profile, Signer, SigningKey, SigningScope};
use tower::{Layer, Service, ServiceBuilder, ServiceExt};
use tower_http::trace::{DefaultMakeSpan, DefaultOnRequest, TraceLayer};
use tower_sigv4::{
    CredentialsCache, IntoCredentialsCache, SigV4Layer, SigV4LayerBuilder, SigningOptions,
};

const SECRET: &str = "hush/wJalrXUtnFEMI";
const TOKEN: &str = "hush+IQoJb3JpZ2luX2Vj==";

/// What the secrets here begin with, and nothing else has.
const HUSH: &str = "hush";

fn credentials(secret: &str, token: &str, expiry: Option<SystemTime>) -> Credentials {
    Credentials::new("AKID", secret, Some(token.into()), expiry, "test")
}

fn layer(provider: impl IntoCredentialsCache + Send + 'static) -> SigV4Layer {
    builder(provider).build().unwrap()
}

fn builder(provider: impl IntoCredentialsCache + Send + 'static) -> SigV4LayerBuilder {
    SigV4Layer::builder("execute-api", "us-east-1", provider).clock(moment)
}

/// A layer that has loaded its credentials, and a request that it has signed.
async fn loaded() -> (SigV4Layer, Sent) {
    let layer = layer(credentials(SECRET, TOKEN, None));
    let recorder = Recorder::default();
    let client = layer.layer(recorder.clone());
    client
        .oneshot(post().body(full("x")).unwrap())
        .await
        .unwrap();
    let sent = recorder.only();
    assert_eq!(sent.parts.headers["x-amz-security-token"], TOKEN);
    (layer, sent)
}

/// Asserts that neither form of `Debug` shows a secret, and that it shows what it should.
#[track_caller]
fn assert_debug(shown: &dyn fmt::Debug, part: &str) {
    let text = format!("{shown:?} {shown:#?}");
    assert!(!text.contains(HUSH), "{text}");
    assert!(text.contains(part), "{text}");
}

/// Asserts that an error shows no secret, nor do those below it.
#[track_caller]
fn assert_error(error: &(dyn StdError + 'static)) {
    let mut next = Some(error);
    while let Some(error) = next {
        let text = format!("{error} {error:?} {error:#?}");
        assert!(!text.contains(HUSH), "{text}");
        next = error.source();
    }
}

#[test]
fn the_signer_shows_none() {
    let scope = SigningScope::new("execute-api", "us-east-1").unwrap();
    let key = SigningKey::derive(&credentials(SECRET, TOKEN, None), &scope, moment()).unwrap();
    assert_debug(&key, "AKID");
    assert_debug(&scope, "execute-api");

    let signer = Signer::new(Profile::STANDARD);
    let (mut parts, ()) = get().body(()).unwrap().into_parts();
    let prepared = signer.prepare(&mut parts, &key, Payload::EMPTY, moment());
    let canonical = prepared.unwrap().canonical_request();
    assert!(
        canonical.canonical_request().contains(TOKEN),
        "the test is about something"
    );
    assert_debug(&canonical, "AWS4-HMAC-SHA256");
    signer
        .sign(&mut parts, &key, Payload::EMPTY, moment())
        .unwrap();
    assert_debug(&parts, "Sensitive");
    assert_debug(&signer, "Signer");
}

#[test]
fn credentials_that_cannot_sign_are_not_shown_by_the_error() {
    let scope = SigningScope::new("execute-api", "us-east-1").unwrap();
    for (id, secret, token) in [
        ("hush AKID", SECRET, TOKEN),
        ("AKID", "hush\n", TOKEN),
        ("AKID", SECRET, "hush token"),
        ("AKID", SECRET, "hush\u{e9}"),
    ] {
        let credentials = Credentials::new(id, secret, Some(token.into()), None, "test");
        assert_error(&SigningKey::derive(&credentials, &scope, moment()).unwrap_err());
    }
}

#[tokio::test]
async fn a_signed_request_shows_none() {
    let (_, sent) = loaded().await;
    assert_debug(&sent, "Sensitive");
    let text = format!("{sent:?}");
    assert!(!text.contains(signed_as(&sent).signature), "{text}");
}

#[tokio::test]
async fn the_layer_and_what_it_makes_show_none() {
    let (layer, _) = loaded().await;
    // What is in front of a host is no part of what is signed, and is not kept with its decision.
    let request = Request::get(format!("https://hush:hush@{HOST}/")).body(full(""));
    let client = layer.layer(Recorder::default());
    client.oneshot(request.unwrap()).await.unwrap();
    assert_debug(&layer, "Generation");
    assert_debug(&layer.layer("inner"), "inner");
    assert_debug(&builder(credentials(SECRET, TOKEN, None)), "Builder");

    // A future that has sent its request, one that will fail, and one that waits.
    let mut client = layer.layer(Recorder::default());
    let client = ready(&mut client).await;
    let responding = client.call(post().body(full("x")).unwrap());
    assert_debug(&responding, "ResponseFuture");
    let evil = Request::get("https://evil.example/").body(full(""));
    assert_debug(&client.call(evil.unwrap()), "ResponseFuture");
    let (body, _feed) = fed();
    let waiting = client.call(post().body(body).unwrap());
    assert_debug(&waiting, "ResponseFuture");
}

#[tokio::test]
async fn a_cache_of_credentials_shows_none() {
    let cache = CredentialsCache::new(credentials(SECRET, TOKEN, None));
    assert_debug(&cache, "CredentialsCache");
    let client = layer(cache.clone()).layer(Recorder::default());
    client
        .oneshot(post().body(full("")).unwrap())
        .await
        .unwrap();
    assert_debug(&cache, "Generation");
    assert_debug(&SigningOptions::new().credentials(cache), "Generation");
}

#[tokio::test]
async fn an_error_shows_neither_a_secret_nor_a_query_nor_user_information() {
    for layer in [
        layer(credentials("hush\n", TOKEN, None)),
        layer(credentials(SECRET, "hush token", None)),
    ] {
        let client = layer.layer(Recorder::default());
        let error = client.oneshot(get().body(full("")).unwrap()).await;
        assert_error(&*error.unwrap_err());
    }
    let (layer, _) = loaded().await;
    for uri in [
        "https://hush:hush@evil.example/hush?X-Amz-Security-Token=hush",
        &format!("http://hush@{HOST}/?hush"),
        &format!("https://{HOST}/?X-Amz-Signature=hush"),
        &format!("https://{HOST}/hush/a/..?hush"),
    ] {
        let request = Request::get(uri)
            .header("authorization", "hush")
            .header("x-amz-security-token", "hush");
        let client = layer.layer(Recorder::default());
        let error = client.oneshot(request.body(full("hush")).unwrap()).await;
        assert_error(&*error.unwrap_err());
    }
    for setting in ["https://hush@host/", "hush/../", ""] {
        let builder = || builder(credentials(SECRET, TOKEN, None));
        assert_error(&builder().allow_host(setting).build().unwrap_err());
        let signing_host = format!("{setting}@");
        assert_error(&builder().signing_host(&signing_host).build().unwrap_err());
    }
}

/// A provider that returns credentials first, which have expired, and then fails.
#[derive(Debug, Default)]
struct Failing(Mutex<bool>);

impl ProvideCredentials for Failing {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        let again = std::mem::replace(&mut *self.0.lock().unwrap(), true);
        let expired = moment() - Duration::from_secs(60);
        future::ProvideCredentials::ready(match again {
            false => Ok(credentials(SECRET, TOKEN, Some(expired))),
            true => Err(CredentialsError::provider_error(
                "the metadata service is gone",
            )),
        })
    }
}

#[tokio::test(start_paused = true)]
async fn the_log_of_a_failing_provider_has_the_reason_and_no_secret() {
    let log = Log::default();
    let guard = log.start();
    let client = layer(Failing::default()).layer(Recorder::default());
    for _ in 0..3 {
        let response = client.clone().oneshot(get().body(full("")).unwrap());
        if let Err(error) = response.await {
            assert_error(&*error);
        }
        tokio::time::advance(Duration::from_secs(3600)).await;
    }
    drop(guard);
    let text = log.take();
    assert!(text.contains("the metadata service is gone"), "{text}");
    assert!(!text.contains(HUSH), "{text}");
}

#[tokio::test]
async fn the_log_of_a_layer_below_that_logs_all_headers_has_no_secret() {
    let log = Log::default();
    let guard = log.start();
    let recorder = Recorder::default();
    let trace = TraceLayer::new_for_http()
        .make_span_with(DefaultMakeSpan::new().include_headers(true))
        .on_request(DefaultOnRequest::new());
    let client = ServiceBuilder::new()
        .layer(layer(credentials(SECRET, TOKEN, None)))
        .layer(trace)
        .service(recorder.clone());
    client.oneshot(get().body(full("")).unwrap()).await.unwrap();
    drop(guard);
    let (text, sent) = (log.take(), recorder.only());
    assert!(
        text.contains("x-amz-security-token") && text.contains("Sensitive"),
        "{text}"
    );
    assert!(
        !text.contains(HUSH) && !text.contains(signed_as(&sent).signature),
        "{text}"
    );
}
