use std::fmt;

use bytes::Bytes;
use http::Request;

use crate::{Accepted, Rejection};

/// A request as it came in, and what the gateway made of it. See
/// [`Gateway::inspect`](crate::Gateway::inspect).
///
/// `Debug` leaves out the query, the headers and the body, for they may hold secrets.
pub struct Received<'a> {
    pub(crate) request: &'a Request<Bytes>,
    pub(crate) verification: Result<&'a Accepted, &'a Rejection>,
}

impl Received<'_> {
    /// Returns the request: its target and headers as they were received, and the whole body.
    pub fn request(&self) -> &Request<Bytes> {
        self.request
    }

    /// Returns who has signed the request, or why the signature was rejected.
    ///
    /// # Errors
    ///
    /// The rejection that the client is about to get.
    pub fn verification(&self) -> Result<&Accepted, &Rejection> {
        self.verification
    }
}

impl fmt::Debug for Received<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Received")
            .field("method", self.request.method())
            .field("path", &self.request.uri().path())
            .field("version", &self.request.version())
            .field("verification", &self.verification)
            .finish_non_exhaustive()
    }
}
