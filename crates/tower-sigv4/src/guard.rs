use std::net::{IpAddr, Ipv6Addr};

use http::{HeaderMap, Uri, header::HOST, uri::Scheme};
use http_sigv4::{Profile, SigningScope};

use crate::{Error, error::Kind};

/// Which hosts may be signed for, and over which transport.
///
/// A signature carries the session token, and is good for minutes wherever it is replayed: it goes
/// only where it was meant to go. That is, unless a host is named here, an AWS host of the
/// configured service and region, by https. Each request is judged by its own URI, so a redirect
/// followed above the layer is judged as well.
///
/// A host on the loopback interface (a loopback address, or `localhost`) has to be allowed too, but
/// may then be reached by plain http.
///
/// ```
/// use tower_sigv4::HostPolicy;
///
/// let hosts = HostPolicy::new()
///     .allow_host("api.example.com")?
///     .allow_subdomains_of("internal.example.com")?;
/// # Ok::<_, tower_sigv4::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct HostPolicy {
    hosts: Vec<String>,
    parents: Vec<String>,
    loopback: bool,
    plain_http: bool,
}

impl HostPolicy {
    /// AWS hosts of the configured service and region, by https.
    pub fn new() -> Self {
        Self::default()
    }

    /// Allows a host by its name or its IP address, on any port.
    ///
    /// # Errors
    ///
    /// A text that is not a host: with a scheme, a port, a path, or user information.
    pub fn allow_host(mut self, host: &str) -> Result<Self, Error> {
        self.hosts.push(host_name(host)?);
        Ok(self)
    }

    /// Allows every host whose name ends in a dot and `domain`; not `domain` itself.
    ///
    /// # Errors
    ///
    /// As [`allow_host`](Self::allow_host).
    pub fn allow_subdomains_of(mut self, domain: &str) -> Result<Self, Error> {
        self.parents.push(host_name(domain)?);
        Ok(self)
    }

    /// Allows the loopback interface, where local gateways and emulators listen: `localhost`, and
    /// every loopback address.
    pub fn allow_loopback(mut self, allow: bool) -> Self {
        self.loopback = allow;
        self
    }

    /// Allows every allowed host by plain http as well, over which anybody on the way can read the
    /// session token and replay the request for minutes.
    pub fn allow_plain_http(mut self, allow: bool) -> Self {
        self.plain_http = allow;
        self
    }

    /// Judges the host that a request is sent to.
    pub(crate) fn check(
        &self,
        uri: &Uri,
        headers: &HeaderMap,
        scope: &SigningScope,
        profile: Profile,
    ) -> Result<(), Error> {
        // Without an authority, what lies below decides where to go, and `Host` is all it says.
        let host = match uri.host() {
            Some(host) => Some(host),
            None => headers.get(HOST).and_then(|host| host.to_str().ok()),
        };
        // A request without any host is the signer's to refuse.
        let Some(host) = host.map(|host| normal(without_port(host))) else {
            return Ok(());
        };
        let is_loopback = is_loopback(&host);
        let allowed = self.names(&host) || (self.loopback && is_loopback);
        if !allowed && !is_aws_host(&host, scope) {
            return Err(Kind::RefusedHost {
                host: host.into(),
                scope: scope.to_string().into(),
            }
            .into());
        }
        let secure = match uri.scheme() {
            // Without a scheme, what lies below chose the transport.
            None => true,
            Some(scheme) => *scheme == Scheme::HTTPS || scheme.as_str() == "wss",
        };
        // VPC Lattice is used in clear inside a VPC.
        if secure || self.plain_http || profile.requires_unsigned_payload() || is_loopback {
            Ok(())
        } else {
            Err(Kind::RefusedTransport { host: host.into() }.into())
        }
    }

    fn names(&self, host: &str) -> bool {
        let below = |parent: &String| {
            host.strip_suffix(parent.as_str())
                .is_some_and(|labels| labels.len() > 1 && labels.ends_with('.'))
        };
        self.hosts.iter().any(|named| named == host) || self.parents.iter().any(below)
    }
}

