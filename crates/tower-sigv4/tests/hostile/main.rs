//! Hosts that try to be taken for one that may be signed for, and what becomes of the requests.

#[path = "../common/mod.rs"]
mod common;
mod generated;
mod headers;
mod locations;
mod scopes;
mod uris;

use std::collections::BTreeMap;

use bytes::Bytes;
use common::{Sent, assert_signed_for, credentials, full, id, moment, send};
use http::{HeaderName, Request, Uri, header, request::Parts};
use http_body_util::Full;
use tower_sigv4::{SigV4Layer, SigV4LayerBuilder, UnlistedHosts};
use url::Url;

use self::uris::{SignedBy, URIS};

/// A layer that a hostile host is tried on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Guard {
    /// For `execute-api` in `us-east-1`.
    Plain,
    /// For the same, and for `api.example.com` and what is below `internal.example.com`.
    Naming,
    /// For the same, and for the loopback interface.
    Local,
    /// For what each host tells.
    Detecting,
}

impl Guard {
    const ALL: [Self; 4] = [Self::Plain, Self::Naming, Self::Local, Self::Detecting];

    fn layer(self, others: UnlistedHosts) -> SigV4Layer {
        self.builder(others).build().unwrap()
    }

    fn builder(self, others: UnlistedHosts) -> SigV4LayerBuilder {
        let builder = match self {
            Self::Plain => common::builder(),
            Self::Naming => common::builder()
                .allow_host("api.example.com")
                .allow_subdomains_of("internal.example.com"),
            Self::Local => common::builder().allow_loopback(true),
            Self::Detecting => SigV4LayerBuilder::detect(credentials(id(1))).clock(moment),
        };
        builder.unlisted_hosts(others)
    }

    fn signs(self, signed: SignedBy) -> bool {
        match signed {
            SignedBy::Unparsable | SignedBy::Never => false,
            SignedBy::ByAll => true,
            SignedBy::ByDetecting => self == Self::Detecting,
            SignedBy::ByNaming => self == Self::Naming,
            SignedBy::ByLocal => self == Self::Local,
        }
    }
}

fn get(uri: &str) -> Request<Full<Bytes>> {
    Request::get(uri).body(full("")).unwrap()
}

/// A request that has been signed before, as a client below that follows redirects sends it.
fn signed_before(uri: &str) -> Request<Full<Bytes>> {
    let mut request = get(uri);
    for (name, value) in [
        ("authorization", "AWS4-HMAC-SHA256 Credential=..."),
        ("x-amz-content-sha256", "UNSIGNED-PAYLOAD"),
        ("x-amz-date", "20150830T123600Z"),
        ("x-amz-region-set", "*"),
        ("x-amz-s3session-token", "token"),
        ("x-amz-security-token", "token"),
        ("x-amz-meta-a", "not of a signature"),
    ] {
        request.headers_mut().append(name, value.parse().unwrap());
    }
    request
}

/// Asserts that a request has no header but `Host` and what [`signed_before`] has besides a signature.
#[track_caller]
fn assert_bare(sent: &Sent) {
    let Parts { uri, headers, .. } = &sent.parts;
    let may_stay = |name: &HeaderName| name == header::HOST || name == "x-amz-meta-a";
    assert!(headers.keys().all(may_stay), "{uri}: {headers:?}");
}

/// Asserts that a request is signed for the host that it is sent to, and that every other parser
/// would send what was asked for to that same host.
#[track_caller]
fn assert_meant(asked: &str, sent: &Sent) {
    assert_signed_for(sent.parts.uri.authority().unwrap().as_str(), sent);
    let where_to = |uri: &str| {
        let url = Url::parse(uri).unwrap();
        let host = url.host_str().unwrap();
        let host = host.strip_suffix('.').unwrap_or(host).to_owned();
        (url.scheme().to_owned(), host, url.port_or_known_default())
    };
    let uri = sent.parts.uri.to_string();
    assert_eq!(where_to(asked), where_to(&uri), "{asked}");
}

#[tokio::test]
async fn hostile_uris_are_signed_for_only_where_they_really_lead() {
    let mut counts = BTreeMap::<_, usize>::new();
    for &(expected, uri) in URIS {
        *counts.entry(format!("{expected:?}")).or_default() += 1;
        let parses = uri.parse::<Uri>().is_ok();
        assert_eq!(parses, expected != SignedBy::Unparsable, "{uri:?}");
        if !parses {
            continue;
        }
        for guard in Guard::ALL {
            // Nothing is sent with an error, as `send` asserts.
            match send(guard.layer(UnlistedHosts::Refuse), get(uri)).await {
                Ok(sent) => {
                    assert!(guard.signs(expected), "{uri} is signed for by {guard:?}");
                    assert_meant(uri, &sent);
                }
                Err(error) => {
                    assert!(!guard.signs(expected), "{uri}, {guard:?}: {error}");
                    assert!(
                        error.is_refused_host() || error.is_request(),
                        "{uri}: {error}"
                    );
                }
            }
        }
    }
    println!("{} URIs: {counts:?}", URIS.len());
}

#[tokio::test]
async fn hostile_uris_get_nothing_of_a_signature_where_other_hosts_get_the_request() {
    let mut forwarded = 0;
    for &(expected, uri) in URIS {
        if expected == SignedBy::Unparsable {
            continue;
        }
        for guard in Guard::ALL {
            let layer = guard.layer(UnlistedHosts::ForwardUnsigned);
            match send(layer, signed_before(uri)).await {
                Ok(sent) if guard.signs(expected) => assert_meant(uri, &sent),
                Ok(sent) => {
                    forwarded += 1;
                    assert_bare(&sent);
                    assert_eq!(sent.parts.headers["x-amz-meta-a"], "not of a signature");
                }
                Err(error) => assert!(!guard.signs(expected), "{uri}, {guard:?}: {error}"),
            }
        }
    }
    println!("{forwarded} requests forwarded unsigned");
    assert!(forwarded > URIS.len());
}

#[tokio::test]
async fn a_very_long_host_is_refused() {
    let below = |suffix: &str| format!("https://{}.{suffix}/", ["a"; 30_000].join("."));
    for uri in [
        format!(
            "https://{}.execute-api.us-east-1.amazonaws.com/",
            "a".repeat(64)
        ),
        below("execute-api.us-east-1.amazonaws.com"),
        below("lambda-url.us-east-1.on.aws"),
        below("s3.us-east-1.amazonaws.com"),
        below("evil.example"),
    ] {
        for guard in Guard::ALL {
            let error = send(guard.layer(UnlistedHosts::Refuse), get(&uri)).await;
            assert!(error.unwrap_err().is_refused_host(), "{guard:?}");
            let sent = send(
                guard.layer(UnlistedHosts::ForwardUnsigned),
                signed_before(&uri),
            )
            .await;
            assert_bare(&sent.unwrap());
        }
    }
}
