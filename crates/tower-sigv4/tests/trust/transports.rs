//! Schemes, forms of URI and permissions: what is signed, and what is refused for its transport.

use bytes::Bytes;
use http::{Request, Uri, uri::Scheme};
use http_body_util::Full;
use tower_sigv4::SigV4LayerBuilder;

use crate::{
    common::{HOST, Recorder, assert_signed_for, builder_for, full, send},
    harness::NAMED,
};

const SCHEMES: [&str; 14] = [
    "https",
    "http",
    "wss",
    "ws",
    "HTTPS",
    "HTTP",
    "WSS",
    "WS",
    "ftp",
    "file",
    "gopher",
    "h2",
    "s3",
    "x+custom.1",
];

/// Hosts of each kind, and whether they are ones to which plain http is always allowed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Kind {
    Aws,
    Named,
    Loopback,
    Lattice,
}

const HOSTS: [(Kind, &str); 9] = [
    (Kind::Aws, HOST),
    (Kind::Named, "honest.example"),
    (Kind::Named, "10.0.0.1:8080"),
    (Kind::Loopback, "localhost:8080"),
    (Kind::Loopback, "127.0.0.1"),
    (Kind::Loopback, "127.255.0.9:1"),
    (Kind::Loopback, "[::1]:9000"),
    (Kind::Loopback, "[0:0::1]"),
    (
        Kind::Lattice,
        "a-1.7d67968.vpc-lattice-svcs.us-east-1.on.aws",
    ),
];

#[derive(Clone, Copy, Debug)]
struct Permissions {
    loopback: bool,
    plain_http: bool,
    relative_uri: bool,
}

impl Permissions {
    fn all() -> impl Iterator<Item = Self> {
        (0..8).map(|bits| Self {
            loopback: bits & 1 != 0,
            plain_http: bits & 2 != 0,
            relative_uri: bits & 4 != 0,
        })
    }

    fn builder(self, kind: Kind) -> SigV4LayerBuilder {
        let builder = match kind {
            Kind::Lattice => builder_for("vpc-lattice-svcs"),
            _ => builder_for("execute-api"),
        };
        NAMED
            .into_iter()
            .chain(["10.0.0.1"])
            .fold(builder, SigV4LayerBuilder::allow_host)
            .allow_loopback(self.loopback)
            .allow_plain_http(self.plain_http)
            .allow_relative_uri(self.relative_uri)
    }

    /// Whether a host may be signed for at all.
    fn allow(self, kind: Kind) -> bool {
        kind != Kind::Loopback || self.loopback
    }
}

/// What the `http` crate makes of a scheme: it knows two, whose case it ignores.
fn is_secure(scheme: &str) -> bool {
    matches!(scheme, "https" | "HTTPS" | "wss")
}

fn is_plain(scheme: &str) -> bool {
    matches!(scheme, "http" | "HTTP" | "ws")
}

fn get(uri: Uri, host: Option<&str>) -> Request<Full<Bytes>> {
    let mut request = Request::get(uri);
    if let Some(host) = host {
        request = request.header("host", host);
    }
    request.body(full("")).unwrap()
}

#[tokio::test]
async fn every_scheme_to_every_kind_of_host_with_every_permission() {
    let (mut signed, mut refused) = (0, 0);
    for scheme in SCHEMES {
        for (kind, host) in HOSTS {
            for permissions in Permissions::all() {
                let may_be_plain =
                    permissions.plain_http || matches!(kind, Kind::Loopback | Kind::Lattice);
                let expected = permissions.allow(kind)
                    && (is_secure(scheme) || (is_plain(scheme) && may_be_plain));
                let uri: Uri = format!("{scheme}://{host}/prod").parse().unwrap();
                let layer = permissions.builder(kind).build().unwrap();
                let what = format!("{uri} with {permissions:?}");
                // Nothing is sent with an error, as `send` asserts.
                match send(layer, get(uri, None)).await {
                    Ok(sent) => {
                        assert!(expected, "{what} was signed");
                        let authority = sent.parts.uri.authority().unwrap().as_str();
                        assert_signed_for(authority, &sent);
                        signed += 1;
                    }
                    Err(error) => {
                        assert!(!expected, "{what}: {error}");
                        assert!(error.is_refused_host(), "{what}: {error}");
                        let text = error.to_string();
                        // The error says what would help, and never suggests plain http for a
                        // transport that is none.
                        if permissions.allow(kind) {
                            assert_eq!(
                                text.contains("`allow_plain_http`"),
                                is_plain(scheme),
                                "{text}"
                            );
                        } else {
                            assert!(text.contains("`allow_loopback`"), "{text}");
                        }
                        refused += 1;
                    }
                }
            }
        }
    }
    println!(
        "{} combinations: {signed} signed, {refused} refused",
        signed + refused
    );
    assert_eq!(signed + refused, SCHEMES.len() * HOSTS.len() * 8);
}

#[tokio::test]
async fn a_uri_without_a_scheme_is_signed_only_with_the_permission_for_it() {
    for (kind, host) in HOSTS {
        for permissions in Permissions::all() {
            let expected = permissions.allow(kind) && permissions.relative_uri;
            for path in ["/prod?b=2&a=1", "/"] {
                let uri: Uri = path.parse().unwrap();
                let layer = permissions.builder(kind).build().unwrap();
                match send(layer, get(uri, Some(host))).await {
                    Ok(sent) => {
                        assert!(expected, "{host} with {permissions:?}");
                        let header = sent.parts.headers["host"].to_str().unwrap();
                        assert_signed_for(header, &sent);
                    }
                    Err(error) => {
                        assert!(!expected, "{host} with {permissions:?}: {error}");
                        let text = error.to_string();
                        assert!(error.is_refused_host(), "{text}");
                        let by_permission = text.contains("`allow_relative_uri`");
                        assert_eq!(by_permission, permissions.allow(kind), "{text}");
                    }
                }
            }
        }
    }
}

#[tokio::test]
async fn forms_of_uri_that_have_no_certain_signature_are_never_signed() {
    let authority = Uri::builder().authority(HOST).build().unwrap();
    assert_eq!(authority.scheme(), None::<&Scheme>);
    let with_port = format!("{HOST}:443").parse().unwrap();
    for uri in [authority, with_port, "*".parse().unwrap()] {
        for header in [None, Some(HOST)] {
            for permissions in Permissions::all() {
                let layer = permissions.builder(Kind::Aws).build().unwrap();
                let mut request = get(uri.clone(), header);
                if uri.path().is_empty() {
                    *request.method_mut() = http::Method::CONNECT;
                }
                let error = send(layer, request).await.unwrap_err();
                let refused = error.is_refused_host() || error.is_request();
                assert!(refused, "{uri} {header:?} {permissions:?}: {error}");
            }
        }
    }
}

#[tokio::test]
async fn a_relative_uri_says_nothing_of_the_transport_even_of_a_named_or_a_local_host() {
    // As a client that is bound to one connection sends it.
    for host in ["honest.example", "localhost:8080"] {
        let permissions = Permissions {
            loopback: true,
            plain_http: true,
            relative_uri: false,
        };
        let layer = permissions.builder(Kind::Named).build().unwrap();
        let network = Recorder::default();
        let request = get("/prod".parse().unwrap(), Some(host));
        let service = tower::Layer::layer(&layer, network.clone());
        let error = tower::ServiceExt::oneshot(service, request)
            .await
            .unwrap_err();
        assert!(
            error.to_string().contains("`allow_relative_uri`"),
            "{error}"
        );
        assert_eq!(network.calls(), 0);
    }
}
