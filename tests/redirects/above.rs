//! tower-http's redirects above the layer: each hop is checked by itself.

use http::{Method, header::HOST};

use super::*;

const OTHER_API: &str = "https://def456.execute-api.eu-west-1.amazonaws.com/";

type NewBuilder = fn() -> SigV4LayerBuilder;

/// What is redirected.
fn calls() -> [(NewBuilder, Request<Full<Bytes>>); 4] {
    [
        (Wire::builder, get(API)),
        (Wire::builder, post(API)),
        (detecting, get(API)),
        (detecting, post(API)),
    ]
}

/// The method and the body after a redirect of a request that has that method.
fn after(status: StatusCode, method: &Method) -> (Method, &'static str) {
    match status {
        StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT if method == "POST" => {
            (Method::POST, "body")
        }
        _ => (Method::GET, ""),
    }
}

#[track_caller]
fn assert_arrived((method, body): (Method, &str), received: &Request<Bytes>) {
    assert_eq!(
        (received.method(), &received.body()[..]),
        (&method, body.as_bytes())
    );
}

/// The one request in a list.
#[track_caller]
fn only(received: Vec<Request<Bytes>>) -> Request<Bytes> {
    let [received] = <[_; 1]>::try_from(received).unwrap();
    received
}

#[tokio::test]
async fn a_redirect_to_a_foreign_host_is_not_followed() {
    for (version, status) in redirects() {
        for location in FOREIGN {
            for (builder, request) in calls() {
                let layer = refusing(builder());
                let network = Network::redirecting(&[(status, location)]).await;
                assert_refused(send(&network, version, layer, request).await);
                assert_signed(&only(network.received())).await;
                assert!(network.received_abroad().is_empty(), "{location}");
            }
        }
    }
}

#[tokio::test]
async fn a_redirect_to_a_foreign_host_is_followed_with_nothing_of_a_signature_if_so_set() {
    for (version, status) in redirects() {
        for location in FOREIGN {
            for (builder, request) in calls() {
                let after = after(status, request.method());
                let layer = forwarding(builder());
                let network = Network::redirecting(&[(status, location)]).await;
                let sent = send(&network, version, layer, request).await;
                assert_eq!(sent.unwrap(), StatusCode::OK);
                assert_signed(&only(network.received())).await;
                let abroad = only(network.received_abroad());
                assert_bare(&abroad);
                assert_arrived(after, &abroad);
            }
        }
    }
}

#[tokio::test]
async fn a_redirect_to_the_same_host_or_another_of_the_service_is_signed_afresh() {
    let same_host = "https://user@ABC123.execute-api.eu-west-1.amazonaws.com:443/v2";
    for (version, status) in redirects() {
        for location in ["/v2?b=1&a=2", same_host, OTHER_API] {
            for (builder, request) in calls() {
                let after = after(status, request.method());
                let layer = refusing(builder());
                let network = Network::redirecting(&[(status, location)]).await;
                let sent = send(&network, version, layer, request).await;
                assert_eq!(sent.unwrap(), StatusCode::OK);
                let [first, second] = <[_; 2]>::try_from(network.received()).unwrap();
                assert_signed(&first).await;
                assert_signed(&second).await;
                assert_arrived(after, &second);
            }
        }
    }
}

#[tokio::test]
async fn a_redirect_to_plain_http_is_refused_whatever_becomes_of_other_hosts() {
    let same_host = "http://abc123.execute-api.eu-west-1.amazonaws.com/prod";
    let other = "http://def456.execute-api.eu-west-1.amazonaws.com:443/";
    for (version, status) in redirects() {
        for location in [same_host, other] {
            for (builder, request) in calls() {
                for layer in [refusing(builder()), forwarding(builder())] {
                    let network = Network::redirecting(&[(status, location)]).await;
                    assert_refused(send(&network, version, layer, request.clone()).await);
                    assert_signed(&only(network.received())).await;
                    assert!(network.received_abroad().is_empty());
                }
            }
        }
    }
}

#[tokio::test]
async fn an_aws_host_of_another_service_or_region_is_another_host_but_to_a_layer_that_detects() {
    let region = "https://abc123.execute-api.us-east-1.amazonaws.com/";
    for (location, scope) in [
        (region, ("execute-api", "us-east-1")),
        ("https://sqs.eu-west-1.amazonaws.com/", ("sqs", "eu-west-1")),
        (
            "https://a.lambda-url.eu-west-1.on.aws/",
            ("lambda", "eu-west-1"),
        ),
    ] {
        for (version, status) in redirects() {
            let redirects = [(status, location)];
            let network = Network::redirecting(&redirects).await;
            assert_refused(send(&network, version, layer(), post(API)).await);
            assert!(network.received_abroad().is_empty());

            let network = Network::redirecting(&redirects).await;
            let layer = forwarding(Wire::builder());
            send(&network, version, layer, post(API)).await.unwrap();
            assert_bare(&only(network.received_abroad()));

            let network = Network::redirecting(&redirects).await;
            let sent = send(&network, version, refusing(detecting()), post(API)).await;
            assert_eq!(sent.unwrap(), StatusCode::OK);
            assert_signed_for(scope, &only(network.received_abroad())).await;
        }
    }
}

