use std::{fmt, sync::Arc, time::SystemTime};

use credentials_cache::Generation;
use http::{Extensions, HeaderMap, Response, StatusCode};
#[cfg(feature = "chunked")]
use http_sigv4::SigningKey;

#[cfg(feature = "explain")]
use crate::explain::Captured;
use crate::{
    clock::{Exchange, Observed, server_date},
    decision::Decision,
    rejection::{AccessKey, Rejection, RetryAdvice},
    telemetry,
};

/// What a request was signed with, to be shown its response.
///
/// A service may reject a signature because the clock is off or because the credentials are not taken
/// any more. [`observe`](Self::observe) reads both, for the requests that follow, and says whether
/// the same request is worth another attempt. A client that never shows it a response works until its
/// clock is off by minutes or its credentials are revoked.
///
/// ```
/// use http::{HeaderMap, StatusCode};
/// use tower_sigv4::SignedRequest;
///
/// async fn is_worth_another_attempt(
///     signed: &SignedRequest,
///     status: StatusCode,
///     headers: &HeaderMap,
/// ) -> bool {
///     match signed.observe(status, headers) {
///         Some(advice) => advice.ready().await,
///         None => false,
///     }
/// }
/// ```
pub struct SignedRequest {
    pub(crate) decision: Arc<Decision>,
    pub(crate) generation: Generation,
    pub(crate) access_key: AccessKey,
    /// When it was signed, by the local clock.
    pub(crate) sent: SystemTime,
    /// The seconds that were added to that time, for the host's.
    pub(crate) offset: i64,
    /// What signs the chunks of the body, if it is sent in any.
    #[cfg(feature = "chunked")]
    pub(crate) chunk_key: Option<Arc<SigningKey>>,
    /// What was signed, if a layer above asked for it.
    #[cfg(feature = "explain")]
    pub(crate) captured: Option<Box<Captured>>,
}

impl SignedRequest {
    /// Returns which of the credentials that the cache has loaded signed the request.
    pub fn generation(&self) -> Generation {
        self.generation
    }

    /// Observes the status and the headers of the response, and gives advice where the same
    /// request, signed again, may well be accepted.
    pub fn observe(&self, status: StatusCode, headers: &HeaderMap) -> Option<RetryAdvice> {
        telemetry::answered(status, headers);
        let rejection = Rejection::from_response(status, headers);
        let has_other_time = self.observe_time(headers, rejection == Some(Rejection::Time));
        match rejection? {
            Rejection::Credentials => {
                self.reject_credentials();
                let credentials = self.decision.config.credentials.clone();
                Some(RetryAdvice::credentials(self.generation, credentials))
            }
            Rejection::Time => has_other_time.then(RetryAdvice::time),
        }
    }

    /// Observes a response, and notes in the extensions of one with a client error what it is
    /// about and whether the request is worth another attempt.
    pub(crate) fn observe_response<B>(self, response: &mut Response<B>) {
        let advice = self.observe(response.status(), response.headers());
        self.note(response.status(), advice, response.extensions_mut());
    }

    /// Notes what was observed in the extensions of a response with a client error.
    pub(crate) fn note(
        self,
        status: StatusCode,
        advice: Option<RetryAdvice>,
        extensions: &mut Extensions,
    ) {
        if !status.is_client_error() {
            return;
        }
        extensions.insert(self.generation);
        if let Some(advice) = advice {
            extensions.insert(advice);
        }
        #[cfg(feature = "explain")]
        if let Some(captured) = self.captured {
            let later = self.decision.config.clock.now().duration_since(self.sent);
            captured.attach(extensions, later.unwrap_or_default());
        }
    }

    /// Observes the host's time. Returns whether the signature may have been rejected for its time, and
    /// the next one carries another.
    fn observe_time(&self, headers: &HeaderMap, rejected: bool) -> bool {
        let Decision { config, host, .. } = &*self.decision;
        let offsets = &config.observations.offsets;
        // Most responses teach nothing, and cost neither a reading of the clock nor of their date.
        if !rejected && offsets.offset(host, self.sent) == 0 {
            return false;
        }
        let exchange = Exchange {
            sent: self.sent,
            received: config.clock.now(),
            offset: self.offset,
            date: server_date(headers),
            rejected,
        };
        match offsets.observe(host, exchange) {
            Observed::Nothing => {}
            Observed::Changed { offset } => telemetry::clock_changed(host, offset),
            Observed::GivenUp => {
                telemetry::clock_given_up(host);
                return false;
            }
        }
        // Of many requests that were under way together, one has taught it to all.
        rejected && exchange.was_signed_otherwise(offsets.offset(host, exchange.received))
    }

    fn reject_credentials(&self) {
        let Decision { config, host, .. } = &*self.decision;
        let rejected_keys = &config.observations.rejected_keys;
        rejected_keys.insert(host, self.access_key);
        config.credentials.reject(self.generation);
    }
}

impl fmt::Debug for SignedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedRequest")
            .field("host", &self.decision.host)
            .field("generation", &self.generation)
            .finish_non_exhaustive()
    }
}
