//! The canonical request: what a signature covers, in the one spelling that both sides agree on.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>

pub(crate) mod encode;
pub(crate) mod headers;
mod path;
pub(crate) mod query;
mod request;

use http::request::Parts;
use smallvec::SmallVec;

pub use self::request::CanonicalRequest;

use self::headers::SignedHeaders;
use crate::{SignError, profile::PathRule};

/// A text in the making, on the stack unless it outgrows it.
///
/// Nearly every canonical request fits; a session token alone takes 700 bytes and more.
pub(crate) type Text = SmallVec<[u8; 2048]>;

/// A canonical request. It may hold a live session token, so it has no `Debug`.
pub(crate) struct Canonical<'t> {
    pub(crate) text: &'t [u8],
    pub(crate) signed_headers: &'t [u8],
}

impl<'t> Canonical<'t> {
    /// Writes into `text`, which is empty.
    pub(crate) fn write(
        text: &'t mut Text,
        parts: &Parts,
        query: &str,
        path_rule: PathRule,
        headers: &SignedHeaders<'_>,
        payload: &[u8],
    ) -> Result<Self, SignError> {
        text.extend_from_slice(parts.method.as_str().as_bytes());
        text.push(b'\n');
        path::write(text, path_rule, parts.uri.path())?;
        text.push(b'\n');
        query::write(text, query)?;
        text.push(b'\n');
        headers.write_lines(text);
        text.push(b'\n');
        let names_start = text.len();
        headers.write_names(text);
        let names_end = text.len();
        text.push(b'\n');
        text.extend_from_slice(payload);
        Ok(Self {
            text,
            signed_headers: &text[names_start..names_end],
        })
    }
}
