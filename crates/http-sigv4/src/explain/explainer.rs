use std::time::SystemTime;

use http::response::Parts;

use super::{
    Explanation, canonical::Lines, diagnosis::Diagnosis, exchange::Exchange, hint::hint,
    local::Local, redact::Redactor, rejection::Rejection, scope::Scope,
};
use crate::CanonicalRequest;

/// Explains rejections, with settings.
///
/// [`Explanation::from_rejection`] is the short form for those who need none.
#[derive(Clone, Copy, Debug, Default)]
#[must_use]
pub struct Explainer {
    shows_values: bool,
}

impl Explainer {
    /// Makes an explainer that shows the values of harmless names only.
    pub fn new() -> Self {
        Self::default()
    }

    /// Shows the values of all headers and parameters that differ, and what a service's message quotes.
    ///
    /// This is for debugging on a developer's machine: what it shows may be keys, passwords and personal
    /// data, and belongs in no log that others read. Session tokens and signatures stay hidden, where
    /// they are called by their names. Defaults to `false`.
    pub fn show_values(mut self, show: bool) -> Self {
        self.shows_values = show;
        self
    }

    /// Explains a rejection, as [`Explanation::from_rejection`] does.
    pub fn explain(
        &self,
        head: &Parts,
        body: &[u8],
        signed: Option<&CanonicalRequest>,
        time: SystemTime,
    ) -> Option<Explanation> {
        if !Explanation::is_worth_reading(head) {
            return None;
        }
        let rejection = Rejection::read(head, body);
        let ours = signed.and_then(|signed| Lines::parse(signed.canonical_request()));
        let theirs = rejection.fields.echo.canonical_request.as_deref();
        let theirs = theirs.and_then(Lines::parse);
        let local = Local {
            signed,
            lines: ours.as_ref(),
            time,
        };
        let mut redactor = Redactor::new(self.shows_values, ours.iter().chain(&theirs));
        redactor.knows(signed.map(CanonicalRequest::access_key_id));
        redactor.knows(local.scope().iter().flat_map(Scope::parts));
        let exchange = Exchange {
            rejection: &rejection,
            received: theirs.as_ref(),
            local: &local,
            redactor: &redactor,
        };
        let diagnosis = Diagnosis::from_exchange(&exchange)?;
        Some(Explanation {
            status: head.status.as_u16(),
            code: redactor.code(&rejection.code),
            message: redactor.message(&rejection.fields.message),
            cause: diagnosis.cause,
            hint: hint(&diagnosis, &exchange),
            differences: diagnosis.differences,
        })
    }
}

impl Explanation {
    /// Explains a rejection, or nothing if the answer is not about authentication.
    ///
    /// `body` may be cut: 64 KiB hold any rejection. `signed` is what the request's
    /// [`PreparedSignature`](crate::PreparedSignature) showed; without it no lines can be compared.
    /// `time` is this side's clock when the answer arrived, by which a
    /// wrong clock is told from a request that waited.
    ///
    /// Takes time that is linear in the body, but for sorting the query's parameters.
    pub fn from_rejection(
        head: &Parts,
        body: &[u8],
        signed: Option<&CanonicalRequest>,
        time: SystemTime,
    ) -> Option<Self> {
        Explainer::new().explain(head, body, signed, time)
    }
}
