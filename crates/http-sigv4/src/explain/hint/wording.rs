//! The hints that depend on more than their cause.

use std::{borrow::Cow, time::Duration};

use crate::explain::{
    diagnosis::{Diagnosis, Subject},
    exchange::Exchange,
};

pub(super) fn name(name: Option<&str>) -> Cow<'static, str> {
    match name {
        Some(name) => format!("`{name}`").into(),
        None => "the header".into(),
    }
}

/// An access key id behind "the access key id".
pub(super) fn id(id: Option<&str>) -> String {
    id.map_or(String::new(), |id| format!(" `{id}`"))
}

pub(super) fn clock_behind(diagnosis: &Diagnosis, exchange: &Exchange<'_>) -> String {
    let by = span(diagnosis, exchange);
    let whether_too_far = too_far(diagnosis);
    format!(
        "This clock is {by}behind the service's. Most services take five minutes, S3 and STS \
         fifteen. Synchronise it (NTP), and read it anew for each request.{whether_too_far}"
    )
}

pub(super) fn clock_ahead(diagnosis: &Diagnosis, exchange: &Exchange<'_>) -> String {
    let by = span(diagnosis, exchange);
    let whether_too_far = too_far(diagnosis);
    format!(
        "This clock is {by}ahead of the service's. Most services take five minutes, S3 and STS \
         fifteen. Synchronise it (NTP).{whether_too_far}"
    )
}

fn span(diagnosis: &Diagnosis, exchange: &Exchange<'_>) -> String {
    let span = diagnosis.subject.as_ref();
    let span = span.and_then(|span| span.show(exchange.redactor));
    span.map_or(String::new(), |span| format!("{span} "))
}

fn too_far(diagnosis: &Diagnosis) -> &'static str {
    match diagnosis.subject {
        Some(Subject::Span(by)) if by > MOST_CORRECTED => {
            " It is more than 25 hours off: no client corrects this by itself; set the clock."
        }
        _ => "",
    }
}

/// What a client that observes the servers' time believes of them, at most: a time zone and a date.
const MOST_CORRECTED: Duration = Duration::from_secs(25 * 60 * 60);

pub(super) fn scope(
    (part, expected): (&str, Option<&str>),
    signed: Option<&str>,
    advice: &str,
) -> String {
    let signed = signed.map(|signed| format!("`{signed}`"));
    let signed = signed.as_deref().unwrap_or("another one");
    match expected {
        Some(expected) => format!(
            "The service expects the {part} `{expected}`, and the request is signed for {signed}. \
             {advice}"
        ),
        None => format!(
            "The service does not take the {part} that the request is signed for, {signed}. {advice}"
        ),
    }
}

pub(super) fn denied(exchange: &Exchange<'_>) -> String {
    let local = exchange.local;
    let permission = match local.scope().map(|scope| scope.service) {
        Some("execute-api") => "`execute-api:Invoke` on this stage, method and path",
        Some("lambda") => "both `lambda:InvokeFunctionUrl` and `lambda:InvokeFunction`",
        Some("aoss") => "`aoss:APIAccessAll` and a data access policy with the caller in it",
        Some("vpc-lattice-svcs") => "`vpc-lattice-svcs:Invoke` on this service and path",
        _ => "this action on this resource",
    };
    let mut hint = format!(
        "Nothing is wrong with the signature. The caller's policy or the resource's has to allow \
         {permission}; look for an explicit deny, a permissions boundary or a VPC endpoint's policy."
    );
    if local.signed.is_none() {
        hint.push_str(" A function URL says the same of a request without a signature.");
    }
    hint
}

/// A signature that does not fit, where not both sides' strings are known.
pub(super) fn nothing_to_compare(exchange: &Exchange<'_>) -> &'static str {
    let is_quoted = exchange.rejection.fields.echo.canonical_request.is_some();
    match (is_quoted, exchange.local.signed) {
        (true, None) => {
            "The service says what it computed, but what was signed was not kept, so there is nothing \
             to compare it with. What explains has to stand above the signer."
        }
        (true, Some(_)) => {
            "What the service says it computed arrived cut or garbled, so the lines cannot be \
             compared. Read more of the response."
        }
        (false, _) => {
            "The service does not say what it computed. Check the secret access key first, then what \
             stands between the signer and the service: it must not touch method, path, query, host, \
             signed headers or body."
        }
    }
}

pub(super) fn no_reason(exchange: &Exchange<'_>) -> &'static str {
    match exchange.rejection.is_http_api() {
        true => {
            "HTTP APIs do not say more. Check region and service, `execute-api:Invoke` in the caller's \
             policy, and the clock; the API's access log tells with `$context.authorizer.error`."
        }
        false => {
            "The service does not say more. Check region and service, then the caller's policy, the \
             resource's policy and what the front end filters."
        }
    }
}
