mod kind;

use std::{borrow::Cow, fmt};

use http::{Uri, uri::Scheme};

pub use self::kind::HostKind;
use self::kind::kind;
use crate::{
    SignError,
    canonical::encode::{all, has_pair, is_between},
    error::Kind,
    shown::Shown,
};

/// The host of a request, parsed: its name, its port, and what kind of name it is.
///
/// The signer, [`Endpoint`](crate::Endpoint) and a client's rules about hosts read one text; they read
/// it with this one parser, so that none of them takes it for another host than the others do. The
/// text is kept in one spelling: lower case, without a trailing dot, IPv6 addresses in the form of
/// [RFC 5952] in brackets, the port without leading zeros.
///
/// ```
/// use http_sigv4::Host;
///
/// let host = Host::parse("API.Example.com.:8443")?;
/// assert_eq!((host.name(), host.port()), ("api.example.com", Some(8443)));
/// assert_eq!(Host::parse("[0:0::1]")?, Host::parse("::1")?);
/// assert!(Host::parse("[0::1]:80")?.is_loopback());
///
/// // What is more than a host, or may be read as two, is none.
/// for text in ["", "a..b", "a@b", "https://a", "a/b", "a:80:90", "127.1", "*.example.com"] {
///     assert!(Host::parse(text).is_err());
/// }
/// # Ok::<_, http_sigv4::SignError>(())
/// ```
///
/// [RFC 5952]: https://www.rfc-editor.org/rfc/rfc5952
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Host<'a> {
    /// The name, and the port behind it where there is one.
    text: Cow<'a, str>,
    name_len: usize,
    port: Option<u16>,
    kind: HostKind,
}

impl<'a> Host<'a> {
    /// Parses a host with, at most, a port: `api.example.com`, `127.0.0.1:8080`, `[::1]:8080`, `::1`.
    ///
    /// Upper case, one trailing dot and an empty port are fine. Allocates only where the text is not
    /// in the one spelling already.
    ///
    /// # Errors
    ///
    /// Anything else: user information, a scheme, a path, a label that is empty or holds more than
    /// ASCII letters, digits, `-` and `_`, a port over 65535, and a name that ends in a number but
    /// is no IPv4 address, since some resolvers read it as one.
    pub fn parse(text: &'a str) -> Result<Self, SignError> {
        let host = Self::plain_domain(text).or_else(|| Self::any(text));
        host.ok_or_else(|| Kind::InvalidHost(Shown::new(text)).into())
    }

    fn any(text: &'a str) -> Option<Self> {
        let (name, port_text) = split(text)?;
        let port = port(port_text)?;
        let name = name.strip_suffix('.').unwrap_or(name);
        let kind = kind(name)?;
        let name = match kind {
            HostKind::Ipv6(address) => Cow::Owned(format!("[{address}]")),
            _ if name.bytes().any(|byte| byte.is_ascii_uppercase()) => {
                Cow::Owned(name.to_ascii_lowercase())
            }
            _ => Cow::Borrowed(name),
        };
        let name_len = name.len();
        let text = match port {
            Some(port) => in_one_spelling(text, &name, port),
            None => name,
        };
        Some(Self {
            text,
            name_len,
            port,
            kind,
        })
    }

    /// Parses the authority of a URI, without its user information and without the scheme's default
    /// port. `None` for a URI without one.
    ///
    /// # Errors
    ///
    /// As [`parse`](Self::parse).
    pub fn from_uri(uri: &'a Uri) -> Result<Option<Self>, SignError> {
        let Some(authority) = uri.authority() else {
            return Ok(None);
        };
        if let Some(host) = Self::plain_domain(authority.as_str()) {
            return Ok(Some(host));
        }
        let host = without_user_information(authority.as_str());
        let host = Self::parse(host)?;
        Ok(Some(host.without_default_port(uri.scheme())))
    }

    fn plain_domain(text: &'a str) -> Option<Self> {
        is_plain_domain(text).then_some(Self {
            text: Cow::Borrowed(text),
            name_len: text.len(),
            port: None,
            kind: HostKind::Domain,
        })
    }

