//! The host that a request is sent to, as text.

use std::net::{IpAddr, Ipv6Addr};

use http::{HeaderMap, Uri, header::HOST};

use crate::{Error, error::Kind};

/// The host that a request goes to, perhaps with its port. `None` if it does not say.
///
/// Without an authority in the URI, what lies below decides where to go, and the `Host` header is
/// all it says.
///
/// # Errors
///
/// `Host` headers that do not say one thing.
pub(crate) fn destination<'a>(
    uri: &'a Uri,
    headers: &'a HeaderMap,
) -> Result<Option<&'a str>, Error> {
    if let Some(host) = uri.host() {
        return Ok(Some(host));
    }
    let mut sent = headers.get_all(HOST).iter();
    match (sent.next(), sent.next()) {
        (None, _) => Ok(None),
        (Some(host), None) => Ok(Some(host.to_str().map_err(|_| Kind::UncertainHost)?)),
        (Some(_), Some(_)) => Err(Kind::UncertainHost.into()),
    }
}

/// A host without its port and trailing dot.
pub(crate) fn name(host: &str) -> &str {
    let end = match host.find(']') {
        Some(bracket) => bracket + 1,
        None => host.find(':').unwrap_or(host.len()),
    };
    let name = &host[..end];
    name.strip_suffix('.').unwrap_or(name)
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

fn address(host: &str) -> Option<IpAddr> {
    match host.strip_prefix('[') {
        Some(rest) => Some(rest.strip_suffix(']')?.parse::<Ipv6Addr>().ok()?.into()),
        None => host.parse().ok(),
    }
}
