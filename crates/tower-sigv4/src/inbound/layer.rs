use std::{fmt, sync::Arc};

use aws_credential_types::Credentials;
use http::{HeaderMap, HeaderValue, Method, Request, request::Parts};
use http_body::Body;
use http_sigv4::{
    Payload, SigningKey,
    chunked::{self, ChunkedError, Decoder, Form},
    inbound::{InboundPayload, InboundSignature, remove_signature},
};

use super::body::InboundBody;
use crate::{
    Chunks, Error, PayloadMode, SigningOptions,
    error::{InboundKind, Kind},
};

/// Makes requests that others have signed ready to be signed again: the layer of a proxy or a gateway,
/// above [`SigV4Layer`](crate::SigV4Layer).
///
/// Its clients sign with an SDK and keys of their own, or none that anybody knows; the proxy signs with
/// credentials that they never see.
///
/// ```
/// use bytes::Bytes;
/// use http::{Request, Response};
/// use http_body_util::{Empty, Full};
/// use tower::{ServiceBuilder, ServiceExt};
/// use tower_sigv4::{InboundLayer, SigV4Layer};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), tower::BoxError> {
/// # use tower_sigv4::{InboundBody, SignedBody};
/// # let provider = aws_credential_types::Credentials::new("AKID", "secret", None, None, "example");
/// # type Sent = Request<SignedBody<InboundBody<Full<Bytes>>>>;
/// # let http_client = tower::service_fn(|request: Sent| async move {
/// #     assert_eq!(request.headers()["x-amz-content-sha256"], "UNSIGNED-PAYLOAD");
/// #     assert!(!request.headers()["authorization"].to_str().unwrap().contains("AKIDCLIENT"));
/// #     Ok::<_, tower::BoxError>(Response::new(Empty::<Bytes>::new()))
/// # });
/// let client = ServiceBuilder::new()
///     .layer(InboundLayer::new())
///     .layer(SigV4Layer::new("s3", "eu-west-1", provider)?)
///     .service(http_client); // hyper-util's `Client`, for one
///
/// // What a client has sent to the proxy, with the URI of where it is to go.
/// let request = Request::put("https://bucket.s3.eu-west-1.amazonaws.com/key")
///     .header("authorization", "AWS4-HMAC-SHA256 Credential=AKIDCLIENT/...")
///     .header("x-amz-content-sha256", "UNSIGNED-PAYLOAD")
///     .header("x-amz-date", "20150830T123600Z")
///     .body(Full::<Bytes>::from("data"))?;
/// let response = client.oneshot(request).await?;
/// # Ok(())
/// # }
/// ```
///
/// **It verifies no request.** Whoever reaches the proxy gets what its credentials are permitted, so
/// let it listen where only its clients are, or verify their requests above.
///
/// # What becomes of a request
///
/// The signature that it carries is removed, with the session token and all that belongs to it, be it in
/// the headers or in the query: see [`remove_signature`]. How the new signature covers the body follows
/// from its `x-amz-content-sha256`:
///
/// | it says | what is done |
/// | --- | --- |
/// | a digest | it is signed as it is, [`Precomputed`](PayloadMode::Precomputed), and the body checked against it while it passes; the check is [a setting](Self::trust_digests) |
/// | `UNSIGNED-PAYLOAD` | the body passes [`Unsigned`](PayloadMode::Unsigned), where the service takes it |
/// | `STREAMING-UNSIGNED-PAYLOAD-TRAILER` | the frames pass as they come |
/// | `STREAMING-AWS4-HMAC-SHA256-PAYLOAD`, with or without `-TRAILER` | the chunks are decoded, verified [where there is a key](Self::verify_chunks), and made and signed anew, [`Chunked`](PayloadMode::Chunked); a trailer stays |
/// | nothing | what the layer below does with any request |
///
/// A body that is not what was signed fails before its last piece, so the service never gets a whole
/// one; a request whose body fails is answered with an error. A payload mode in the request's
/// [`SigningOptions`] comes before what this table says, but chunks are decoded all the same, and those
/// that hold no data are read before the request is sent, [`Buffered`](PayloadMode::Buffered), if they
/// are not made anew. A request that is to be [forwarded unsigned](SigningOptions::forward_unsigned) is
/// left alone.
///
/// The URI and the `Host` header are the proxy's to set, above this layer, and so is the removal of
/// headers that belong to a connection.
///
/// Cheap to clone.
#[derive(Clone, Default)]
#[must_use]
pub struct InboundLayer {
    trusts_digests: bool,
    credentials: Option<Arc<FindCredentials>>,
}

type FindCredentials = dyn Fn(&InboundSignature) -> Option<Credentials> + Send + Sync;

impl InboundLayer {
    /// Makes a layer that checks digests and verifies no chunks.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets whether a digest in `x-amz-content-sha256` is passed on unchecked. Defaults to `false`.
    ///
    /// S3 checks it too; some stores that speak its protocol do not.
    pub fn trust_digests(mut self, trust: bool) -> Self {
        self.trusts_digests = trust;
        self
    }

    /// Sets where the credentials are found with which clients sign, to verify the signatures of their
    /// chunks and trailers. Defaults to none: those are read and not verified.
    ///
    /// Signed chunks of a client without credentials are then refused. The first chunk continues the
    /// signature of the request, which is taken from its `Authorization` header and not verified: that
    /// header, and the URI, may come from another request of the same client.
    pub fn verify_chunks(
        mut self,
        credentials: impl Fn(&InboundSignature) -> Option<Credentials> + Send + Sync + 'static,
    ) -> Self {
        self.credentials = Some(Arc::new(credentials));
        self
    }

