//! The engine as the source of tokens: whose credentials, which clock, and what is refused.

mod common;

use std::{
    error::Error as _,
    time::{Duration, SystemTime},
};

use aws_credential_types::provider::ProvideCredentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest};
use common::{HeldProvider, Rotating, builder, credentials, id, moment, presigned_signature};
use http::Uri;
use http_sigv4::{
    ExpiresIn, Payload,
    tokens::{
        ApiGatewaySigner, AppSyncSigner, BedrockSigner, DsqlSigner, EksSigner, ElastiCacheSigner,
        IotSigner, MemoryDbSigner, MskSigner, NeptuneSigner, PostPolicy, RdsSigner, Token,
        TokenSigner, TranscribeSigner,
    },
};
use sigv4_testkit::{HOUR, MINUTE, SECOND, ScriptedProvider, Step, TestClock};
use tokio_test::{assert_pending, assert_ready_ok, task};
use tower_sigv4::{EnvironmentCredentials, Error, RequestSigner, SigV4Layer, SigV4LayerBuilder};

const DATABASE: &str = "orders.abc123.us-east-1.rds.amazonaws.com";

fn database() -> RdsSigner {
    RdsSigner::new(DATABASE, 5432, "app").unwrap()
}

fn signer(provider: impl ProvideCredentials + 'static) -> RequestSigner {
    let builder = SigV4Layer::builder("execute-api", "us-east-1", provider).clock(moment);
    builder.build_signer().unwrap()
}

fn access_key_id(token: &Token) -> &str {
    let (_, credential) = token.as_str().split_once("X-Amz-Credential=").unwrap();
    credential.split_once('%').unwrap().0
}

/// The signature that AWS's own signer makes for a login to the database.
fn expected_signature(id: &str, region: &str, time: SystemTime, expires_in: Duration) -> String {
    let url = format!("https://{DATABASE}:5432/?Action=connect&DBUser=app");
    let body = SignableBody::Bytes(&[]);
    let request = SignableRequest::new("GET", url, std::iter::empty(), body).unwrap();
    presigned_signature(request, id, (region, "rds-db"), time, expires_in)
}

#[track_caller]
fn assert_signature(token: &Token, expected: &str) {
    let signature = token.as_str().rsplit("X-Amz-Signature=").next();
    assert_eq!(signature, Some(expected), "{}", token.as_str());
}

#[tokio::test]
async fn a_token_has_the_cached_credentials_the_clock_and_the_region_of_the_signer() {
    let signer = signer(credentials(id(1)));
    let token = signer.sign_token(&database()).await.unwrap();
    let expected = expected_signature(id(1), "us-east-1", moment(), 15 * MINUTE);
    assert_signature(&token, &expected);
    assert_eq!(token.expires_at(), moment() + 15 * MINUTE);
}

#[tokio::test]
async fn a_token_is_signed_in_another_region_where_one_is_named() {
    let signer = signer(credentials(id(1)));
    let token = signer
        .sign_token_in("eu-west-1", &database())
        .await
        .unwrap();
    let expected = expected_signature(id(1), "eu-west-1", moment(), 15 * MINUTE);
    assert_signature(&token, &expected);
    let error = signer.sign_token_in("eu west", &database()).await;
    assert!(error.unwrap_err().is_configuration());
}

#[tokio::test]
async fn where_hosts_tell_the_region_a_token_needs_one_to_be_named() {
    let builder = SigV4LayerBuilder::detect(credentials(id(1))).clock(moment);
    let signer = builder.build_signer().unwrap();
    let error = signer.sign_token(&database()).await.unwrap_err();
    assert!(error.is_configuration() && !error.is_retryable(), "{error}");
    assert!(error.to_string().contains("`sign_token_in`"), "{error}");
    let token = signer.sign_token_in("us-east-1", &database()).await;
    let expected = expected_signature(id(1), "us-east-1", moment(), 15 * MINUTE);
    assert_signature(&token.unwrap(), &expected);
}

#[tokio::test]
async fn every_kind_of_token_is_signed() {
    async fn check<T: TokenSigner>(token: Result<T, http_sigv4::SignError>) {
        let signer = signer(credentials(id(1)));
        signer.sign_token(&token.unwrap()).await.unwrap();
    }
    let uri = Uri::from_static("wss://abc123.execute-api.us-east-1.amazonaws.com/production");
    check(DsqlSigner::connect("abc123.dsql.us-east-1.on.aws")).await;
    check(ElastiCacheSigner::serverless("sessions", "app")).await;
    check(MemoryDbSigner::new("carts", "app")).await;
    check(Ok(MskSigner::new())).await;
    check(EksSigner::new("production")).await;
    check(Ok(BedrockSigner::new())).await;
    check(IotSigner::new("iot.example.com")).await;
    check(Ok(TranscribeSigner::standard())).await;
    check(ApiGatewaySigner::new(uri)).await;
    check(NeptuneSigner::new("graph.example.com", 8182)).await;
    check(AppSyncSigner::connect("api.example.com")).await;
    check(PostPolicy::new("uploads", "key")).await;
}

#[tokio::test]
async fn a_token_and_a_request_share_one_load() {
    let provider = HeldProvider::new();
    let signer = signer(provider.clone());
    provider.release();
    signer.sign_token(&database()).await.unwrap();
    let mut parts = common::get().body(()).unwrap().into_parts().0;
    signer.sign(&mut parts, Payload::EMPTY).await.unwrap();
    signer.sign_token(&MskSigner::new()).await.unwrap();
    assert_eq!(provider.calls(), 1);
}

