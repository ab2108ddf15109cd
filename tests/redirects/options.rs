//! What one request wants otherwise, when it is redirected.

use tower_sigv4::{CredentialsCache, SigningOptions};

use super::*;

const ELSEWHERE: &str = "https://def456.execute-api.eu-west-1.amazonaws.com/";

fn with(options: &SigningOptions, uri: &str) -> Request<Full<Bytes>> {
    let mut request = post(uri);
    request.extensions_mut().insert(options.clone());
    request
}

/// Credentials of somebody else.
fn others() -> CredentialsCache {
    CredentialsCache::new(Credentials::new("AKIDOTHER", "secret", None, None, "test"))
}

fn signed_by(received: &Request<Bytes>) -> &str {
    let authorization = received.headers()[AUTHORIZATION].to_str().unwrap();
    let (_, rest) = authorization.split_once("Credential=").unwrap();
    rest.split('/').next().unwrap()
}

/// What tower-http may be told to do with extensions on the way to another origin.
fn policies() -> [FilterCredentials; 3] {
    let new = FilterCredentials::new;
    [
        new(),
        new().allow_extension::<SigningOptions>(),
        new().keep_all_extensions().remove_none(),
    ]
}

#[tokio::test]
async fn no_option_takes_a_signature_to_a_foreign_host() {
    let new = SigningOptions::new;
    let options = [
        new().region("eu-west-1"),
        new().service("execute-api"),
        new().service("execute-api").region("eu-west-1"),
        new().credentials(others()),
        new().signing_host("abc123.execute-api.eu-west-1.amazonaws.com"),
        new().signing_host("evil.example"),
        new().forward_unsigned(),
    ];
    let layers = [
        [refusing(Wire::builder()), forwarding(Wire::builder())],
        [refusing(detecting()), forwarding(detecting())],
    ];
    let (mut meant, mut abroad) = (0, 0);
    for version in Wire::VERSIONS {
        for location in FOREIGN {
            let redirects = [(StatusCode::PERMANENT_REDIRECT, location)];
            for options in &options {
                for layer in layers.as_flattened() {
                    for policy in policies() {
                        let network = Network::redirecting(&redirects).await;
                        let (layer, request) = (layer.clone(), with(options, API));
                        let _ = send_with(policy, &network, version, layer, request).await;
                        let received = network.received_abroad();
                        received.iter().for_each(assert_bare);
                        abroad += received.len();
                        meant += network.received().len();
                    }
                }
            }
        }
    }
    println!("{meant} requests as meant, {abroad} abroad");
    assert!(meant > 1_000 && abroad > 500);
}

#[tokio::test]
async fn options_stay_on_the_way_to_the_same_origin() {
    let layer = SigV4Layer::new("sqs", "us-east-1", Credentials::from(Keys::ROLE)).unwrap();
    let options = SigningOptions::new()
        .service("execute-api")
        .region("eu-west-1");
    for (version, status) in redirects() {
        let network = Network::redirecting(&[(status, "/v2")]).await;
        let request = with(&options, API);
        send(&network, version, layer.clone(), request)
            .await
            .unwrap();
        let received = network.received();
        assert_eq!(received.len(), 2);
        for received in &received {
            assert_signed(received).await;
        }
    }
}

#[tokio::test]
async fn without_its_options_a_redirected_request_is_checked_by_the_layer() {
    let role = || Credentials::from(Keys::ROLE);
    let service = SigV4Layer::new("sqs", "eu-west-1", role()).unwrap();
    let region = SigV4Layer::new("execute-api", "us-east-1", role()).unwrap();
    for (layer, options) in [
        (service, SigningOptions::new().service("execute-api")),
        (region, SigningOptions::new().region("eu-west-1")),
    ] {
        for version in Wire::VERSIONS {
            let redirects = [(StatusCode::FOUND, ELSEWHERE)];
            let network = Network::redirecting(&redirects).await;
            let request = with(&options, API);
            assert_refused(send(&network, version, layer.clone(), request).await);
            let received = network.received();
            assert_eq!(received.len(), 1);
            assert_signed(&received[0]).await;

            // And with them if tower-http is told so.
            let [_, keeping, _] = policies();
            let network = Network::redirecting(&redirects).await;
            let request = with(&options, API);
            let sent = send_with(keeping, &network, version, layer.clone(), request).await;
            assert_eq!(sent.unwrap(), StatusCode::OK);
            assert_signed(&network.received()[1]).await;
        }
    }
}

#[tokio::test]
async fn without_its_options_a_redirected_request_is_signed_with_the_layers_credentials() {
    let options = SigningOptions::new().credentials(others());
    for (policy, signed) in policies()
        .into_iter()
        .zip([Keys::ROLE.id, "AKIDOTHER", "AKIDOTHER"])
    {
        let network = Network::redirecting(&[(StatusCode::FOUND, ELSEWHERE)]).await;
        let [version, _] = Wire::VERSIONS;
        let request = with(&options, API);
        send_with(policy, &network, version, layer(), request)
            .await
            .unwrap();
        let received = network.received();
        let ids: Vec<_> = received.iter().map(signed_by).collect();
        assert_eq!(ids, ["AKIDOTHER", signed]);
    }
}

#[tokio::test]
async fn without_its_options_a_request_that_was_forwarded_is_signed_where_it_may_be() {
    let options = SigningOptions::new().forward_unsigned();
    for (policy, signed) in policies().into_iter().zip([true, false, false]) {
        for version in Wire::VERSIONS {
            let redirects = ["/again", API].map(|location| (StatusCode::FOUND, location));
            let network = Network::redirecting(&redirects).await;
            let request = with(&options, "https://evil.example/");
            let policy = policy.clone();
            send_with(policy, &network, version, layer(), request)
                .await
                .unwrap();
            let abroad = network.received_abroad();
            assert_eq!(abroad.len(), 2);
            abroad.iter().for_each(assert_bare);
            let received = network.received();
            match signed {
                true => assert_signed(&received[0]).await,
                false => assert_bare(&received[0]),
            }
        }
    }
}

#[tokio::test]
async fn a_presigned_url_that_was_forwarded_does_not_follow_a_redirect() {
    let presigned = format!(
        "{API}?X-Amz-Credential={}&X-Amz-Signature=0a",
        Keys::ROLE.id
    );
    for location in FOREIGN {
        for (version, status) in redirects() {
            let network = Network::redirecting(&[(status, location)]).await;
            let request = with(&SigningOptions::new().forward_unsigned(), &presigned);
            let layer = forwarding(Wire::builder());
            send(&network, version, layer, request).await.unwrap();
            assert_eq!(network.received().len(), 1);
            let abroad = network.received_abroad();
            assert_eq!(abroad.len(), 1);
            assert_bare(&abroad[0]);
        }
    }
}
