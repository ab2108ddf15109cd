//! The host that a request is sent to, as text.

use std::net::{IpAddr, Ipv6Addr};

use http::{HeaderMap, Uri, header::HOST};

use crate::{Error, error::Kind};

/// The host that a request goes to, and the one that its `Host` header names besides, without their
/// ports. `None` if it does not say.
///
/// A connection is made to the URI's host, and what answers there may pass the request on to that
/// of the header. Without a host in the URI, what lies below decides where to go, and the header is
/// all it says.
///
/// # Errors
///
/// What does not name one host: several `Host` headers, or more behind a host than a port.
pub(crate) fn destination<'a>(
    uri: &'a Uri,
    headers: &'a HeaderMap,
) -> Result<(Option<&'a str>, Option<&'a str>), Error> {
    let mut sent = headers.get_all(HOST).iter();
    let header = match (sent.next(), sent.next()) {
        (None, _) => None,
        (Some(host), None) => Some(name(host.to_str().map_err(|_| Kind::UncertainHost)?)?),
        (Some(_), Some(_)) => return Err(Kind::UncertainHost.into()),
    };
    let Some(authority) = uri.authority() else {
        return Ok((header, None));
    };
    let authority = authority.as_str();
    let host = authority
        .rsplit_once('@')
        .map_or(authority, |(_, host)| host);
    Ok((Some(name(host)?), header))
}

/// A host without its port and trailing dot.
///
/// # Errors
///
/// More behind the host than a port.
pub(crate) fn name(host: &str) -> Result<&str, Error> {
    let end = match host.find(']') {
        Some(bracket) => bracket + 1,
        None => host.find(':').unwrap_or(host.len()),
    };
    let (name, port) = host.split_at(end);
    let is_port = |port: &str| port.bytes().all(|byte| byte.is_ascii_digit());
    match port.is_empty() || port.strip_prefix(':').is_some_and(is_port) {
        true => Ok(name.strip_suffix('.').unwrap_or(name)),
        false => Err(Kind::UncertainHost.into()),
    }
}

/// Whether a host is this machine, by its parsed address and never by how its name begins.
pub(super) fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || address(host).is_some_and(|address| address.to_canonical().is_loopback())
}

/// A host as a user names it.
///
/// # Errors
///
/// Anything but a host name or an IP address.
pub(super) fn named(host: &str) -> Result<String, Error> {
    // A bare IPv6 address is written with brackets in a URI.
    let host = match host.parse::<Ipv6Addr>() {
        Ok(address) => format!("[{address}]"),
        Err(_) => host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase(),
    };
    match is_host(&host) {
        true => Ok(host),
        false => Err(Kind::HostName.into()),
    }
}

/// Whether a host, without its trailing dot, is a name or an IP address.
pub(super) fn is_host(host: &str) -> bool {
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let is_label = |label: &str| !label.is_empty() && label.bytes().all(is_name);
    host.split('.').all(is_label) || address(host).is_some()
}

fn address(host: &str) -> Option<IpAddr> {
    match host.strip_prefix('[') {
        Some(rest) => Some(rest.strip_suffix(']')?.parse::<Ipv6Addr>().ok()?.into()),
        None => host.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    type Hosts = (Option<String>, Option<String>);

    fn go(uri: &'static str, hosts: &[&'static [u8]]) -> Result<Hosts, Error> {
        let mut headers = HeaderMap::new();
        for host in hosts {
            headers.append(HOST, HeaderValue::from_bytes(host).unwrap());
        }
        let uri = Uri::from_static(uri);
        let (to, passed_on) = destination(&uri, &headers)?;
        Ok((to.map(Into::into), passed_on.map(Into::into)))
    }

    #[test]
    fn a_request_goes_to_the_host_of_its_uri_or_else_of_its_host_header() {
        for (uri, hosts, to, passed_on) in [
            (
                "https://u:p@a.example.:8080/x",
                &[][..],
                Some("a.example"),
                None,
            ),
            ("https://[::1]:8080/x", &[], Some("[::1]"), None),
            (
                "https://a.example/",
                &[&b"b.example.:1"[..]],
                Some("a.example"),
                Some("b.example"),
            ),
            ("/x", &[b"a.example:8080"], Some("a.example"), None),
            ("/x", &[], None, None),
        ] {
            let owned = |host: Option<&str>| host.map(str::to_owned);
            assert_eq!(
                go(uri, hosts).unwrap(),
                (owned(to), owned(passed_on)),
                "{uri}"
            );
        }
    }

    #[test]
    fn what_does_not_name_one_host_is_refused() {
        for uri in ["/x", "https://a.example/"] {
            for hosts in [
                &[&b"a.example"[..], b"b.example"][..],
                &[b"a.example", b"a.example"],
                &[b"caf\xe9.example"],
                &[b"a.example:80@evil.example"],
                &[b"a.example:evil.example"],
                &[b"[::1].evil.example"],
            ] {
                assert!(go(uri, hosts).unwrap_err().is_refused_host(), "{hosts:?}");
            }
        }
        for uri in [
            "https://a.example:evil.example/",
            "https://[::1].evil.example/",
        ] {
            assert!(go(uri, &[]).unwrap_err().is_refused_host(), "{uri}");
        }
    }
}
