//! `aws-chunked`: bodies that are signed, or summed up, while they stream.
//!
//! A plain signature covers the digest of the whole body, so the body has to be read before the
//! first byte is sent. S3 has another way, [chunked upload]: the request's signature covers that the
//! body comes in chunks; each chunk carries a signature that covers the one before it; and a
//! [trailer] can follow, with a checksum that was computed while the body passed.
//!
//! [`Upload`] tells the headers and the exact length of such a body; [`Encoder`] makes it, with
//! nothing held but one chunk; [`Decoder`] reads and verifies it. None of them does I/O, so they fit
//! every kind of body. Feature `chunked`.
//!
//! # Example
//!
//! ```
//! use std::time::SystemTime;
//!
//! use aws_credential_types::Credentials;
//! use bytes::Bytes;
//! use http::{HeaderMap, Request};
//! use http_sigv4::{
//!     Profile, Signer, SigningKey, SigningScope,
//!     chunked::{ChecksumAlgorithm, Upload},
//! };
//!
//! let credentials = Credentials::new("AKIDEXAMPLE", "secret", None, None, "example");
//! let scope = SigningScope::new("s3", "us-east-1")?;
//! let now = SystemTime::now();
//! let key = SigningKey::derive(&credentials, &scope, now)?;
//!
//! // 1. Announce the upload in the headers.
//! let upload = Upload::signed(100_000).trailer(ChecksumAlgorithm::Crc64Nvme)?;
//! let request = Request::put("https://bucket.s3.us-east-1.amazonaws.com/key").body(()).unwrap();
//! let (mut parts, ()) = request.into_parts();
//! upload.write_headers(&mut parts.headers)?;
//!
//! // 2. Sign the request, whose payload is a body of that form.
//! Signer::new(Profile::S3).sign(&mut parts, &key, upload.form().into(), now)?;
//!
//! // 3. Encode the body as it comes.
//! let length = upload.encoded_length();
//! let mut encoder = upload.encoder(&parts.headers, &key)?;
//! let mut wire: Vec<Bytes> = Vec::new();
//! for frame in [vec![b'a'; 70_000], vec![b'b'; 30_000]] {
//!     let mut frame = Bytes::from(frame);
//!     while let Some(piece) = encoder.encode(&mut frame)? {
//!         wire.push(piece);
//!     }
//! }
//! wire.push(encoder.finish(&HeaderMap::new())?);
//! assert_eq!(wire.iter().map(|piece| piece.len() as u64).sum::<u64>(), length);
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```
//!
//! [chunked upload]: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html
//! [trailer]: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html

mod checksum;
mod decoder;
mod encoder;
mod error;
mod form;
mod frame;
mod headers;
mod pieces;
mod signature;
mod trailer;
mod trailer_block;
mod upload;
mod verification;

pub use self::{
    checksum::{Checksum, ChecksumAlgorithm},
    decoder::Decoder,
    encoder::Encoder,
    error::ChunkedError,
    form::Form,
    headers::remove_headers,
    trailer::Trailer,
    upload::Upload,
};
