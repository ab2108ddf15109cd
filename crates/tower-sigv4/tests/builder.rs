//! The builder: it checks everything at once, and the order of its setters does not matter.

mod common;

use std::time::{Duration, SystemTime};

use aws_credential_types::{
    Credentials,
    provider::{ProvideCredentials, SharedCredentialsProvider, future},
};
use common::{
    HOST, Recorder, builder, credentials, full, get, id, moment, own_error, post, preloaded, send,
    signed_as,
};
use http::{HeaderName, Request};
use http_sigv4::Profile;
use tower::{Layer, ServiceExt};
use tower_sigv4::{
    CredentialsCache, Error, PayloadMode, SigV4Layer, SigV4LayerBuilder, SignedBody,
    SigningOptions, UnlistedHosts, credentials_cache::CachedProvider,
};

type Setter = fn(SigV4LayerBuilder) -> SigV4LayerBuilder;

/// Settings that are possible together, each of which shows in what is sent or refused.
const SETTERS: [Setter; 14] = [
    |builder| builder.allow_host("api.example.com"),
    |builder| builder.allow_host("second.example.com"),
    |builder| builder.allow_subdomains_of("internal.example.com"),
    |builder| builder.allow_loopback(true),
    |builder| builder.allow_plain_http(true),
    |builder| builder.allow_relative_uri(true),
    |builder| builder.unlisted_hosts(UnlistedHosts::ForwardUnsigned),
    |builder| builder.profile(Profile::S3),
    |builder| builder.payload(PayloadMode::Unsigned),
    |builder| builder.sign_header(HeaderName::from_static("x-tenant")),
    |builder| builder.signing_path_prefix("/prod"),
    |builder| builder.body_limit(100),
    |builder| builder.total_body_limit(200),
    |builder| builder.body_timeout(Duration::from_secs(1)),
];

/// Settings that are wrong, each in its own way.
const MISTAKES: [Setter; 7] = [
    |builder| builder.allow_host("https://api.example.com/"),
    |builder| builder.allow_subdomains_of("*.example.com"),
    |builder| builder.signing_host("a b"),
    |builder| builder.signing_path_prefix("prod"),
    |builder| builder.payload(PayloadMode::Unsigned),
    |builder| builder.sign_header(HeaderName::from_static("connection")),
    |builder| builder.body_limit(2).total_body_limit(1),
];

fn shuffled<T: Copy>(items: &[T], random: &mut fastrand::Rng) -> Vec<T> {
    let mut items = items.to_vec();
    random.shuffle(&mut items);
    items
}

fn build(setters: &[Setter]) -> Result<SigV4Layer, Error> {
    let builder = setters.iter().fold(builder(), |builder, set| set(builder));
    builder.build()
}

/// What becomes of a request of every kind.
async fn behaviour(layer: &SigV4Layer) -> Vec<String> {
    let uris = [
        format!("https://{HOST}/a//b"),
        format!("http://{HOST}/"),
        "https://api.example.com/".into(),
        "https://second.example.com/".into(),
        "https://a.internal.example.com/".into(),
        "http://127.0.0.1:8080/".into(),
        "https://evil.example/".into(),
        "/relative".into(),
    ];
    let mut behaviour = Vec::new();
    for uri in &uris {
        for length in [1, 150] {
            let mut request = Request::post(uri).header("x-tenant", "t");
            if uri.starts_with('/') {
                request = request.header("host", "api.example.com");
            }
            let request = request.body(full(vec![b'a'; length])).unwrap();
            behaviour.push(match send(layer.clone(), request).await {
                Err(error) => error.to_string(),
                Ok(sent) if !sent.parts.headers.contains_key("authorization") => "bare".into(),
                Ok(sent) => sent.parts.headers["authorization"]
                    .to_str()
                    .unwrap()
                    .to_owned(),
            });
        }
    }
    behaviour
}

#[tokio::test]
async fn the_order_of_the_setters_does_not_matter() {
    let mut random = fastrand::Rng::with_seed(10);
    for _ in 0..40 {
        let count = random.usize(1..=SETTERS.len());
        let mut chosen = shuffled(&SETTERS, &mut random);
        chosen.truncate(count);
        // Unsigned payloads are a matter of the profile.
        let first = build(&chosen);
        let expected = match &first {
            Ok(layer) => behaviour(layer).await,
            Err(error) => vec![error.to_string()],
        };
        for _ in 0..3 {
            let other = build(&shuffled(&chosen, &mut random));
            let behaviour = match &other {
                Ok(layer) => behaviour(layer).await,
                Err(error) => vec![error.to_string()],
            };
            assert_eq!(behaviour, expected);
        }
    }
}

#[test]
fn every_problem_is_named_at_once_whatever_the_order() {
    let mut random = fastrand::Rng::with_seed(11);
    for count in 1..=MISTAKES.len() {
        for _ in 0..20 {
            let mut chosen = shuffled(&MISTAKES, &mut random);
            chosen.truncate(count);
            let error = build(&chosen).unwrap_err();
            assert!(error.is_configuration(), "{error}");
            let text = error.to_string();
            for mistake in &chosen {
                let alone = build(&[*mistake]).unwrap_err().to_string();
                assert!(text.contains(&alone), "{text}\n lacks {alone}");
            }
            assert_eq!(
                text.contains(&format!("{count} settings are wrong")),
                count > 1
            );
        }
    }
}

#[test]
fn a_wrong_service_does_not_hide_what_else_is_wrong() {
    let builder = SigV4Layer::builder("execute api", "us-east-1/", credentials(id(1)));
    let error = builder.allow_host("a/b").build().unwrap_err();
    assert!(
        error.to_string().starts_with("2 settings are wrong"),
        "{error}"
    );
}

