use http::{HeaderMap, HeaderName, HeaderValue, Uri, header::AUTHORIZATION, request::Parts};

use crate::{
    SignError,
    all_or_nothing::all_or_nothing,
    canonical::headers::{
        X_AMZ_CONTENT_SHA256, X_AMZ_DATE, X_AMZ_REGION_SET, X_AMZ_SECURITY_TOKEN,
    },
    error::Kind,
    own_headers::OwnHeaders,
};

/// Everything that signing changes in a request.
pub(crate) struct Changes<'a> {
    pub(crate) uri: Option<Uri>,
    /// Whether the headers that a signature decides are removed where they have no value here:
    /// what stands in them belongs to an earlier signature.
    pub(crate) removes_stale: bool,
    pub(crate) own: OwnHeaders<'a>,
    /// Other headers that are signed in another form than they were sent in.
    pub(crate) rewritten: Option<Vec<(HeaderName, HeaderValue)>>,
}

impl Changes<'_> {
    /// Has a secret stand in another header.
    pub(crate) fn move_secret(&mut self, to: &HeaderName, value: &HeaderValue) {
        let rewritten = self.rewritten.get_or_insert_default();
        // It may be there, without the spaces at its ends.
        let at = rewritten.iter().position(|(name, _)| name == to);
        let at = at.unwrap_or_else(|| {
            rewritten.push((to.clone(), value.clone()));
            rewritten.len() - 1
        });
        rewritten[at].1.set_sensitive(true);
    }

    /// Makes all changes or none.
    pub(crate) fn commit(&mut self, parts: &mut Parts) -> Result<(), SignError> {
        all_or_nothing(&mut parts.headers, |headers| self.insert_into(headers))?;
        if let Some(uri) = self.uri.take() {
            parts.uri = uri;
        }
        Ok(())
    }

    fn insert_into(&mut self, headers: &mut HeaderMap) -> Result<(), SignError> {
        let own = &mut self.own;
        let mut set = |name, value| match value {
            Some(value) => insert(headers, name, value),
            None => {
                if self.removes_stale {
                    headers.remove(name);
                }
                Ok(())
            }
        };
        set(&AUTHORIZATION, own.authorization.take())?;
        set(&X_AMZ_CONTENT_SHA256, own.content_sha256.take())?;
        set(&X_AMZ_DATE, own.date.take())?;
        set(&X_AMZ_REGION_SET, own.region_set.cloned())?;
        set(&X_AMZ_SECURITY_TOKEN, own.security_token.cloned())?;
        for (name, value) in self.rewritten.take().into_iter().flatten() {
            insert(headers, &name, value)?;
        }
        Ok(())
    }
}

/// Once in the program, as a map's insertion is long.
#[inline(never)]
fn insert(headers: &mut HeaderMap, name: &HeaderName, value: HeaderValue) -> Result<(), SignError> {
    match headers.try_insert(name, value) {
        Ok(_) => Ok(()),
        Err(_) => Err(Kind::TooManyHeaders.into()),
    }
}
