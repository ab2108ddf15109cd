//! The inputs that signers disagree on.

use std::time::SystemTime;

use http::{Method, Uri};
use http_sigv4::Profile;
use percent_encoding::{AsciiSet, percent_decode_str, percent_encode};
use tests::{Case, Encoding, NAMED_HEADER, RESERVED, has_malformed_percent};

use crate::host::{Host, Unsignable, split_port};

/// A kind of request, as far as it matters to some signer.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Class {
    ClockBefore1970,
    SpaceInToken,
    NotAPath,
    UnsignedInClear,
    NoHost,
    SeveralHosts,
    InvalidHost,
    HostMismatch,
    TrailingDotSegment,
    Presigned,
    Nominated,
    TabOrOutsideAscii,
    EmptyToken,
    LooksLikeScheme,
    LowerCaseMethod,
    MalformedPercentInQuery,
    PlusInQuery,
    QueryNotUtf8,
    Userinfo,
    EmptyPort,
    PaddedPort,
    UpperCaseHost,
    TrailingDotOfHost,
    DefaultPortInHeader,
    DefaultPortOfWebSocket,
}

use Class::*;

impl Class {
    /// Whether requests of this class are among those that are generated.
    pub(crate) fn can_occur(self, profile: Profile, query: Encoding) -> bool {
        match self {
            UnsignedInClear => profile == Profile::S3,
            LooksLikeScheme | TrailingDotSegment => profile == Profile::STANDARD,
            Presigned => query == Encoding::Any,
            _ => true,
        }
    }
}

/// What this project refuses to sign, whatever the others do with it.
#[rustfmt::skip]
pub(crate) const REFUSED: &[(Class, &str)] = &[
    (ClockBefore1970, "such a clock is not set"),
    (SpaceInToken, "a slip in copying, which AWS would refuse later"),
    (NotAPath, "CONNECT, `*` and authority form have no path to sign"),
    (UnsignedInClear, "nothing would cover the body"),
    (NoHost, "no authority and no Host header: aws-sigv4 panics"),
    (SeveralHosts, "no server takes them: aws-sigv4 signs them joined"),
    (InvalidHost, "not a host, or not a port: aws-sigv4 signs what stands there"),
    (HostMismatch, "the wire has one or both: aws-sigv4 signs the header"),
    (TrailingDotSegment, "for `/a/.` aws-sigv4 signs `/a/`, awscrt and botocore `/a`"),
    (Presigned, "the query is signed: awscrt refuses too, aws-sigv4 and botocore sign it as data"),
    (Nominated, "the next hop would remove what was signed"),
    (TabOrOutsideAscii, "services read it differently: aws-sigv4 keeps tabs, the others fold them"),
];

/// A case read once for all classes.
pub(crate) struct Facts<'a> {
    pub(crate) case: &'a Case,
    pub(crate) host: Host,
    pub(crate) uri: Uri,
    components: Vec<(Vec<u8>, Vec<u8>)>,
}

impl<'a> Facts<'a> {
    pub(crate) fn from_case(case: &'a Case) -> Self {
        let uri: Uri = case.uri.parse().unwrap();
        Self {
            case,
            host: Host::from_case(case, &uri),
            components: components(uri.query().unwrap_or_default()),
            uri,
        }
    }

