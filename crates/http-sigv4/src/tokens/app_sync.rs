use std::{fmt, time::SystemTime};

use base64_simd::{STANDARD, URL_SAFE_NO_PAD};
use http::{
    HeaderValue, Method,
    header::{ACCEPT, AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE},
};
use serde_json::{Map, Value};

use super::{
    ExpiresIn, TokenSigner,
    handshake::FIVE_MINUTES,
    presigned::{encoded, request},
    signer::check_service,
};
use crate::{
    Host, Payload, Profile, SignError, Signer, SigningKey,
    canonical::headers::{X_AMZ_DATE, X_AMZ_SECURITY_TOKEN},
};

/// Signs what AppSync asks for on its WebSocket, for [subscriptions of GraphQL] and for [events].
///
/// The handshake and then every message that does something carry a JSON object of headers, which sign
/// a `POST` that is never sent. It goes to the API's host, `appsync-api`, whereas the WebSocket goes to
/// `appsync-realtime-api`; a custom domain is both.
///
/// ```
/// use std::time::{Duration, SystemTime};
///
/// use aws_credential_types::Credentials;
/// use http_sigv4::{
///     SigningKey, SigningScope,
///     tokens::{AppSyncSigner, TokenSigner},
/// };
///
/// let host = "abc123.appsync-api.eu-west-1.amazonaws.com";
/// let connect = AppSyncSigner::connect(host)?;
/// let credentials = Credentials::new("AKIDEXAMPLE", "secret", None, None, "example");
/// let scope = SigningScope::new(connect.service(), "eu-west-1")?;
/// let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_440_938_160);
/// let key = SigningKey::derive(&credentials, &scope, now)?;
///
/// let uri = format!("{}?{}", connect.realtime_uri(), connect.sign(&key, now)?.query());
/// assert!(uri.starts_with(
///     "wss://abc123.appsync-realtime-api.eu-west-1.amazonaws.com/graphql?header=ey",
/// ));
///
/// // In `payload.extensions.authorization` of the `start` message; `data` is its `payload.data`.
/// let data = r#"{"query":"subscription { added { id } }","variables":{}}"#;
/// let authorization = AppSyncSigner::subscribe(host, data)?.sign(&key, now)?;
/// assert!(authorization.as_json().contains("\"Authorization\":\"AWS4-HMAC-SHA256 "));
/// # Ok::<_, http_sigv4::SignError>(())
/// ```
///
/// [subscriptions of GraphQL]: https://docs.aws.amazon.com/appsync/latest/devguide/real-time-websocket-client.html
/// [events]: https://docs.aws.amazon.com/appsync/latest/eventapi/event-api-websocket-protocol.html
#[derive(Clone, Debug)]
#[must_use]
pub struct AppSyncSigner {
    host: String,
    path: &'static str,
    body: String,
}

impl AppSyncSigner {
    /// Creates a signer for the handshake of a GraphQL API.
    ///
    /// # Errors
    ///
    /// A host that is none. One that begins with `appsync-realtime-api` behind the API's id is taken for
    /// the API's.
    pub fn connect(host: &str) -> Result<Self, SignError> {
        Self::new(host, "/graphql/connect", "{}")
    }

    /// Creates a signer for one subscription of a GraphQL API, with the text of its `data`: a JSON
    /// object of `query` and `variables`, byte for byte as it is sent.
    ///
    /// # Errors
    ///
    /// As [`connect`](Self::connect).
    pub fn subscribe(host: &str, data: &str) -> Result<Self, SignError> {
        Self::new(host, "/graphql", data)
    }

    /// Creates a signer for the handshake of an Event API.
    ///
    /// # Errors
    ///
    /// As [`connect`](Self::connect).
    pub fn connect_to_events(host: &str) -> Result<Self, SignError> {
        Self::new(host, "/event", "{}")
    }

    /// Creates a signer for a message to an Event API, with the text of what it does:
    /// `{"channel":"/default/a"}` to subscribe, and with `"events":[...]` in it to publish.
    ///
    /// # Errors
    ///
    /// As [`connect`](Self::connect).
    pub fn event(host: &str, message: &str) -> Result<Self, SignError> {
        Self::new(host, "/event", message)
    }