    /// Returns the host without its port, an IPv6 address in brackets.
    pub fn name(&self) -> &str {
        &self.text[..self.name_len]
    }

    /// Returns the port.
    pub fn port(&self) -> Option<u16> {
        self.port
    }

    /// Returns what kind of name it is.
    pub fn kind(&self) -> HostKind {
        self.kind
    }

    /// Returns whether it is the loopback interface of this machine: a loopback address, or
    /// `localhost`. A name is never taken for one by how it begins.
    pub fn is_loopback(&self) -> bool {
        match self.kind {
            HostKind::Domain => self.name() == "localhost",
            HostKind::Ipv4(address) => address.is_loopback(),
            HostKind::Ipv6(address) => address.to_canonical().is_loopback(),
        }
    }

    /// Returns the host and its port as they stand in a URI or a `Host` header.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Detaches it from the text that it was parsed from.
    pub fn into_owned(self) -> Host<'static> {
        Host {
            text: Cow::Owned(self.text.into_owned()),
            ..self
        }
    }

    /// Drops the port that a scheme has by default, which clients leave out.
    pub(crate) fn without_default_port(mut self, scheme: Option<&Scheme>) -> Self {
        if self.port.is_some() && self.port == default_port(scheme) {
            self.port = None;
            match &mut self.text {
                Cow::Borrowed(text) => *text = &text[..self.name_len],
                Cow::Owned(text) => text.truncate(self.name_len),
            }
        }
        self
    }

    /// The text, borrowed where it was in the one spelling.
    pub(crate) fn into_text(self) -> Cow<'a, str> {
        self.text
    }
}

impl fmt::Display for Host<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Whether `text` is a domain name in the one spelling, without a port, as nearly every host is. It
/// looks for what such a name has, where telling what else it may be takes longer, and says no when in
/// doubt.
fn is_plain_domain(text: &str) -> bool {
    let text = text.as_bytes();
    all(text, is_in_domain)
        && !text.starts_with(b".")
        && !has_pair(text, |byte, next| (byte == b'.') & (next == b'.'))
        // Then the last label is no number, decimal or hexadecimal.
        && matches!(text, [.., b'g'..=b'z'])
        // Which some parsers read as zero.
        && !matches!(text, b"0x" | [.., b'.', b'0', b'x'])
}

/// Whether a plain domain holds it. As comparisons without a branch, for [`all`].
fn is_in_domain(byte: u8) -> bool {
    is_between(byte, b'a', b'z')
        | is_between(byte, b'0', b'9')
        | (byte == b'-')
        | (byte == b'.')
        | (byte == b'_')
}

/// Cuts off what stands in front of an `@`, which no client sends.
pub(crate) fn without_user_information(authority: &str) -> &str {
    match authority.rsplit_once('@') {
        Some((_, host)) => host,
        None => authority,
    }
}

/// The name and what stands behind its colon, the brackets of an IPv6 address still on it.
fn split(text: &str) -> Option<(&str, Option<&str>)> {
    let end = match text.strip_prefix('[') {
        Some(rest) => rest.find(']')? + 2,
        None => match text.find(':') {
            // Two colons without brackets: an address, as it stands in settings.
            Some(colon) if !text[colon + 1..].contains(':') => colon,
            _ => text.len(),
        },
    };
    let (name, port) = text.split_at(end);
    match port.strip_prefix(':') {
        Some(port) => Some((name, Some(port))),
        None => port.is_empty().then_some((name, None)),
    }
}

/// The port, if there is one; `None` for what is none.
fn port(text: Option<&str>) -> Option<Option<u16>> {
    match text {
        None | Some("") => Some(None),
        Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            digits.parse().ok().map(Some)
        }
        Some(_) => None,
    }
}

/// Nearly always the text as it was given, and then not copied.
fn in_one_spelling<'a>(text: &'a str, name: &Cow<'a, str>, port: u16) -> Cow<'a, str> {
    let rest = text
        .strip_prefix(&**name)
        .and_then(|rest| rest.strip_prefix(':'));
    let is_plain = rest.is_some_and(|digits| !digits.starts_with('0') || digits == "0");
    match is_plain {
        true => Cow::Borrowed(text),
        false => Cow::Owned(format!("{name}:{port}")),
    }
}