    /// Whether the case is of `class`, if `signed_host` is what the other signer signs as host.
    pub(crate) fn fit(&self, class: Class, signed_host: &str) -> bool {
        let (case, uri, host) = (self.case, &self.uri, &self.host);
        let is_other_host = host.signed.as_deref() != Ok(signed_host);
        let (name, port) = split_port(signed_host);
        match class {
            ClockBefore1970 => case.time < SystemTime::UNIX_EPOCH,
            SpaceInToken => case
                .token
                .as_deref()
                .is_some_and(|token| token.contains(' ')),
            NotAPath => {
                let authority_form = uri.scheme().is_none() && uri.authority().is_some();
                case.method == Method::CONNECT || uri == "*" || authority_form
            }
            UnsignedInClear => {
                let host = uri.host().unwrap_or_default().to_ascii_lowercase();
                let is_here =
                    ["127.0.0.1", "[::1]", "localhost"].contains(&host.trim_end_matches('.'));
                case.body.is_none() && uri.scheme_str() == Some("http") && !is_here
            }
            NoHost => host.signed == Err(Unsignable::Missing),
            SeveralHosts => host.signed == Err(Unsignable::Several),
            InvalidHost => host.signed == Err(Unsignable::Invalid),
            HostMismatch => host.signed == Err(Unsignable::Mismatch),
            TrailingDotSegment => {
                let path = uri.path();
                let ends_in_dots = path.ends_with("/.") || path.ends_with("/..");
                case.profile == Profile::STANDARD && ends_in_dots && !leads_to_the_root(path)
            }
            Presigned => {
                let mut names = self.components.iter().map(|(name, _)| name);
                names.any(|name| name.eq_ignore_ascii_case(b"x-amz-signature"))
            }
            Nominated => self.nominates("x-amz-date") || self.nominates("x-amz-meta-a"),
            TabOrOutsideAscii => {
                let mut bytes = self.signed_values().flatten();
                bytes.any(|byte| *byte == b'\t' || !byte.is_ascii())
            }
            EmptyToken => case.token.as_deref() == Some(""),
            MalformedPercentInQuery => uri.query().is_some_and(has_malformed_percent),
            LooksLikeScheme => {
                let target = self.target();
                target
                    .split_once(':')
                    .is_some_and(|(_, after)| after.starts_with('/'))
            }
            LowerCaseMethod => case
                .method
                .as_str()
                .bytes()
                .any(|byte| byte.is_ascii_lowercase()),
            PlusInQuery => uri.query().is_some_and(|query| query.contains('+')),
            QueryNotUtf8 => {
                let mut components = self
                    .components
                    .iter()
                    .flat_map(|(name, value)| [name, value]);
                components.any(|bytes| std::str::from_utf8(bytes).is_err())
            }
            Userinfo => is_other_host && signed_host.contains('@'),
            EmptyPort => is_other_host && port == ":",
            PaddedPort => is_other_host && port.starts_with(":0"),
            UpperCaseHost => is_other_host && name.bytes().any(|byte| byte.is_ascii_uppercase()),
            TrailingDotOfHost => is_other_host && name.ends_with('.'),
            DefaultPortInHeader => {
                is_other_host && host.header().is_some() && port == host.default_port()
            }
            DefaultPortOfWebSocket => {
                is_other_host && uri.scheme_str() == Some("wss") && port == host.default_port()
            }
        }
    }

    /// Path and query, as a client writes them into the request line.
    ///
    /// The other signers sign the path of S3 as it stands, so they get it encoded as it has to be.
    pub(crate) fn target(&self) -> String {
        let path = match self.case.profile == Profile::S3 {
            true => encoded_key(self.uri.path()),
            false => self.uri.path().to_owned(),
        };
        let query = self.uri.query().map(|query| format!("?{query}"));
        path + &query.unwrap_or_default()
    }

    /// The URI, with [`target`](Self::target) in it.
    pub(crate) fn url(&self) -> String {
        match (self.uri.scheme(), self.uri.authority()) {
            (Some(scheme), Some(authority)) => format!("{scheme}://{authority}{}", self.target()),
            _ => self.target(),
        }
    }

    fn nominates(&self, name: &str) -> bool {
        let listed = self.case.headers["connection"]
            .to_str()
            .unwrap()
            .to_lowercase();
        let is_sent = name == "x-amz-date" || self.case.headers.contains_key(name);
        is_sent && listed.split(", ").any(|listed| listed == name)
    }

    fn signed_values(&self) -> impl Iterator<Item = &[u8]> {
        let headers = self.case.headers.iter();
        let signed = headers.filter(|(name, _)| is_signed(name.as_str()));
        signed.map(|(_, value)| value.as_bytes())
    }
}

/// Whether both sides are told to sign a header of the request.
pub(crate) fn is_signed(name: &str) -> bool {
    match name {
        // Replaced by both.
        "x-amz-content-sha256" | "x-amz-date" | "x-amz-security-token" => false,
        "content-md5" | "content-type" | "host" => true,
        name => name.starts_with("x-amz-") || name == NAMED_HEADER,
    }
}

/// Decoded and encoded once. A raw `+` is a space, as it is in a query.
fn encoded_key(path: &str) -> String {
    const RESERVED_IN_KEY: &AsciiSet = &RESERVED.remove(b'/');
    percent_encode(&decode(&path.replace('+', " ")), RESERVED_IN_KEY).to_string()
}

/// The names and values of a query, decoded.
fn components(query: &str) -> Vec<(Vec<u8>, Vec<u8>)> {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decode(name), decode(value)))
        .collect()
}

fn decode(text: &str) -> Vec<u8> {
    percent_decode_str(text).collect()
}

/// All signers agree on `/` for such a path, however it ends.
fn leads_to_the_root(path: &str) -> bool {
    let mut depth = 0_usize;
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => depth = depth.saturating_sub(1),
            _ => depth += 1,
        }
    }
    depth == 0
}
