//! What the tests share: signed headers, and bodies that are encoded and decoded in one go.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use http_sigv4::{
    SigningKey,
    chunked::{ChunkedError, Decoder, Form, Upload},
};

use crate::common::{ACCESS_KEY_ID, key_of, moment};

/// What stands for the request's signature. A chunk's signature covers it, whatever it is.
pub(crate) const SEED: &str = "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9";

pub(crate) const ALL_FORMS: [Form; 3] = [Form::Signed, Form::SignedTrailer, Form::UnsignedTrailer];

pub(crate) fn key() -> SigningKey {
    key_of(ACCESS_KEY_ID, None, "s3", moment())
}

/// The headers of a signed request with this upload.
pub(crate) fn signed(upload: &Upload) -> HeaderMap {
    let mut headers = HeaderMap::new();
    upload.write_headers(&mut headers).unwrap();
    let authorization = format!(
        "AWS4-HMAC-SHA256 Credential={ACCESS_KEY_ID}/{}, SignedHeaders=host, Signature={SEED}",
        key().credential_scope(),
    );
    for (name, value) in [
        ("authorization", authorization.as_str()),
        ("x-amz-date", "20150830T123600Z"),
        ("x-amz-content-sha256", upload.form().marker()),
    ] {
        headers.insert(name, HeaderValue::from_str(value).unwrap());
    }
    headers
}

pub(crate) fn header_map(headers: &[(&'static str, &str)]) -> HeaderMap {
    let headers = headers.iter();
    headers
        .map(|(name, value)| {
            let name = HeaderName::from_static(name);
            (name, HeaderValue::from_str(value).unwrap())
        })
        .collect()
}

/// Encodes the frames of a body.
pub(crate) fn encode(
    upload: &Upload,
    frames: impl IntoIterator<Item = Bytes>,
    trailers: &HeaderMap,
) -> Result<Vec<Bytes>, ChunkedError> {
    let mut encoder = upload.clone().encoder(&signed(upload), &key()).unwrap();
    let mut pieces = Vec::new();
    for mut frame in frames {
        while let Some(piece) = encoder.encode(&mut frame)? {
            assert!(!piece.is_empty());
            pieces.push(piece);
        }
        assert!(frame.is_empty());
    }
    pieces.push(encoder.finish(trailers)?);
    Ok(pieces)
}

/// Decodes the frames of a chunked body, and returns the data with the trailers.
pub(crate) fn decode(
    mut decoder: Decoder,
    frames: impl IntoIterator<Item = Bytes>,
) -> Result<(Vec<u8>, HeaderMap), ChunkedError> {
    let mut data = Vec::new();
    for mut frame in frames {
        while let Some(piece) = decoder.decode(&mut frame)? {
            assert!(!piece.is_empty());
            data.extend_from_slice(&piece);
        }
        assert!(frame.is_empty());
    }
    let trailers = decoder.finish()?;
    Ok((data, trailers))
}

pub(crate) fn verifying(upload: &Upload) -> Decoder {
    Decoder::verifying(&signed(upload), &key()).unwrap()
}
