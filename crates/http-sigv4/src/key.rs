use std::{fmt, time::SystemTime};

use aws_credential_types::Credentials;
use http::HeaderValue;
use smallvec::SmallVec;

#[cfg(feature = "sigv4a")]
use crate::sigv4a::EcdsaKey;
use crate::{
    SignError, SigningScope,
    canonical::{encode::hex, kept_hash::KeptHash},
    date::{AmzDate, Day},
    error::Kind,
    hash::HmacKey,
    scope::Algorithm,
    session_token::SessionToken,
};

/// Credentials made ready to sign one day's requests within one [`SigningScope`].
///
/// It holds the access key id, the session token as a header, and the [derived signing key] as a
/// ready HMAC state, so the three always come from the same credentials; and the time when these
/// expire. Deriving takes about as long as signing: do it once and keep the key until
/// [`is_for`](Self::is_for) says otherwise.
///
/// `Debug` shows the access key id and the credential scope, never the key or the token. The key is
/// wiped from memory on drop.
///
/// A request that is signed with it refers to its session token, and so counts a reference; and the key
/// keeps the hash of the latest request, for the next one to the same URL. Threads that sign at the same
/// time go faster with a clone each, which has a token and a hash of its own.
///
/// ```
/// use std::time::{Duration, SystemTime};
///
/// use aws_credential_types::Credentials;
/// use http_sigv4::{SigningKey, SigningScope};
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "secret", None, None, "example");
/// let scope = SigningScope::new("execute-api", "us-east-1")?;
/// let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_440_938_160);
///
/// let key = SigningKey::derive(&credentials, &scope, time)?;
/// assert_eq!(key.credential_scope(), "20150830/us-east-1/execute-api/aws4_request");
/// assert!(!key.is_for(&scope, time + Duration::from_secs(86_400)));
/// # Ok::<_, http_sigv4::SignError>(())
/// ```
///
/// [derived signing key]: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
#[derive(Clone)]
pub struct SigningKey {
    access_key_id: Box<str>,
    session_token: Option<SessionToken>,
    expires_at: Option<SystemTime>,
    region_set: Option<HeaderValue>,
    scope: SigningScope,
    day: Day,
    credential_scope: Box<str>,
    /// The credential scope as the string to sign has it, between two line ends.
    scope_line: Box<str>,
    /// The `Authorization` header up to the names of the signed headers.
    authorization_start: Box<str>,
    secret: Secret,
    kept_hash: KeptHash,
}

#[derive(Clone)]
#[allow(
    clippy::large_enum_variant,
    reason = "a key of `aws-lc-rs` is large, and a box would be one more thing to follow"
)]
enum Secret {
    Hmac(HmacKey),
    #[cfg(feature = "sigv4a")]
    Ecdsa(EcdsaKey),
}

impl SigningKey {
    /// Derives the key for the day of `time`.
    ///
    /// An empty session token counts as none.
    ///
    /// # Errors
    ///
    /// Credentials that no `Authorization` header can carry or that were copied with white space
    /// around them, and a time before 1970 or after the year 9999.
    pub fn derive(
        credentials: &Credentials,
        scope: &SigningScope,
        time: SystemTime,
    ) -> Result<Self, SignError> {
        let date = AmzDate::at(time)?;
        let id = access_key_id(credentials)?;
        let secret = secret_access_key(credentials)?;
        let (region, service) = (scope.region(), scope.service());
        let (secret, region_set) = match scope.algorithm() {
            Algorithm::HmacSha256 => {
                let key = HmacKey::derive(secret, time, region, service);
                (Secret::Hmac(key.ok_or(Kind::SecretAccessKey)?), None)
            }
            #[cfg(feature = "sigv4a")]
            Algorithm::EcdsaP256Sha256 => {
                let region_set = HeaderValue::from_str(region).map_err(|_| Kind::RegionSet)?;
                (
                    Secret::Ecdsa(EcdsaKey::derive(id, secret)),
                    Some(region_set),
                )
            }
        };
        let credential_scope = scope.on_day_of(&date);
        let algorithm = scope.algorithm().name();
        Ok(Self {
            scope_line: format!("\n{credential_scope}\n").into(),
            authorization_start: format!(
                "{algorithm} Credential={id}/{credential_scope}, SignedHeaders="
            )
            .into(),
            access_key_id: id.into(),
            session_token: session_token(credentials)?,
            expires_at: credentials.expiry(),
            region_set,
            scope: scope.clone(),
            day: Day::at(time)?,
            credential_scope: credential_scope.into(),
            secret,
            kept_hash: KeptHash::default(),
        })
    }

