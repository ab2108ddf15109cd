//! The host that a signature covers, which has to be the host that goes on the wire.
//!
//! An HTTP/1.1 client writes `Host` from the URI without userinfo and without a default port; an
//! HTTP/2 client sends the URI's authority as it stands. Only a clean authority makes both say the
//! same, so the signer cleans it: no userinfo, no default or empty port, no trailing dot, lower case.

use std::borrow::Cow;

use http::{
    HeaderName, HeaderValue,
    header::HOST,
    request::Parts,
    uri::{Authority, Scheme},
};

use crate::{SignError, canonical::headers::SignedHeaders, error::Kind};

/// What is signed as `host`, and what has to change in the request so that it is sent as well.
pub(crate) struct SignedHost<'a> {
    pub(crate) value: Cow<'a, str>,
    /// The URI's authority, where it was not clean.
    pub(crate) authority: Option<Cow<'a, str>>,
    /// The `Host` header, where it was not clean.
    pub(crate) header: Option<HeaderValue>,
}

impl<'a> SignedHost<'a> {
    pub(crate) fn of(parts: &'a Parts, signing_host: Option<&'a str>) -> Result<Self, SignError> {
        let default_port = default_port(parts.uri.scheme());
        let authority = match parts.uri.authority() {
            // An authority alone is a CONNECT target.
            Some(_) if parts.uri.scheme().is_none() => return Err(Kind::RequestTarget.into()),
            Some(authority) => Some((clean(authority.as_str(), default_port)?, authority.as_str())),
            None => None,
        };
        let changed = match &authority {
            Some((clean, sent)) if clean != sent => Some(clean.clone()),
            _ => None,
        };
        if let Some(signing_host) = signing_host {
            return Ok(Self {
                value: signing_host.into(),
                authority: changed,
                header: None,
            });
        }
        let mut sent = parts.headers.get_all(HOST).iter();
        let (sent, None) = (sent.next(), sent.next()) else {
            return Err(Kind::SeveralHosts.into());
        };
        let (value, header) = match (authority, sent) {
            (Some((authority, _)), None) => (authority, None),
            (Some((authority, _)), Some(sent)) if sent.as_bytes() == authority.as_bytes() => {
                (authority, None)
            }
            (authority, Some(sent)) => {
                let text = sent.to_str().map_err(|_| Kind::InvalidHost)?;
                let clean = clean(parse(text)?, default_port)?;
                if authority.is_some_and(|(authority, _)| authority != clean) {
                    return Err(Kind::HostMismatch.into());
                }
                let header = (clean != text)
                    .then(|| HeaderValue::from_str(&clean))
                    .transpose()
                    .map_err(|_| Kind::InvalidHost)?;
                (clean, header)
            }
            (None, None) => return Err(Kind::MissingHost.into()),
        };
        Ok(Self {
            value,
            authority: changed,
            header,
        })
    }

    /// The headers that are signed in another form than they were sent in.
    pub(crate) fn rewritten(
        &self,
        headers: &SignedHeaders<'_>,
    ) -> Result<Vec<(HeaderName, HeaderValue)>, SignError> {
        let mut rewritten = headers.joined()?;
        rewritten.extend(self.header.clone().map(|value| (HOST, value)));
        Ok(rewritten)
    }
}

/// A host as the user gives it for every request, with its port where there is one.
pub(crate) fn parse_signing_host(host: &str) -> Result<String, SignError> {
    let parsed = match host.contains('@') {
        true => Err(Kind::InvalidHost.into()),
        false => parse(host).and_then(|host| clean(host, None)),
    };
    let parsed = parsed.map_err(|_: SignError| Kind::SigningHost)?;
    Ok(parsed.into_owned())
}

fn parse(host: &str) -> Result<&str, SignError> {
    match host.parse::<Authority>() {
        Ok(_) => Ok(host),
        Err(_) => Err(Kind::InvalidHost.into()),
    }
}

