use std::fmt;

use http::{Uri, uri::Scheme};
use http_sigv4::Host;
use smallvec::SmallVec;

/// The host and the port that a request is sent to: what is observed in a response is kept under it.
///
/// Kept inside of every signed request, so a name of usual length takes no allocation.
#[derive(Clone, Eq, Hash, PartialEq)]
pub(crate) struct HostKey {
    name: SmallVec<[u8; 64]>,
    port: u16,
}

impl HostKey {
    /// Takes the host of a request, with the port that its scheme has by default where it names none.
    pub(crate) fn new(host: &Host<'_>, uri: &Uri) -> Self {
        let is_plain = |scheme: &Scheme| matches!(scheme.as_str(), "http" | "ws");
        let default = match uri.scheme().is_some_and(is_plain) {
            true => 80,
            false => 443,
        };
        Self {
            name: SmallVec::from_slice(host.name().as_bytes()),
            port: host.port().unwrap_or(default),
        }
    }

    /// Stands for whatever a request that names no host is sent to. It has a relative URI and is signed
    /// for a signing host.
    pub(crate) fn unknown() -> Self {
        Self {
            name: SmallVec::new(),
            port: 0,
        }
    }

    /// Takes a host as a user names it, with https's port where it names none.
    pub(crate) fn from_host(host: &Host<'_>) -> Self {
        Self::new(host, &Uri::default())
    }
}

impl fmt::Display for HostKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name.is_empty() {
            true => f.write_str("the host of relative URIs"),
            false => write!(f, "{}:{}", String::from_utf8_lossy(&self.name), self.port),
        }
    }
}

impl fmt::Debug for HostKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}