#[tokio::test]
async fn a_payload_mode_survives_a_profile_that_is_set_later() {
    let layer = builder()
        .payload(PayloadMode::Unsigned)
        .profile(Profile::S3);
    let request = post().body(full("x")).unwrap();
    let sent = send(layer.build().unwrap(), request).await.unwrap();
    let digest = &sent.parts.headers["x-amz-content-sha256"];
    assert_eq!(digest, "UNSIGNED-PAYLOAD");
}

#[test]
fn a_payload_mode_that_the_service_does_not_take_is_refused_when_the_layer_is_built() {
    let layer = |service, mode| {
        let builder = SigV4Layer::builder(service, "us-east-1", credentials(id(1)));
        builder.payload(mode).build()
    };
    let error = layer("execute-api", PayloadMode::Unsigned).unwrap_err();
    assert!(error.is_configuration());
    let text = error.to_string();
    assert!(
        text.contains("PayloadMode::Unsigned") && text.contains("`execute-api`"),
        "{text}"
    );
    let error = layer("vpc-lattice-svcs", PayloadMode::Buffered).unwrap_err();
    assert!(error.is_configuration());
    assert!(layer("s3", PayloadMode::Unsigned).is_ok());
}

#[test]
fn a_profile_is_not_for_a_service_that_is_detected() {
    let builder = SigV4LayerBuilder::detect(credentials(id(1))).profile(Profile::S3);
    assert!(builder.build().unwrap_err().is_configuration());
}

#[test]
fn a_body_limit_over_the_usual_total_raises_the_total() {
    let builder = builder().body_limit(256 * 1024 * 1024);
    assert!(builder.build().is_ok());
}

#[tokio::test]
async fn a_disabled_layer_passes_requests_through_as_they_are() {
    let layer = SigV4Layer::disabled();
    assert!(layer.credentials().is_none() && layer.signer().is_none());
    assert_eq!(layer.clock_offset(HOST), 0);
    let recorder = Recorder::default();
    for uri in ["https://evil.example/", "/relative", "ftp://a/"] {
        let request = Request::post(uri)
            .header("authorization", "AWS4-HMAC-SHA256 Credential=kept")
            .extension(SigningOptions::new().region("not a region"))
            .body(full("x"))
            .unwrap();
        let client = layer.layer(recorder.clone());
        client.oneshot(request).await.unwrap();
        let sent = recorder.only();
        assert_eq!(sent.parts.uri, uri);
        assert_eq!(sent.parts.headers.len(), 1);
        assert!(sent.parts.extensions.get::<SigningOptions>().is_none());
    }
}

#[tokio::test]
async fn a_disabled_layer_has_the_type_of_one_that_signs() {
    for layer in [SigV4Layer::disabled(), preloaded(common::layer()).await] {
        let inner = tower::service_fn(async |request: Request<SignedBody<_>>| {
            Ok::<_, tower::BoxError>(http::Response::new(request.into_body()))
        });
        layer
            .layer(inner)
            .oneshot(get().body(full("")).unwrap())
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn the_cache_that_is_made_of_a_provider_goes_by_the_clock_of_the_builder() {
    let expired = moment() - Duration::from_secs(1);
    let provider = Credentials::new("AKID", "s", None, Some(expired), "test");
    let layer = |clock: fn() -> SystemTime| {
        SigV4Layer::builder("execute-api", "us-east-1", provider.clone())
            .clock(clock)
            .cache_settings(
                tower_sigv4::CacheSettings::new().on_expired(tower_sigv4::OnExpired::Fail),
            )
            .build()
            .unwrap()
    };
    let client = layer(moment).layer(Recorder::default());
    let error = own_error(client.oneshot(get().body(full("")).unwrap()).await);
    assert!(error.is_credentials(), "{error}");
    let client = layer(|| moment() - Duration::from_secs(3_600)).layer(Recorder::default());
    assert!(client.oneshot(get().body(full("")).unwrap()).await.is_ok());
}

#[tokio::test]
async fn a_cache_that_exists_is_shared_and_a_provider_handle_of_it_is_not_cached_twice() {
    let cache = CredentialsCache::new(credentials(id(1)));
    let by_cache = SigV4Layer::new("execute-api", "us-east-1", cache.clone()).unwrap();
    let by_handle = SigV4Layer::new("execute-api", "us-east-1", cache.provider()).unwrap();
    for layer in [by_cache, by_handle] {
        let sent = send(layer, get().body(full("")).unwrap()).await.unwrap();
        assert_eq!(signed_as(&sent).access_key_id, id(1));
    }
    assert_eq!(cache.stats().loads, 1);
}

/// Provides the first of two, and falls back to the second, as a chain of `aws-config` may.
#[derive(Debug)]
struct Chain(Credentials, CachedProvider);

impl ProvideCredentials for Chain {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::ready(Ok(self.0.clone()))
    }

    fn fallback_on_interrupt(&self) -> Option<Credentials> {
        self.1.fallback_on_interrupt()
    }
}

#[tokio::test]
async fn a_provider_that_has_a_handle_in_it_signs_with_what_it_provides_itself() {
    let other = CredentialsCache::new(credentials(id(2)));
    let chain = Chain(credentials(id(1)), other.provider());
    let provider = SharedCredentialsProvider::new(chain);
    let layer = SigV4Layer::new("execute-api", "us-east-1", provider).unwrap();
    let sent = send(layer, get().body(full("")).unwrap()).await.unwrap();
    assert_eq!(signed_as(&sent).access_key_id, id(1));
}