fn default_port(scheme: Option<&Scheme>) -> Option<u16> {
    match scheme?.as_str() {
        "https" | "wss" => Some(443),
        "http" | "ws" => Some(80),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_a_host_becomes_one() {
        for (text, name, port) in [
            ("a.example", "a.example", None),
            ("A.Example.", "a.example", None),
            ("a.example.:0443", "a.example", Some(443)),
            ("a.example:", "a.example", None),
            ("a.example:0", "a.example", Some(0)),
            ("_x-1.example", "_x-1.example", None),
            ("127.0.0.1:80", "127.0.0.1", Some(80)),
            ("[::1]:80", "[::1]", Some(80)),
            ("[0:0::0:1]", "[::1]", None),
            ("::1", "[::1]", None),
            ("2001:DB8::1", "[2001:db8::1]", None),
            ("[::ffff:127.0.0.1]", "[::ffff:127.0.0.1]", None),
        ] {
            let host = Host::parse(text).unwrap();
            assert_eq!((host.name(), host.port()), (name, port), "{text}");
            assert_eq!(Host::parse(host.as_str()).unwrap(), host, "{text}");
            assert_eq!(host.to_string(), host.as_str());
        }
    }

    #[test]
    fn a_text_in_the_one_spelling_is_not_copied() {
        for text in ["a.example", "a.example:8443", "127.0.0.1:80"] {
            let host = Host::parse(text).unwrap();
            assert!(matches!(host.text, Cow::Borrowed(_)), "{text}");
        }
    }

    #[test]
    fn what_is_not_one_host_is_refused() {
        for text in [
            "",
            ".",
            ":80",
            "a..b",
            "a..",
            "u@a",
            "https://a",
            "a/b",
            "a b",
            "*",
            "*.a",
            "caf\u{e9}",
            "a:65536",
            "a:8o",
            "a:-1",
            "a:80:90",
            "[::1",
            "[::1]x",
            "[::1]:x",
            "[a.example]",
            "[127.0.0.1]",
            "::1]",
            "[::1%25eth0]",
            "1.2.3",
            "127.1",
            "127.0.0.256",
            "0x7f.1",
            "2130706433",
            "a.0x1",
            "0x",
            "a.0x",
            "127.0.0.0x",
            "01.2.3.4",
            "[::1].example",
            "a%2eb",
            "a\\b",
        ] {
            let error = Host::parse(text).expect_err(text);
            assert!(error.is_request(), "{text}: {error}");
        }
    }

    #[test]
    fn loopback_is_an_address_or_localhost_and_no_look_alike() {
        for text in [
            "127.0.0.1",
            "127.8.9.1:80",
            "::1",
            "[::ffff:127.0.0.1]",
            "LocalHost.:8080",
        ] {
            assert!(Host::parse(text).unwrap().is_loopback(), "{text}");
        }
        for text in [
            "127.0.0.1.example",
            "localhost.example",
            "xlocalhost",
            "0.0.0.0",
            "::",
            "::2",
            "[::ffff:10.0.0.1]",
        ] {
            assert!(!Host::parse(text).unwrap().is_loopback(), "{text}");
        }
    }

    #[test]
    fn the_host_of_a_uri_is_without_user_information_and_default_port() {
        for (uri, host) in [
            ("https://u:p@H.example:443/x", Some("h.example")),
            ("https://h.example:80/x", Some("h.example:80")),
            ("http://h.example:80/x", Some("h.example")),
            ("wss://h.example:443/x", Some("h.example")),
            ("https://[0::1]:8443/x", Some("[::1]:8443")),
            ("/x", None),
        ] {
            let uri = Uri::from_static(uri);
            let parsed = Host::from_uri(&uri).unwrap();
            assert_eq!(parsed.as_ref().map(Host::as_str), host, "{uri}");
        }
    }
}
