//! What a signed request was sent as, and whether that is what was signed and what was answered.

use http::{Uri, header::AUTHORIZATION};
use http_sigv4::Host;
use reqwest::{Request, Response, Url};

use crate::{
    Error,
    error::{Kind, ReqwestKind},
    host_key::HostKey,
};

/// The URL of a request that carries a signature. Of another nothing is checked.
pub(super) struct Sent {
    signed: Option<Url>,
}

impl Sent {
    pub(super) fn new(request: &Request) -> Self {
        let authorization = request.headers().get(AUTHORIZATION);
        let is_signed = authorization.is_some_and(|value| value.as_bytes().starts_with(b"AWS4-"));
        Self {
            signed: is_signed.then(|| without_fragment(request.url())),
        }
    }

    /// Checks that the request is sent as it was signed.
    ///
    /// # Errors
    ///
    /// reqwest's parser has written the path or the host otherwise.
    pub(super) fn check_uri(&self, signed: &Uri) -> Result<(), Error> {
        let Some(url) = &self.signed else {
            return Ok(());
        };
        let sent = url.as_str().parse::<Uri>();
        let sent = sent.map_err(|_| Error::from(Kind::Reqwest(ReqwestKind::NotUri)))?;
        // Of a query the parser only encodes bytes, and a signature covers it decoded.
        let (signed, sent) = (target(signed), target(&sent));
        match signed == sent {
            true => Ok(()),
            false => Err(Kind::Reqwest(ReqwestKind::Rewritten {
                signed: signed.into(),
                sent: sent.into(),
            })
            .into()),
        }
    }

    /// Checks that the response is the sent request's.
    ///
    /// # Errors
    ///
    /// The response is from another URL, to which the client was redirected.
    pub(super) fn check_response(&self, response: &Response) -> Result<(), Error> {
        match &self.signed {
            Some(sent) if *sent != without_fragment(response.url()) => {
                Err(Kind::Reqwest(ReqwestKind::Redirected {
                    from: place(sent).into(),
                    to: place(response.url()).into(),
                })
                .into())
            }
            _ => Ok(()),
        }
    }
}

/// The host with its port, in one spelling, and the path.
fn target(uri: &Uri) -> String {
    let host = uri.authority().map(|authority| authority.as_str());
    let host = host.and_then(|host| Host::parse(host).ok());
    let host = host.map(|host| HostKey::new(&host, uri).to_string());
    format!("{}{}", host.unwrap_or_default(), uri.path())
}

/// Where a URL leads, for a message: without user information and query.
fn place(url: &Url) -> String {
    format!("{}{}", url.origin().ascii_serialization(), url.path())
}

/// A fragment is not sent.
fn without_fragment(url: &Url) -> Url {
    let mut url = url.clone();
    url.set_fragment(None);
    url
}
