use std::fmt;

/// What goes wrong between a signature and reqwest. Holds no query.
#[derive(Debug)]
pub(crate) enum ReqwestKind {
    /// The response is from elsewhere.
    Redirected { from: Box<str>, to: Box<str> },
    /// The URL is not one that an HTTP request can have.
    NotUri,
    /// reqwest would send the request to another host or path than was signed.
    Rewritten { signed: Box<str>, sent: Box<str> },
}

impl ReqwestKind {
    pub(crate) fn is_redirect(&self) -> bool {
        matches!(self, Self::Redirected { .. })
    }
}

impl fmt::Display for ReqwestKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Redirected { from, to } => write!(
                f,
                "the client followed a redirect from `{from}` to `{to}`, and took the session token \
                 and the other headers of the signature along; turn that off with \
                 `redirect::Policy::none()`, or build a `SigningClient`, which does so"
            ),
            Self::NotUri => f.write_str("the URL cannot be sent as the URI of an HTTP request"),
            Self::Rewritten { signed, sent } => write!(
                f,
                "reqwest would send `{sent}`, and `{signed}` was signed; put \
                 `map_request(rewrite_uri)` above the layer, so that what is sent is signed"
            ),
        }
    }
}
