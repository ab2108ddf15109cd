//! `Host` headers that name another host than the URI does, or several, or none.

use bytes::Bytes;
use http::{HeaderValue, Request, header::HOST};
use http_body_util::Full;
use tower_sigv4::{SigV4Layer, UnlistedHosts};

use super::{
    Guard, assert_bare,
    common::{assert_signed_for, send, signed_as},
    signed_before,
};

const API: &str = "abc.execute-api.us-east-1.amazonaws.com";

/// Headers that name no host that may be signed for, or not for certain. `API` is one that may be.
const HOSTILE: [&[&str]; 24] = [
    &["evil.example"],
    &["evil.example:443"],
    &["API.evil.example"],
    &["evil.example/.API"],
    &["evil.example:443/.API"],
    &["evil.example#.API"],
    &["evil.example\\.API"],
    &["user@API"],
    &["user:password@API"],
    &["API@evil.example"],
    &["API:443@evil.example"],
    &["API:@evil.example"],
    &["API:evil.example"],
    &["API:443.evil.example"],
    &["API/evil.example"],
    &["API, evil.example"],
    &["API evil.example"],
    &["evil.example\tAPI"],
    &["[::1].API"],
    &["API.."],
    &["\u{e9}.API"],
    &[""],
    &["API", "evil.example"],
    &["API", "API"],
];

fn request(uri: &str, hosts: &[&str]) -> Request<Full<Bytes>> {
    let mut request = signed_before(uri);
    for host in hosts {
        let host = host.replace("API", API);
        let host = HeaderValue::from_bytes(host.as_bytes()).unwrap();
        request.headers_mut().append(HOST, host);
    }
    request
}

/// Layers that sign for the host that is sent, and layers that sign for `API` whatever is sent.
fn layers(others: UnlistedHosts) -> impl Iterator<Item = SigV4Layer> {
    let as_sent = Guard::ALL.map(|guard| guard.layer(others));
    let for_api = Guard::ALL.map(|guard| {
        let builder = guard.builder(others).signing_host(API);
        builder.build().unwrap()
    });
    as_sent.into_iter().chain(for_api)
}

#[tokio::test]
async fn a_hostile_host_header_is_never_sent_with_a_signature() {
    for hosts in HOSTILE {
        for uri in [
            "/prod",
            &format!("https://{API}/prod"),
            "https://evil.example/",
        ] {
            for layer in layers(UnlistedHosts::Refuse) {
                let error = send(layer, request(uri, hosts)).await.unwrap_err();
                assert!(error.is_refused_host(), "{uri} {hosts:?}: {error}");
            }
            for layer in layers(UnlistedHosts::ForwardUnsigned) {
                if let Ok(sent) = send(layer, request(uri, hosts)).await {
                    assert_bare(&sent);
                }
            }
        }
    }
}

#[tokio::test]
async fn a_foreign_uri_is_not_signed_for_because_of_its_host_header() {
    for uri in [
        "https://evil.example/",
        "http://169.254.169.254/",
        "https://api.example.co/",
    ] {
        for layer in layers(UnlistedHosts::Refuse) {
            let error = send(layer, request(uri, &["API"])).await.unwrap_err();
            assert!(error.is_refused_host(), "{uri}: {error}");
        }
        for layer in layers(UnlistedHosts::ForwardUnsigned) {
            assert_bare(&send(layer, request(uri, &["API"])).await.unwrap());
        }
    }
}

#[tokio::test]
async fn a_request_for_an_allowed_host_is_never_forwarded_for_its_host_header() {
    for layer in layers(UnlistedHosts::ForwardUnsigned) {
        let uri = format!("https://{API}/");
        let error = send(layer, request(&uri, &["evil.example"]))
            .await
            .unwrap_err();
        assert!(error.to_string().contains("`evil.example`"), "{error}");
    }
}

#[tokio::test]
async fn a_host_header_that_names_an_allowed_host_is_signed_for() {
    for host in [
        "API",
        "API.",
        "API:443",
        "ABC.Execute-Api.us-east-1.amazonaws.com",
    ] {
        for layer in layers(UnlistedHosts::Refuse) {
            let sent = send(layer, request(&format!("https://{API}/"), &[host]))
                .await
                .unwrap();
            assert_signed_for(API, &sent);
        }
    }
    let relative = request("/prod", &["ABC.Execute-Api.us-east-1.amazonaws.com:8443"]);
    let detecting = Guard::Detecting.builder(UnlistedHosts::Refuse);
    let detecting = detecting.allow_relative_uri(true).build().unwrap();
    let sent = send(detecting, relative).await.unwrap();
    assert_eq!(signed_as(&sent).service, "execute-api");
    assert_signed_for(&format!("{API}:8443"), &sent);
    // A private API's endpoint passes requests on to the API of the header.
    let endpoint = "https://vpce-0a1b.execute-api.us-east-1.vpce.amazonaws.com/";
    for guard in Guard::ALL {
        let builder = || guard.builder(UnlistedHosts::Refuse).signing_host(API);
        let unnamed = builder().build().unwrap();
        let error = send(unnamed, request(endpoint, &["API"]))
            .await
            .unwrap_err();
        assert!(error.to_string().contains("`allow_host`"), "{error}");
        let named = builder().allow_host("vpce-0a1b.execute-api.us-east-1.vpce.amazonaws.com");
        let named = named.build().unwrap();
        let sent = send(named, request(endpoint, &["API"])).await.unwrap();
        assert_signed_for(API, &sent);
    }
}
