//! What a request says of its host, read a second time for the tests.

use http::Uri;
use tests::Case;

/// The host of a case, as written and as it has to be signed.
pub(crate) struct Host {
    header: Option<String>,
    authority: Option<String>,
    default_port: &'static str,
    pub(crate) signed: Result<String, Unsignable>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Unsignable {
    Missing,
    Several,
    Invalid,
    Mismatch,
}

impl Host {
    pub(crate) fn from_case(case: &Case, uri: &Uri) -> Self {
        let text = |value: &http::HeaderValue| value.to_str().unwrap().to_owned();
        let mut sent = case.headers.get_all("host").iter().map(text);
        let (header, several) = (sent.next(), sent.next().is_some());
        let authority = uri.authority().map(ToString::to_string);
        let default_port = match uri.scheme_str() {
            Some("https" | "wss") => ":443",
            Some("http" | "ws") => ":80",
            _ => "no default",
        };
        let clean = |host: &String| clean(host, default_port);
        let signed = match (header.as_ref().map(clean), authority.as_ref().map(clean)) {
            _ if several => Err(Unsignable::Several),
            (None, None) => Err(Unsignable::Missing),
            (Some(None), _) | (_, Some(None)) => Err(Unsignable::Invalid),
            (Some(Some(header)), Some(Some(authority))) if header != authority => {
                Err(Unsignable::Mismatch)
            }
            (Some(Some(host)), _) | (None, Some(Some(host))) => Ok(host),
        };
        Self {
            header,
            authority,
            default_port,
            signed,
        }
    }

    /// The `Host` header if there is one, as written.
    pub(crate) fn header(&self) -> Option<&str> {
        self.header.as_deref()
    }

    /// The authority of the URI, as written.
    pub(crate) fn authority(&self) -> &str {
        self.authority.as_deref().unwrap_or_default()
    }

    /// With its colon, as in `:443`.
    pub(crate) fn default_port(&self) -> &str {
        self.default_port
    }
}

/// Without userinfo, trailing dot, empty or default port, in lower case; none if it is no host.
fn clean(host: &str, default_port: &str) -> Option<String> {
    let (host, port) = split_port(host.rsplit_once('@').map_or(host, |(_, host)| host));
    let port = match port {
        "" | ":" => String::new(),
        port => format!(":{}", port[1..].parse::<u16>().ok()?),
    };
    let port = if port == default_port { "" } else { &port };
    // A dot behind an address is not the dot of a name.
    let is_host = !host.contains([' ', '/']) && !host.ends_with("].");
    let host = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
    (is_host && !host.is_empty()).then(|| host + port)
}

/// Divides `h:443` into `h` and `:443`.
pub(crate) fn split_port(host: &str) -> (&str, &str) {
    let after_address = host.rfind(']').unwrap_or(0);
    let colon = host[after_address..].find(':');
    host.split_at(colon.map_or(host.len(), |colon| after_address + colon))
}