    fn new(host: &str, path: &'static str, body: &str) -> Result<Self, SignError> {
        let host = Host::parse(host)?;
        Ok(Self {
            host: host.as_str().replacen(REALTIME, API, 1),
            path,
            body: body.into(),
        })
    }

    /// Returns where the WebSocket goes to: the handshake's URI, without a query.
    pub fn realtime_uri(&self) -> String {
        let host = self.host.replacen(API, REALTIME, 1);
        match (self.path, host == self.host) {
            ("/event", _) => format!("wss://{host}/event/realtime"),
            (_, true) => format!("wss://{host}/graphql/realtime"),
            (_, false) => format!("wss://{host}/graphql"),
        }
    }
}

const API: &str = ".appsync-api.";
const REALTIME: &str = ".appsync-realtime-api.";

impl super::sealed::Sealed for AppSyncSigner {}

impl TokenSigner for AppSyncSigner {
    type Output = AppSyncAuthorization;

    fn service(&self) -> &'static str {
        "appsync"
    }

    fn sign(&self, key: &SigningKey, time: SystemTime) -> Result<AppSyncAuthorization, SignError> {
        check_service(self, key)?;
        let lifetime = ExpiresIn::at_most_seconds(FIVE_MINUTES).resolve(key, time)?;
        let mut parts = request(Method::POST, format!("https://{}{}", self.host, self.path))?;
        for (name, value) in [
            (ACCEPT, "application/json, text/javascript"),
            (CONTENT_ENCODING, "amz-1.0"),
            (CONTENT_TYPE, "application/json; charset=UTF-8"),
        ] {
            parts.headers.insert(name, HeaderValue::from_static(value));
        }
        let signer = Signer::new(Profile::STANDARD)
            .sign_header(ACCEPT)?
            .sign_header(CONTENT_ENCODING)?;
        signer.sign(&mut parts, key, Payload::hash(self.body.as_bytes()), time)?;

        let mut object = Map::new();
        // In the spelling of AWS's page.
        for (name, header) in [
            ("accept", &ACCEPT),
            ("content-encoding", &CONTENT_ENCODING),
            ("content-type", &CONTENT_TYPE),
            ("x-amz-date", &X_AMZ_DATE),
            ("X-Amz-Security-Token", &X_AMZ_SECURITY_TOKEN),
            ("Authorization", &AUTHORIZATION),
        ] {
            // All that is signed is ASCII.
            if let Some(value) = parts
                .headers
                .get(header)
                .and_then(|value| value.to_str().ok())
            {
                object.insert(name.into(), value.into());
            }
        }
        object.insert("host".into(), self.host.clone().into());
        Ok(AppSyncAuthorization {
            json: Value::from(object).to_string(),
            expires_at: lifetime.ends_at,
        })
    }
}

/// The headers of a signature as a JSON object, which AppSync takes on its WebSocket.
///
/// `Debug` shows when it expires and not the object.
#[derive(Clone)]
pub struct AppSyncAuthorization {
    json: String,
    expires_at: SystemTime,
}

impl AppSyncAuthorization {
    /// Returns the object, for a message. It is a secret.
    pub fn as_json(&self) -> &str {
        &self.json
    }

    /// Returns the query of a handshake with a GraphQL API, without the `?`. It is a secret.
    pub fn query(&self) -> String {
        let header = STANDARD.encode_to_string(&self.json);
        // An empty JSON object.
        format!("header={}&payload=e30%3D", encoded(&header))
    }

    /// Returns the subprotocol for a handshake's `Sec-WebSocket-Protocol`, instead of a query: beside
    /// `graphql-ws`, or beside `aws-appsync-event-ws` with an Event API. It is a secret.
    pub fn subprotocol(&self) -> String {
        format!("header-{}", URL_SAFE_NO_PAD.encode_to_string(&self.json))
    }

    /// Returns when AppSync stops taking it, to the second: in five minutes, or with the credentials.
    pub fn expires_at(&self) -> SystemTime {
        self.expires_at
    }
}

impl fmt::Debug for AppSyncAuthorization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AppSyncAuthorization")
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}
