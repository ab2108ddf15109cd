use std::fmt;

use bytes::Bytes;
use http::Request;

use crate::{Accepted, Refusal};

/// A request as it came in, and what the gateway made of it. See
/// [`Gateway::inspect`](crate::Gateway::inspect).
///
/// `Debug` leaves out the query, the headers and the body, for they may hold secrets.
pub struct Received<'a> {
    pub(crate) request: &'a Request<Bytes>,
    pub(crate) verdict: Result<&'a Accepted, &'a Refusal>,
}

impl Received<'_> {
    /// The request: its target and headers as they were received, and the whole body.
    pub fn request(&self) -> &Request<Bytes> {
        self.request
    }

    /// Whether the signature was accepted, and if not, why.
    ///
    /// # Errors
    ///
    /// The refusal that the client is about to get.
    pub fn verdict(&self) -> Result<&Accepted, &Refusal> {
        self.verdict
    }
}

impl fmt::Debug for Received<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Received")
            .field("method", self.request.method())
            .field("path", &self.request.uri().path())
            .field("version", &self.request.version())
            .field("verdict", &self.verdict)
            .finish_non_exhaustive()
    }
}
