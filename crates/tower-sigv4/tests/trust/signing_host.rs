//! Who signs for another host than requests are sent to has named every host that they may be sent to.

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::Full;
use tower::{BoxError, ServiceBuilder, ServiceExt};
use tower_http::follow_redirect::{
    FollowRedirectLayer,
    policy::{FilterCredentials, Limited, PolicyExt, clone_body_fn},
};
use tower_sigv4::{Error, SigV4Layer, SigV4LayerBuilder, SigningOptions, UnlistedHosts};

use crate::{
    common::{Empty, Recorder, Sent, assert_signed_for, builder, credentials, full, id, moment},
    harness::{get, sent_to},
};

const VICTIM: &str = "victim0000.execute-api.us-east-1.amazonaws.com";
const CDN: &str = "https://cdn.example.com/orders";

/// AWS hosts of the service and the region that are signed for, which may be anybody's.
const STRANGERS: [&str; 11] = [
    "https://stranger00.execute-api.us-east-1.amazonaws.com/orders",
    "https://STRANGER00.Execute-Api.us-east-1.amazonaws.com./orders",
    "https://user@stranger00.execute-api.us-east-1.amazonaws.com:8443/orders",
    "https://victim0000.execute-api.us-east-1.amazonaws.com@stranger00.execute-api.us-east-1.amazonaws.com/",
    "https://stranger00.execute-api.us-east-1.api.aws/orders",
    "https://stranger00.execute-api-fips.us-east-1.amazonaws.com/orders",
    "https://stranger00-vpce-0a1b.execute-api.us-east-1.amazonaws.com/orders",
    "https://vpce-0a1b-c2d3.execute-api.us-east-1.vpce.amazonaws.com/orders",
    "https://execute-api.us-east-1.amazonaws.com/orders",
    "https://xvictim0000.execute-api.us-east-1.amazonaws.com/orders",
    "//stranger00.execute-api.us-east-1.amazonaws.com/orders",
];

const STATUSES: [StatusCode; 5] = [
    StatusCode::MOVED_PERMANENTLY,
    StatusCode::FOUND,
    StatusCode::SEE_OTHER,
    StatusCode::TEMPORARY_REDIRECT,
    StatusCode::PERMANENT_REDIRECT,
];

fn detecting() -> SigV4LayerBuilder {
    SigV4LayerBuilder::detect(credentials(id(1))).clock(moment)
}

/// Where the signing host is said.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Said {
    OfTheLayer,
    InOptions,
}

/// Layers that go to the victim by way of a CDN, and what their requests are to have in them.
fn layers(unlisted: UnlistedHosts) -> Vec<(Said, SigV4Layer)> {
    let mut layers = Vec::new();
    for base in [builder, detecting] {
        for said in [Said::OfTheLayer, Said::InOptions] {
            let builder = base()
                .allow_host("cdn.example.com")
                .unlisted_hosts(unlisted);
            let builder = match said {
                Said::OfTheLayer => builder.signing_host(VICTIM),
                Said::InOptions => builder,
            };
            layers.push((said, builder.build().unwrap()));
        }
    }
    layers
}

fn request(said: Said, uri: &str) -> Request<Full<Bytes>> {
    let mut request = Request::post(uri).body(full("one tea")).unwrap();
    if said == Said::InOptions {
        let options = SigningOptions::new().signing_host(VICTIM);
        request.extensions_mut().insert(options);
    }
    request
}

/// Sends a request with redirects followed above, and the options of a request kept on the way.
async fn send(
    layer: SigV4Layer,
    network: &Recorder,
    request: Request<Full<Bytes>>,
) -> Result<StatusCode, Error> {
    let keeping = FilterCredentials::new().allow_extension::<SigningOptions>();
    send_with(keeping, layer, network, request).await
}

async fn send_with(
    credentials: FilterCredentials,
    layer: SigV4Layer,
    network: &Recorder,
    request: Request<Full<Bytes>>,
) -> Result<StatusCode, Error> {
    let policy = Limited::default()
        .and::<_, Full<Bytes>, BoxError>(credentials)
        .and::<_, Full<Bytes>, BoxError>(clone_body_fn(|body: &Full<Bytes>| Some(body.clone())));
    let client = ServiceBuilder::new()
        .layer(FollowRedirectLayer::with_policy(policy))
        .layer(layer)
        .service(network.clone());
    match client.oneshot(request).await {
        Ok(response) => Ok(response.status()),
        Err(error) => Err(*error.downcast::<Error>().expect("an error of the layer")),
    }
}

/// The CDN redirects to a location; all else answers.
fn redirecting(status: StatusCode, location: &'static str) -> Recorder {
    Recorder::answering(move |request| match sent_to(request) {
        "cdn.example.com" => Response::builder()
            .status(status)
            .header("location", location)
            .body(Empty::new())
            .unwrap(),
        _ => Response::default(),
    })
}

/// Asserts that a request has nothing that could be replayed anywhere.
#[track_caller]
fn assert_bare(sent: &Sent) {
    for name in sent.parts.headers.keys() {
        let name = name.as_str();
        let of_signature = name == "authorization" || name.starts_with("x-amz-");
        assert!(!of_signature, "{:?}", sent.parts);
    }
}