fn clean(authority: &str, default_port: Option<u16>) -> Result<Cow<'_, str>, SignError> {
    let (_, host_and_port) = authority.rsplit_once('@').unwrap_or(("", authority));
    let host_end = match host_and_port.find(']') {
        Some(bracket) => bracket + 1,
        None => host_and_port.find(':').unwrap_or(host_and_port.len()),
    };
    let (host, port) = host_and_port.split_at(host_end);
    let host = host.strip_suffix('.').unwrap_or(host);
    if host.is_empty() || host.ends_with('.') {
        return Err(Kind::InvalidHost.into());
    }
    let digits = port.strip_prefix(':').unwrap_or(port);
    let port = match digits {
        "" => None,
        _ if port != digits && digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            Some(digits.parse::<u16>().map_err(|_| Kind::InvalidHost)?)
        }
        _ => return Err(Kind::InvalidHost.into()),
    };
    let is_lower_case = !host.bytes().any(|byte| byte.is_ascii_uppercase());
    Ok(match port.filter(|_| port != default_port) {
        None if is_lower_case => Cow::Borrowed(host),
        None => Cow::Owned(host.to_ascii_lowercase()),
        // Nearly always clean, and then not copied.
        Some(_)
            if is_lower_case
                && !digits.starts_with('0')
                && authority.len() == host.len() + 1 + digits.len() =>
        {
            Cow::Borrowed(authority)
        }
        Some(port) => Cow::Owned(format!("{}:{port}", host.to_ascii_lowercase())),
    })
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
    use http::Request;

    use super::*;

    fn parts(uri: &str, hosts: &[&str]) -> Parts {
        let mut request = Request::get(uri);
        for host in hosts {
            request = request.header(HOST, *host);
        }
        request.body(()).unwrap().into_parts().0
    }

    /// What is signed, the authority after signing, and the new `Host` header.
    fn signed(
        uri: &str,
        hosts: &[&str],
    ) -> Result<(String, Option<String>, Option<String>), SignError> {
        let parts = parts(uri, hosts);
        let host = SignedHost::of(&parts, None)?;
        Ok((
            host.value.into_owned(),
            host.authority.map(Cow::into_owned),
            host.header.map(|value| value.to_str().unwrap().to_owned()),
        ))
    }

    #[test]
    fn a_clean_authority_is_signed_and_left_alone() {
        for (uri, host) in [
            ("https://h/", "h"),
            ("https://h:8182/x", "h:8182"),
            ("http://h:443/", "h:443"),
            ("https://h:80/", "h:80"),
            ("http://[::1]:8080/", "[::1]:8080"),
        ] {
            assert_eq!(
                signed(uri, &[]).unwrap(),
                (host.into(), None, None),
                "{uri}"
            );
        }
    }

    #[test]
    fn what_the_wire_may_lose_is_cleaned_from_the_uri_too() {
        for (uri, host) in [
            ("https://h:443/", "h"),
            ("http://h:80/", "h"),
            ("wss://h:443/", "h"),
            ("https://h:/", "h"),
            ("https://user:secret@h/", "h"),
            ("https://u@h:444/", "h:444"),
            ("https://H.Example/", "h.example"),
            ("https://h.:443/", "h"),
            ("https://h:0444/", "h:444"),
            ("https://[::1]:443/", "[::1]"),
        ] {
            let expected = (host.into(), Some(host.into()), None);
            assert_eq!(signed(uri, &[]).unwrap(), expected, "{uri}");
        }
    }

    #[test]
    fn a_host_header_that_says_the_same_is_cleaned_in_place() {
        let (host, _, header) = signed("https://h/", &["H:443"]).unwrap();
        assert_eq!((host.as_str(), header.as_deref()), ("h", Some("h")));
        let (host, _, header) = signed("https://h/", &["h"]).unwrap();
        assert_eq!((host.as_str(), header), ("h", None));
    }

    #[test]
    fn a_host_header_stands_in_for_a_missing_authority() {
        assert_eq!(signed("/x", &["H:8080"]).unwrap().0, "h:8080");
    }

    #[test]
    fn a_host_that_cannot_be_known_is_refused() {
        for (uri, hosts) in [
            ("/x", &[][..]),
            ("https://h/", &["other"]),
            ("https://h/", &["h", "h"]),
            ("https://h/", &[""]),
            ("https://h/", &["a b"]),
            ("https://h:99999/", &[]),
            ("https://h:8x/", &[]),
            ("https://./", &[]),
            ("h:443", &[]),
        ] {
            // What the `http` crate does not take never reaches the signer.
            let Ok(uri) = uri.parse::<http::Uri>() else {
                continue;
            };
            let error = signed(&uri.to_string(), hosts).unwrap_err();
            assert!(error.is_request(), "{uri} {hosts:?}: {error}");
        }
    }

    #[test]
    fn a_signing_host_overrides_both_and_leaves_the_wire_alone() {
        let parts = parts("https://vpce.example/", &["api.example"]);
        let host = SignedHost::of(&parts, Some("other.example")).unwrap();
        assert_eq!(host.value, "other.example");
        assert!(host.authority.is_none() && host.header.is_none());
    }
}
