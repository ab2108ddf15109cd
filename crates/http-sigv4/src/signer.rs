use std::{fmt, sync::Arc, time::SystemTime};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri, header, request::Parts, uri::Scheme};
use sha2::{Digest, Sha256};

use crate::{
    Payload, Profile, SignError, SigningKey,
    canonical::{
        Canonical,
        encode::hex,
        headers::{
            HOST, REPLACED, SignedHeaders, X_AMZ_CONTENT_SHA256, X_AMZ_DATE, X_AMZ_SECURITY_TOKEN,
            may_be_signed,
        },
    },
    date::AmzDate,
    error::Kind,
    host::{SignedHost, parse_signing_host},
    payload::PayloadText,
    profile::UnsignedPayload,
};

/// Signs requests with AWS Signature Version 4, in the `Authorization` header.
///
/// A signer is a set of rules: it holds no credentials, reads no clock and does no I/O. It signs
/// what goes on the wire and leaves the path and the query of the wire alone.
///
/// - **Signed headers** are `host`, `content-type`, `content-md5`, every `x-amz-*`, and those added
///   with [`sign_header`](Self::sign_header). Proxies and HTTP libraries rewrite the rest.
/// - **Stale signatures** do not survive: `authorization`, `x-amz-date`, `x-amz-security-token` and
///   `x-amz-content-sha256` are replaced or removed, so signing twice is signing once.
/// - **The authority is cleaned** in the URI as well as in the signature: no userinfo, no default
///   port, lower case. HTTP/1.1 and HTTP/2 clients then send the host that was signed.
/// - **A signed header on several lines** is sent on one, as proxies would join it differently.
///
/// Cheap to clone.
///
/// ```
/// use std::time::{Duration, SystemTime};
///
/// use aws_credential_types::Credentials;
/// use http::{Request, header::AUTHORIZATION};
/// use http_sigv4::{Payload, Profile, Signer, SigningKey, SigningScope};
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "secret", None, None, "example");
/// let scope = SigningScope::new("execute-api", "us-east-1")?;
/// let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_440_938_160);
/// let key = SigningKey::derive(&credentials, &scope, now)?;
///
/// let body = r#"{"name":"value"}"#;
/// let request = Request::post("https://abc123.execute-api.us-east-1.amazonaws.com/prod/items")
///     .header("content-type", "application/json")
///     .body(body)
///     .unwrap();
/// let (mut parts, body) = request.into_parts();
/// Signer::new(Profile::STANDARD).sign(&mut parts, &key, Payload::of(body.as_bytes()), now)?;
///
/// assert_eq!(parts.headers["x-amz-date"], "20150830T123600Z");
/// assert!(parts.headers[AUTHORIZATION].to_str().unwrap().starts_with(
///     "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/execute-api/aws4_request, \
///      SignedHeaders=content-type;host;x-amz-date, Signature=",
/// ));
/// # Ok::<_, http_sigv4::SignError>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Signer {
    profile: Profile,
    named_headers: Arc<[HeaderName]>,
    signing_host: Option<Arc<str>>,
}

impl Signer {
    /// A signer with a service's rules.
    pub fn new(profile: Profile) -> Self {
        Self {
            profile,
            named_headers: Arc::default(),
            signing_host: None,
        }
    }

    /// The same signer with another service's rules.
    pub fn with_profile(mut self, profile: Profile) -> Self {
        self.profile = profile;
        self
    }

    /// Signs `name` too, wherever a request has it.
    ///
    /// Only for a header that nothing between here and the service adds, drops or rewrites.
    ///
    /// # Errors
    ///
    /// A header that changes on its way: `authorization`, `connection`, `expect`, `keep-alive`,
    /// `proxy-*`, `te`, `trailer`, `transfer-encoding`, `upgrade`, `user-agent`, `x-amzn-trace-id`.
    pub fn sign_header(mut self, name: HeaderName) -> Result<Self, SignError> {
        if !may_be_signed(&name) {
            return Err(Kind::NeverSigned(name.as_str().into()).into());
        }
        if !self.named_headers.contains(&name) {
            self.named_headers = self.named_headers.iter().cloned().chain([name]).collect();
        }
        Ok(self)
    }

