//! From a rejection to its cause, by the codes and the sentences that services are seen to use.

mod body;
mod clock;
mod credentials;
mod form;
mod permission;
mod scope;
mod signature;
mod subject;
mod url;

use std::time::Duration;

pub(super) use self::subject::Subject;
use super::{Cause, Difference, exchange::Exchange};
use crate::ErrorKind;

/// A cause, what it is about, and the lines that show it.
pub(super) struct Diagnosis {
    pub(super) cause: Cause,
    pub(super) subject: Option<Subject>,
    pub(super) differences: Vec<Difference>,
}

impl Diagnosis {
    /// Names the cause of a rejection, or nothing where the response is not about authentication.
    ///
    /// Sentences count for more than codes: AppSync calls any of this `BadRequestException`, S3 much of
    /// it `AccessDenied`.
    pub(super) fn from_exchange(exchange: &Exchange<'_>) -> Option<Self> {
        if exchange.rejection.status.is_redirection() {
            return scope::diagnose_redirect(exchange);
        }
        let found = clock::diagnose(exchange)
            .or_else(|| form::diagnose(exchange))
            .or_else(|| url::diagnose(exchange))
            .or_else(|| scope::diagnose(exchange))
            .or_else(|| body::diagnose(exchange))
            .or_else(|| form::diagnose_missing(exchange))
            .or_else(|| credentials::diagnose(exchange))
            .or_else(|| signature::diagnose(exchange))
            .or_else(|| form::diagnose_by_code(exchange))
            .or_else(|| permission::diagnose(exchange))?;
        Some(found.or_wrong_clock(exchange))
    }

    /// Some services say no more of a wrong clock than by their `Date`.
    fn or_wrong_clock(self, exchange: &Exchange<'_>) -> Self {
        let says_little = match self.cause {
            Cause::SignatureMismatch | Cause::Unexplained => exchange.received.is_none(),
            _ => exchange.rejection.kind == Some(ErrorKind::Unauthenticated),
        };
        let moments = exchange.rejection.moments(None, exchange.local.time);
        match moments.skew(MOST_TOLERATED).filter(|_| says_little) {
            Some((cause, by)) => Self::new(cause, Subject::Span(by)),
            None => self,
        }
    }

    fn new(cause: Cause, subject: impl Into<Option<Subject>>) -> Self {
        Self {
            cause,
            subject: subject.into(),
            differences: Vec::new(),
        }
    }
}

/// What an exchange may take, and two clocks may differ by.
const MOST_TOLERATED: Duration = Duration::from_secs(240);
