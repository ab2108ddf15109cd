mod moved;
mod request;

use std::{borrow::Cow, sync::Arc, time::SystemTime};

use http::{HeaderName, request::Parts};

use crate::{
    Host, Payload, PreparedSignature, Profile, SignError, SigningKey,
    canonical::{
        Canonical,
        headers::{Own, SignedHeaders},
        sent::may_be_signed,
    },
    changes::Changes,
    error::Kind,
    own_headers::OwnHeaders,
    path_prefix::PathPrefix,
    prepared::Signature,
    shown::Shown,
    string_to_sign,
    text::Text,
    uri,
};

/// Signs requests with AWS Signature Version 4, in the `Authorization` header.
///
/// A signer is a set of rules: it holds no credentials, reads no clock and does no I/O. It signs
/// what goes on the wire and leaves the path and the query of the wire alone.
///
/// - **Signed headers** are `host`, `content-type`, `content-md5`, every `x-amz-*`, and those added
///   with [`sign_header`](Self::sign_header). Proxies and HTTP libraries rewrite the rest.
/// - **Stale signatures** do not survive: `authorization`, `x-amz-date`, `x-amz-security-token`,
///   `x-amz-content-sha256` and `x-amz-region-set` are replaced or removed, so signing twice is
///   signing once.
/// - **A body in frames** is never signed as a plain one: where `x-amz-content-sha256` begins with
///   `STREAMING-`, or `content-encoding` has `aws-chunked`, the payload has to be one of frames, as
///   [`Payload::StreamingUnsignedTrailer`], and the header its marker, or the request is refused.
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
/// Signer::new(Profile::STANDARD).sign(&mut parts, &key, Payload::hash(body.as_bytes()), now)?;
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
    path_prefix: Option<PathPrefix>,
    rewrite_plus: bool,
    moved_authorization: Option<HeaderName>,
}

impl Signer {
    /// Creates a signer with a service's rules.
    pub fn new(profile: Profile) -> Self {
        Self {
            profile,
            named_headers: Arc::default(),
            signing_host: None,
            path_prefix: None,
            rewrite_plus: false,
            moved_authorization: None,
        }
    }

    /// Replaces the rules by another service's.
    pub fn with_profile(mut self, profile: Profile) -> Self {
        self.profile = profile;
        self
    }

    /// Signs `name` too, wherever a request has it. Defaults to no more than `host`, `content-type`,
    /// `content-md5` and `x-amz-*`.
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

    /// Signs for `host` instead of the host that the request is sent to. Defaults to that host.
    ///
    /// For a service that sees another host than the client: behind a CDN of one's own, or a
    /// private API that a `Host` header selects at its VPC endpoint. The authority is still
    /// cleaned; otherwise the wire does not change. Where `x-apigw-api-id` selects the API, the
    /// endpoint's host is signed, and this is not needed.
    ///
    /// # Errors
    ///
    /// A text that is not a host with, at most, a port.
    pub fn signing_host(mut self, host: &str) -> Result<Self, SignError> {
        let host = Host::parse(host).map_err(|_| Kind::SigningHost(Shown::new(host)))?;
        self.signing_host = Some(host.as_str().into());
        Ok(self)
    }

    /// Signs `prefix` in front of the path, where something between here and the service puts it there:
    /// the [origin path] of a CDN of one's own, or a proxy that mounts the service elsewhere. The wire
    /// does not change. Mostly such a service sees another [host](Self::signing_host) too.
    ///
    /// What is signed is the path that the service sees, the prefix and the request's path as one text,
    /// by the rules of the [`Profile`]. So the prefix is written as it stands there, encoded as in a URL:
    /// it begins with `/`, does not end with one, and has no query. An empty one is none.
    ///
    /// A path whose `..` lead above its root is then refused, as they may be resolved before the prefix
    /// is there or afterwards. What the CDN changes besides, such as a path that it cuts off, no prefix
    /// describes.
    ///
    /// ```
    /// # use std::time::{Duration, SystemTime};
    /// # use aws_credential_types::Credentials;
    /// # use http::Request;
    /// # use http_sigv4::{Payload, Profile, Signer, SigningKey, SigningScope};
    /// # let credentials = Credentials::new("AKIDEXAMPLE", "secret", None, None, "example");
    /// # let scope = SigningScope::new("execute-api", "us-east-1")?;
    /// # let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_440_938_160);
    /// # let key = SigningKey::derive(&credentials, &scope, now)?;
    /// // A distribution with the API's stage as its origin path.
    /// let signer = Signer::new(Profile::STANDARD)
    ///     .signing_host("abc123.execute-api.us-east-1.amazonaws.com")?
    ///     .signing_path_prefix("/prod")?;
    ///
    /// let request = Request::get("https://d111111abcdef8.cloudfront.net/items").body(()).unwrap();
    /// let (mut parts, ()) = request.into_parts();
    /// let prepared = signer.prepare(&mut parts, &key, Payload::EMPTY, now)?;
    /// let signed = prepared.canonical_request();
    /// prepared.apply()?;
    ///
    /// assert!(signed.canonical_request().starts_with("GET\n/prod/items\n\nhost:abc123."));
    /// assert_eq!(parts.uri, "https://d111111abcdef8.cloudfront.net/items");
    /// # Ok::<_, http_sigv4::SignError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// A text that is not such a path, or that has an empty segment, a dot segment, or a byte that is
    /// not a path's by RFC 3986 and not percent-encoded: what reads paths on the way may change it.
    ///
    /// [origin path]: https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/DownloadDistValuesOrigin.html
    pub fn signing_path_prefix(mut self, prefix: &str) -> Result<Self, SignError> {
        self.path_prefix = PathPrefix::parse(prefix)?;
        Ok(self)
    }

