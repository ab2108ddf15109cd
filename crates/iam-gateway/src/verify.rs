//! Whether a request is signed as it should be.

use std::{fmt, time::SystemTime};

use bytes::Bytes;
use http::Request;
use subtle::ConstantTimeEq;

use crate::{
    Account, Accounts, Rejection,
    authorization::{Authorization, Scope},
    canonical,
    date::Timestamp,
    oracle,
    signed_parts::SignedParts,
};

/// How far a request's time may be from the gateway's, in seconds.
const MAX_SKEW: u64 = 5 * 60;

/// A request that is signed as it should be.
///
/// `Debug` shows the access key id alone, for the rest may hold a session token.
#[derive(Clone)]
pub struct Accepted {
    access_key_id: String,
    canonical_request: String,
    string_to_sign: String,
}

impl Accepted {
    /// Returns the access key id that the request is signed with.
    pub fn access_key_id(&self) -> &str {
        &self.access_key_id
    }

    /// Returns the canonical request that was signed.
    pub fn canonical_request(&self) -> &str {
        &self.canonical_request
    }

    /// Returns the string to sign that was signed.
    pub fn string_to_sign(&self) -> &str {
        &self.string_to_sign
    }
}

impl fmt::Debug for Accepted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Accepted")
            .field("access_key_id", &self.access_key_id)
            .finish_non_exhaustive()
    }
}

/// What a gateway verifies against.
#[derive(Clone, Debug)]
pub(crate) struct Verifier {
    pub(crate) service: String,
    pub(crate) region: String,
    pub(crate) accounts: Accounts,
}

impl Verifier {
    /// Verifies a request at a moment.
    pub(crate) fn verify(
        &self,
        request: &Request<Bytes>,
        now: SystemTime,
    ) -> Result<Accepted, Rejection> {
        check_size(request)?;
        if !request.uri().path().starts_with('/') {
            return Err(Rejection::bad_request("Bad Request: no path"));
        }
        let query = request.uri().query().unwrap_or_default();
        let authorization = Authorization::read(request.headers(), query)?;
        let parts = SignedParts::pick(request, &authorization)?;
        self.check_scope(&authorization.scope, authorization.time)?;
        check_time(
            authorization.time,
            authorization.expires,
            Timestamp::from_time(now),
        )?;
        let account = self.find_account(&authorization, now)?;
        self.check_signature(&parts, &account, &authorization)
    }

    fn check_scope(&self, scope: &Scope, time: Timestamp) -> Result<(), Rejection> {
        let mut wrong = Vec::new();
        if scope.region != self.region {
            wrong.push(format!(
                "Credential should be scoped to a valid region, not '{}'.",
                scope.region
            ));
        }
        if scope.service != self.service {
            wrong.push(format!(
                "Credential should be scoped to correct service: '{}'.",
                self.service
            ));
        }
        if scope.terminator != "aws4_request" {
            wrong.push(format!(
                "Credential should be scoped with a valid terminator: 'aws4_request', not '{}'.",
                scope.terminator
            ));
        }
        if scope.day != time.day() {
            wrong.push(format!(
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date \
                 from HTTP: '{}' != '{}', from '{time}'.",
                scope.day,
                time.day()
            ));
        }
        match wrong.is_empty() {
            true => Ok(()),
            false => Err(Rejection::invalid_signature(wrong.join(" "))),
        }
    }

    fn find_account(
        &self,
        authorization: &Authorization,
        now: SystemTime,
    ) -> Result<Account, Rejection> {
        let account = self
            .accounts
            .find(&authorization.access_key_id)
            .ok_or_else(Rejection::invalid_token)?;
        let sent = authorization.session_token.as_deref();
        let is_right = match (sent, &account.session_token) {
            (None, None) => true,
            (Some(sent), Some(token)) => is_same(sent, token.as_bytes()),
            _ => false,
        };
        if !is_right {
            return Err(Rejection::invalid_token());
        }
        if account.expires_at.is_some_and(|end| end <= now) {
            return Err(Rejection::expired_token());
        }
        Ok(account)
    }

