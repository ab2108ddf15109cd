//! The encoders of bodies in chunks, which continue the signature of a request.

use http::HeaderMap;
#[cfg(feature = "chunked")]
use http_sigv4::chunked::{Encoder, Upload};

#[cfg(feature = "chunked")]
use crate::error::ChunkedKind;
use crate::{Error, SignedBody, SignedRequest};

impl SignedRequest {
    /// Makes the encoder of a body that is sent in chunks, for a client that is no tower service. See
    /// [`Chunks`](crate::Chunks#without-tower).
    ///
    /// `headers` are those of the signed request, which announce the upload. Feature `chunked`.
    ///
    /// # Errors
    ///
    /// Headers that do not announce this upload, and a request that was signed with a payload that is
    /// not sent in chunks.
    #[cfg(feature = "chunked")]
    pub fn encoder(&self, upload: Upload, headers: &HeaderMap) -> Result<Encoder, Error> {
        let key = self.chunk_key.as_deref().ok_or(ChunkedKind::OtherPayload)?;
        Ok(upload.encoder(headers, key)?)
    }

    /// Has a body in chunks continue the signature. Does nothing to any other.
    #[cfg_attr(not(feature = "chunked"), expect(unused_variables))]
    pub(crate) fn begin_body<B>(
        &self,
        body: &mut SignedBody<B>,
        headers: &HeaderMap,
    ) -> Result<(), Error> {
        #[cfg(feature = "chunked")]
        body.begin(|upload| self.encoder(upload, headers))?;
        Ok(())
    }
}
