use http::{HeaderMap, Uri, header::HOST};
use http_sigv4::Host;

use crate::{Error, error::Kind};

/// The hosts that a request names.
///
/// A connection is made to the URI's host, and what answers there may pass the request on to that of
/// the `Host` header. Without a host in the URI, what lies below decides where to go, and the header
/// is all it says.
#[derive(Debug)]
pub(crate) struct Destination<'a> {
    uri: Option<Host<'a>>,
    header: Option<Host<'a>>,
}

impl<'a> Destination<'a> {
    /// Reads the hosts of a request.
    ///
    /// # Errors
    ///
    /// What does not name one host: several `Host` headers, or a text that is not a host.
    pub(crate) fn new(uri: &'a Uri, headers: &'a HeaderMap) -> Result<Self, Error> {
        let mut sent = headers.get_all(HOST).iter();
        let header = match (sent.next(), sent.next()) {
            (None, _) => None,
            (Some(host), None) => {
                let host = host.to_str().map_err(|_| Kind::UncertainHost)?;
                Some(Host::parse(host).map_err(|_| Kind::UncertainHost)?)
            }
            (Some(_), Some(_)) => return Err(Kind::UncertainHost.into()),
        };
        let uri = Host::from_uri(uri).map_err(|_| Kind::UncertainHost)?;
        Ok(Self { uri, header })
    }

    /// Returns the host that the request is sent to, as far as it says.
    pub(crate) fn host(&self) -> Option<&Host<'a>> {
        self.uri.as_ref().or(self.header.as_ref())
    }

    /// Returns every host that it names.
    pub(crate) fn hosts(&self) -> impl Iterator<Item = &Host<'a>> {
        self.uri.iter().chain(&self.header)
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    type Hosts = (Option<String>, Vec<String>);

    fn hosts(uri: &'static str, hosts: &[&'static [u8]]) -> Result<Hosts, Error> {
        let mut headers = HeaderMap::new();
        for host in hosts {
            headers.append(HOST, HeaderValue::from_bytes(host).unwrap());
        }
        let uri = Uri::from_static(uri);
        let destination = Destination::new(&uri, &headers)?;
        let name = |host: &Host<'_>| host.name().to_owned();
        Ok((
            destination.host().map(name),
            destination.hosts().map(name).collect(),
        ))
    }

    #[test]
    fn a_request_goes_to_the_host_of_its_uri_or_else_of_its_host_header() {
        for (uri, sent, to, all) in [
            (
                "https://u:p@a.example.:8080/x",
                &[][..],
                Some("a.example"),
                &["a.example"][..],
            ),
            ("https://[::1]:8080/x", &[], Some("[::1]"), &["[::1]"]),
            (
                "https://a.example/",
                &[&b"b.example.:1"[..]],
                Some("a.example"),
                &["a.example", "b.example"],
            ),
            (
                "/x",
                &[b"a.example:8080"],
                Some("a.example"),
                &["a.example"],
            ),
            ("/x", &[], None, &[]),
        ] {
            let (host, hosts) = hosts(uri, sent).unwrap();
            assert_eq!(host.as_deref(), to, "{uri}");
            assert_eq!(hosts, all, "{uri}");
        }
    }

    #[test]
    fn what_does_not_name_one_host_is_refused() {
        for uri in ["/x", "https://a.example/"] {
            for sent in [
                &[&b"a.example"[..], b"b.example"][..],
                &[b"a.example", b"a.example"],
                &[b"caf\xe9.example"],
                &[b"a.example:80@evil.example"],
                &[b"a.example:evil.example"],
                &[b"[::1].evil.example"],
            ] {
                assert!(hosts(uri, sent).unwrap_err().is_refused_host(), "{sent:?}");
            }
        }
        for uri in [
            "https://a.example:evil.example/",
            "https://[::1].evil.example/",
        ] {
            assert!(hosts(uri, &[]).unwrap_err().is_refused_host(), "{uri}");
        }
    }
}
