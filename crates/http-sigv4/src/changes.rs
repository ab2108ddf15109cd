use http::{HeaderMap, HeaderName, HeaderValue, Uri, header::AUTHORIZATION, request::Parts};

use crate::{
    SignError,
    canonical::headers::{
        X_AMZ_CONTENT_SHA256, X_AMZ_DATE, X_AMZ_REGION_SET, X_AMZ_SECURITY_TOKEN,
    },
    error::Kind,
};

/// Everything that signing changes in a request.
///
/// Of the headers that a signature decides, those without a value are removed: whatever stands in
/// them belongs to an earlier signature.
#[derive(Default)]
pub(crate) struct Changes {
    pub(crate) uri: Option<Uri>,
    pub(crate) authorization: Option<HeaderValue>,
    pub(crate) content_sha256: Option<HeaderValue>,
    pub(crate) date: Option<HeaderValue>,
    pub(crate) region_set: Option<HeaderValue>,
    pub(crate) security_token: Option<HeaderValue>,
    /// Other headers that are signed in another form than they were sent in.
    pub(crate) rewritten: Vec<(HeaderName, HeaderValue)>,
}

impl Changes {
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
        for (name, value) in [
            (&AUTHORIZATION, self.authorization),
            (&X_AMZ_CONTENT_SHA256, self.content_sha256),
            (&X_AMZ_DATE, self.date),
            (&X_AMZ_REGION_SET, self.region_set),
            (&X_AMZ_SECURITY_TOKEN, self.security_token),
        ] {
            match value {
                Some(value) => insert(headers, name, value)?,
                None => _ = headers.remove(name),
            }
        }
        for (name, value) in self.rewritten {
            insert(headers, name, value)?;
        }
        Ok(())
    }
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
