//! The canonical request: what a signature covers, in the one spelling that both sides agree on.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>

pub(crate) mod encode;
pub(crate) mod headers;
mod path;
mod query;

use std::ops::Range;

use http::{Method, Uri};

use self::headers::SignedHeaders;
use crate::{SignError, profile::PathRule};

/// A canonical request in its own buffer. It may hold a live session token, so it has no `Debug`.
pub(crate) struct Canonical {
    text: Vec<u8>,
    signed_headers: Range<usize>,
}

impl Canonical {
    pub(crate) fn write(
        method: &Method,
        uri: &Uri,
        path_rule: PathRule,
        headers: &SignedHeaders<'_>,
        payload: &[u8],
    ) -> Result<Self, SignError> {
        // Enough for most requests; a session token alone takes 700 bytes and more.
        let mut text = Vec::with_capacity(2048);
        text.extend_from_slice(method.as_str().as_bytes());
        text.push(b'\n');
        path::write(&mut text, path_rule, uri.path())?;
        text.push(b'\n');
        query::write(&mut text, uri.query().unwrap_or_default())?;
        text.push(b'\n');
        headers.write_lines(&mut text);
        text.push(b'\n');
        let names_start = text.len();
        headers.write_names(&mut text);
        let signed_headers = names_start..text.len();
        text.push(b'\n');
        text.extend_from_slice(payload);
        Ok(Self {
            text,
            signed_headers,
        })
    }

    pub(crate) fn text(&self) -> &[u8] {
        &self.text
    }

    pub(crate) fn signed_headers(&self) -> &[u8] {
        &self.text[self.signed_headers.clone()]
    }
}
