//! What happened to a path on its way.

use super::Cause;
use crate::canonical::encode;

/// Names what makes two canonical paths out of one.
pub(super) fn cause(signed: &str, received: &str) -> Cause {
    if without_empty_segments(signed) == without_empty_segments(received) {
        return Cause::PathSlashes;
    }
    if without_dot_segments(signed) == without_dot_segments(received) {
        return Cause::PathDotSegments;
    }
    // URL parsers take `%2e` for a dot, and resolve what they have decoded.
    let as_parsed = without_encoded_dot_segments(signed);
    let has_encoded_dots = as_parsed != without_dot_segments(signed);
    if has_encoded_dots && as_parsed == without_encoded_dot_segments(received) {
        return Cause::PathDotSegments;
    }
    if decoded(signed) == decoded(received) {
        return match received.len().cmp(&signed.len()) {
            std::cmp::Ordering::Greater => Cause::PathEncodedAgain,
            std::cmp::Ordering::Less => Cause::PathDecoded,
            std::cmp::Ordering::Equal => Cause::PathReencoded,
        };
    }
    let (signed, received) = (signed.trim_end_matches('/'), received.trim_end_matches('/'));
    // Both begin with a slash, so the end of one is whole segments of the other.
    if signed.ends_with(received) || received.ends_with(signed) {
        return Cause::PathPrefix;
    }
    Cause::PathChanged
}

fn without_empty_segments(path: &str) -> Vec<&str> {
    path.split('/')
        .filter(|segment| !segment.is_empty())
        .collect()
}

fn without_dot_segments(path: &str) -> Vec<&str> {
    resolved(path, |segment| segment.into())
}

fn without_encoded_dot_segments(path: &str) -> Vec<&str> {
    resolved(path, |segment| match decoded(segment) {
        dots if dots.iter().all(|&byte| byte == b'.') => dots,
        _ => segment.into(),
    })
}

/// Resolves the segments that `read` gives as dots.
fn resolved(path: &str, read: impl Fn(&str) -> Vec<u8>) -> Vec<&str> {
    let mut resolved = Vec::new();
    for segment in path.split('/') {
        match &*read(segment) {
            b"" | b"." => {}
            b".." => drop(resolved.pop()),
            _ => resolved.push(segment),
        }
    }
    resolved
}

/// Decodes until nothing is left to decode, within reason: a path is encoded once by its caller, once
/// by the signer and once by whatever went wrong.
fn decoded(path: &str) -> Vec<u8> {
    (0..4).fold(path.into(), |path: Vec<u8>, _| encode::decoded(&path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_change_of_a_path_has_its_name() {
        use Cause::*;
        for (signed, received, expected) in [
            ("/a%2520b", "/a%252520b", PathEncodedAgain),
            ("/%40x", "/%2540x", PathEncodedAgain),
            ("/a%2520b", "/a%20b", PathDecoded),
            ("/doc/x%252Fy", "/doc/x/y", PathDecoded),
            ("/x%252fy", "/x%252Fy", PathReencoded),
            ("/a%20b", "/a%2Bb", PathReencoded),
            ("/a", "/a/", PathSlashes),
            ("/a/b", "//a//b", PathSlashes),
            ("/dev/b", "/dev/./a/../b", PathDotSegments),
            ("/a/./b", "/a/b", PathDotSegments),
            ("/a/%252e%252e/b", "/b", PathDotSegments),
            ("/prod/%252E%252e/b/", "/b/", PathDotSegments),
            ("/a/%252e/b", "/a/b", PathDotSegments),
            ("/a/%2e%2e/b", "/b", PathDotSegments),
            ("/prod/%252e%252ex/b", "/%252e%252ex/b", PathPrefix),
            ("/prod/items", "/items", PathPrefix),
            ("/items", "/prod/items", PathPrefix),
            ("/prod", "/", PathPrefix),
            ("/", "/prod", PathPrefix),
            ("/a", "/b", PathChanged),
            ("/prod/items", "/tems", PathChanged),
        ] {
            assert_eq!(cause(signed, received), expected, "{signed} {received}");
        }
    }
}
