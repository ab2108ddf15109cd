use std::{
    ops::Range,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use aws_credential_types::Credentials;
use http::{HeaderMap, header::AUTHORIZATION};
use time::{Date, Month, OffsetDateTime, Time};

use crate::{SignError, SigningKey, SigningScope, error::Kind};

/// Whose signature a request carries in `Authorization`, and what it was made for.
///
/// It is read and not verified.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct InboundSignature {
    access_key_id: Box<str>,
    scope: SigningScope,
    day: SystemTime,
}

impl InboundSignature {
    /// Reads the `Authorization` header; `None` without one of AWS Signature Version 4.
    ///
    /// # Errors
    ///
    /// One that cannot be read, and two.
    pub fn from_headers(headers: &HeaderMap) -> Result<Option<Self>, SignError> {
        const ALGORITHM: &str = "AWS4-HMAC-SHA256 ";
        let lines = headers.get_all(AUTHORIZATION).iter();
        let mut signatures = lines.filter_map(|line| line.to_str().ok()?.strip_prefix(ALGORITHM));
        match (signatures.next(), signatures.next()) {
            (None, _) => Ok(None),
            (Some(parameters), None) => {
                let signature = Self::parse(parameters);
                signature
                    .map(Some)
                    .ok_or_else(|| Kind::InboundSignature.into())
            }
            (Some(_), Some(_)) => Err(Kind::InboundSignature.into()),
        }
    }

    fn parse(parameters: &str) -> Option<Self> {
        let mut parameters = parameters.split(',').map(str::trim);
        let credential = parameters.find_map(|it| it.strip_prefix("Credential="))?;
        let mut fields = credential.split('/');
        let mut field = || fields.next();
        let (access_key_id, day) = (field()?, field()?);
        let (region, service, end) = (field()?, field()?, field()?);
        if access_key_id.is_empty() || end != "aws4_request" || fields.next().is_some() {
            return None;
        }
        Some(Self {
            access_key_id: access_key_id.into(),
            scope: SigningScope::new(service, region).ok()?,
            day: parse_day(day)?,
        })
    }

    /// Returns the access key id.
    pub fn access_key_id(&self) -> &str {
        &self.access_key_id
    }

    /// Returns the service and the region.
    pub fn scope(&self) -> &SigningScope {
        &self.scope
    }

    /// Derives the key that made the signature, from the credentials of the
    /// [access key id](Self::access_key_id).
    ///
    /// # Errors
    ///
    /// Credentials that no `Authorization` header can carry, and those of another access key id.
    pub fn key(&self, credentials: &Credentials) -> Result<SigningKey, SignError> {
        match credentials.access_key_id() == &*self.access_key_id {
            true => SigningKey::derive(credentials, &self.scope, self.day),
            false => Err(Kind::InboundCredentials.into()),
        }
    }
}

/// The beginning of a day, as `20150830`.
fn parse_day(text: &str) -> Option<SystemTime> {
    if text.len() != 8 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number = |range: Range<usize>| text.get(range)?.parse::<u16>().ok();
    let month = Month::try_from(u8::try_from(number(4..6)?).ok()?).ok()?;
    let day = u8::try_from(number(6..8)?).ok()?;
    let date = Date::from_calendar_date(number(0..4)?.into(), month, day).ok()?;
    let seconds = OffsetDateTime::new_utc(date, Time::MIDNIGHT).unix_timestamp();
    let seconds = u64::try_from(seconds).ok()?;
    UNIX_EPOCH.checked_add(Duration::from_secs(seconds))
}
