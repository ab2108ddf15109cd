//! The host that a signature covers, which has to be the host that goes on the wire.
//!
//! An HTTP/1.1 client writes `Host` from the URI without userinfo and without a default port; an
//! HTTP/2 client sends the URI's authority as it stands. Only a clean authority makes both say the
//! same, so the signer cleans it: no userinfo, no default or empty port, no trailing dot, lower case.

use std::borrow::Cow;

use http::{HeaderName, HeaderValue, header::HOST, request::Parts};

use crate::{
    Host, SignError,
    canonical::{headers::SignedHeaders, sent::SentHost},
    error::Kind,
    host::without_user_information,
    shown::Shown,
};

/// What is signed as `host`, and what has to change in the request so that it is sent as well.
pub(crate) struct SignedHost<'a> {
    pub(crate) value: Cow<'a, str>,
    /// The URI's authority, where it was not clean.
    pub(crate) authority: Option<Cow<'a, str>>,
    /// The `Host` header, where it was not clean.
    pub(crate) header: Option<HeaderValue>,
}

impl<'a> SignedHost<'a> {
    /// Reads the host of a request, whose `Host` header is `sent`.
    pub(crate) fn from_parts(
        parts: &'a Parts,
        sent: &SentHost<'a>,
        signing_host: Option<&'a str>,
    ) -> Result<Self, SignError> {
        let scheme = parts.uri.scheme();
        let authority = match parts.uri.authority() {
            // An authority alone is a CONNECT target.
            Some(_) if scheme.is_none() => return Err(Kind::RequestTarget.into()),
            Some(_) => Host::from_uri(&parts.uri)?.map(Host::into_text),
            None => None,
        };
        let changed = match (&authority, parts.uri.authority()) {
            (Some(clean), Some(sent)) if *clean != sent.as_str() => Some(clean.clone()),
            _ => None,
        };
        if let Some(signing_host) = signing_host {
            return Ok(Self {
                value: signing_host.into(),
                authority: changed,
                header: None,
            });
        }
        let (value, header) = match (authority, sent) {
            (Some(authority), SentHost::None) => (authority, None),
            (Some(authority), SentHost::One(sent)) if sent.as_bytes() == authority.as_bytes() => {
                (authority, None)
            }
            (authority, SentHost::One(sent)) => {
                let text = sent
                    .to_str()
                    .map_err(|_| Kind::InvalidHost(Shown::nothing()))?;
                let clean = Host::parse(without_user_information(text))?
                    .without_default_port(scheme)
                    .into_text();
                if let Some(authority) = authority.filter(|authority| *authority != clean) {
                    let [header, authority] = [clean, authority].map(|host| host.into());
                    return Err(Kind::HostMismatch { header, authority }.into());
                }
                let header = (clean != text)
                    .then(|| HeaderValue::from_str(&clean))
                    .transpose()
                    .map_err(|_| Kind::InvalidHost(Shown::new(text)))?;
                (clean, header)
            }
            (None, SentHost::None) => return Err(Kind::MissingHost.into()),
            (_, SentHost::Several) => return Err(Kind::SeveralHosts.into()),
        };
        Ok(Self {
            value,
            authority: changed,
            header,
        })
    }

    /// The headers that are signed in another form than they were sent in, as hardly ever one is.
    pub(crate) fn rewritten(
        &self,
        headers: &SignedHeaders<'_>,
    ) -> Result<Option<Vec<(HeaderName, HeaderValue)>>, SignError> {
        if self.header.is_none() && !headers.is_rewritten() {
            return Ok(None);
        }
        let mut rewritten = headers.rewritten()?;
        rewritten.extend(self.header.clone().map(|value| (HOST, value)));
        Ok(Some(rewritten))
    }
}
