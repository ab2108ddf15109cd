//! The engine alone: what signs for clients that are no tower service.

mod common;

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use common::{
    HOST, HeldProvider, Sent, assert_signed, builder, credentials, full, get, id, layer, moment,
    post,
};
use http::{HeaderMap, Request, StatusCode, request::Parts};
use http_sigv4::{ExpiresIn, Payload};
use tokio_test::{assert_pending, assert_ready_ok, task};
use tower_sigv4::{PayloadMode, RequestSigner, SigV4Layer, SigningOptions, TrySign, UnlistedHosts};

fn signer() -> RequestSigner {
    builder().build_signer().unwrap()
}

fn parts() -> Parts {
    post().body(()).unwrap().into_parts().0
}

fn assert_signature(parts: Parts, body: &'static str) {
    assert_signed(&Sent {
        parts,
        body: body.into(),
    });
}

#[tokio::test]
async fn parts_are_signed_as_the_layer_signs_them() {
    let mut parts = parts();
    let signed = signer()
        .sign(&mut parts, Payload::hash(b"x"))
        .await
        .unwrap();
    let sent = common::send(layer(), post().body(full("x")).unwrap())
        .await
        .unwrap();
    assert_eq!(parts.headers, sent.parts.headers);
    assert_signature(parts, "x");
    assert!(format!("{signed:?}").contains("Generation"));
}

#[tokio::test]
async fn begin_tells_the_payload_mode_and_starts_a_load() {
    let provider = HeldProvider::new();
    let signer = RequestSigner::builder("s3", "us-east-1", provider.clone())
        .payload(PayloadMode::Unsigned)
        .allow_host(HOST)
        .build_signer()
        .unwrap();
    let signing = signer.begin(&mut parts()).unwrap().unwrap();
    assert_eq!(signing.payload_mode(), PayloadMode::Unsigned);
    tokio::task::yield_now().await;
    assert_eq!(provider.calls(), 1);
}

#[tokio::test]
async fn try_sign_hands_back_the_way_to_wait() {
    let provider = HeldProvider::new();
    let builder = SigV4Layer::builder("execute-api", "us-east-1", provider.clone()).clock(moment);
    let signer = builder.build_signer().unwrap();
    let mut parts = parts();
    let TrySign::Waiting(signing) = signer.try_sign(&mut parts, Payload::EMPTY).unwrap() else {
        panic!("signed without credentials");
    };
    assert!(!parts.headers.contains_key("authorization"));
    let mut waiting = task::spawn(signing.sign(&mut parts, Payload::EMPTY));
    assert_pending!(waiting.poll());
    provider.release();
    tokio::task::yield_now().await;
    assert_ready_ok!(waiting.poll());
    drop(waiting);
    assert_signature(parts, "");
    assert_eq!(provider.calls(), 1);
}

#[tokio::test]
async fn with_credentials_at_hand_nothing_waits() {
    let signer = signer();
    signer.credentials().preload().await.unwrap();
    let mut parts = parts();
    let signed = signer.try_sign(&mut parts, Payload::EMPTY).unwrap();
    assert!(matches!(signed, TrySign::Signed(_)));
    assert_signature(parts, "");
}

#[tokio::test]
async fn options_in_the_extensions_apply_and_are_taken_out() {
    let uri = "https://abc123.execute-api.eu-west-1.amazonaws.com/";
    let request = Request::get(uri).extension(SigningOptions::new().region("eu-west-1"));
    let mut parts = request.body(()).unwrap().into_parts().0;
    let _signed = signer().sign(&mut parts, Payload::EMPTY).await.unwrap();
    let authorization = parts.headers["authorization"].to_str().unwrap();
    assert!(
        authorization.contains("/eu-west-1/execute-api/"),
        "{authorization}"
    );
    assert!(parts.extensions.get::<SigningOptions>().is_none());
}

