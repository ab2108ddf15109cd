//! A signature that does not fit: both sides' strings compared, where the service says what it computed.

use super::{Diagnosis, Subject};
use crate::{
    ErrorKind,
    explain::{
        Cause, Difference, Line, canonical::Lines, compare, exchange::Exchange, query, scope::Scope,
    },
};

pub(super) fn diagnose(exchange: &Exchange<'_>) -> Option<Diagnosis> {
    let Exchange {
        rejection,
        local,
        redactor,
        ..
    } = exchange;
    if rejection.kind != Some(ErrorKind::SignatureMismatch)
        && !rejection.says("signature we calculated does not match")
        // Garage.
        && !rejection.says("forbidden: invalid signature")
    {
        return None;
    }
    let (Some(theirs), Some(ours), Some(signed)) = (exchange.received, local.lines, local.signed)
    else {
        return Some(Diagnosis::new(Cause::SignatureMismatch, None));
    };
    let mut differences = compare::canonical_requests(ours, theirs, redactor);
    let received = rejection.fields.echo.string_to_sign.as_deref();
    if let Some(received) = received.filter(|_| differences.is_empty()) {
        let difference = compare::strings_to_sign(signed.string_to_sign(), received, redactor);
        differences.extend(difference);
    }
    let (cause, subject) = match differences.first() {
        Some(first) => (first.cause(), subject(first, ours, theirs)),
        None if received.is_some() => {
            let id = Subject::from_access_key_id(signed.access_key_id());
            (Cause::WrongSecret, Some(id))
        }
        None => (Cause::SignatureMismatch, None),
    };
    Some(Diagnosis {
        cause,
        subject,
        differences,
    })
}

/// What of a line a hint has to name.
fn subject(difference: &Difference, ours: &Lines<'_>, theirs: &Lines<'_>) -> Option<Subject> {
    match difference.line() {
        Line::Header(name) => Some(Subject::from_names(name)),
        Line::Query => {
            let (name, what) = query::parameter(ours.query, theirs.query)?;
            Some(Subject::Parameter(name, what))
        }
        Line::StringToSign => {
            let scope = Scope::parse(difference.received()?)?;
            Some(match difference.cause() {
                Cause::ScopeDate => Subject::from_day(scope.day),
                Cause::ScopeRegion => Subject::from_scope(scope.region),
                Cause::ScopeService => Subject::from_scope(scope.service),
                _ => return None,
            })
        }
        Line::Method | Line::Path | Line::SignedHeaders | Line::Payload => None,
    }
}
