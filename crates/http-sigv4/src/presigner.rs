use std::{borrow::Cow, time::SystemTime};

use http::{HeaderValue, request::Parts};

use crate::{
    ExpiresIn, Payload, PreparedSignature, SignError, Signer, SigningKey,
    canonical::{
        Canonical,
        encode::encode_into,
        headers::{Own, SignedHeaders},
        query::check_presignable,
    },
    changes::Changes,
    date::AmzDate,
    error::Kind,
    expires_in::{Lifetime, SEVEN_DAYS},
    own_headers::OwnHeaders,
    prepared::Signature,
    profile::PathRule,
    string_to_sign,
    text::Text,
    uri,
};

/// Signs requests in their query string, which makes [presigned URLs].
///
/// Until it expires, whoever has the URL can send the request, without credentials of their own. So
/// the URL is a secret, and it holds the session token. It is the request's `uri` after
/// [`sign`](Self::sign); `wss` URLs can be presigned as well.
///
/// - **Signed headers** are those that the [`Signer`] signs, and stay in the request. They have to be
///   sent with the URL, so most requests to presign have none but `host`.
/// - **The body** is not signed where the service takes that, as S3 does, and else taken to be empty;
///   [`payload`](Self::payload) says otherwise.
/// - **A body in frames** is refused, since S3 takes none under a presigned URL.
/// - **Host and path** are those that the signer is told of: a URL through a CDN is signed for the
///   [host](Signer::signing_host) and with the [path prefix](Signer::signing_path_prefix) of what lies
///   behind it, and names neither.
/// - **The query** of the wire is followed by the signature's parameters and not rewritten. One that
///   has such parameters already is refused.
///
/// ```
/// use std::time::{Duration, SystemTime};
///
/// use aws_credential_types::Credentials;
/// use http::Request;
/// use http_sigv4::{Presigner, Profile, Signer, SigningKey, SigningScope};
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "secret", None, None, "example");
/// let scope = SigningScope::new("s3", "us-east-1")?;
/// let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_440_938_160);
/// let key = SigningKey::derive(&credentials, &scope, now)?;
///
/// let request = Request::get("https://examplebucket.s3.amazonaws.com/test.txt").body(()).unwrap();
/// let (mut parts, ()) = request.into_parts();
/// let presigner = Presigner::new(Signer::new(Profile::S3), Duration::from_secs(3600))?;
/// presigner.sign(&mut parts, &key, now)?;
///
/// assert!(parts.uri.to_string().starts_with(
///     "https://examplebucket.s3.amazonaws.com/test.txt\
///      ?X-Amz-Algorithm=AWS4-HMAC-SHA256\
///      &X-Amz-Credential=AKIDEXAMPLE%2F20150830%2Fus-east-1%2Fs3%2Faws4_request\
///      &X-Amz-Date=20150830T123600Z&X-Amz-Expires=3600&X-Amz-SignedHeaders=host\
///      &X-Amz-Signature=",
/// ));
/// # Ok::<_, http_sigv4::SignError>(())
/// ```
///
/// [presigned URLs]: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
#[derive(Clone, Debug)]
#[must_use]
pub struct Presigner {
    signer: Signer,
    expires_in: ExpiresIn,
    payload: Option<Payload>,
    token_after_signature: bool,
}

impl Presigner {
    /// Presigns by the rules of `signer`, for `expires_in` from the time of signing, in whole
    /// seconds.
    ///
    /// # Errors
    ///
    /// Less than a second, or more than the 604,800 seconds (seven days) that AWS takes.
    pub fn new(signer: Signer, expires_in: impl Into<ExpiresIn>) -> Result<Self, SignError> {
        let expires_in = expires_in.into();
        if !expires_in.is_within(SEVEN_DAYS.into()) {
            return Err(Kind::ExpiresIn(expires_in.seconds()).into());
        }
        Ok(Self {
            token_after_signature: signer.profile().leaves_presigned_token_unsigned(),
            signer,
            expires_in,
            payload: None,
        })
    }

    /// Sets what the URL says of the body: one certain body, or any. Defaults to any for S3, OpenSearch
    /// Serverless and VPC Lattice, and to an empty body for all others, those that take an unsigned payload
    /// for one operation among them.
    ///
    /// Where the service wants it, `x-amz-content-sha256` becomes a signed header, which whoever uses the
    /// URL has to send: of an unsigned payload, everywhere but at S3. Such a payload is taken over plain
    /// http too, where whoever reads the URL can use it anyway.
    pub fn payload(mut self, payload: Payload) -> Self {
        self.payload = Some(payload);
        self
    }

    /// Puts the session token behind the signature, which then does not cover it, or in front of it.
    ///
    /// Defaults to what the service's [`Profile`](crate::Profile) says: behind for [MQTT over
    /// WebSocket] to AWS IoT Core, signing name `iotdevicegateway`, and for nothing else.
    ///
    /// [MQTT over WebSocket]: https://docs.aws.amazon.com/iot/latest/developerguide/protocols.html
    pub fn token_after_signature(mut self, after: bool) -> Self {
        self.token_after_signature = after;
        self
    }