    /// Returns whether the key may sign for `scope` at `time`: a key is good for one scope and one
    /// day, UTC.
    pub fn is_for(&self, scope: &SigningScope, time: SystemTime) -> bool {
        self.day.contains(time) && self.scope == *scope
    }

    /// Returns the access key id, which is no secret.
    pub fn access_key_id(&self) -> &str {
        &self.access_key_id
    }

    /// Returns day, region, service and terminator, as
    /// `20150830/us-east-1/execute-api/aws4_request`; without a region where there is a set of
    /// them.
    pub fn credential_scope(&self) -> &str {
        &self.credential_scope
    }

    /// Signs a text of any form, and returns the signature in hexadecimal.
    ///
    /// For a protocol that has a string to sign of its own; requests are for a
    /// [`Signer`](crate::Signer). The key signs whatever it is given, so never a text that somebody
    /// else chose: it might be the string to sign of a request.
    ///
    /// # Amazon Keyspaces
    ///
    /// Instead of a password, a node of [Amazon Keyspaces] takes a signature over the nonce that it
    /// sends as a challenge, in the form of AWS's [authentication plugin]:
    ///
    /// ```
    /// use std::time::{Duration, SystemTime};
    ///
    /// use aws_credential_types::Credentials;
    /// use http_sigv4::{Payload, SigningKey, SigningScope};
    ///
    /// let credentials = Credentials::new("AKIDEXAMPLE", "secret", None, None, "example");
    /// let scope = SigningScope::new("cassandra", "us-east-1")?;
    /// let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_440_938_160);
    /// let key = SigningKey::derive(&credentials, &scope, now)?;
    /// let (date, nonce) = ("2015-08-30T12:36:00.000Z", b"91703fdc2ef562e19fbdab0f58e42fe5");
    ///
    /// let (id, scope) = (key.access_key_id(), key.credential_scope());
    /// let canonical_request = format!(
    ///     "PUT\n/authenticate\nX-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={id}%2F{}\
    ///      &X-Amz-Date={}&X-Amz-Expires=900\nhost:cassandra\n\nhost\n{}",
    ///     scope.replace('/', "%2F"),
    ///     date.replace(':', "%3A"),
    ///     Payload::hash(nonce),
    /// );
    /// let digest = Payload::hash(canonical_request.as_bytes());
    /// let signature = key.sign_text(&format!("AWS4-HMAC-SHA256\n{date}\n{scope}\n{digest}"));
    /// // With a session token, `,session_token=` and the token follow.
    /// let answer = format!("signature={signature},access_key={id},amzdate={date}");
    /// # assert!(answer.starts_with("signature=38e952b85a1623f1"), "{answer}");
    /// # Ok::<_, http_sigv4::SignError>(())
    /// ```
    ///
    /// [Amazon Keyspaces]: https://docs.aws.amazon.com/keyspaces/latest/devguide/programmatic.credentials.html
    /// [authentication plugin]: https://docs.aws.amazon.com/keyspaces/latest/devguide/using_python_driver.html
    pub fn sign_text(&self, text: &str) -> String {
        // Hexadecimal, so ASCII.
        String::from_utf8_lossy(&self.sign(text.as_bytes())).into_owned()
    }

    pub(crate) fn scope(&self) -> &SigningScope {
        &self.scope
    }

    pub(crate) fn session_token(&self) -> Option<&HeaderValue> {
        self.session_token.as_ref().map(SessionToken::value)
    }

    /// When the credentials expire, as far as they say.
    pub(crate) fn expires_at(&self) -> Option<SystemTime> {
        self.expires_at
    }

    /// Writes the date of a signature with this key.
    ///
    /// # Errors
    ///
    /// A time before 1970 or after the year 9999, and one that is not on the day of the key.
    pub(crate) fn date_at(&self, time: SystemTime) -> Result<AmzDate, SignError> {
        match self.day.moment(time) {
            Some(date) => Ok(date),
            None => {
                AmzDate::at(time)?;
                Err(Kind::KeyOfAnotherDay.into())
            }
        }
    }

    pub(crate) fn scope_line(&self) -> &str {
        &self.scope_line
    }

    pub(crate) fn authorization_start(&self) -> &str {
        &self.authorization_start
    }

    #[cfg(feature = "tokens")]
    pub(crate) fn is_of(&self, date: &AmzDate) -> bool {
        self.credential_scope.as_bytes().starts_with(date.day())
    }

    pub(crate) fn region_set(&self) -> Option<&HeaderValue> {
        self.region_set.as_ref()
    }