    /// Signs for `host` instead of the host that the request is sent to.
    ///
    /// For a service that sees another host than the client: behind a CDN of one's own, or through
    /// a VPC endpoint. What goes on the wire does not change.
    ///
    /// # Errors
    ///
    /// A text that is not a host with, at most, a port.
    pub fn signing_host(mut self, host: &str) -> Result<Self, SignError> {
        self.signing_host = Some(parse_signing_host(host)?.into());
        Ok(self)
    }

    /// The service's rules.
    pub fn profile(&self) -> Profile {
        self.profile
    }

    /// Signs a request whose body is what `payload` says, as of `time`.
    ///
    /// # Errors
    ///
    /// A request that has no certain signature, a payload that the service does not take, or a key
    /// of another day. `parts` is then unchanged.
    pub fn sign(
        &self,
        parts: &mut Parts,
        key: &SigningKey,
        payload: Payload,
        time: SystemTime,
    ) -> Result<(), SignError> {
        let signature = self.prepare(parts, key, payload, time)?.into_headers(key)?;
        signature.commit(parts)
    }

    /// What [`sign`](Self::sign) would cover, to look at when a service refuses a signature.
    ///
    /// # Errors
    ///
    /// As [`sign`](Self::sign).
    pub fn canonical_request(
        &self,
        parts: &Parts,
        key: &SigningKey,
        payload: Payload,
        time: SystemTime,
    ) -> Result<CanonicalRequest, SignError> {
        let prepared = self.prepare(parts, key, payload, time)?;
        // Everything in a canonical request is ASCII.
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ok(CanonicalRequest {
            canonical_request: text(prepared.canonical.text()),
            string_to_sign: text(&prepared.string_to_sign(key)),
        })
    }

    fn prepare(
        &self,
        parts: &Parts,
        key: &SigningKey,
        payload: Payload,
        time: SystemTime,
    ) -> Result<Prepared, SignError> {
        if parts.method == Method::CONNECT {
            return Err(Kind::RequestTarget.into());
        }
        let date = AmzDate::at(time)?;
        if !key.is_of(&date) {
            return Err(Kind::KeyOfAnotherDay.into());
        }
        self.check_payload(payload, &parts.uri)?;
        let payload_text = payload.text();
        let sends_payload = self.profile.always_content_sha256 || payload == Payload::Unsigned;
        let host = SignedHost::of(parts, self.signing_host.as_deref())?;

        let mut headers = SignedHeaders::pick(&parts.headers, &self.named_headers)?;
        headers.push(HOST, host.value.as_bytes());
        headers.push(X_AMZ_DATE, date.as_bytes());
        if let Some(token) = key.session_token() {
            headers.push(X_AMZ_SECURITY_TOKEN, token.as_bytes());
        }
        if sends_payload {
            headers.push(X_AMZ_CONTENT_SHA256, payload_text.as_bytes());
        }
        let headers = headers.finish(&parts.headers)?;
        let canonical = Canonical::write(
            &parts.method,
            &parts.uri,
            self.profile.path,
            &headers,
            payload_text.as_bytes(),
        )?;
        let joined = headers.joined()?;
        let SignedHost { uri, header, .. } = host;
        Ok(Prepared {
            canonical,
            date,
            payload: sends_payload.then(|| payload_text.clone()),
            uri,
            host: header,
            joined,
        })
    }

    fn check_payload(&self, payload: Payload, uri: &Uri) -> Result<(), SignError> {
        let in_clear = || uri.scheme() == Some(&Scheme::HTTP);
        match (payload, self.profile.unsigned_payload) {
            (Payload::Unsigned, UnsignedPayload::Refused) => Err(Kind::UnsignedRefused.into()),
            (Payload::Unsigned, UnsignedPayload::OverTls) if in_clear() => {
                Err(Kind::UnsignedInClear.into())
            }
            (Payload::Sha256(_), UnsignedPayload::Required) => Err(Kind::UnsignedRequired.into()),
            _ => Ok(()),
        }
    }
}

/// A canonical request and the string to sign made from it, as text.
///
/// The canonical request holds the session token in the clear, as does a service's own echo of it:
/// do not log it as it is. `Debug` shows the string to sign only.
#[derive(Clone)]
pub struct CanonicalRequest {
    canonical_request: String,
    string_to_sign: String,
}

impl CanonicalRequest {
    /// The [canonical request], session token included.
    ///
    /// [canonical request]: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
    pub fn canonical_request(&self) -> &str {
        &self.canonical_request
    }

