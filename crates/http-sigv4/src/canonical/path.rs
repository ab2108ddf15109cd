//! The canonical URI: the path, by one of two rules.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>

use super::encode::{all, encode_into, has_pair, is_unreserved, recode_into};
use crate::{SignError, error::Kind, path_prefix::leads_above_root, profile::PathRule, text::Text};

/// The path that a service sees.
#[derive(Clone, Copy)]
pub(crate) struct SignedPath<'a> {
    pub(crate) rule: PathRule,
    /// What is put in front of the path after it was sent; mostly nothing.
    pub(crate) prefix: &'a str,
    /// What stands on the wire.
    pub(crate) path: &'a str,
}

/// Appends the canonical form of a path: that of the prefix and the path as one text.
pub(crate) fn write(out: &mut Text, path: SignedPath<'_>) -> Result<(), SignError> {
    let SignedPath { rule, prefix, path } = path;
    let (prefix, path, root) = (prefix.as_bytes(), path.as_bytes(), out.len());
    // `http` reads a path that a URI leaves out as `/`.
    if !path.starts_with(b"/") {
        return Err(Kind::RequestTarget.into());
    }
    if !prefix.is_empty() && leads_above_root(path) {
        return Err(Kind::PathAbovePrefix.into());
    }
    match rule {
        PathRule::Standard => {
            write_segments(out, prefix);
            match is_canonical(path) {
                true => out.extend_from_slice(path),
                false => write_standard(out, path, root)?,
            }
        }
        PathRule::S3 => {
            write_s3(out, prefix);
            write_s3(out, path);
        }
    }
    Ok(())
}

/// Whether a path is its own canonical form, as most are: nothing to encode, and no segment that is
/// empty or begins with a dot.
fn is_canonical(path: &[u8]) -> bool {
    all(path, |byte| is_unreserved(byte) | (byte == b'/'))
        && !has_pair(path, |byte, next| {
            (byte == b'/') & ((next == b'/') | (next == b'.'))
        })
}

/// Removes dot segments and empty segments, then encodes what is left: every `%` on the wire
/// becomes `%25`. AWS calls this encoding twice, because the wire is already encoded once.
///
/// The whole path begins at `root`; a prefix, out of which this path does not lead, may stand there.
fn write_standard(out: &mut Text, path: &[u8], root: usize) -> Result<(), SignError> {
    let start = out.len();
    for segment in path.split(|&byte| byte == b'/') {
        match segment {
            b"" | b"." => {}
            // Above the root there is nothing to remove.
            b".." => {
                let parent = out[start..].iter().rposition(|&byte| byte == b'/');
                out.truncate(start + parent.unwrap_or(0));
            }
            segment => {
                out.push(b'/');
                encode_into(out, segment);
            }
        }
    }
    let is_root = out.len() == root;
    // Signers disagree on whether `/a/.` is `/a` or `/a/`, and no answer of a server is known.
    if !is_root && (path.ends_with(b"/.") || path.ends_with(b"/..")) {
        return Err(Kind::AmbiguousPath.into());
    }
    if is_root || path.ends_with(b"/") {
        out.push(b'/');
    }
    Ok(())
}

/// Encodes the segments of a prefix, none of which is empty or of dots.
fn write_segments(out: &mut Text, prefix: &[u8]) {
    for segment in prefix.split(|&byte| byte == b'/').skip(1) {
        out.push(b'/');
        encode_into(out, segment);
    }
}

/// Decodes once and encodes once; an object key is not a path, so nothing is removed. A `%2F` is a
/// slash of the key, and S3 leaves slashes bare.
fn write_s3(out: &mut Text, path: &[u8]) {
    recode_into(out, path, |byte| byte == b'/');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_recognised_where_there_is_nothing_to_change() {
        for path in [
            "/",
            "/a",
            "/a/",
            "/A-0._~/b",
            "/a.b/c..",
            "/0123456789abcdef/ABCDEF",
        ] {
            assert!(is_canonical(path.as_bytes()), "{path}");
        }
        for path in [
            "//", "/a//b", "/.", "/./a", "/a/../b", "/.a", "/a%20b", "/a+b", "/a:b", "/\u{e9}",
        ] {
            assert!(!is_canonical(path.as_bytes()), "{path}");
        }
    }
}
