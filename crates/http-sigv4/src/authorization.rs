use bytes::Bytes;
use http::HeaderValue;
use smallvec::SmallVec;

use crate::{
    CanonicalRequest, SignError, SigningKey, canonical::Canonical, changes::Changes, date::AmzDate,
    error::Kind, payload::PayloadText, string_to_sign::StringToSign,
};

/// A signature in the making that is to stand in the `Authorization` header.
pub(crate) struct Authorization<'a> {
    pub(crate) canonical: Canonical<'a>,
    pub(crate) string_to_sign: StringToSign<'a>,
    pub(crate) date: AmzDate,
    /// Where it is sent as a header.
    pub(crate) payload: Option<PayloadText>,
    pub(crate) changes: Changes,
}

impl Authorization<'_> {
    pub(crate) fn shown(&self, key: &SigningKey) -> CanonicalRequest {
        CanonicalRequest::new(&self.canonical, &self.string_to_sign, key)
    }

    pub(crate) fn sign(self, key: &SigningKey) -> Result<Changes, SignError> {
        let date = self.date.as_bytes();
        let payload = self
            .payload
            .as_ref()
            .map_or(&b""[..], PayloadText::as_bytes);
        // All values share one allocation.
        let mut values: SmallVec<[u8; 512]> = SmallVec::new();
        for piece in [
            date,
            payload,
            key.algorithm().as_bytes(),
            b" Credential=",
            key.access_key_id().as_bytes(),
            b"/",
            key.credential_scope().as_bytes(),
            b", SignedHeaders=",
            self.canonical.signed_headers,
            b", Signature=",
            &key.sign(&self.string_to_sign),
        ] {
            values.extend_from_slice(piece);
        }
        let values = Bytes::from_owner(values);
        let payload_end = date.len() + payload.len();
        let value = |range: Bytes| {
            // Names, digits and checked access key ids: always a header value.
            HeaderValue::from_maybe_shared(range).map_err(|_| Kind::AccessKeyId)
        };
        let mut authorization = value(values.slice(payload_end..))?;
        authorization.set_sensitive(true);
        let content_sha256 = match payload {
            b"" => None,
            _ => Some(value(values.slice(date.len()..payload_end))?),
        };
        Ok(Changes {
            authorization: Some(authorization),
            content_sha256,
            date: Some(value(values.slice(..date.len()))?),
            region_set: key.region_set().cloned(),
            security_token: key.session_token().cloned(),
            ..self.changes
        })
    }
}