    /// The signature is `aws-sigv4`'s. What the gateway wrote itself must come to the same signature,
    /// or else it would show a client something that was never compared.
    fn check_signature(
        &self,
        parts: &SignedParts<'_>,
        account: &Account,
        authorization: &Authorization,
    ) -> Result<Accepted, Rejection> {
        let (time, region, service) = (authorization.time, &self.region, &self.service);
        let canonical_request = canonical::request(parts);
        let string_to_sign = canonical::string_to_sign(&canonical_request, time, region, service);
        let canonical_request = String::from_utf8_lossy(&canonical_request).into_owned();
        let ours = oracle::sign_text(&string_to_sign, account, time, region, service);
        let verification = oracle::signature(parts, account, time, region, service)
            .and_then(|theirs| match is_same(ours.as_bytes(), theirs.as_bytes()) {
                true => Ok(theirs),
                false => Err("it reads the request in another way".to_owned()),
            })
            .map_err(|why| {
                Rejection::undecided(format!(
                    "This stand-in cannot verify the request, for aws-sigv4 cannot confirm its \
                     canonical string: {why}.\n\n\
                     The canonical string of the stand-in is\n'{canonical_request}'\n"
                ))
            })?;
        if !is_same(verification.as_bytes(), authorization.signature.as_bytes()) {
            return Err(Rejection::signature_mismatch(
                &canonical_request,
                &string_to_sign,
            ));
        }
        check_content_sha256(parts)?;
        Ok(Accepted {
            access_key_id: account.access_key_id.clone(),
            canonical_request,
            string_to_sign,
        })
    }
}

/// API Gateway takes no more than 10,240 bytes of request line and headers.
///
/// Nor must aws-sigv4 see much more, which panics when a query grows past 64 KiB by its encoding.
fn check_size(request: &Request<Bytes>) -> Result<(), Rejection> {
    let target = request.uri().path_and_query();
    let target = target.map_or(0, |target| target.as_str().len());
    let headers = request.headers().iter();
    let headers: usize = headers
        .map(|(name, value)| name.as_str().len() + value.len())
        .sum();
    match request.method().as_str().len() + target + headers {
        0..=10_240 => Ok(()),
        _ => Err(Rejection::headers_too_large()),
    }
}

fn check_time(time: Timestamp, expires: Option<u64>, now: Timestamp) -> Result<(), Rejection> {
    let (latest, earliest) = (now.plus(MAX_SKEW), now.minus(expires.unwrap_or(MAX_SKEW)));
    let span = |seconds: u64| match seconds % 60 {
        0 => format!("{} min.", seconds / 60),
        _ => format!("{seconds} sec."),
    };
    if time < earliest {
        return Err(Rejection::invalid_signature(format!(
            "Signature expired: {time} is now earlier than {earliest} ({now} - {})",
            span(expires.unwrap_or(MAX_SKEW))
        )));
    }
    if time > latest {
        return Err(Rejection::invalid_signature(format!(
            "Signature not yet current: {time} is still later than {latest} ({now} + {})",
            span(MAX_SKEW)
        )));
    }
    Ok(())
}

/// A client that sends the body's hash as a header has to send the right one.
fn check_content_sha256(parts: &SignedParts<'_>) -> Result<(), Rejection> {
    let sent = parts
        .headers
        .iter()
        .find(|(name, _)| *name == "x-amz-content-sha256");
    match sent {
        Some((_, values)) if values[..] != [canonical::hex_sha256(parts.body).as_bytes()] => {
            Err(Rejection::invalid_signature(
                "The provided 'x-amz-content-sha256' header does not match what was computed.",
            ))
        }
        _ => Ok(()),
    }
}

/// Compares in a time that tells nothing but the lengths.
fn is_same(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}
