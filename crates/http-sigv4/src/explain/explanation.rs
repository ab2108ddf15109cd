use std::time::SystemTime;

use http::{StatusCode, response::Parts};

use super::{
    Cause, Difference,
    canonical::Lines,
    classify::{Ours, finding},
    hint::hint,
    redact::{self, Redactor},
    refusal::{ERROR_TYPE, Refusal},
};
use crate::CanonicalRequest;

/// Why a service refused a request, and what to do about it.
///
/// `Display` is plain text for a terminal: a headline, what the service said, the lines that differ,
/// and the hint, on one screen. `Debug`, and `Serialize` with feature `serde`, show the same by parts.
/// None of them shows a session token, a signature or a credential; other headers and parameters that
/// differ are shown. See the [module](super) for an example.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Explanation {
    pub(super) status: u16,
    pub(super) code: Option<String>,
    pub(super) message: Option<String>,
    cause: Cause,
    differences: Vec<Difference>,
    hint: String,
}

impl Explanation {
    /// Whether an answer could be a refusal that [`of`](Self::of) explains, from its head alone: to
    /// decide whether to read its body.
    pub fn is_worth_reading(head: &Parts) -> bool {
        matches!(
            head.status,
            StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN
        ) || head.headers.contains_key(ERROR_TYPE)
    }

    /// Explains a refusal, or nothing if the answer is not about authentication.
    ///
    /// `body` may be cut: 64 KiB hold any refusal. `signed` is what
    /// [`Signer::canonical_request`](crate::Signer::canonical_request) gave for the request; without
    /// it no lines can be compared. `time` is this side's clock when the answer arrived, by which a
    /// wrong clock is told from a request that waited.
    ///
    /// Takes time that is linear in the body, but for sorting the query's parameters.
    pub fn of(
        head: &Parts,
        body: &[u8],
        signed: Option<&CanonicalRequest>,
        time: SystemTime,
    ) -> Option<Self> {
        if !Self::is_worth_reading(head) {
            return None;
        }
        let refusal = Refusal::read(head, body);
        let ours = signed.and_then(|signed| Lines::of(signed.canonical_request()));
        let theirs = refusal
            .fields
            .echo
            .canonical_request
            .as_deref()
            .and_then(Lines::of);
        let redactor = Redactor::of(ours.iter().chain(&theirs));
        let known = Ours {
            signed,
            lines: ours.as_ref(),
            time,
        };
        let mut finding = finding(&refusal, theirs.as_ref(), &known, &redactor)?;
        let show = |text: &str, limit: usize| {
            let shown = redactor.show(text, limit);
            (!shown.is_empty()).then_some(shown)
        };
        finding.about = finding
            .about
            .and_then(|about| show(&redact::message(&about), 100));
        Some(Self {
            status: head.status.as_u16(),
            code: show(&redact::message(&refusal.code), 100),
            message: show(&redact::message(&refusal.fields.message), 400),
            cause: finding.cause,
            hint: hint(&finding, &refusal, &known, &redactor),
            differences: finding.differences,
        })
    }

    /// The likely cause: that of the first of the [`differences`](Self::differences), if there are any.
    pub fn cause(&self) -> Cause {
        self.cause
    }

    /// The service's error code, as `InvalidSignatureException`.
    pub fn code(&self) -> Option<&str> {
        self.code.as_deref()
    }

    /// The first sentence or two of the service's message.
    pub fn message(&self) -> Option<&str> {
        self.message.as_deref()
    }

    /// The lines that differ, the telling one first. None if the service quotes nothing.
    pub fn differences(&self) -> &[Difference] {
        &self.differences
    }

    /// What to do about it.
    pub fn hint(&self) -> &str {
        &self.hint
    }
}
