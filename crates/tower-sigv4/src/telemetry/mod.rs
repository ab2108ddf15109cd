//! What happens to requests: logged and, with the feature, recorded through `metrics`. The crate's
//! documentation has the table of names.

#[cfg(feature = "metrics")]
mod metrics;
mod span;
mod stopwatch;

use std::time::{Duration, SystemTime};

use credentials_cache::CachedCredentials;
use http::{HeaderMap, StatusCode};
use http_sigv4::{Payload, SigningScope};

pub(crate) use self::{
    span::RequestSpan,
    stopwatch::{Awaited, Stopwatch},
};
use crate::host_key::HostKey;

/// A signature that was made.
pub(crate) struct Signature<'a> {
    pub(crate) host: &'a HostKey,
    pub(crate) scope: &'a SigningScope,
    pub(crate) credentials: &'a CachedCredentials,
    pub(crate) payload: Payload,
    /// The local time of it, and what was added to that for the host's.
    pub(crate) time: SystemTime,
    pub(crate) offset: i64,
}

impl Signature<'_> {
    fn age(&self) -> Duration {
        let loaded_at = self.credentials.loaded_at();
        self.time.duration_since(loaded_at).unwrap_or_default()
    }

    fn time_left(&self) -> Option<Duration> {
        let expiry = self.credentials.credentials().expiry()?;
        Some(expiry.duration_since(self.time).unwrap_or_default())
    }

    /// How the signature covers the body.
    fn payload(&self) -> &'static str {
        match self.payload {
            Payload::Sha256(_) => "sha256",
            Payload::Unsigned => "unsigned",
            _ => "streaming",
        }
    }
}

/// Notes a signature. Computes nothing unless somebody listens.
pub(crate) fn signed(signature: &Signature<'_>) {
    tracing::debug!(
        host = %signature.host,
        service = signature.scope.service(),
        region = signature.scope.region(),
        generation = ?signature.credentials.generation(),
        age = ?signature.age(),
        time_left = signature.time_left().map(tracing::field::debug),
        clock_offset = signature.offset,
        payload = signature.payload(),
        "signed a request"
    );
    #[cfg(feature = "metrics")]
    metrics::signed(signature.payload);
}

/// Notes a response, which may reject the signature.
#[cfg_attr(not(feature = "metrics"), expect(unused_variables))]
pub(crate) fn answered(status: StatusCode, headers: &HeaderMap) {
    #[cfg(feature = "metrics")]
    metrics::answered(status, headers);
}

/// Notes that a rejected request is sent once more.
pub(crate) fn retried(cause: &'static str) {
    tracing::debug!(cause, "sending a rejected request once more, signed afresh");
    #[cfg(feature = "metrics")]
    metrics::retried(cause);
}

/// Notes that a host is signed for with another time than before.
pub(crate) fn clock_changed(host: &HostKey, offset: i64) {
    match offset {
        0 => tracing::info!(%host, "signing with the local time again"),
        _ => tracing::warn!(
            %host,
            offset,
            "signing for this host with its own time, as the local clock is off, or the host's"
        ),
    }
    #[cfg(feature = "metrics")]
    metrics::clock_changed(if offset == 0 { "dropped" } else { "observed" }, offset);
}

/// Notes that nothing is observed of a host's time any more, for a while.
pub(crate) fn clock_given_up(host: &HostKey) {
    tracing::info!(
        %host,
        "signing with the local time, as the host's dates contradict each other"
    );
    #[cfg(feature = "metrics")]
    metrics::clock_changed("contradicted", 0);
}

/// Notes how long a body was that was read for its hash.
#[cfg_attr(not(feature = "metrics"), expect(unused_variables))]
pub(crate) fn body_read(bytes: usize) {
    #[cfg(feature = "metrics")]
    metrics::body_read(bytes);
}

/// Notes that a rejection was explained.
#[cfg(feature = "explain")]
#[cfg_attr(not(feature = "metrics"), expect(unused_variables))]
pub(crate) fn explained(cause: http_sigv4::explain::Cause) {
    #[cfg(feature = "metrics")]
    metrics::explained(cause);
}