    /// Makes one request ready, as the layer does, for who has another use for it.
    ///
    /// Its [`SigningOptions`] then say how the signature covers the body.
    ///
    /// # Errors
    ///
    /// A request that says something of its body which cannot be honoured, that announces chunks in
    /// headers which are not theirs, or that is signed by a client without credentials.
    pub fn prepare<B>(&self, request: Request<B>) -> Result<Request<InboundBody<B>>, Error>
    where
        B: Body,
    {
        let (mut parts, body) = request.into_parts();
        let options = parts.extensions.get::<SigningOptions>();
        if options.is_some_and(|options| options.forward_unsigned) {
            return Ok(Request::from_parts(parts, InboundBody::untouched(body)));
        }
        let (mode, body) = match InboundPayload::from_parts(&parts)? {
            InboundPayload::Sha256(digest) => {
                let body = self.check_digest(body, digest)?;
                (Some(PayloadMode::Precomputed(digest)), body)
            }
            InboundPayload::Unsigned => {
                let body = InboundBody::untouched(body);
                (Some(PayloadMode::Unsigned), body)
            }
            InboundPayload::UnsignedTrailer => {
                // From now on the header alone says so, whether or not it was the query before.
                let marker = HeaderValue::from_static(Form::UnsignedTrailer.marker());
                let inserted = parts.headers.try_insert("x-amz-content-sha256", marker);
                inserted.map_err(|_| Kind::TooManyHeaders)?;
                (None, InboundBody::untouched(body))
            }
            InboundPayload::SignedChunks => {
                let decoder = self.decoder(&parts)?;
                let chunks = PayloadMode::Chunked(Chunks::signed());
                let options = parts.extensions.get::<SigningOptions>();
                let mode = options
                    .and_then(|options| options.payload)
                    .unwrap_or(chunks);
                let is_chunked = matches!(mode, PayloadMode::Chunked(_));
                let has_trailers = is_chunked && parts.method == Method::PUT;
                decode_headers(&mut parts.headers, has_trailers).map_err(refused)?;
                if !is_chunked && decoder.decoded_length() == 0 {
                    // Nobody may ask for the end of a body without bytes, unless it is read here.
                    let options = parts.extensions.get_or_insert_default::<SigningOptions>();
                    options.payload = Some(PayloadMode::Buffered);
                }
                (Some(chunks), InboundBody::decoded(body, decoder))
            }
            // The layer below knows what to do.
            _ => (None, InboundBody::untouched(body)),
        };
        remove_signature(&mut parts)?;
        if let Some(mode) = mode {
            let options = parts.extensions.get_or_insert_default::<SigningOptions>();
            options.payload.get_or_insert(mode);
        }
        Ok(Request::from_parts(parts, body))
    }

    fn check_digest<B>(&self, body: B, digest: [u8; 32]) -> Result<InboundBody<B>, Error>
    where
        B: Body,
    {
        if self.trusts_digests {
            return Ok(InboundBody::untouched(body));
        }
        // Nobody may ask for the end of a body without bytes.
        if body.is_end_stream() || body.size_hint().exact() == Some(0) {
            return match Payload::Sha256(digest) {
                Payload::EMPTY => Ok(InboundBody::untouched(body)),
                _ => Err(Kind::Inbound(InboundKind::Digest).into()),
            };
        }
        Ok(InboundBody::digested(body, digest))
    }

    fn decoder(&self, parts: &Parts) -> Result<Decoder, Error> {
        let headers = &parts.headers;
        let decoder = match self.key(headers)? {
            Some(key) => Decoder::verifying(headers, &key),
            None => Decoder::unverified(headers),
        };
        decoder.map_err(refused)
    }

    /// The key that has signed the chunks, if they are to be verified.
    fn key(&self, headers: &HeaderMap) -> Result<Option<SigningKey>, Error> {
        let Some(find) = &self.credentials else {
            return Ok(None);
        };
        let signature = InboundSignature::from_headers(headers)?;
        let credentials = signature.as_ref().and_then(|signature| find(signature));
        match (signature, credentials) {
            (Some(signature), Some(credentials)) => Ok(Some(signature.key(&credentials)?)),
            _ => Err(Kind::Inbound(InboundKind::Client).into()),
        }
    }
}

/// Has the headers describe the data in the place of the chunks. What announces the trailers stays where
/// they are sent again.
fn decode_headers(headers: &mut HeaderMap, has_trailers: bool) -> Result<(), ChunkedError> {
    const TRAILER: &str = "x-amz-trailer";
    let trailer = headers.get(TRAILER).cloned();
    chunked::remove_headers(headers)?;
    match trailer {
        // It has just been removed, so there is room.
        Some(trailer) if has_trailers => _ = headers.insert(TRAILER, trailer),
        // S3 takes none of these without a checksum.
        Some(_) => _ = headers.remove("x-amz-sdk-checksum-algorithm"),
        None => {}
    }
    Ok(())
}

fn refused(error: ChunkedError) -> Error {
    Error::with_source(Kind::Inbound(InboundKind::Headers), error)
}

impl fmt::Debug for InboundLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("InboundLayer")
            .field("trusts_digests", &self.trusts_digests)
            .field("verifies_chunks", &self.credentials.is_some())
            .finish()
    }
}