#[tokio::test]
async fn a_redirect_from_loopback_to_a_foreign_host_takes_nothing_along() {
    let look_alikes = [
        "http://localhost.evil.example/",
        "http://127.0.0.1.evil.example/",
        "http://127.0.0.1@evil.example/",
        "http://10.0.0.1/",
        "http://169.254.169.254/latest/meta-data/",
    ];
    for (version, status) in redirects() {
        for location in FOREIGN.into_iter().chain(look_alikes) {
            let network = Network::redirecting(&[(status, location)]).await;
            let refusing = Wire::builder().allow_loopback(true).build().unwrap();
            assert_refused(send(&network, version, refusing, post(LOCAL)).await);
            assert_signed(&only(network.received())).await;
            assert!(network.received_abroad().is_empty());

            let network = Network::redirecting(&[(status, location)]).await;
            let forwarding = forwarding(Wire::builder().allow_loopback(true));
            let sent = send(&network, version, forwarding, post(LOCAL)).await;
            assert_eq!(sent.unwrap(), StatusCode::OK);
            assert_bare(&only(network.received_abroad()));
        }
    }
}

#[tokio::test]
async fn a_redirect_to_loopback_is_signed_for_only_if_that_is_allowed() {
    // However the address is written: tower-http reads it as browsers do.
    for location in [
        LOCAL,
        "http://2130706433/",
        "http://0x7f.1:8080/",
        "http://127.1/",
    ] {
        for (version, status) in redirects() {
            let redirects = [(status, location)];
            let network = Network::redirecting(&redirects).await;
            assert_refused(send(&network, version, layer(), post(API)).await);
            assert_signed(&only(network.received())).await;

            let network = Network::redirecting(&redirects).await;
            let local = Wire::builder().allow_loopback(true).build().unwrap();
            send(&network, version, local, post(API)).await.unwrap();
            let [_, second] = <[_; 2]>::try_from(network.received()).unwrap();
            assert_signed(&second).await;
        }
    }
}

#[tokio::test]
async fn the_hash_of_the_body_stays_behind_as_well() {
    let bucket = "https://bucket.s3.eu-west-1.amazonaws.com/key";
    for (version, status) in redirects() {
        let network = Network::redirecting(&[(status, "https://evil.example/")]).await;
        let layer = forwarding(detecting());
        send(&network, version, layer, post(bucket)).await.unwrap();
        let [first, second] = <[_; 2]>::try_from(network.received_abroad()).unwrap();
        assert!(first.headers().contains_key("x-amz-content-sha256"));
        assert_bare(&second);
    }
}

#[tokio::test]
async fn each_hop_of_a_chain_is_checked_by_itself() {
    let chain = [
        "https://evil.example/1",
        API,
        "https://evil.example/2",
        "/3",
    ];
    for (version, status) in redirects() {
        let network = Network::redirecting(&chain.map(|location| (status, location))).await;
        let layer = forwarding(Wire::builder());
        send(&network, version, layer, post(API)).await.unwrap();
        let [first, third] = <[_; 2]>::try_from(network.received()).unwrap();
        assert_signed(&first).await;
        assert_signed(&third).await;
        let abroad = network.received_abroad();
        assert_eq!(abroad.len(), 3);
        abroad.iter().for_each(assert_bare);
    }
}

/// As a browser sends its cookies wherever a link leads. A client that must not do with its own
/// rights what a foreign server asks for follows no redirect to another origin.
#[tokio::test]
async fn a_foreign_server_can_have_a_request_signed_for_a_host_that_is_allowed() {
    for (version, status) in redirects() {
        let network = Network::redirecting(&[(status, API)]).await;
        let layer = forwarding(Wire::builder());
        let foreign = post("https://evil.example/");
        send(&network, version, layer, foreign).await.unwrap();
        assert_bare(&only(network.received_abroad()));
        assert_signed(&only(network.received())).await;
    }
}

#[tokio::test]
async fn a_host_header_that_stays_for_every_hop_has_none_signed_for_another_host() {
    let [http1, _] = Wire::VERSIONS;
    for location in ["https://evil.example/", OTHER_API] {
        let network = Network::redirecting(&[(StatusCode::FOUND, location)]).await;
        let mut request = get(API);
        let host = "abc123.execute-api.eu-west-1.amazonaws.com"
            .parse()
            .unwrap();
        request.headers_mut().insert(HOST, host);
        assert!(send(&network, http1, layer(), request).await.is_err());
        assert_signed(&only(network.received())).await;
        assert!(network.received_abroad().is_empty());
    }
}
