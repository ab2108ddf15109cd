use std::{fmt, time::SystemTime};

use http::{HeaderMap, Method, Uri};

use super::{
    ExpiresIn,
    expires_in::Lifetime,
    presigned::{presigned, request},
};
use crate::{Host, Payload, Profile, SignError, Signer, SigningKey, error::Kind};

/// A signed WebSocket handshake: where to connect to, and which headers to send.
///
/// A WebSocket client takes the URI, and adds the headers of its own: the headers of the protocol are
/// not signed. `Debug` shows the host and when the handshake expires.
///
/// ```
/// # use std::time::{Duration, SystemTime};
/// # use aws_credential_types::Credentials;
/// # use http_sigv4::{SignError, SigningKey, SigningScope, tokens::{NeptuneSigner, TokenSigner}};
/// # let graph = NeptuneSigner::new("graph.cluster-abc123.eu-west-1.neptune.amazonaws.com", 8182)?;
/// # let credentials = Credentials::new("AKIDEXAMPLE", "secret", None, None, "example");
/// # let scope = SigningScope::new(graph.service(), "eu-west-1")?;
/// # let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_440_938_160);
/// # let key = SigningKey::derive(&credentials, &scope, now)?;
/// let handshake = graph.sign(&key, now)?;
///
/// // With tungstenite, `handshake.uri().into_client_request()?` begins the request.
/// let mut request = http::Request::get(handshake.uri()).body(()).unwrap();
/// request.headers_mut().extend(handshake.headers().clone());
/// assert!(request.headers().contains_key("authorization"));
/// # Ok::<_, SignError>(())
/// ```
#[derive(Clone)]
pub struct Handshake {
    uri: Uri,
    headers: HeaderMap,
    expires_at: SystemTime,
}

impl Handshake {
    pub(super) fn in_url(uri: Uri, lifetime: Lifetime) -> Self {
        Self {
            uri,
            headers: HeaderMap::new(),
            expires_at: lifetime.ends_at,
        }
    }

    /// Returns where to connect to. Where the signature is in the URL, this is a secret.
    pub fn uri(&self) -> &Uri {
        &self.uri
    }

    /// Returns the headers of the signature; none where it is in the URL.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Returns when the service stops taking it, to the second.
    pub fn expires_at(&self) -> SystemTime {
        self.expires_at
    }

    /// Returns the URI and the headers.
    pub fn into_parts(self) -> (Uri, HeaderMap) {
        (self.uri, self.headers)
    }
}

impl fmt::Debug for Handshake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handshake")
            .field("host", &self.uri.host().unwrap_or_default())
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

/// How long a handshake lives, in seconds: it is sent at once, and its URL is a secret. In headers,
/// services take none that is older.
pub(super) const FIVE_MINUTES: u32 = 300;

/// Signs a handshake in its URL.
pub(super) fn presign(
    uri: String,
    service: &str,
    expires_in: ExpiresIn,
    key: &SigningKey,
    time: SystemTime,
) -> Result<Handshake, SignError> {
    let lifetime = expires_in.resolve(key, time)?;
    let parts = request(Method::GET, uri)?;
    let signer = Signer::new(Profile::for_service(service));
    let uri = presigned(signer, parts, key, lifetime, time)?;
    Ok(Handshake::in_url(uri, lifetime))
}

/// Signs a handshake in its headers.
pub(super) fn sign(
    uri: String,
    key: &SigningKey,
    time: SystemTime,
) -> Result<Handshake, SignError> {
    let lifetime = ExpiresIn::at_most_seconds(FIVE_MINUTES).resolve(key, time)?;
    let mut parts = request(Method::GET, uri)?;
    Signer::new(Profile::STANDARD).sign(&mut parts, key, Payload::EMPTY, time)?;
    Ok(Handshake {
        uri: parts.uri,
        headers: parts.headers,
        expires_at: lifetime.ends_at,
    })
}

/// Refuses what is no WebSocket's URI, and one in the clear: whoever reads a presigned URL on its way
/// can use it.
pub(super) fn check_uri(uri: &Uri) -> Result<(), SignError> {
    let host = Host::from_uri(uri)?.ok_or(Kind::MissingHost)?;
    match uri.scheme_str() {
        Some("wss") => Ok(()),
        Some("ws") if host.is_loopback() => Ok(()),
        _ => {
            let problem = "a WebSocket's URI begins with `wss://`, or with `ws://` on the loopback \
                           interface; correct it";
            Err(Kind::Token(problem).into())
        }
    }
}