    pub(crate) fn algorithm(&self) -> &'static str {
        self.scope.algorithm().name()
    }

    /// The key with which chunks are signed; `None` for SigV4A.
    #[cfg(feature = "chunked")]
    pub(crate) fn hmac(&self) -> Option<&HmacKey> {
        match &self.secret {
            Secret::Hmac(key) => Some(key),
            #[cfg(feature = "sigv4a")]
            Secret::Ecdsa(_) => None,
        }
    }

    /// The digest of a canonical request, in hexadecimal.
    pub(crate) fn digest(&self, canonical_request: &[u8]) -> [u8; 64] {
        hex(&self.kept_hash.sha256(canonical_request))
    }

    /// The signature in hexadecimal.
    pub(crate) fn sign(&self, string_to_sign: &[u8]) -> SmallVec<[u8; 64]> {
        match &self.secret {
            Secret::Hmac(key) => hex(&key.sign(string_to_sign)).into(),
            #[cfg(feature = "sigv4a")]
            Secret::Ecdsa(key) => key.sign(string_to_sign).into_bytes().into(),
        }
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey")
            .field("access_key_id", &self.access_key_id)
            .field("credential_scope", &self.credential_scope)
            .finish_non_exhaustive()
    }
}

fn access_key_id(credentials: &Credentials) -> Result<&str, SignError> {
    let id = credentials.access_key_id();
    // `Credential=ID/SCOPE, ...` has to be read back.
    let fits = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'/' | b',' | b'=');
    match !id.is_empty() && id.bytes().all(fits) {
        true => Ok(id),
        false => Err(Kind::AccessKeyId.into()),
    }
}

fn secret_access_key(credentials: &Credentials) -> Result<&str, SignError> {
    let secret = credentials.secret_access_key();
    // Every such secret is a slip: a newline from a file, a blank from a copy.
    match secret.is_empty() || secret.trim() != secret || secret.contains(char::is_control) {
        true => Err(Kind::SecretAccessKey.into()),
        false => Ok(secret),
    }
}

fn session_token(credentials: &Credentials) -> Result<Option<SessionToken>, SignError> {
    let token = credentials.session_token();
    let token = token.filter(|token| !token.is_empty());
    token
        .map(|token| SessionToken::new(token).ok_or_else(|| Kind::SessionToken.into()))
        .transpose()
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    const NOON: Duration = Duration::from_secs(1_440_936_000);

    fn derive(id: &str, secret: &str, token: Option<&str>) -> Result<SigningKey, SignError> {
        let credentials = Credentials::new(id, secret, token.map(Into::into), None, "test");
        let scope = SigningScope::new("iam", "us-east-1")?;
        SigningKey::derive(&credentials, &scope, UNIX_EPOCH + NOON)
    }

    #[test]
    fn a_key_is_good_for_its_own_scope_and_day() {
        let key = derive("AKID", "secret", None).unwrap();
        let scope = SigningScope::new("iam", "us-east-1").unwrap();
        let midnight = UNIX_EPOCH + NOON + Duration::from_secs(12 * 3600);
        assert!(key.is_for(&scope, midnight - Duration::from_micros(1)));
        assert!(!key.is_for(&scope, midnight));
        assert!(!key.is_for(
            &SigningScope::new("iam", "us-east-2").unwrap(),
            UNIX_EPOCH + NOON
        ));
        assert!(!key.is_for(
            &SigningScope::new("sts", "us-east-1").unwrap(),
            UNIX_EPOCH + NOON
        ));
    }

    #[test]
    fn an_empty_session_token_is_none() {
        assert!(
            derive("AKID", "secret", Some(""))
                .unwrap()
                .session_token()
                .is_none()
        );
    }

    #[test]
    fn credentials_that_no_header_can_carry_are_refused_and_not_shown() {
        for (id, secret, token) in [
            ("", "hush", None),
            ("AK/ID", "hush", None),
            ("AKID\n", "hush", None),
            ("AK\u{e9}", "hush", None),
            ("AKID", "", None),
            ("AKID", "hush\n", None),
            ("AKID", " hush", None),
            ("AKID", "hu\0sh", None),
            ("AKID", "hush", Some("to ken")),
            ("AKID", "hush", Some("token\r\n")),
            ("AKID", "hush", Some("t\u{f6}ken")),
        ] {
            let error = derive(id, secret, token).unwrap_err();
            assert!(error.is_credentials(), "{error}");
            let shown = format!("{error} {error:?}");
            assert!(
                !shown.contains("hush") && !shown.contains("ken\""),
                "{shown}"
            );
        }
    }

    #[test]
    fn debug_shows_neither_the_key_nor_the_token() {
        let key = derive("AKID", "hush", Some("token")).unwrap();
        assert_eq!(
            format!("{key:?}"),
            "SigningKey { access_key_id: \"AKID\", \
             credential_scope: \"20150830/us-east-1/iam/aws4_request\", .. }"
        );
    }
}
