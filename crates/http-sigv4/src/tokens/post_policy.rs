use std::{
    ops::RangeInclusive,
    time::{Duration, SystemTime},
};

use base64_simd::STANDARD;
use serde_json::{Value, json};

use super::{ExpiresIn, PostForm, TokenSigner, expires_in::SEVEN_DAYS, signer::check_service};
use crate::{SignError, SigningKey, date::AmzDate, error::Kind};

/// Says what may be uploaded to S3 by a form, and signs it: a [POST policy].
///
/// A browser, or anybody else, sends the form with a file to the bucket's URL, without credentials. S3
/// takes it where every field of the form is one that the policy knows, with a value that it allows.
///
/// ```
/// use std::time::{Duration, SystemTime};
///
/// use aws_credential_types::Credentials;
/// use http_sigv4::{
///     SigningKey, SigningScope,
///     tokens::{PostPolicy, TokenSigner},
/// };
///
/// let policy = PostPolicy::new("uploads", "user/eric/${filename}")?
///     .field("acl", "private")?
///     .starts_with("Content-Type", "image/")?
///     .content_length(1..=10_000_000);
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "secret", None, None, "example");
/// let scope = SigningScope::new(policy.service(), "eu-west-1")?;
/// let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_440_938_160);
/// let form = policy.sign(&SigningKey::derive(&credentials, &scope, now)?, now)?;
///
/// let names: Vec<_> = form.fields().map(|(name, _)| name).collect();
/// assert_eq!(names[..2], ["key", "acl"]);
/// assert_eq!(names[names.len() - 2..], ["policy", "x-amz-signature"]);
/// assert_eq!(form.expires_at(), now + Duration::from_secs(3600));
/// # Ok::<_, http_sigv4::SignError>(())
/// ```
///
/// [POST policy]: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
#[derive(Clone, Debug)]
#[must_use]
pub struct PostPolicy {
    fields: Vec<(String, String)>,
    conditions: Vec<Value>,
    expires_in: ExpiresIn,
}

impl PostPolicy {
    /// Creates a policy for uploads of one key to one bucket.
    ///
    /// A key that ends in `${filename}` stands for all that begin with what is before it, and S3 puts
    /// the file's name there.
    ///
    /// # Errors
    ///
    /// An empty bucket or key.
    pub fn new(bucket: &str, key: &str) -> Result<Self, SignError> {
        if bucket.is_empty() || key.is_empty() {
            let problem =
                "the bucket or the key is empty; name both, or let the key be `${filename}`";
            return Err(Kind::Token(problem).into());
        }
        let key_condition = match key.strip_suffix("${filename}") {
            Some(prefix) => json!(["starts-with", "$key", prefix]),
            None => json!({ "key": key }),
        };
        Ok(Self {
            fields: vec![("key".into(), key.into())],
            conditions: vec![json!({ "bucket": bucket }), key_condition],
            expires_in: ExpiresIn::at_most(Duration::from_secs(3600)),
        })
    }

    /// Adds a field to the form, as `acl`, with the only value that the policy then allows.
    ///
    /// # Errors
    ///
    /// No name, and a field that the policy sets itself: `key`, `bucket`, `file`, `policy` and those of
    /// the signature.
    pub fn field(mut self, name: &str, value: &str) -> Result<Self, SignError> {
        check_name(name)?;
        self.conditions.push(json!({ name: value }));
        self.fields.push((name.into(), value.into()));
        Ok(self)
    }

    /// Allows a field with any value that begins with `prefix`. Whoever sends the form has to add it,
    /// before the file.
    ///
    /// # Errors
    ///
    /// As [`field`](Self::field).
    pub fn starts_with(mut self, name: &str, prefix: &str) -> Result<Self, SignError> {
        check_name(name)?;
        let name = format!("${name}");
        self.conditions.push(json!(["starts-with", name, prefix]));
        Ok(self)
    }

    /// Sets how many bytes a file may have. Defaults to any number that S3 takes, which is 5 GiB.
    pub fn content_length(mut self, bytes: RangeInclusive<u64>) -> Self {
        let (least, most) = (bytes.start(), bytes.end());
        self.conditions
            .push(json!(["content-length-range", least, most]));
        self
    }

    /// Sets how long the form is valid, up to seven days. Defaults to an hour, or as long as the
    /// credentials live.
    ///
    /// # Errors
    ///
    /// A longer time, or less than a second.
    pub fn expires_in(mut self, expires_in: ExpiresIn) -> Result<Self, SignError> {
        self.expires_in = expires_in.within(SEVEN_DAYS)?;
        Ok(self)
    }
}

impl super::sealed::Sealed for PostPolicy {}

impl TokenSigner for PostPolicy {
    type Output = PostForm;

    fn service(&self) -> &'static str {
        "s3"
    }

    fn sign(&self, key: &SigningKey, time: SystemTime) -> Result<PostForm, SignError> {
        check_service(self, key)?;
        let lifetime = self.expires_in.resolve(key, time)?;
        let date = AmzDate::at(time)?;
        if !key.is_of(&date) {
            return Err(Kind::KeyOfAnotherDay.into());
        }
        let (mut fields, mut conditions) = (self.fields.clone(), self.conditions.clone());
        let mut add = |name: &str, value: String| {
            conditions.push(json!({ name: value }));
            fields.push((name.into(), value));
        };
        let credential = format!("{}/{}", key.access_key_id(), key.credential_scope());
        add("x-amz-algorithm", key.algorithm().into());
        add("x-amz-credential", credential);
        add("x-amz-date", text(date.as_bytes()));
        if let Some(token) = key.session_token() {
            add("x-amz-security-token", text(token.as_bytes()));
        }
        let expiration = AmzDate::at(lifetime.ends_at)?.extended();
        let policy = json!({ "expiration": expiration, "conditions": conditions }).to_string();
        let policy = STANDARD.encode_to_string(policy);
        let signature = key.sign_text(&policy);
        fields.push(("policy".into(), policy));
        fields.push(("x-amz-signature".into(), signature));
        Ok(PostForm::new(fields, lifetime.ends_at))
    }
}

fn check_name(name: &str) -> Result<(), SignError> {
    const OWN: [&str; 10] = [
        "bucket",
        "file",
        "key",
        "policy",
        "x-amz-algorithm",
        "x-amz-credential",
        "x-amz-date",
        "x-amz-region-set",
        "x-amz-security-token",
        "x-amz-signature",
    ];
    match !name.is_empty() && OWN.iter().all(|own| !name.eq_ignore_ascii_case(own)) {
        true => Ok(()),
        false => Err(Kind::FormField(name.into()).into()),
    }
}

/// A date or a session token, which are ASCII.
fn text(ascii: &[u8]) -> String {
    String::from_utf8_lossy(ascii).into_owned()
}
