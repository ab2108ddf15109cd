//! A path prefix that is signed and not sent.

use std::sync::Arc;

use crate::{SignError, error::Kind, shown::Shown};

/// What stands in front of a request's path where the service sees it, written as it stands there.
///
/// It is never empty, begins with a slash and does not end with one, and nothing that may read or write
/// paths on the way has a reason to change it: no empty segment, no dot segment, and no byte that does
/// not stand in a path as [RFC 3986] has it.
///
/// [RFC 3986]: https://www.rfc-editor.org/rfc/rfc3986#section-3.3
#[derive(Clone, Debug)]
pub(crate) struct PathPrefix {
    text: Arc<str>,
}

impl PathPrefix {
    /// Parses a prefix. `None` for an empty one, which adds nothing.
    pub(crate) fn parse(text: &str) -> Result<Option<Self>, SignError> {
        if text.is_empty() {
            return Ok(None);
        }
        let segments = text.strip_prefix('/');
        match segments.is_some_and(|segments| segments.split('/').all(is_certain)) {
            true => Ok(Some(Self { text: text.into() })),
            false => Err(Kind::PathPrefix(Shown::new(text)).into()),
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }
}

/// Whether everybody reads a segment alike, and nobody writes it otherwise.
fn is_certain(segment: &str) -> bool {
    let is_name = !matches!(dots(segment.as_bytes()), Some(0..=2));
    let mut escapes = segment.split('%');
    let first = escapes.next().unwrap_or_default();
    let is_escape = |text: &str| {
        let bytes = text.as_bytes();
        bytes.len() >= 2 && bytes[..2].iter().all(u8::is_ascii_hexdigit)
    };
    is_name && first.bytes().all(is_path) && {
        escapes.all(|text| is_escape(text) && text.bytes().all(is_path))
    }
}

/// Whether a byte stands in a segment as it is.
fn is_path(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@".contains(&byte)
}

/// Whether a path leads above its own root, encoded dots read as dots.
///
/// Who resolves dot segments before the prefix is in front ends elsewhere than who does so afterwards.
pub(crate) fn leads_above_root(path: &[u8]) -> bool {
    let mut depth = 0_usize;
    for segment in path.split(|&byte| byte == b'/') {
        match (dots(segment), depth.checked_sub(1)) {
            (Some(0 | 1), _) => {}
            (Some(2), None) => return true,
            (Some(2), Some(parent)) => depth = parent,
            _ => depth += 1,
        }
    }
    false
}

/// How many dots a segment is, if it is nothing else.
fn dots(mut segment: &[u8]) -> Option<usize> {
    let mut dots = 0;
    while !segment.is_empty() {
        segment = match segment {
            [b'.', rest @ ..] | [b'%', b'2', b'e' | b'E', rest @ ..] => rest,
            _ => return None,
        };
        dots += 1;
    }
    Some(dots)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_is_one_path_that_everybody_reads_alike() {
        for text in [
            "/prod",
            "/v1/orders",
            "/...",
            "/.well-known",
            "/a%20b/%E2%82%AC",
            "/%2f",
            "/a.b~c_d-e!$&'()*+,;=:@",
        ] {
            let prefix = PathPrefix::parse(text).unwrap().unwrap();
            assert_eq!(prefix.as_str(), text);
        }
        assert!(PathPrefix::parse("").unwrap().is_none());
    }

    #[test]
    fn what_is_no_such_path_is_refused() {
        for text in [
            "prod",
            "https://api.example.com/prod",
            "/",
            "/prod/",
            "//prod",
            "/a//b",
            "/a/./b",
            "/a/..",
            "/%2e%2E/a",
            "/a?b",
            "/a#b",
            "/a b",
            "/a\\b",
            "/{stage}",
            "/a%",
            "/a%2",
            "/a%zz",
            "/a%2\u{e9}",
            "/caf\u{e9}",
            "/a\n",
            "*",
        ] {
            let error = PathPrefix::parse(text).unwrap_err();
            assert!(error.is_configuration(), "{text:?}: {error}");
        }
    }

    #[test]
    fn a_path_leads_above_its_root_by_dots_however_they_are_written() {
        for path in ["/..", "/../a", "/a/../..", "/a/%2e%2E/..", "//..", "/./.."] {
            assert!(leads_above_root(path.as_bytes()), "{path}");
        }
        for path in ["/", "/a/..", "/a/b/../../c", "/...", "/..a/", "/a/./%2e"] {
            assert!(!leads_above_root(path.as_bytes()), "{path}");
        }
    }
}
