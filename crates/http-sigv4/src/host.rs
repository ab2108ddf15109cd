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
