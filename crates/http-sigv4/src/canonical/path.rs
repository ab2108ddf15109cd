//! The canonical URI: the path, by one of two rules.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>

use super::{
    Text,
    encode::{encode_into, recode_into},
};
use crate::{SignError, error::Kind, profile::PathRule};

/// Appends the canonical form of `path`, which is what stands on the wire.
pub(crate) fn write(out: &mut Text, rule: PathRule, path: &str) -> Result<(), SignError> {
    match path.as_bytes() {
        b"" => out.push(b'/'),
        path @ [b'/', ..] => match rule {
            PathRule::Standard => write_standard(out, path)?,
            PathRule::S3 => write_s3(out, path),
        },
        _ => return Err(Kind::RequestTarget.into()),
    }
    Ok(())
}

/// Removes dot segments and empty segments, then encodes what is left: every `%` on the wire
/// becomes `%25`. AWS calls this encoding twice, because the wire is already encoded once.
fn write_standard(out: &mut Text, path: &[u8]) -> Result<(), SignError> {
    let start = out.len();
    for segment in path.split(|&byte| byte == b'/') {
        match segment {
            b"" | b"." => {}
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

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(rule: PathRule, path: &str) -> Result<String, SignError> {
        let mut out = Text::from_slice(b"GET\n");
        write(&mut out, rule, path)?;
        Ok(String::from_utf8(out[4..].to_vec()).unwrap())
    }

    fn standard(path: &str) -> String {
        canonical(PathRule::Standard, path).unwrap()
    }

    fn s3(path: &str) -> String {
        canonical(PathRule::S3, path).unwrap()
    }

    #[test]
    fn an_empty_path_is_the_root() {
        assert_eq!(standard(""), "/");
        assert_eq!(s3(""), "/");
    }

    #[test]
    fn what_the_caller_encoded_is_encoded_again() {
        assert_eq!(standard("/a%20b%2Fc%2f"), "/a%2520b%252Fc%252f");
        assert_eq!(standard("/%zz%"), "/%25zz%25");
        assert_eq!(
            standard("/$default/@x=!'()*+;:"),
            "/%24default/%40x%3D%21%27%28%29%2A%2B%3B%3A"
        );
        assert_eq!(standard("/caf\u{e9}"), "/caf%C3%A9");
    }

    #[test]
    fn empty_and_dot_segments_are_removed_and_a_trailing_slash_is_kept() {
        assert_eq!(standard("//a//b/"), "/a/b/");
        assert_eq!(standard("/./a/../b"), "/b");
        assert_eq!(standard("/../../a/"), "/a/");
        assert_eq!(standard("/a/../"), "/");
        assert_eq!(standard("/a/...//.b"), "/a/.../.b");
    }

    #[test]
    fn a_path_that_ends_in_a_dot_segment_is_refused_as_ambiguous() {
        for path in ["/a/.", "/a/b/.."] {
            let error = canonical(PathRule::Standard, path).unwrap_err();
            assert!(error.is_request(), "{path}: {error}");
        }
        assert_eq!(standard("/a/.."), "/", "where all agree");
        assert_eq!(s3("/a/.."), "/a/..");
    }

    #[test]
    fn an_s3_key_is_decoded_and_encoded_once() {
        assert_eq!(s3("/a//b/./c"), "/a//b/./c");
        assert_eq!(s3("/a=b@2x.png"), "/a%3Db%402x.png");
        assert_eq!(s3("/a%2fb%2525"), "/a/b%2525");
        assert_eq!(s3("/a+b%2Bc"), "/a%20b%2Bc");
    }

    #[test]
    fn a_target_that_is_not_a_path_is_refused() {
        assert!(canonical(PathRule::Standard, "*").unwrap_err().is_request());
    }
}