/// Whether AWS serves `service` in `region` under this host.
///
/// The labels next to the region decide, and only they: those further left are often the choice of
/// whoever owns a bucket or a load balancer.
fn is_aws_host(host: &str, scope: &SigningScope) -> bool {
    let Some(labels) = AWS_DOMAINS
        .iter()
        .find_map(|domain| host.strip_suffix(domain))
    else {
        return false;
    };
    let region = |label: &str| label == scope.region();
    let service = |label: &str| {
        let label = label.strip_suffix("-fips").unwrap_or(label);
        label == scope.service() || ENDPOINT_NAMES.contains(&(scope.service(), label))
    };
    let mut labels = labels.rsplit('.');
    match (labels.next(), labels.next(), labels.next()) {
        // id.execute-api.region.vpce.amazonaws.com
        (Some("vpce"), Some(left), Some(next)) => region(left) && service(next),
        // id.execute-api.region.amazonaws.com, and domain.region.es.amazonaws.com
        (Some(last), Some(left), _) => {
            (region(last) && service(left)) || (service(last) && region(left))
        }
        _ => false,
    }
}

/// Where AWS's endpoints are, in all partitions.
const AWS_DOMAINS: [&str; 7] = [
    ".amazonaws.com",
    ".amazonaws.com.cn",
    ".amazonaws.eu",
    ".api.amazonwebservices.com.cn",
    ".api.amazonwebservices.eu",
    ".api.aws",
    ".on.aws",
];

/// Signing names whose hosts say something else.
const ENDPOINT_NAMES: [(&str, &str); 10] = [
    ("appsync", "appsync-api"),
    ("appsync", "appsync-realtime-api"),
    ("aps", "aps-workspaces"),
    ("bedrock", "bedrock-agent"),
    ("bedrock", "bedrock-agent-runtime"),
    ("bedrock", "bedrock-runtime"),
    ("es", "aos"),
    ("lambda", "lambda-url"),
    ("neptune-db", "neptune"),
    ("ses", "email"),
];

/// Whether a host is this machine, by its parsed address and never by how its name begins.
fn is_loopback(host: &str) -> bool {
    host == "localhost" || address(host).is_some_and(|address| address.to_canonical().is_loopback())
}

fn address(host: &str) -> Option<IpAddr> {
    match host.strip_prefix('[') {
        Some(rest) => Some(rest.strip_suffix(']')?.parse::<Ipv6Addr>().ok()?.into()),
        None => host.parse().ok(),
    }
}

fn host_name(host: &str) -> Result<String, Error> {
    // A bare IPv6 address is written with brackets in a URI.
    let host = match host.parse::<Ipv6Addr>() {
        Ok(address) => format!("[{address}]"),
        Err(_) => normal(host),
    };
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
    let is_host = match host.starts_with('[') {
        true => address(&host).is_some(),
        false => host.bytes().all(is_name) && host.split('.').all(|label| !label.is_empty()),
    };
    match is_host {
        true => Ok(host),
        false => Err(Kind::HostName.into()),
    }
}

fn without_port(host: &str) -> &str {
    let end = match host.find(']') {
        Some(bracket) => bracket + 1,
        None => host.find(':').unwrap_or(host.len()),
    };
    &host[..end]
}