    /// Algorithm, date, credential scope and the digest of the canonical request.
    pub fn string_to_sign(&self) -> &str {
        &self.string_to_sign
    }
}

impl fmt::Debug for CanonicalRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CanonicalRequest")
            .field("string_to_sign", &self.string_to_sign)
            .finish_non_exhaustive()
    }
}

/// A request read through, with nothing changed yet.
struct Prepared {
    canonical: Canonical,
    date: AmzDate,
    payload: Option<PayloadText>,
    uri: Option<Uri>,
    host: Option<HeaderValue>,
    joined: Vec<(HeaderName, HeaderValue)>,
}

impl Prepared {
    fn string_to_sign(&self, key: &SigningKey) -> Vec<u8> {
        let digest = Sha256::digest(self.canonical.text());
        [
            ALGORITHM,
            b"\n",
            self.date.as_bytes(),
            b"\n",
            key.credential_scope().as_bytes(),
            b"\n",
            &hex(&digest.into()),
        ]
        .concat()
    }

    fn into_headers(self, key: &SigningKey) -> Result<Changes, SignError> {
        let signature = hex(&key.sign(&self.string_to_sign(key)));
        let payload = self
            .payload
            .as_ref()
            .map_or(&b""[..], PayloadText::as_bytes);
        // All values share one allocation.
        let values = Bytes::from(
            [
                self.date.as_bytes(),
                payload,
                ALGORITHM,
                b" Credential=",
                key.access_key_id().as_bytes(),
                b"/",
                key.credential_scope().as_bytes(),
                b", SignedHeaders=",
                self.canonical.signed_headers(),
                b", Signature=",
                &signature,
            ]
            .concat(),
        );
        let payload_end = self.date.as_bytes().len() + payload.len();
        let value = |range: Bytes| {
            // Names, digits and checked access key ids: always a header value.
            HeaderValue::from_maybe_shared(range).map_err(|_| Kind::AccessKeyId)
        };
        let mut authorization = value(values.slice(payload_end..))?;
        authorization.set_sensitive(true);
        let date = value(values.slice(..self.date.as_bytes().len()))?;
        let payload = self
            .payload
            .is_some()
            .then(|| value(values.slice(self.date.as_bytes().len()..payload_end)))
            .transpose()?;
        let own = [
            (header::AUTHORIZATION, Some(authorization)),
            (HeaderName::from_static(X_AMZ_DATE), Some(date)),
            (HeaderName::from_static(X_AMZ_CONTENT_SHA256), payload),
            (
                HeaderName::from_static(X_AMZ_SECURITY_TOKEN),
                key.session_token().cloned(),
            ),
            (header::HOST, self.host),
        ];
        Ok(Changes {
            uri: self.uri,
            own,
            joined: self.joined,
        })
    }
}

/// Everything that signing changes in a request.
struct Changes {
    uri: Option<Uri>,
    own: [(HeaderName, Option<HeaderValue>); 5],
    joined: Vec<(HeaderName, HeaderValue)>,
}

impl Changes {
    fn commit(mut self, parts: &mut Parts) -> Result<(), SignError> {
        // A map refuses an insertion when it is full, but also when thousands of its names collide,
        // which shows too late. So a map of that size is changed in a copy.
        const ALWAYS_ROOM: usize = 4096;
        let uri = self.uri.take();
        if parts.headers.keys_len() < ALWAYS_ROOM {
            self.insert_into(&mut parts.headers)?;
        } else {
            let mut headers = parts.headers.clone();
            self.insert_into(&mut headers)?;
            parts.headers = headers;
        }
        if let Some(uri) = uri {
            parts.uri = uri;
        }
        Ok(())
    }

    fn insert_into(self, headers: &mut HeaderMap) -> Result<(), SignError> {
        headers
            .try_reserve(self.own.len())
            .map_err(|_| Kind::TooManyHeaders)?;
        remove_signature(headers);
        let own = self.own.into_iter();
        let own = own.filter_map(|(name, value)| Some((name, value?)));
        for (name, value) in own.chain(self.joined) {
            headers
                .try_insert(name, value)
                .map_err(|_| Kind::TooManyHeaders)?;
        }
        Ok(())
    }
}

fn remove_signature(headers: &mut HeaderMap) {
    for name in REPLACED {
        headers.remove(name);
    }
}

const ALGORITHM: &[u8] = b"AWS4-HMAC-SHA256";
