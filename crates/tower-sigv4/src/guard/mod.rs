mod host;

use http::{HeaderMap, HeaderValue, Uri, header::AUTHORIZATION, uri::Scheme};
use http_sigv4::{Endpoint, Profile, SigningScope};

pub(crate) use self::host::{destination, name};

use crate::{Error, error::Kind};

/// Which hosts may be signed for, and over which transport.
///
/// A signature carries the session token, and is good for minutes wherever it is replayed: it goes
/// only where it was meant to go. That is, unless a host is named here, an AWS host of the
/// configured service and region, by https. Each request is judged by its own URI, and by its `Host`
/// header where it has one, so a redirect followed above the layer is judged as well.
///
/// An AWS host of the service and region may be another customer's, who can do nothing with the
/// signature, which is good for that host only, nor with the session token, which takes the secret
/// access key.
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
    others: OtherHosts,
}

/// What happens to a request to a host that may not be signed for.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum OtherHosts {
    /// It is an error that names the host, and nothing is sent.
    #[default]
    Refuse,
    /// It is sent as it is, without a signature. Headers of a signature that it has already are
    /// removed, so that none follows a redirect to another host: an `authorization` of AWS's,
    /// `x-amz-content-sha256`, `x-amz-date`, `x-amz-region-set`, `x-amz-s3session-token` and
    /// `x-amz-security-token`.
    ForwardUnsigned,
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
        self.hosts.push(host::named(host)?);
        Ok(self)
    }

    /// Allows every host whose name ends in a dot and `domain`; not `domain` itself.
    ///
    /// # Errors
    ///
    /// As [`allow_host`](Self::allow_host).
    pub fn allow_subdomains_of(mut self, domain: &str) -> Result<Self, Error> {
        self.parents.push(host::named(domain)?);
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

    /// Sets what happens to requests to all other hosts, which are refused otherwise. For a client
    /// that calls AWS and others.
    ///
    /// A host that may be signed for, but not over the request's transport, is refused either way.
    pub fn other_hosts(mut self, others: OtherHosts) -> Self {
        self.others = others;
        self
    }

    /// Whether a host was named, by itself or by what it is part of.
    pub(crate) fn names(&self, host: &str) -> bool {
        let below = |parent: &String| {
            let labels = host.len().checked_sub(parent.len());
            let split = labels.and_then(|labels| host.split_at_checked(labels));
            split.is_some_and(|(labels, domain)| {
                labels.ends_with('.') && domain.eq_ignore_ascii_case(parent)
            })
        };
        self.hosts
            .iter()
            .any(|named| named.eq_ignore_ascii_case(host))
            || self.parents.iter().any(below)
            || (self.loopback && host::is_loopback(host))
    }

    /// Whether a request to a host that may not be signed for is forwarded.
    pub(crate) fn forwards(&self, host: &str) -> bool {
        // A host that was named is to be signed for, so that it cannot be is an error.
        self.others == OtherHosts::ForwardUnsigned && !self.names(host)
    }

    /// Judges the host that a request is sent to.
    pub(crate) fn check_host(&self, host: &str, scope: &SigningScope) -> Result<(), Error> {
        let is_aws = || Endpoint::detect(host).is_ok_and(|endpoint| endpoint.serves(scope));
        match host::is_host(host) && (self.names(host) || is_aws()) {
            true => Ok(()),
            false => Err(Kind::RefusedHost {
                host: host.into(),
                scope: scope.to_string().into(),
            }
            .into()),
        }
    }

    /// Judges the transport by which a request is sent to a host.
    pub(crate) fn check_transport(
        &self,
        uri: &Uri,
        host: &str,
        profile: Profile,
    ) -> Result<(), Error> {
        let secure = match uri.scheme() {
            // Without a scheme, what lies below chose the transport.
            None => true,
            Some(scheme) => *scheme == Scheme::HTTPS || scheme.as_str() == "wss",
        };
        if secure || self.plain_http || profile.allows_plain_http() || host::is_loopback(host) {
            Ok(())
        } else {
            Err(Kind::RefusedTransport { host: host.into() }.into())
        }
    }
}

/// Removes every header of a signature of AWS's.
pub(crate) fn remove_signature(headers: &mut HeaderMap) {
    const OURS: [&str; 5] = [
        "x-amz-content-sha256",
        "x-amz-date",
        "x-amz-region-set",
        "x-amz-s3session-token",
        "x-amz-security-token",
    ];
    for name in OURS {
        headers.remove(name);
    }
    let of_aws = |value: &HeaderValue| value.as_bytes().starts_with(b"AWS4-");
    if headers.get_all(AUTHORIZATION).iter().any(of_aws) {
        headers.remove(AUTHORIZATION);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(policy: &HostPolicy, service: &str, uri: &str) -> Result<(), Error> {
        let scope = SigningScope::new(service, "us-east-1").unwrap();
        let profile = Profile::for_service(service);
        let (uri, headers) = (uri.parse().unwrap(), HeaderMap::new());
        let host = destination(&uri, &headers)?.0.unwrap();
        policy.check_host(host, &scope)?;
        policy.check_transport(&uri, host, profile)
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
