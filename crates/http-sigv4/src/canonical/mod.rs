//! The canonical request: what a signature covers, in the one spelling that both sides agree on.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>

pub(crate) mod encode;
pub(crate) mod headers;
pub(crate) mod kept_hash;
pub(crate) mod path;
pub(crate) mod query;
mod request;
pub(crate) mod sent;

use std::ops::Range;

use http::request::Parts;

pub use self::request::CanonicalRequest;

use self::{headers::SignedHeaders, path::SignedPath};
use crate::{SignError, text::Text};

/// Where the pieces of a canonical request stand in the text that it was written into.
pub(crate) struct Canonical {
    pub(crate) end: usize,
    /// The names of the signed headers.
    pub(crate) names: Range<usize>,
}

impl Canonical {
    /// Writes into `text`, which is empty.
    pub(crate) fn write(
        text: &mut Text,
        parts: &Parts,
        path: SignedPath<'_>,
        query: &str,
        headers: &SignedHeaders<'_>,
        payload: &[u8],
    ) -> Result<Self, SignError> {
        text.extend_from_slice(parts.method.as_str().as_bytes());
        text.push(b'\n');
        path::write(text, path)?;
        text.push(b'\n');
        query::write(text, query)?;
        text.push(b'\n');
        headers.write_lines(text);
        text.push(b'\n');
        let names_start = text.len();
        headers.write_names(text);
        let names = names_start..text.len();
        text.push(b'\n');
        text.extend_from_slice(payload);
        Ok(Self {
            end: text.len(),
            names,
        })
    }
}