    /// Sends `%20` for every raw `+` in a query, where a service might read either a space or a
    /// plus. Off by default.
    ///
    /// The signature is the same, for a raw `+` is signed as a space anyway; this leaves no other
    /// reading on the wire. Write `%2B` for a plus.
    pub fn rewrite_plus(mut self, rewrite: bool) -> Self {
        self.rewrite_plus = rewrite;
        self
    }

    /// Returns the host set with [`signing_host`](Self::signing_host).
    pub fn host_override(&self) -> Option<&str> {
        self.signing_host.as_deref()
    }

    /// Returns the prefix set with [`signing_path_prefix`](Self::signing_path_prefix).
    pub fn path_prefix(&self) -> Option<&str> {
        self.path_prefix.as_ref().map(PathPrefix::as_str)
    }

    /// Returns the service's rules.
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
        let mut text = Text::new();
        let mut signature = self.make(&mut text, parts, key, payload, time)?;
        signature.changes.commit(parts)
    }

    /// Makes the signature that [`sign`](Self::sign) puts into a request, and leaves the request
    /// alone until the signature is [applied](PreparedSignature::apply).
    ///
    /// # Errors
    ///
    /// As [`sign`](Self::sign).
    pub fn prepare<'a>(
        &self,
        parts: &'a mut Parts,
        key: &'a SigningKey,
        payload: Payload,
        time: SystemTime,
    ) -> Result<PreparedSignature<'a>, SignError> {
        let mut text = Text::new();
        let signature = self.make(&mut text, parts, key, payload, time)?;
        Ok(PreparedSignature::new(parts, key, &text, signature))
    }

    /// Makes a signature. Writes what is signed, the canonical request and then the string to sign,
    /// into `text`, which is empty.
    fn make<'a>(
        &self,
        text: &mut Text,
        parts: &Parts,
        key: &'a SigningKey,
        payload: Payload,
        time: SystemTime,
    ) -> Result<Signature<'a>, SignError> {
        let sends_payload = self.profile.always_content_sha256 || !payload.is_digest();
        let payload_text = payload.text();
        let in_base64 = self.profile.in_base64(payload);
        let sent_payload =
            sends_payload.then(|| in_base64.as_ref().unwrap_or(&payload_text).as_bytes());
        let date = self.read_time(parts, key, time)?;
        // Declared first, as the headers borrow it.
        let host;
        let mut headers = SignedHeaders::new();
        let sent = self.read_headers(parts, &mut headers)?;
        // First what the request says of its body: whatever the service takes, that is not plain.
        sent.framing.check(payload)?;
        self.check_payload(payload, key)?;
        self.check_transport(&parts.uri, payload)?;
        host = self.read_host(parts, &sent)?;
        headers.push_own(Own::Host, host.value.as_bytes());
        if let Some(payload) = sent_payload {
            headers.push_own(Own::ContentSha256, payload);
        }
        headers.push_own(Own::Date, date.as_bytes());
        if let Some(region_set) = key.region_set() {
            headers.push_own(Own::RegionSet, region_set.as_bytes());
        }
        if let Some(token) = key.session_token() {
            headers.push_own(Own::SecurityToken, token.as_bytes());
        }
        let moved = self.moved(&parts.headers)?;
        if let Some((name, value)) = moved {
            headers.push_sent(name, value)?;
        }
        headers.sort();
        if sent.has_connection {
            headers.check_nominations(&parts.headers)?;
        }

        let query = self.query(&parts.uri);
        let canonical = Canonical::write(
            text,
            parts,
            self.signed_path(&parts.uri),
            query.as_deref().unwrap_or_default(),
            &headers,
            payload_text.as_bytes(),
        )?;
        string_to_sign::write(text, key, date);
        let signature = key.sign(&text[canonical.end..]);

        let is_rewritten = host.authority.is_some()
            || matches!(query, Some(Cow::Owned(_)))
            || uri::lacks_path(&parts.uri);
        let uri = is_rewritten
            .then(|| uri::rewritten(&parts.uri, host.authority.as_deref(), query.as_deref()));
        let names = &text[canonical.names];
        let mut changes = Changes {
            uri: uri.transpose()?,
            removes_stale: sent.has_stale,
            own: OwnHeaders::new(key, names, &signature, date, sent_payload)?,
            rewritten: host.rewritten(&headers)?,
        };
        if let Some((name, value)) = moved {
            changes.move_secret(name, value);
        }
        Ok(Signature {
            canonical_request_end: canonical.end,
            changes,
        })
    }
}
