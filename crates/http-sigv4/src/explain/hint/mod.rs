//! What to do about a refusal: where to look and what to change, in two or three sentences.

mod signature;
mod transit;

use std::borrow::Cow;

use http::header::VIA;

use super::{
    Cause, Line,
    classify::{Finding, Ours},
    redact::Redactor,
    refusal::Refusal,
};

pub(super) fn hint(
    finding: &Finding,
    refusal: &Refusal<'_>,
    ours: &Ours<'_>,
    redactor: &Redactor<'_>,
) -> String {
    let about = finding.about.as_deref();
    let hint = transit::hint(finding.cause, about, ours)
        .or_else(|| signature::hint(finding.cause, about, ours))
        .unwrap_or_else(|| no_reason(finding.cause, refusal, ours));
    let first = finding.differences.first();
    let in_transit = first.is_some_and(|first| *first.line() != Line::StringToSign);
    match refusal.header(VIA.as_str()).filter(|_| in_transit) {
        Some(via) => format!(
            "{hint} The answer came by way of `{}`.",
            redactor.show(via, 60)
        ),
        None => hint.into_owned(),
    }
}

/// Where the refusal does not say enough to say what to do.
fn no_reason(cause: Cause, refusal: &Refusal<'_>, ours: &Ours<'_>) -> Cow<'static, str> {
    let quotes = refusal.fields.echo.canonical_request.is_some();
    match (cause, quotes, ours.signed) {
        (Cause::SignatureMismatch, true, None) => {
            "The service says what it computed, but what was signed was not kept, so there is nothing \
             to compare it with. What explains has to stand above the signer."
        }
        (Cause::SignatureMismatch, true, Some(_)) => {
            "What the service says it computed arrived cut or garbled, so the lines cannot be \
             compared. Read more of the answer."
        }
        (Cause::SignatureMismatch, false, _) => {
            "The service does not say what it computed. Check the secret access key first, then what \
             stands between the signer and the service: it must not touch method, path, query, host, \
             signed headers or body."
        }
        (Cause::StringToSign, ..) => {
            "The same request was signed with another algorithm, date or terminator. Look for a proxy \
             that changes `Authorization`."
        }
        _ if refusal.is_http_api() => {
            "HTTP APIs do not say more. Check region and service, `execute-api:Invoke` in the caller's \
             policy, and the clock; the API's access log tells with `$context.authorizer.error`."
        }
        _ => {
            "The service does not say more. Check region and service, then the caller's policy, the \
             resource's policy and what the front end filters."
        }
    }
    .into()
}
