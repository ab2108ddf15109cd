use std::{
    borrow::Cow,
    time::{Duration, SystemTime},
};

use http::{HeaderValue, header::HOST, request::Parts};

use crate::{
    CanonicalRequest, Payload, SignError, Signer, SigningKey,
    canonical::{
        Canonical, Text,
        encode::encode_into,
        headers::{SignedHeaders, X_AMZ_CONTENT_SHA256},
        query::check_presignable,
    },
    changes::Changes,
    date::AmzDate,
    error::Kind,
    profile::PathRule,
    signer::Reading,
    string_to_sign::StringToSign,
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
/// - **The query** of the wire is followed by the signature's parameters and not rewritten. One that
///   has such parameters already is refused.
///
/// ```
/// use std::time::{Duration, SystemTime};
///
/// use aws_credential_types::Credentials;
/// use http::Request;
/// use http_sigv4::{Presign, Profile, Signer, SigningKey, SigningScope};
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "secret", None, None, "example");
/// let scope = SigningScope::new("s3", "us-east-1")?;
/// let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_440_938_160);
/// let key = SigningKey::derive(&credentials, &scope, now)?;
///
/// let request = Request::get("https://examplebucket.s3.amazonaws.com/test.txt").body(()).unwrap();
/// let (mut parts, ()) = request.into_parts();
/// let presign = Presign::new(Signer::new(Profile::S3), Duration::from_secs(3600))?;
/// presign.sign(&mut parts, &key, now)?;
///
/// assert!(parts.uri.to_string().starts_with(
///     "https://examplebucket.s3.amazonaws.com/test.txt\
///      ?X-Amz-Algorithm=AWS4-HMAC-SHA256\
///      &X-Amz-Credential=AKIDEXAMPLE%2F20150830%2Fus-east-1%2Fs3%2Faws4_request\
///      &X-Amz-Date=20150830T123600Z&X-Amz-SignedHeaders=host&X-Amz-Expires=3600\
///      &X-Amz-Signature=",
/// ));
/// # Ok::<_, http_sigv4::SignError>(())
/// ```
///
/// [presigned URLs]: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
#[derive(Clone, Debug)]
#[must_use]
pub struct Presign {
    signer: Signer,
    expires_in: Duration,
    payload: Option<Payload>,
    token_after_signature: bool,
}

impl Presign {
    /// Presigns by the rules of `signer`, for `expires_in` from the time of signing, in whole
    /// seconds.
    ///
    /// # Errors
    ///
    /// Less than a second, or more than the 604,800 seconds (seven days) that AWS takes.
    pub fn new(signer: Signer, expires_in: Duration) -> Result<Self, SignError> {
        if !(1..=604_800).contains(&expires_in.as_secs()) {
            return Err(Kind::ExpiresIn.into());
        }
        Ok(Self {
            token_after_signature: signer.profile().leaves_presigned_token_unsigned(),
            signer,
            expires_in,
            payload: None,
        })
    }

    /// Presigns a request for one certain body, or for any body.
    ///
    /// Where the service wants it, `x-amz-content-sha256` becomes a signed header. An unsigned
    /// payload is taken over plain http too, where whoever reads the URL can use it anyway.
    pub fn payload(mut self, payload: Payload) -> Self {
        self.payload = Some(payload);
        self
    }

