//! The canonical URI: the path, by one of two rules.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>

use super::encode::{all, encode_into, has_pair, is_unreserved, recode_into};
use crate::{SignError, error::Kind, profile::PathRule, text::Text};

/// Appends the canonical form of `path`, which is what stands on the wire.
pub(crate) fn write(out: &mut Text, rule: PathRule, path: &str) -> Result<(), SignError> {
    match path.as_bytes() {
        b"" => out.push(b'/'),
        path @ [b'/', ..] => match rule {
            PathRule::Standard if is_canonical(path) => out.extend_from_slice(path),
            PathRule::Standard => write_standard(out, path)?,
            PathRule::S3 => write_s3(out, path),
        },
        _ => return Err(Kind::RequestTarget.into()),
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
fn write_standard(out: &mut Text, path: &[u8]) -> Result<(), SignError> {
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
    let is_root = out.len() == start;
    // Signers disagree on whether `/a/.` is `/a` or `/a/`, and no answer of a server is known.
    if !is_root && (path.ends_with(b"/.") || path.ends_with(b"/..")) {
        return Err(Kind::AmbiguousPath.into());
    }
    if is_root || path.ends_with(b"/") {
        out.push(b'/');
    }
    Ok(())
}

/// Decodes once and encodes once; an object key is not a path, so nothing is removed. A `%2F` is a
/// slash of the key, and S3 leaves slashes bare.
fn write_s3(out: &mut Text, path: &[u8]) {
    recode_into(out, path, |byte| byte == b'/');
}
