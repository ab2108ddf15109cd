#[cfg(feature = "chunked")]
use http::Uri;
use http::{Method, request::Parts};
use http_body::Body;
#[cfg(feature = "chunked")]
use http_sigv4::chunked::ChecksumAlgorithm;

#[cfg(feature = "chunked")]
use crate::{
    Chunks, SignedBody,
    body::{Known, announce, announced_checksum, own_checksums},
    error::{ChunkedKind, Kind},
};
use crate::{
    Error, PayloadMode, Signing,
    body::{self, Read},
    error::{BoxError, Larger},
};

impl Signing {
    /// Reads what of a body is there, as the signature covers it; or has `parts` announce that it is
    /// sent in chunks.
    ///
    /// # Errors
    ///
    /// A body that says it is too large, of which nothing is read, or one that fails; one that is to be
    /// sent in chunks and whose length is not known; a checksum that cannot be sent.
    pub(crate) fn read_body<B>(&self, parts: &mut Parts, body: B) -> Result<Read<B>, Error>
    where
        B: Body + Unpin,
        B::Error: Into<BoxError>,
    {
        self.check_body(&parts.headers, &body)?;
        #[cfg(feature = "chunked")]
        if let Some((chunks, length)) = self.chunks(parts, &body)? {
            let announced = announce(chunks, length, &mut parts.headers)?;
            let payload = announced.upload.form().into();
            let body = SignedBody::chunked(body, announced);
            return Ok(Read::Done(Known::new(body, payload)));
        }
        let declared = body::known_length(&parts.headers, &body);
        #[cfg(feature = "chunked")]
        if self.is_chunked_where_larger() || matches!(self.payload_mode(), PayloadMode::Chunked(_))
        {
            // It has told the length; beside a body without chunks it means nothing.
            parts.headers.remove("x-amz-decoded-content-length");
        }
        #[cfg(feature = "chunked")]
        let checksum = self.checksum(parts, body.is_end_stream())?;
        body::read(
            body,
            self.payload_mode(),
            &self.config().bodies,
            self.larger(parts),
            declared,
            #[cfg(feature = "chunked")]
            checksum,
        )
    }

    /// The checksum that a body gets which is read before it is sent. One that is announced as a trailer
    /// is no longer, as nothing follows such a body, and goes into a header.
    ///
    /// # Errors
    ///
    /// Announced ones that cannot be computed here, or several.
    #[cfg(feature = "chunked")]
    fn checksum(
        &self,
        parts: &mut Parts,
        is_empty: bool,
    ) -> Result<Option<ChecksumAlgorithm>, Error> {
        let is_read = matches!(
            self.payload_mode(),
            PayloadMode::Buffered | PayloadMode::Chunked(_)
        );
        if !is_read {
            return Ok(None);
        }
        let takes_it = match parts.method {
            Method::PUT => true,
            // There it would be the object's, and not that of the list of its parts.
            Method::POST => !has_parameter(&parts.uri, "uploadId"),
            _ => false,
        };
        let headers = &mut parts.headers;
        if self.config().signer.profile().allows_signed_chunks()
            && headers.contains_key("x-amz-trailer")
        {
            let announced = announced_checksum(headers)?.filter(|_| takes_it);
            headers.remove("x-amz-trailer");
            if announced.is_none() {
                // S3 takes none of these without a checksum.
                headers.remove("x-amz-sdk-checksum-algorithm");
            }
            return Ok(announced.filter(|it| !headers.contains_key(it.header_name())));
        }
        let is_wanted = || takes_it && !is_empty && own_checksums(headers).next().is_none();
        Ok(self.config().checksum.filter(|_| is_wanted()))
    }

    /// The chunks that a body is sent in, and its length; `None` if it is not sent in chunks.
    #[cfg(feature = "chunked")]
    fn chunks(&self, parts: &Parts, body: &impl Body) -> Result<Option<(Chunks, u64)>, Error> {
        let (chunks, limit) = match self.payload_mode() {
            PayloadMode::Chunked(chunks) => (chunks, None),
            _ if self.is_chunked_where_larger() => {
                (Chunks::signed(), Some(self.config().bodies.limit as u64))
            }
            _ => return Ok(None),
        };
        if parts.method != Method::PUT || body.is_end_stream() {
            return Ok(None);
        }
        let declared = match (body::known_length(&parts.headers, body), limit) {
            (Some(length), Some(limit)) if length <= limit => return Ok(None),
            (None, Some(_)) => return Ok(None),
            (None, None) => return Err(Kind::UnknownLength.into()),
            (Some(length), _) => length,
        };
        let hint = body.size_hint();
        let is_possible =
            declared >= hint.lower() && hint.upper().is_none_or(|upper| declared <= upper);
        match is_possible {
            true => Ok(Some((chunks.or_checksum(self.config().checksum), declared))),
            false => Err(ChunkedKind::OtherLength { declared }.into()),
        }
    }

    /// What becomes of a body that is larger than may be held for its hash.
    fn larger(&self, parts: &Parts) -> Larger {
        match self.is_chunked_where_larger() && parts.method == Method::PUT {
            true if cfg!(feature = "chunked") => Larger::NeedsLength,
            true => Larger::NeedsFeature,
            false => Larger::Refused,
        }
    }

    /// Whether larger bodies are sent in signed chunks: where the caller has not said otherwise and
    /// the service is known to take them.
    fn is_chunked_where_larger(&self) -> bool {
        let config = self.config();
        self.payload_mode() == PayloadMode::Buffered
            && config.payload.is_none()
            && config.signer.profile().allows_signed_chunks()
    }
}

/// Whether the query has a parameter of this name.
#[cfg(feature = "chunked")]
fn has_parameter(uri: &Uri, name: &str) -> bool {
    let mut pairs = uri.query().unwrap_or_default().split('&');
    pairs.any(|pair| pair.split('=').next() == Some(name))
}