    /// Puts the session token behind the signature, which then does not cover it, or in front of it.
    ///
    /// The service's [`Profile`](crate::Profile) knows: behind for [MQTT over WebSocket] to AWS IoT
    /// Core, signing name `iotdevicegateway`, and nothing else.
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
        let mut text = Text::new();
        let Prepared {
            string_to_sign,
            mut query,
            authority,
            mut changes,
            ..
        } = self.prepare(&mut text, parts, key, time)?;
        push_parameter(&mut query, "X-Amz-Signature", &key.sign(&string_to_sign));
        if let Some(token) = key.session_token().filter(|_| self.token_after_signature) {
            push_parameter(&mut query, "X-Amz-Security-Token", token.as_bytes());
        }
        let uri = uri::rewritten(&parts.uri, authority.as_deref(), Some(&query))?;
        changes.uri = Some(uri);
        changes.commit(parts)
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
        time: SystemTime,
    ) -> Result<CanonicalRequest, SignError> {
        let mut text = Text::new();
        let prepared = self.prepare(&mut text, parts, key, time)?;
        let (canonical, string_to_sign) = (&prepared.canonical, &prepared.string_to_sign);
        Ok(CanonicalRequest::new(canonical, string_to_sign, key))
    }

    fn prepare<'a>(
        &self,
        text: &'a mut Text,
        parts: &Parts,
        key: &'a SigningKey,
        time: SystemTime,
    ) -> Result<Prepared<'a>, SignError> {
        let profile = self.signer.profile();
        let payload = match (self.payload, profile.allows_unsigned_payload()) {
            (Some(payload), _) => payload,
            (None, true) => Payload::Unsigned,
            (None, false) => Payload::EMPTY,
        };
        self.signer.check_payload(payload)?;
        let is_unsigned = payload == Payload::Unsigned;
        // S3 reads the absence of the header as an unsigned payload.
        let is_implied = is_unsigned && profile.path == PathRule::S3;
        let sends_payload = (profile.always_content_sha256 || is_unsigned) && !is_implied;
        let payload = payload.text();

        let Reading {
            date,
            host,
            mut headers,
        } = self.signer.read(parts, key, time)?;
        let end = time.checked_add(self.expires_in);
        if key
            .expires_at()
            .is_some_and(|expiry| end.is_none_or(|end| end > expiry))
        {
            return Err(Kind::OutlivesCredentials.into());
        }
        headers.push(&HOST, host.value.as_bytes());
        if sends_payload {
            headers.push(&X_AMZ_CONTENT_SHA256, payload.as_bytes());
        }
        headers.finish(&parts.headers)?;
        let query = self.query(parts, key, date, &headers)?;
        let canonical = Canonical::write(
            text,
            parts,
            &query,
            profile.path,
            &headers,
            payload.as_bytes(),
        )?;
        let content_sha256 = sends_payload
            .then(|| HeaderValue::from_bytes(payload.as_bytes()))
            .transpose()
            .map_err(|_| Kind::HeaderValue(X_AMZ_CONTENT_SHA256.as_str().into()))?;
        Ok(Prepared {
            string_to_sign: StringToSign::of(&canonical, key, date),
            canonical,
            query,
            changes: Changes {
                content_sha256,
                rewritten: host.rewritten(&headers)?,
                ..Changes::default()
            },
            authority: host.authority.map(Cow::into_owned),
        })
    }

    /// The query of the wire as far as it is signed.
    fn query(
        &self,
        parts: &Parts,
        key: &SigningKey,
        date: AmzDate,
        headers: &SignedHeaders<'_>,
    ) -> Result<String, SignError> {
        let mut query = self
            .signer
            .query(&parts.uri)
            .map_or_else(String::new, Cow::into_owned);
        check_presignable(&query)?;
        let credential = format!("{}/{}", key.access_key_id(), key.credential_scope());
        let mut signed_headers = Text::new();
        headers.write_names(&mut signed_headers);
        let expires = self.expires_in.as_secs().to_string();
        let token = key.session_token().filter(|_| !self.token_after_signature);
        for (name, value) in [
            ("X-Amz-Algorithm", Some(key.algorithm().as_bytes())),
            ("X-Amz-Credential", Some(credential.as_bytes())),
            ("X-Amz-Date", Some(date.as_bytes())),
            ("X-Amz-SignedHeaders", Some(&*signed_headers)),
            ("X-Amz-Expires", Some(expires.as_bytes())),
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

/// A request read through, with nothing changed yet.
struct Prepared<'a> {
    canonical: Canonical<'a>,
    string_to_sign: StringToSign<'a>,
    query: String,
    authority: Option<String>,
    changes: Changes,
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