#[tokio::test]
async fn a_redirect_to_a_stranger_of_the_same_service_and_region_is_refused() {
    for location in STRANGERS {
        for status in STATUSES {
            for (said, layer) in layers(UnlistedHosts::Refuse) {
                let network = redirecting(status, location);
                let error = send(layer, &network, request(said, CDN)).await.unwrap_err();
                assert!(error.is_refused_host(), "{location}: {error}");
                let text = error.to_string();
                assert!(
                    text.contains("`allow_host`") && text.contains(VICTIM),
                    "{text}"
                );
                assert_signed_for(VICTIM, &network.only());
            }
        }
    }
}

#[tokio::test]
async fn where_unlisted_hosts_get_requests_a_stranger_gets_one_without_a_signature() {
    for location in STRANGERS {
        for status in STATUSES {
            for (said, layer) in layers(UnlistedHosts::ForwardUnsigned) {
                let network = redirecting(status, location);
                let sent = send(layer, &network, request(said, CDN)).await;
                assert_eq!(sent.unwrap(), StatusCode::OK, "{location}");
                let [first, second] = <[_; 2]>::try_from(network.sent()).unwrap();
                assert_signed_for(VICTIM, &first);
                assert_bare(&second);
            }
        }
    }
}

#[tokio::test]
async fn without_its_options_a_redirected_request_is_signed_for_the_host_that_gets_it() {
    // As tower-http leaves them behind by default, what it signs cannot be replayed at the victim.
    for layer in [builder(), detecting()] {
        let layer = layer.allow_host("cdn.example.com").build().unwrap();
        let network = redirecting(StatusCode::TEMPORARY_REDIRECT, STRANGERS[0]);
        let request = request(Said::InOptions, CDN);
        let sent = send_with(FilterCredentials::new(), layer, &network, request).await;
        assert_eq!(sent.unwrap(), StatusCode::OK);
        let [first, second] = <[_; 2]>::try_from(network.sent()).unwrap();
        assert_signed_for(VICTIM, &first);
        assert_signed_for("stranger00.execute-api.us-east-1.amazonaws.com", &second);
    }
}

#[tokio::test]
async fn a_vpc_endpoint_has_to_be_named_and_then_may_be_sent_to() {
    let endpoint = "vpce-0a1b-c2d3.execute-api.us-east-1.vpce.amazonaws.com";
    let uri = format!("https://{endpoint}/orders");
    for unlisted in [UnlistedHosts::Refuse, UnlistedHosts::ForwardUnsigned] {
        for base in [builder, detecting] {
            let layer = base().allow_host(endpoint).unlisted_hosts(unlisted);
            let of_layer = layer.signing_host(VICTIM).build().unwrap();
            let layer = base().allow_host(endpoint).unlisted_hosts(unlisted);
            let in_options = layer.build().unwrap();
            for (said, layer) in [(Said::OfTheLayer, of_layer), (Said::InOptions, in_options)] {
                let network = Recorder::default();
                send(layer, &network, request(said, &uri)).await.unwrap();
                assert_signed_for(VICTIM, &network.only());
            }
        }
    }
}

#[tokio::test]
async fn the_signing_host_itself_and_every_named_host_may_be_sent_to() {
    for uri in [
        CDN,
        "https://victim0000.execute-api.us-east-1.amazonaws.com/orders",
        "https://VICTIM0000.execute-api.us-east-1.amazonaws.com./orders",
    ] {
        for (said, layer) in layers(UnlistedHosts::Refuse) {
            let network = Recorder::default();
            send(layer, &network, request(said, uri)).await.unwrap();
            assert_signed_for(VICTIM, &network.only());
        }
    }
}

#[tokio::test]
async fn a_host_header_that_names_a_stranger_is_refused_too() {
    let stranger = "stranger00.execute-api.us-east-1.amazonaws.com";
    for unlisted in [UnlistedHosts::Refuse, UnlistedHosts::ForwardUnsigned] {
        for (said, layer) in layers(unlisted) {
            let network = Recorder::default();
            let mut request = request(said, CDN);
            request
                .headers_mut()
                .insert("host", stranger.parse().unwrap());
            let error = send(layer, &network, request).await.unwrap_err();
            assert!(error.is_refused_host(), "{error}");
            assert!(error.to_string().contains(stranger), "{error}");
            assert_eq!(network.calls(), 0);
        }
    }
}

#[tokio::test]
async fn a_signing_host_that_is_no_hosts_name_is_refused() {
    for host in [
        "",
        "a b",
        "https://a.example",
        "*.example.com",
        "a.example:99999",
    ] {
        let layer = builder().signing_host(host).build();
        assert!(layer.is_err(), "{host:?}");
        let network = Recorder::default();
        let mut request = get("https://victim0000.execute-api.us-east-1.amazonaws.com/");
        let options = SigningOptions::new().signing_host(host);
        request.extensions_mut().insert(options);
        let layer = builder().build().unwrap();
        assert!(send(layer, &network, request).await.is_err(), "{host:?}");
        assert_eq!(network.calls(), 0);
    }
}