    /// Signs a request's URI, as of `time`.
    ///
    /// # Errors
    ///
    /// As [`Signer::sign`], and credentials that expire before the URL, a query that is presigned
    /// already or has a parameter of the same name, and a URI that becomes too long. `parts` is then
    /// unchanged.
    pub fn sign(
        &self,
        parts: &mut Parts,
        key: &SigningKey,
        time: SystemTime,
    ) -> Result<(), SignError> {
        self.prepare(parts, key, time)?.apply()
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
        time: SystemTime,
    ) -> Result<PreparedSignature<'a>, SignError> {
        let mut text = Text::new();
        let signature = self.make(&mut text, parts, key, time)?;
        Ok(PreparedSignature::new(parts, key, &text, signature))
    }

    /// Makes a signature. Writes what is signed, the canonical request and then the string to sign,
    /// into `text`, which is empty.
    fn make<'a>(
        &self,
        text: &mut Text,
        parts: &Parts,
        key: &'a SigningKey,
        time: SystemTime,
    ) -> Result<Signature<'a>, SignError> {
        let profile = self.signer.profile();
        let payload = match self.payload {
            Some(payload) => payload,
            None if profile.presigns_any_payload() => Payload::Unsigned,
            None => Payload::EMPTY,
        };
        let is_unsigned = payload == Payload::Unsigned;
        // S3 reads the absence of the header as an unsigned payload.
        let is_implied = is_unsigned && profile.path == PathRule::S3;
        let sends_payload = (profile.always_content_sha256 || is_unsigned) && !is_implied;
        let payload_text = payload.text();

        let date = self.signer.read_time(parts, key, time)?;
        let lifetime = self.expires_in.resolve(key, time)?;
        // Declared first, as the headers borrow it.
        let host;
        let mut headers = SignedHeaders::new();
        let sent = self.signer.read_headers(parts, &mut headers)?;
        sent.framing.check_presigned(payload)?;
        self.signer.check_payload(payload, key)?;
        host = self.signer.read_host(parts, &sent)?;
        headers.push_own(Own::Host, host.value.as_bytes());
        if sends_payload {
            headers.push_own(Own::ContentSha256, payload_text.as_bytes());
        }
        headers.sort();
        if sent.has_connection {
            headers.check_nominations(&parts.headers)?;
        }

        let mut names = Text::new();
        headers.write_names(&mut names);
        let mut query = self.query(parts, key, date, lifetime, &names)?;
        let canonical = Canonical::write(
            text,
            parts,
            self.signer.signed_path(&parts.uri),
            &query,
            &headers,
            payload_text.as_bytes(),
        )?;
        string_to_sign::write(text, key, date);
        let signature = key.sign(&text[canonical.end..]);

        push_parameter(&mut query, "X-Amz-Signature", &signature);
        if let Some(token) = key.session_token().filter(|_| self.token_after_signature) {
            push_parameter(&mut query, "X-Amz-Security-Token", token.as_bytes());
        }
        let uri = uri::rewritten(&parts.uri, host.authority.as_deref(), Some(&query))?;
        let changes = Changes {
            uri: Some(uri),
            removes_stale: sent.has_stale,
            own: match sends_payload {
                true => OwnHeaders::from_payload(payload_text.as_bytes())?,
                false => OwnHeaders::default(),
            },
            rewritten: host.rewritten(&headers)?,
        };
        Ok(Signature {
            canonical_request_end: canonical.end,
            changes,
        })
    }

    /// The query of the wire as far as it is signed.
    fn query(
        &self,
        parts: &Parts,
        key: &SigningKey,
        date: AmzDate,
        lifetime: Lifetime,
        signed_headers: &[u8],
    ) -> Result<String, SignError> {
        let mut query = self
            .signer
            .query(&parts.uri)
            .map_or_else(String::new, Cow::into_owned);
        check_presignable(&query)?;
        let credential = format!("{}/{}", key.access_key_id(), key.credential_scope());
        let expires = lifetime.duration.as_secs().to_string();
        let token = key.session_token().filter(|_| !self.token_after_signature);
        // The order of AWS's own page and of botocore.
        for (name, value) in [
            ("X-Amz-Algorithm", Some(key.algorithm().as_bytes())),
            ("X-Amz-Credential", Some(credential.as_bytes())),
            ("X-Amz-Date", Some(date.as_bytes())),
            ("X-Amz-Expires", Some(expires.as_bytes())),
            ("X-Amz-SignedHeaders", Some(signed_headers)),
            ("X-Amz-Security-Token", token.map(HeaderValue::as_bytes)),
            (
                "X-Amz-Region-Set",
                key.region_set().map(HeaderValue::as_bytes),
            ),
        ] {
            if let Some(value) = value {
                push_parameter(&mut query, name, value);
            }
        }
        Ok(query)
    }
}

fn push_parameter(query: &mut String, name: &str, value: &[u8]) {
    if !query.is_empty() && !query.ends_with('&') {
        query.push('&');
    }
    query.push_str(name);
    query.push('=');
    let mut encoded = Text::new();
    encode_into(&mut encoded, value);
    // Percent-encoded, so ASCII.
    query.push_str(&String::from_utf8_lossy(&encoded));
}
