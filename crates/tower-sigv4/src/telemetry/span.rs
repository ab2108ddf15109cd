use http::StatusCode;
use tracing::{Span, field::Empty, span::Entered};

use crate::{SignedRequest, Signing};

/// The span of a request, or none. Boxed, as most layers have none.
pub(crate) struct RequestSpan(Option<Box<Span>>);

impl RequestSpan {
    /// No span.
    pub(crate) const NONE: Self = Self(None);

    /// Opens a span, if the configuration asks for one.
    pub(crate) fn open(signing: &Signing) -> Self {
        let decision = signing.decision();
        Self(decision.config.request_spans.then(|| {
            Box::new(tracing::info_span!(
                "sigv4",
                host = %decision.host,
                service = decision.scope.service(),
                region = decision.scope.region(),
                generation = Empty,
                clock_offset = Empty,
                status = Empty,
            ))
        }))
    }

    /// Enters it, until what is returned is dropped.
    pub(crate) fn enter(&self) -> Option<Entered<'_>> {
        self.0.as_ref().map(|span| span.enter())
    }

    /// Notes what the request was signed with; after a second attempt, with what last.
    pub(crate) fn signed(&self, signed: &SignedRequest) {
        if let Some(span) = &self.0 {
            span.record("generation", tracing::field::debug(signed.generation));
            span.record("clock_offset", signed.offset);
        }
    }

    /// Notes the status of the response.
    pub(crate) fn answered(&self, status: StatusCode) {
        if let Some(span) = &self.0 {
            span.record("status", status.as_u16());
        }
    }
}
