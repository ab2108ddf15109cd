use std::fmt;

use http::uri::InvalidUri;

/// A gateway was configured with something that makes no sense.
#[derive(Debug)]
pub struct Error {
    kind: Kind,
}

#[derive(Debug)]
pub(crate) enum Kind {
    PathPrefix(String),
    Upstream(String),
    UpstreamUri(String, InvalidUri),
}

impl From<Kind> for Error {
    fn from(kind: Kind) -> Self {
        Self { kind }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            Kind::PathPrefix(prefix) => {
                write!(f, "the path prefix {prefix:?} does not begin with `/`")
            }
            Kind::Upstream(upstream) | Kind::UpstreamUri(upstream, _) => write!(
                f,
                "the upstream {upstream:?} is not a URL like `http://127.0.0.1:8080`"
            ),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.kind {
            Kind::UpstreamUri(_, source) => Some(source),
            Kind::PathPrefix(_) | Kind::Upstream(_) => None,
        }
    }
}
