//! The canonical query string.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>

use std::ops::Range;

use smallvec::SmallVec;

use super::encode::{decode_form, encode_into};
use crate::{SignError, error::Kind};

/// Appends the canonical form of `query`: each pair decoded and encoded once, sorted by name, then
/// by value, duplicates kept.
///
/// A raw `+` is read as a space, as the verifiers do; write `%2B` for a plus. Empty pairs, as in
/// `a=1&&b=2`, are left out; a name without `=` gets one.
pub(crate) fn write(out: &mut Vec<u8>, query: &str) -> Result<(), SignError> {
    let start = out.len();
    let mut pairs: SmallVec<[Pair; 16]> = SmallVec::new();
    for pair in query.as_bytes().split(|&byte| byte == b'&') {
        if pair.is_empty() {
            continue;
        }
        if !pairs.is_empty() {
            out.push(b'&');
        }
        let pair = Pair::write(out, pair);
        if out[pair.name.clone()].eq_ignore_ascii_case(b"x-amz-signature") {
            return Err(Kind::AlreadyPresigned.into());
        }
        pairs.push(pair);
    }
    if !pairs.is_sorted_by(|a, b| a.key(out) <= b.key(out)) {
        let written = out.split_off(start);
        pairs.iter_mut().for_each(|pair| pair.shift_back(start));
        pairs.sort_unstable_by(|a, b| a.key(&written).cmp(&b.key(&written)));
        for (index, pair) in pairs.iter().enumerate() {
            if index > 0 {
                out.push(b'&');
            }
            out.extend_from_slice(&written[pair.name.start..pair.value.end]);
        }
    }
    Ok(())
}

/// Where an encoded pair stands in the buffer that it was written to.
struct Pair {
    name: Range<usize>,
    value: Range<usize>,
}

impl Pair {
    fn write(out: &mut Vec<u8>, pair: &[u8]) -> Self {
        // Only the first `=` divides; the others belong to the value.
        let (name, value) = match pair.iter().position(|&byte| byte == b'=') {
            Some(at) => (&pair[..at], &pair[at + 1..]),
            None => (pair, &b""[..]),
        };
        let name_start = out.len();
        encode_into(out, decode_form(name));
        let name_end = out.len();
        out.push(b'=');
        encode_into(out, decode_form(value));
        Self {
            name: name_start..name_end,
            value: name_end + 1..out.len(),
        }
    }

    fn shift_back(&mut self, by: usize) {
        for range in [&mut self.name, &mut self.value] {
            *range = range.start - by..range.end - by;
        }
    }

    /// What pairs are sorted by. Comparing whole pairs would be wrong: `-` sorts before `=`.
    fn key<'a>(&self, buffer: &'a [u8]) -> (&'a [u8], &'a [u8]) {
        (&buffer[self.name.clone()], &buffer[self.value.clone()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(query: &str) -> String {
        let mut out = b"GET\n/\n".to_vec();
        write(&mut out, query).unwrap();
        String::from_utf8(out).unwrap().split_off(6)
    }

    #[test]
    fn pairs_are_sorted_by_encoded_name_then_by_encoded_value() {
        assert_eq!(canonical("a-=1&a=2&a0=3"), "a=2&a-=1&a0=3");
        assert_eq!(canonical("%41=1&B=2&a=3"), "A=1&B=2&a=3");
        assert_eq!(canonical("k=b&k=a&k=B&k=a"), "k=B&k=a&k=a&k=b");
    }

    #[test]
    fn a_name_without_a_value_gets_an_equals_sign() {
        assert_eq!(canonical("acl"), "acl=");
        assert_eq!(canonical("=v"), "=v");
        assert_eq!(canonical("="), "=");
    }

    #[test]
    fn only_the_first_equals_sign_divides() {
        assert_eq!(canonical("k=a=b"), "k=a%3Db");
        assert_eq!(canonical("k=a%3Db"), "k=a%3Db");
    }

    #[test]
    fn values_are_decoded_and_encoded_once_on_bytes() {
        assert_eq!(canonical("k=%3d%2f%61~"), "k=%3D%2Fa~");
        assert_eq!(canonical("k=%FF"), "k=%FF");
        assert_eq!(canonical("k=100%"), "k=100%25");
        assert_eq!(canonical("k=/x:y@z,(1)*"), "k=%2Fx%3Ay%40z%2C%281%29%2A");
        assert_eq!(canonical("k=1?x;y"), "k=1%3Fx%3By");
        assert_eq!(canonical("\u{e9}=\u{fc}"), "%C3%A9=%C3%BC");
    }

    #[test]
    fn a_raw_plus_is_a_space_and_an_encoded_plus_is_a_plus() {
        assert_eq!(canonical("k=a+b"), "k=a%20b");
        assert_eq!(canonical("k=a%2Bb"), "k=a%2Bb");
    }

    #[test]
    fn empty_pairs_are_left_out() {
        assert_eq!(canonical("&&k=1&"), "k=1");
        assert_eq!(canonical("&&"), "");
        assert_eq!(canonical(""), "");
    }

    #[test]
    fn a_canonical_query_is_its_own_canonical_form() {
        let once = canonical("b=%zz&a=+%2b&a&=&%FF=1=2");
        assert_eq!(canonical(&once), once);
    }

    #[test]
    fn a_presigned_query_is_refused() {
        for query in [
            "X-Amz-Signature=1",
            "a=1&x-amz-signature",
            "%58-Amz-Signature=1",
        ] {
            let error = write(&mut Vec::new(), query).unwrap_err();
            assert!(error.is_already_signed(), "{query}: {error}");
        }
    }
}
