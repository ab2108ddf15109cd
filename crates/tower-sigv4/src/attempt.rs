//! A signed request on its way, and what its response teaches.

use std::{sync::Arc, time::SystemTime};

use http::Response;

#[cfg(feature = "explain")]
use crate::explain::Signed;
use crate::{CredentialsCache, Remedy, clock::Clock, credentials::Snapshot, refusal::Refusal};

/// What a request was signed with.
pub(crate) struct Attempt {
    pub(crate) credentials: CredentialsCache,
    pub(crate) snapshot: Arc<Snapshot>,
    pub(crate) clock: Clock,
    /// When it was signed, by the local clock.
    pub(crate) sent: SystemTime,
    /// What was signed, if a layer above asked for it.
    #[cfg(feature = "explain")]
    pub(crate) signed: Option<Box<Signed>>,
}

impl Attempt {
    /// Learns from the response: which credentials a service does not take, and how far the clock
    /// is off. What was learned, and whom it is about, is noted in the extensions.
    pub(crate) fn learn<B>(self, response: &mut Response<B>) {
        let refusal = Refusal::of(response.status(), response.headers());
        let time = self.learn_time(response, refusal);
        if !response.status().is_client_error() {
            return;
        }
        #[cfg(feature = "explain")]
        if let Some(signed) = self.signed {
            let later = self.clock.read().0.duration_since(self.sent);
            signed.attach(response.extensions_mut(), later.unwrap_or_default());
        }
        let generation = self.snapshot.generation;
        response.extensions_mut().insert(generation);
        let remedy = match refusal {
            Some(Refusal::Credentials) => {
                self.snapshot.reject();
                Some(Remedy::credentials(
                    generation,
                    self.credentials,
                    self.clock,
                ))
            }
            Some(Refusal::Time) if time => Some(Remedy::time()),
            _ => None,
        };
        if let Some(remedy) = remedy {
            response.extensions_mut().insert(remedy);
        }
    }

    fn learn_time<B>(&self, response: &Response<B>, refusal: Option<Refusal>) -> bool {
        let refused = refusal == Some(Refusal::Time);
        let learned = self.clock.learn(response.headers(), refused, self.sent);
        if learned {
            let offset = self.clock.offset();
            tracing::warn!(
                offset,
                "signing with another time, as the local clock is off"
            );
        }
        learned
    }
}
