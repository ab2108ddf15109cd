use bytes::Bytes;
use http::HeaderValue;

use crate::{SignError, SigningKey, authorization, date::AmzDate, error::Kind, text::shared};

/// The values of the headers that a signature decides; `None` for one that it does not bring.
#[derive(Default)]
pub(crate) struct OwnHeaders<'a> {
    pub(crate) authorization: Option<HeaderValue>,
    pub(crate) content_sha256: Option<HeaderValue>,
    pub(crate) date: Option<HeaderValue>,
    pub(crate) region_set: Option<&'a HeaderValue>,
    pub(crate) security_token: Option<&'a HeaderValue>,
}

impl<'a> OwnHeaders<'a> {
    /// Makes the values of a signature: `names` are those of the signed headers, and `payload` is the
    /// text of the payload if that is sent.
    ///
    /// Those that differ from request to request share one piece of memory.
    pub(crate) fn new(
        key: &'a SigningKey,
        names: &[u8],
        signature: &[u8],
        date: AmzDate,
        payload: Option<&[u8]>,
    ) -> Result<Self, SignError> {
        let [start, names, label, signature] = authorization::pieces(key, names, signature);
        let authorization_end = start.len() + names.len() + label.len() + signature.len();
        let date_end = authorization_end + date.as_bytes().len();
        let mut text = shared(&[
            start,
            names,
            label,
            signature,
            date.as_bytes(),
            payload.unwrap_or_default(),
        ]);

        let content_sha256 = payload.map(|_| value(text.slice(date_end..)));
        let date = value(text.slice(authorization_end..date_end))?;
        text.truncate(authorization_end);
        let mut authorization = value(text)?;
        // Nothing shows it.
        authorization.set_sensitive(true);
        Ok(Self {
            authorization: Some(authorization),
            content_sha256: content_sha256.transpose()?,
            date: Some(date),
            region_set: key.region_set(),
            security_token: key.session_token(),
        })
    }

    /// Makes the one value of a presigned URL, the text of its payload.
    pub(crate) fn from_payload(payload: &[u8]) -> Result<Self, SignError> {
        Ok(Self {
            content_sha256: Some(value(Bytes::copy_from_slice(payload))?),
            ..Self::default()
        })
    }
}

fn value(text: Bytes) -> Result<HeaderValue, SignError> {
    // Names, digits, and what was checked when the key was derived: always a header value.
    HeaderValue::from_maybe_shared(text).map_err(|_| Kind::AccessKeyId.into())
}
