use std::fmt;

/// A line of a canonical request or of a string to sign.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize),
    serde(rename_all = "kebab-case")
)]
#[non_exhaustive]
pub enum Line {
    /// The method.
    Method,
    /// The canonical path.
    Path,
    /// The canonical query.
    Query,
    /// The header of this name.
    Header(String),
    /// The list of signed headers.
    SignedHeaders,
    /// The payload hash, or what stands for it.
    Payload,
    /// A line of the string to sign: algorithm, date, credential scope or digest.
    StringToSign,
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Method => "method",
            Self::Path => "path",
            Self::Query => "query",
            Self::Header(name) => return write!(f, "header {name}"),
            Self::SignedHeaders => "signed headers",
            Self::Payload => "payload hash",
            Self::StringToSign => "string to sign",
        })
    }
}