#[tokio::test]
async fn what_is_to_be_forwarded_unsigned_is_told_by_begin_and_an_error_of_sign() {
    let signer = builder()
        .unlisted_hosts(UnlistedHosts::ForwardUnsigned)
        .build_signer()
        .unwrap();
    let foreign = || {
        let request = Request::get("https://evil.example/").header("x-amz-security-token", "t");
        request.body(()).unwrap().into_parts().0
    };
    let mut parts = foreign();
    assert!(signer.begin(&mut parts).unwrap().is_none());
    assert!(parts.headers.is_empty());
    let error = signer
        .sign(&mut foreign(), Payload::EMPTY)
        .await
        .unwrap_err();
    assert!(error.to_string().contains("`begin`"), "{error}");
}

#[tokio::test]
async fn an_error_leaves_the_parts_as_they_were() {
    let mut parts = Request::get("https://evil.example/?a")
        .body(())
        .unwrap()
        .into_parts()
        .0;
    let error = signer().sign(&mut parts, Payload::EMPTY).await.unwrap_err();
    assert!(error.is_refused_host());
    assert!(parts.headers.is_empty() && parts.uri == "https://evil.example/?a");
}

#[tokio::test]
async fn a_response_that_is_shown_teaches_the_time_and_gives_advice() {
    let signer = signer();
    let date = |parts: &Parts| parts.headers["x-amz-date"].to_str().unwrap().to_owned();
    let mut first = parts();
    let signed = signer.sign(&mut first, Payload::EMPTY).await.unwrap();
    let ahead = moment() + Duration::from_secs(3_600);
    let mut headers = HeaderMap::new();
    headers.insert("date", httpdate::fmt_http_date(ahead).parse().unwrap());
    let advice = signed.observe(StatusCode::FORBIDDEN, &headers).unwrap();
    assert!(advice.ready().await);
    assert_eq!(signer.clock_offset(HOST), 3_600);
    let mut second = parts();
    let signed = signer.sign(&mut second, Payload::EMPTY).await.unwrap();
    assert_eq!(
        (date(&first), date(&second)),
        ("20150830T123600Z".into(), "20150830T133600Z".into())
    );
    assert!(signed.observe(StatusCode::OK, &HeaderMap::new()).is_none());
}

#[tokio::test]
async fn a_url_is_presigned_for_as_long_as_asked_or_as_the_credentials_live() {
    let expiry = moment() + Duration::from_secs(600);
    let short = Credentials::new(id(1), "secret", None, Some(expiry), "test");
    let hour = Duration::from_secs(3_600);
    for (provider, expires_in, seconds) in [
        (credentials(id(1)), ExpiresIn::exactly(hour), Some(3_600)),
        (credentials(id(1)), ExpiresIn::at_most(hour), Some(3_600)),
        (short.clone(), ExpiresIn::at_most(hour), Some(600)),
        (short, ExpiresIn::exactly(hour), None),
    ] {
        let builder = SigV4Layer::builder("execute-api", "us-east-1", provider).clock(moment);
        let signer = builder.build_signer().unwrap();
        let mut parts = get().body(()).unwrap().into_parts().0;
        let presigned = signer.presign(&mut parts, expires_in).await;
        let ends_at: Option<SystemTime> = presigned.ok();
        assert_eq!(
            ends_at,
            seconds.map(|seconds| moment() + Duration::from_secs(seconds))
        );
        let query = parts.uri.query().unwrap_or_default();
        match seconds {
            Some(seconds) => assert!(
                query.contains(&format!("X-Amz-Expires={seconds}&")),
                "{query}"
            ),
            None => assert!(query.is_empty(), "{query}"),
        }
    }
}

#[tokio::test]
async fn a_foreign_host_is_not_presigned_for() {
    let mut parts = Request::get("https://evil.example/")
        .body(())
        .unwrap()
        .into_parts()
        .0;
    let minute = ExpiresIn::exactly(Duration::from_secs(60));
    assert!(
        signer()
            .presign(&mut parts, minute)
            .await
            .unwrap_err()
            .is_refused_host()
    );
}
