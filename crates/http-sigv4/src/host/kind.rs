use std::net::{Ipv4Addr, Ipv6Addr};

/// What kind of name a [`Host`](crate::Host) has.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum HostKind {
    /// A domain name.
    Domain,
    /// An IPv4 address.
    Ipv4(Ipv4Addr),
    /// An IPv6 address.
    Ipv6(Ipv6Addr),
}

/// Reads what kind a name is of, in brackets or not; `None` if it is no name of a host.
pub(super) fn kind(name: &str) -> Option<HostKind> {
    if let Some(rest) = name.strip_prefix('[') {
        return rest.strip_suffix(']')?.parse().ok().map(HostKind::Ipv6);
    }
    if name.contains(':') {
        return name.parse().ok().map(HostKind::Ipv6);
    }
    let mut last = "";
    for label in name.split('.') {
        let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        if label.is_empty() || !label.bytes().all(is_name) {
            return None;
        }
        last = label;
    }
    match ends_in_number(last) {
        // What a resolver may read as an address has to be one.
        true => name.parse().ok().map(HostKind::Ipv4),
        false => Some(HostKind::Domain),
    }
}

/// Whether a resolver may take a name with this last label for an address: `127.1`, `0x7f000001`.
fn ends_in_number(label: &str) -> bool {
    let hex = label
        .strip_prefix("0x")
        .or_else(|| label.strip_prefix("0X"));
    match hex {
        Some(digits) => digits.bytes().all(|byte| byte.is_ascii_hexdigit()),
        None => label.bytes().all(|byte| byte.is_ascii_digit()),
    }
}
