//! What `SigV4` and `Explain` tell each other, in extensions that nobody else can name.

use std::time::{Duration, SystemTime};

use http::Extensions;
use http_sigv4::CanonicalRequest;

/// In a request: what is signed of it is to be captured.
#[derive(Clone, Copy)]
pub(crate) struct CaptureRequest;

/// In a response: what was signed of its request, and the time by the signer's clock.
///
/// The canonical request holds the session token, so whoever asked for it takes it out again.
#[derive(Clone)]
pub(crate) struct Captured {
    pub(super) request: CanonicalRequest,
    /// When the request was signed, and once it is attached, when the response came.
    pub(super) time: SystemTime,
}

impl Captured {
    /// `time` is when the request was signed.
    pub(crate) fn new(request: CanonicalRequest, time: SystemTime) -> Self {
        Self { request, time }
    }

    /// Puts it into the extensions of an answer that came so much later.
    ///
    /// What the clock has observed in answers meanwhile does not count: the request was signed
    /// without it.
    pub(crate) fn attach(mut self, extensions: &mut Extensions, later: Duration) {
        self.time = self.time.checked_add(later).unwrap_or(self.time);
        extensions.insert(self);
    }
}