#[tokio::test]
async fn a_token_that_waits_for_credentials_may_be_given_up_and_the_load_goes_on() {
    let provider = HeldProvider::new();
    let signer = signer(provider.clone());
    let database = database();
    let mut given_up = task::spawn(signer.sign_token(&database));
    assert_pending!(given_up.poll());
    drop(given_up);
    tokio::task::yield_now().await;
    let mut waiting = task::spawn(signer.sign_token(&database));
    assert_pending!(waiting.poll());
    provider.release();
    tokio::task::yield_now().await;
    let token = assert_ready_ok!(waiting.poll());
    assert_eq!(access_key_id(&token), id(1));
    assert_eq!(provider.calls(), 1);
}

#[tokio::test]
async fn a_token_lives_no_longer_than_the_credentials_and_says_so() {
    let signer = signer(Rotating::at(moment() + 10 * MINUTE));
    let token = signer.sign_token(&database()).await.unwrap();
    assert_eq!(token.expires_at(), moment() + 10 * MINUTE);
    let expected = expected_signature(id(1), "us-east-1", moment(), 10 * MINUTE);
    assert_signature(&token, &expected);
}

#[tokio::test]
async fn a_time_that_the_credentials_do_not_live_is_refused_as_such() {
    let signer = signer(Rotating::at(moment() + 10 * MINUTE));
    let wanted = ExpiresIn::exactly(15 * MINUTE);
    let database = database().expires_in(wanted).unwrap();
    let error = signer.sign_token(&database).await.unwrap_err();
    assert!(error.is_expiry(), "{error}");
    assert!(!error.is_request() && !error.is_credentials(), "{error}");
    assert!(error.source().unwrap().is::<http_sigv4::SignError>());
}

#[tokio::test(start_paused = true)]
async fn after_a_refresh_the_next_token_is_signed_with_the_new_credentials() {
    let clock = TestClock::new();
    let provider = ScriptedProvider::new(&clock, |_| Step::Living(HOUR));
    let signer = SigV4Layer::builder("execute-api", "us-east-1", provider)
        .clock(clock.reader())
        .build_signer()
        .unwrap();
    let signed = async || {
        let token = signer.sign_token(&database()).await.unwrap();
        let lifetime = token.expires_at().duration_since(clock.now()).unwrap();
        (access_key_id(&token).to_owned(), lifetime)
    };
    assert_eq!(signed().await, ("AKID1".into(), 15 * MINUTE));
    tokio::time::sleep(58 * MINUTE).await;
    // Nobody waits for the refresh that is due, and a shorter life is told.
    assert_eq!(signed().await, ("AKID1".into(), 2 * MINUTE));
    tokio::time::sleep(SECOND).await;
    assert_eq!(signed().await, ("AKID2".into(), 15 * MINUTE));
}

/// A signer whose credentials have expired, and whose provider has no others.
async fn outlived() -> (RequestSigner, TestClock) {
    let clock = TestClock::new();
    let provider = ScriptedProvider::new(&clock, |load| match load.number {
        1 => Step::Living(MINUTE),
        _ => Step::Error,
    });
    let signer = SigV4Layer::builder("execute-api", "us-east-1", provider)
        .clock(clock.reader())
        .build_signer()
        .unwrap();
    signer.sign_token(&database()).await.unwrap();
    // The refresh fails meanwhile, and what has expired is served.
    for _ in 0..4 {
        tokio::time::sleep(30 * SECOND).await;
        let _ = signer.credentials().get().await;
    }
    (signer, clock)
}

#[tokio::test(start_paused = true)]
async fn expired_credentials_sign_no_token_and_the_error_says_why_there_are_no_others() {
    let (signer, _) = outlived().await;
    let error = signer.sign_token(&database()).await.unwrap_err();
    assert_expired(&error);
}

#[tokio::test(start_paused = true)]
async fn expired_credentials_presign_nothing_and_the_error_says_why_there_are_no_others() {
    let (signer, _) = outlived().await;
    let mut parts = common::get().body(()).unwrap().into_parts().0;
    let lifetime = ExpiresIn::at_most(MINUTE);
    let error = signer.presign(&mut parts, lifetime).await.unwrap_err();
    assert_expired(&error);
}

#[track_caller]
fn assert_expired(error: &Error) {
    assert!(error.is_credentials() && error.is_retryable(), "{error}");
    assert!(!error.is_request() && !error.is_expiry(), "{error}");
    assert!(error.to_string().contains("have expired"), "{error}");
    let report = error.report();
    assert!(report.contains("scripted failure"), "{report}");
}

#[tokio::test]
async fn credentials_that_cannot_be_loaded_are_an_error_of_theirs() {
    let provider = HeldProvider::new();
    provider.fail();
    let signer = signer(provider);
    let error = signer.sign_token(&database()).await.unwrap_err();
    assert!(error.is_credentials() && error.is_retryable(), "{error}");

    let nowhere = EnvironmentCredentials::from_vars(|_| None);
    let signer = self::signer(nowhere);
    let error = signer.sign_token(&database()).await.unwrap_err();
    assert!(error.is_credentials() && !error.is_retryable(), "{error}");
}

#[tokio::test]
async fn what_a_kind_of_token_refuses_is_reported_as_it_reports_it() {
    let signer = builder().build_signer().unwrap();
    // A partition that nobody knows, so that there is no host of STS.
    let cluster = EksSigner::new("production").unwrap();
    let error = signer.sign_token_in("xx-nowhere-1", &cluster).await;
    let error = error.unwrap_err();
    assert!(error.is_configuration(), "{error}");
    assert!(
        error
            .source()
            .unwrap()
            .to_string()
            .contains("name the host")
    );
}

#[test]
fn a_token_can_be_signed_on_any_thread() {
    fn sent<T: Send>(_: &T) {}
    let (signer, database) = (builder().build_signer().unwrap(), database());
    sent(&signer.sign_token(&database));
}
