//! F54: a web identity token, as on EKS, whose file is replaced while the process runs.

use std::{
    env, fs, process,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime},
};

use aws_config::{
    Region,
    provider_config::ProviderConfig,
    web_identity_token::{StaticConfiguration, WebIdentityTokenCredentialsProvider},
};
use aws_smithy_http_client::test_util::infallible_client_fn;
use aws_smithy_types::{DateTime, date_time::Format};
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{Empty, Full};
use tower::{BoxError, ServiceExt};
use tower_layer::Layer;
use tower_sigv4::{SigV4Layer, SignedBody};

use crate::{REGION, read};

/// STS's answer: the access key id tells the token that it was given for.
fn answer(token: &str, expiry: SystemTime) -> String {
    let expiry = DateTime::from(expiry).fmt(Format::DateTime).unwrap();
    format!(
        "<AssumeRoleWithWebIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">
           <AssumeRoleWithWebIdentityResult>
             <Credentials>
               <AccessKeyId>ASIA{token}</AccessKeyId>
               <SecretAccessKey>secret</SecretAccessKey>
               <SessionToken>session</SessionToken>
               <Expiration>{expiry}</Expiration>
             </Credentials>
           </AssumeRoleWithWebIdentityResult>
         </AssumeRoleWithWebIdentityResponse>"
    )
}

#[tokio::test]
async fn f54_a_token_file_that_was_replaced_is_read_at_the_next_load() {
    let hours = Arc::<AtomicU64>::default();
    let now = {
        let hours = Arc::clone(&hours);
        move || SystemTime::now() + Duration::from_secs(3_600 * hours.load(Ordering::Relaxed))
    };
    let sts = infallible_client_fn({
        let now = now.clone();
        move |request| {
            let form = String::from_utf8_lossy(request.body().bytes().unwrap());
            let token = form
                .split('&')
                .find_map(|pair| pair.strip_prefix("WebIdentityToken="));
            let expiry = now() + Duration::from_secs(3_600);
            Response::new(answer(token.unwrap(), expiry))
        }
    });
    let file = env::temp_dir().join(format!("tower-sigv4-token-{}", process::id()));
    fs::write(&file, "FIRST").unwrap();
    let config = ProviderConfig::without_region()
        .with_http_client(sts)
        .with_region(Some(Region::new(REGION)));
    let provider = WebIdentityTokenCredentialsProvider::builder()
        .configure(&config)
        .static_configuration(StaticConfiguration {
            web_identity_token_file: file.clone(),
            role_arn: "arn:aws:iam::123456789012:role/caller".into(),
            session_name: "rotation".into(),
        })
        .build();

    let layer = SigV4Layer::builder("execute-api", REGION, provider).clock(now);
    let layer = layer.build().unwrap();
    let client = layer.layer(tower::service_fn(
        |request: Request<SignedBody<Empty<Bytes>>>| async move {
            let signature = request.headers()["authorization"].as_bytes().to_vec();
            Ok::<_, BoxError>(Response::new(Full::<Bytes>::from(signature)))
        },
    ));
    let send = || {
        let uri = format!("https://abc123.execute-api.{REGION}.amazonaws.com/prod/items");
        let request = Request::get(uri).body(Empty::new()).unwrap();
        client.clone().oneshot(request)
    };
    assert!(read(send().await).await.contains("Credential=ASIAFIRST/"));
    fs::write(&file, "SECOND").unwrap();
    assert!(read(send().await).await.contains("Credential=ASIAFIRST/"));
    hours.store(2, Ordering::Relaxed);
    assert!(read(send().await).await.contains("Credential=ASIASECOND/"));
    fs::remove_file(file).unwrap();
}