fn normal(host: &str) -> String {
    host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(policy: &HostPolicy, service: &str, uri: &str) -> Result<(), Error> {
        let scope = SigningScope::new(service, "us-east-1").unwrap();
        let profile = Profile::for_service(service);
        policy.check(&uri.parse().unwrap(), &HeaderMap::new(), &scope, profile)
    }

    fn named(host: &str) -> HostPolicy {
        HostPolicy::new().allow_host(host).unwrap()
    }

    #[test]
    fn aws_hosts_of_the_service_and_region_are_signed_for() {
        for (service, host) in [
            ("execute-api", "abc123.execute-api.us-east-1.amazonaws.com"),
            ("execute-api", "ABC123.Execute-API.us-east-1.amazonaws.com."),
            (
                "execute-api",
                "abc-vpce-1.execute-api.us-east-1.amazonaws.com",
            ),
            (
                "execute-api",
                "vpce-1-a.execute-api.us-east-1.vpce.amazonaws.com",
            ),
            (
                "execute-api",
                "abc123.execute-api-fips.us-east-1.amazonaws.com",
            ),
            ("lambda", "id.lambda-url.us-east-1.on.aws"),
            ("es", "search-domain.us-east-1.es.amazonaws.com"),
            ("aoss", "id.us-east-1.aoss.amazonaws.com"),
            ("sqs", "sqs.us-east-1.amazonaws.com"),
            ("aps", "aps-workspaces.us-east-1.amazonaws.com"),
        ] {
            let checked = check(
                &HostPolicy::new(),
                service,
                &format!("https://{host}:443/x"),
            );
            assert!(checked.is_ok(), "{host}: {checked:?}");
        }
    }

    #[test]
    fn look_alikes_and_other_services_and_regions_are_refused() {
        for host in [
            "example.com",
            "abc123.execute-api.eu-west-1.amazonaws.com",
            "sqs.us-east-1.amazonaws.com",
            "abc123.execute-api.us-east-1.amazonaws.com.evil.example",
            "abc123.execute-api.us-east-1.evilamazonaws.com",
            "execute-api.us-east-1.amazonaws.com@evil.example",
            "execute-api.us-east-1.s3.eu-west-1.amazonaws.com",
            "execute-api.s3.us-east-1.amazonaws.com",
            "us-east-1.execute-api.elb.amazonaws.com",
            "execute-api.us-east-1.elb.amazonaws.com",
            "execute-api-1.us-east-1.elb.amazonaws.com",
            "amazonaws.com",
            "127.0.0.1",
            "localhost",
        ] {
            let error = check(
                &HostPolicy::new(),
                "execute-api",
                &format!("https://{host}/"),
            )
            .expect_err(host);
            assert!(
                error.is_refused_host() && error.to_string().contains("`allow_host`"),
                "{error}"
            );
        }
    }

    #[test]
    fn a_named_host_is_signed_for_on_any_port_and_in_any_case() {
        let policy = named("API.example.com");
        for uri in ["https://api.example.com/", "https://Api.Example.Com.:8443/"] {
            assert!(check(&policy, "execute-api", uri).is_ok(), "{uri}");
        }
        assert!(check(&policy, "execute-api", "https://x.api.example.com/").is_err());
    }

    #[test]
    fn subdomains_are_matched_at_a_label_boundary() {
        let policy = HostPolicy::new()
            .allow_subdomains_of("example.com")
            .unwrap();
        assert!(check(&policy, "execute-api", "https://a.b.example.com/").is_ok());
        for uri in [
            "https://example.com/",
            "https://evilexample.com/",
            "https://.example.com/",
        ] {
            assert!(check(&policy, "execute-api", uri).is_err(), "{uri}");
        }
    }

    #[test]
    fn plain_http_is_refused_but_for_loopback_and_lattice_and_by_permission() {
        for host in [
            "127.0.0.1",
            "127.8.9.1",
            "[::1]",
            "[::ffff:127.0.0.1]",
            "localhost",
        ] {
            let uri = format!("http://{host}:8080/");
            assert!(check(&named(host), "execute-api", &uri).is_ok(), "{uri}");
        }
        for host in [
            "example.com",
            "127.0.0.1.example.com",
            "localhost.example.com",
            "10.0.0.1",
        ] {
            let uri = format!("http://{host}/");
            let error = check(&named(host), "execute-api", &uri).expect_err(host);
            assert!(
                error.to_string().contains("`HostPolicy::allow_plain_http`"),
                "{error}"
            );
            let policy = named(host).allow_plain_http(true);
            assert!(check(&policy, "execute-api", &uri).is_ok(), "{uri}");
        }
        let lattice = "http://svc-1.7d67968.vpc-lattice-svcs.us-east-1.on.aws/";
        assert!(check(&HostPolicy::new(), "vpc-lattice-svcs", lattice).is_ok());
    }

    #[test]
    fn loopback_can_be_allowed_as_a_whole() {
        let policy = HostPolicy::new().allow_loopback(true);
        for host in ["127.0.0.1", "127.8.9.1", "[::1]", "LocalHost."] {
            let uri = format!("http://{host}:8080/");
            assert!(check(&policy, "execute-api", &uri).is_ok(), "{uri}");
        }
        for host in ["localhost.example.com", "127.0.0.1.example.com", "0.0.0.0"] {
            let uri = format!("https://{host}/");
            assert!(check(&policy, "execute-api", &uri).is_err(), "{uri}");
        }
    }

    #[test]
    fn a_relative_uri_is_judged_by_its_host_header() {
        let scope = SigningScope::new("execute-api", "us-east-1").unwrap();
        let check = |host: &'static str| {
            let headers = [(HOST, http::HeaderValue::from_static(host))]
                .into_iter()
                .collect();
            named("api.example").check(&Uri::from_static("/x"), &headers, &scope, Profile::STANDARD)
        };
        assert!(check("api.example:8080").is_ok());
        assert!(check("evil.example").is_err());
    }

    #[test]
    fn what_is_not_a_host_cannot_be_named() {
        for host in [
            "",
            ".",
            "https://a",
            "a:80",
            "a/b",
            "u@a",
            "a..b",
            "[::1",
            "a b",
            "*",
        ] {
            let error = HostPolicy::new().allow_host(host).expect_err(host);
            assert!(error.is_configuration(), "{error}");
        }
        assert!(check(&named("::1"), "execute-api", "http://[::1]/").is_ok());
    }
}
