//! What the comparison with other signers counts.

use std::time::SystemTime;

use allocation_counter::measure;
use aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SigningSettings, sign},
    sign::v4::SigningParams,
};
use futures_util::FutureExt;
use http::{Request, request::Parts};
use http_sigv4::Payload;
use reqsign_aws_v4::StaticCredentialProvider;
use reqsign_core::Context;

use crate::{ACCESS_KEY_ID, REGION, SECRET, TOKEN, credentials, signer};

const URL: &str = "https://abc123.execute-api.eu-west-1.amazonaws.com/prod/orders?b=2&a=1";

fn order() -> Parts {
    let request = Request::get(URL).header("content-type", "application/json");
    let (mut parts, ()) = request.body(()).unwrap().into_parts();
    parts.headers.reserve(16);
    parts
}

#[tokio::test]
async fn this_signer_allocates_once_and_the_others_dozens_of_times() {
    let ours = signer("execute-api");
    // The first derives the key, the second keeps the hash of what comes again.
    for _ in 0..2 {
        ours.sign(&mut order(), Payload::EMPTY).await.unwrap();
    }
    let mut parts = order();
    let ours = measure(|| {
        ours.try_sign(&mut parts, Payload::EMPTY).unwrap();
    });

    let identity = credentials(SECRET).into();
    let mut request = Request::from_parts(order(), ());
    let aws_sigv4 = measure(|| {
        let params = SigningParams::builder()
            .identity(&identity)
            .region(REGION)
            .name("execute-api")
            .time(SystemTime::now())
            .settings(SigningSettings::default())
            .build()
            .unwrap();
        let headers = request.headers().iter();
        let headers = headers.map(|(name, value)| (name.as_str(), value.to_str().unwrap()));
        let uri = request.uri().to_string();
        let signable = SignableRequest::new("GET", uri, headers, SignableBody::Bytes(b""));
        let signed = sign(signable.unwrap(), &params.into()).unwrap();
        signed.into_parts().0.apply_to_request_http1x(&mut request);
    });

    let provider = StaticCredentialProvider::new(ACCESS_KEY_ID, SECRET).with_session_token(TOKEN);
    let rules = reqsign_aws_v4::RequestSigner::new("execute-api", REGION);
    let theirs = reqsign_core::Signer::new(Context::new(), provider, rules);
    theirs.sign(&mut order(), None).await.unwrap();
    let mut parts = order();
    let reqsign = measure(|| {
        let signed = theirs.sign(&mut parts, None).now_or_never();
        signed.expect("the credentials are at hand").unwrap();
    });

    let [ours, aws_sigv4, reqsign] = [ours, aws_sigv4, reqsign].map(|counted| counted.count_total);
    println!("allocations: this {ours}, aws-sigv4 {aws_sigv4}, reqsign-aws-v4 {reqsign}");
    assert_eq!(ours, 1);
    assert!(aws_sigv4 > 24 && reqsign > 24, "{aws_sigv4} {reqsign}");
}
