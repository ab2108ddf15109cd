//! The hostile URIs as the targets of redirects, which tower-http reads as browsers do.

use std::{
    net::IpAddr,
    sync::atomic::{AtomicBool, Ordering},
};

use http::{HeaderValue, Response, StatusCode, header::LOCATION};
use http_sigv4::{Endpoint, SigningScope};
use tower::{ServiceBuilder, ServiceExt};
use tower_http::follow_redirect::FollowRedirectLayer;
use tower_sigv4::UnlistedHosts;
use url::{Host, Url};

use super::{
    Guard, assert_bare, assert_meant,
    common::{Empty, Recorder, Sent, own_error, preloaded},
    get,
    uris::URIS,
};

const START: &str = "https://start.execute-api.us-east-1.amazonaws.com/a";

/// Spellings that no `http::Uri` has, and that a browser reads.
const LOCATIONS: [&str; 18] = [
    "//evil.example/",
    "\\\\evil.example/",
    "/\\evil.example/",
    "\t//evil.example/",
    "/\t/evil.example/",
    "https:/evil.example/",
    "https:evil.example",
    "http:evil.example",
    "//abc.execute-api.us-east-1.amazonaws.com@evil.example",
    "//abc.execute-api.us-east-1.amazonaws.com\\@evil.example",
    "//abc.execute-api.us-east-1.amazonaws.com:443@evil.example",
    "//ABC%2Eexecute-api.us-east-1.amazonaws.com",
    "//abc.execute-api.us-east-1.amazonaws.com%2eevil.example",
    "//evil.example%2f.execute-api.us-east-1.amazonaws.com",
    "//abc.execute-api.us-east-1.amazonaws.com\u{3002}evil.example",
    "//abc.execute-api.us-east-1.amazonaws\u{ff0e}com",
    "//0x7f.1/",
    "../../..//evil.example",
];

/// What a client with this guard sends when it is redirected from `START`.
async fn redirected(guard: Guard, others: UnlistedHosts, location: &str) -> Option<Sent> {
    let location = HeaderValue::from_bytes(location.as_bytes()).ok()?;
    let answered = AtomicBool::new(false);
    let recorder = Recorder::answering(move |_| {
        let mut response = Response::new(Empty::new());
        if !answered.swap(true, Ordering::Relaxed) {
            *response.status_mut() = StatusCode::TEMPORARY_REDIRECT;
            response.headers_mut().insert(LOCATION, location.clone());
        }
        response
    });
    let client = ServiceBuilder::new()
        .layer(FollowRedirectLayer::new())
        .layer(preloaded(guard.layer(others)).await)
        .service(recorder.clone());
    let response = client.oneshot(get(START)).await;
    let mut sent = recorder.sent().into_iter();
    assert_meant(START, &sent.next().unwrap());
    let second = sent.next();
    if second.is_none() && response.is_err() {
        let error = own_error(response);
        assert!(error.is_refused_host() || error.is_request(), "{error}");
    }
    second
}

/// Whether a guard may sign for a URL, checked by a parser that is neither ours nor `http`'s.
fn may_sign(guard: Guard, url: &Url) -> bool {
    let address = match url.host() {
        Some(Host::Ipv4(address)) => Some(IpAddr::V4(address)),
        Some(Host::Ipv6(address)) => Some(address.to_canonical()),
        _ => None,
    };
    let host = url.host_str().unwrap_or_default();
    let host = host.strip_suffix('.').unwrap_or(host);
    let is_loopback = host == "localhost" || address.is_some_and(|address| address.is_loopback());
    let scope = SigningScope::new("execute-api", "us-east-1").unwrap();
    // Which would strip one dot more.
    let endpoint = Endpoint::detect(host).ok().filter(|_| !host.ends_with('.'));
    let is_meant = match guard {
        Guard::Detecting => endpoint
            .as_ref()
            .is_some_and(|endpoint| endpoint.scope().is_ok()),
        _ => endpoint
            .as_ref()
            .is_some_and(|endpoint| endpoint.serves(&scope)),
    };
    let is_named = guard == Guard::Naming
        && (host == "api.example.com" || host.ends_with(".internal.example.com"));
    match url.scheme() {
        "https" | "wss" => is_meant || is_named || guard == Guard::Local && is_loopback,
        _ => {
            guard == Guard::Local && is_loopback
                || guard == Guard::Detecting && host.contains(".vpc-lattice-svcs.") && is_meant
        }
    }
}

#[tokio::test]
async fn no_redirect_is_signed_for_but_where_a_browser_would_go_to_an_allowed_host_too() {
    let start = Url::parse(START).unwrap();
    let (mut signed, mut bare, mut total) = (0, 0, 0);
    let uris = URIS.iter().map(|(_, uri)| *uri);
    for location in uris.chain(LOCATIONS) {
        total += 1;
        for guard in Guard::ALL {
            for others in [UnlistedHosts::Refuse, UnlistedHosts::ForwardUnsigned] {
                let Some(sent) = redirected(guard, others, location).await else {
                    continue;
                };
                let url = start.join(location).unwrap();
                if sent.parts.headers.contains_key("authorization") {
                    signed += 1;
                    assert!(may_sign(guard, &url), "{location}, {guard:?}: {sent:?}");
                    assert_meant(url.as_str(), &sent);
                } else {
                    bare += 1;
                    assert!(!may_sign(guard, &url), "{location}, {guard:?}: {sent:?}");
                    assert_eq!(others, UnlistedHosts::ForwardUnsigned);
                    assert_bare(&sent);
                }
            }
        }
    }
    println!("{total} redirects: {signed} requests signed, {bare} forwarded unsigned");
    assert!(signed > 100 && bare > 400);
}
