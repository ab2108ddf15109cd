use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Uri, header::AUTHORIZATION, request::Parts};

use crate::{
    SignError,
    canonical::headers::{
        Own, OwnValues, X_AMZ_CONTENT_SHA256, X_AMZ_DATE, X_AMZ_REGION_SET, X_AMZ_SECURITY_TOKEN,
    },
    error::Kind,
};

/// Everything that signing changes in a request.
#[derive(Default)]
pub(crate) struct Changes {
    pub(crate) uri: Option<Uri>,
    /// Whether the headers that a signature decides are removed where they have no value here:
    /// what stands in them belongs to an earlier signature.
    pub(crate) removes_stale: bool,
    pub(crate) authorization: Option<HeaderValue>,
    pub(crate) content_sha256: Option<HeaderValue>,
    pub(crate) date: Option<HeaderValue>,
    pub(crate) region_set: Option<HeaderValue>,
    pub(crate) security_token: Option<HeaderValue>,
    /// Other headers that are signed in another form than they were sent in.
    pub(crate) rewritten: Vec<(HeaderName, HeaderValue)>,
}

impl Changes {
    /// The headers of the signer's own, whose values stand in `text`.
    pub(crate) fn own_headers(text: &Bytes, own_values: &OwnValues) -> Result<Self, SignError> {
        let shared = |own| own_values.range(own).map(|range| text.slice(range));
        let value = |own| shared(own).map(value).transpose();
        Ok(Self {
            content_sha256: value(Own::ContentSha256)?,
            date: value(Own::Date)?,
            region_set: value(Own::RegionSet)?,
            security_token: shared(Own::SecurityToken).map(secret_value).transpose()?,
            ..Self::default()
        })
    }

    /// Has a secret stand in another header.
    pub(crate) fn move_secret(&mut self, to: &HeaderName, value: &HeaderValue) {
        let mut value = value.clone();
        value.set_sensitive(true);
        self.rewritten.push((to.clone(), value));
    }

    /// Makes all changes or none.
    pub(crate) fn commit(mut self, parts: &mut Parts) -> Result<(), SignError> {
        // A map refuses an insertion when it is full, but also when thousands of its names collide,
        // which shows too late. So a map of that size is changed in a copy.
        const ALWAYS_ROOM: usize = 4096;
        let uri = self.uri.take();
        if parts.headers.keys_len() < ALWAYS_ROOM {
            self.insert_into(&mut parts.headers)?;
        } else {
            let mut headers = parts.headers.clone();
            self.insert_into(&mut headers)?;
            parts.headers = headers;
        }
        if let Some(uri) = uri {
            parts.uri = uri;
        }
        Ok(())
    }

    fn insert_into(self, headers: &mut HeaderMap) -> Result<(), SignError> {
        let mut set = |name: &'static HeaderName, value| match value {
            Some(value) => insert(headers, name, value),
            None => {
                if self.removes_stale {
                    headers.remove(name);
                }
                Ok(())
            }
        };
        set(&AUTHORIZATION, self.authorization)?;
        set(&X_AMZ_CONTENT_SHA256, self.content_sha256)?;
        set(&X_AMZ_DATE, self.date)?;
        set(&X_AMZ_REGION_SET, self.region_set)?;
        set(&X_AMZ_SECURITY_TOKEN, self.security_token)?;
        for (name, value) in self.rewritten {
            insert(headers, name, value)?;
        }
        Ok(())
    }
}

/// Makes the value of a header that nothing shows.
pub(crate) fn secret_value(text: Bytes) -> Result<HeaderValue, SignError> {
    let mut value = value(text)?;
    value.set_sensitive(true);
    Ok(value)
}

fn value(text: Bytes) -> Result<HeaderValue, SignError> {
    // Names, digits, and what was checked when the key was derived: always a header value.
    HeaderValue::from_maybe_shared(text).map_err(|_| Kind::AccessKeyId.into())
}

fn insert(
    headers: &mut HeaderMap,
    name: impl http::header::IntoHeaderName,
    value: HeaderValue,
) -> Result<(), SignError> {
    match headers.try_insert(name, value) {
        Ok(_) => Ok(()),
        Err(_) => Err(Kind::TooManyHeaders.into()),
    }
}
