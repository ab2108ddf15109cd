//! The canonical query string.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>

use std::ops::Range;

use smallvec::SmallVec;

use super::{Text, encode::recode_into};
use crate::{SignError, error::Kind};

/// Appends the canonical form of `query`: each pair decoded and encoded once, sorted by name, then
/// by value, duplicates kept.
///
/// A raw `+` is read as a space, as the verifiers do; write `%2B` for a plus. Empty pairs, as in
/// `a=1&&b=2`, are left out; a name without `=` gets one.
pub(crate) fn write(out: &mut Text, query: &str) -> Result<(), SignError> {
    let start = out.len();
    let mut pairs: SmallVec<[Pair; 16]> = SmallVec::new();
    for pair in pairs_of(query) {
        if !pairs.is_empty() {
            out.push(b'&');
        }
        let pair = Pair::write(out, start, pair);
        if out[start..][pair.name.clone()].eq_ignore_ascii_case(SIGNATURE.as_bytes()) {
            return Err(Kind::AlreadyPresigned.into());
        }
        pairs.push(pair);
    }
    let written = &out[start..];
    if !pairs.is_sorted_by(|a, b| a.key(written) <= b.key(written)) {
        let written = Text::from_slice(written);
        out.truncate(start);
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

/// Refuses a query with a parameter that a presigned URL brings itself.
pub(crate) fn check_presignable(query: &str) -> Result<(), SignError> {
    let has = |name: &str| pairs_of(query).any(|pair| is_named(pair, name));
    if has(SIGNATURE) {
        return Err(Kind::AlreadyPresigned.into());
    }
    match RESERVED.into_iter().find(|name| has(name)) {
        Some(name) => Err(Kind::ReservedParameter(name).into()),
        None => Ok(()),
    }
}

fn is_named(pair: &[u8], name: &str) -> bool {
    let mut written = Text::new();
    recode_into(&mut written, name_and_value(pair).0, |_| false);
    written.eq_ignore_ascii_case(name.as_bytes())
}

const SIGNATURE: &str = "X-Amz-Signature";

const RESERVED: [&str; 7] = [
    "X-Amz-Algorithm",
    "X-Amz-Credential",
    "X-Amz-Date",
    "X-Amz-Expires",
    "X-Amz-Region-Set",
    "X-Amz-Security-Token",
    "X-Amz-SignedHeaders",
];

fn pairs_of(query: &str) -> impl Iterator<Item = &[u8]> {
    let pairs = query.as_bytes().split(|&byte| byte == b'&');
    pairs.filter(|pair| !pair.is_empty())
}

/// Only the first `=` divides; the others belong to the value.
fn name_and_value(pair: &[u8]) -> (&[u8], &[u8]) {
    match pair.iter().position(|&byte| byte == b'=') {
        Some(at) => (&pair[..at], &pair[at + 1..]),
        None => (pair, b""),
    }
}

/// Where an encoded pair stands, counted from the start of the query.
struct Pair {
    name: Range<usize>,
    value: Range<usize>,
}

impl Pair {
    fn write(out: &mut Text, start: usize, pair: &[u8]) -> Self {
        let (name, value) = name_and_value(pair);
        let name_start = out.len() - start;
        recode_into(out, name, |_| false);
        let name_end = out.len() - start;
        out.push(b'=');
        recode_into(out, value, |_| false);
        Self {
            name: name_start..name_end,
            value: name_end + 1..out.len() - start,
        }
    }

    /// What pairs are sorted by. Comparing whole pairs would be wrong: `-` sorts before `=`.
    fn key<'a>(&self, written: &'a [u8]) -> (&'a [u8], &'a [u8]) {
        (&written[self.name.clone()], &written[self.value.clone()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(query: &str) -> String {
        let mut out = Text::from_slice(b"GET\n/\n");
        write(&mut out, query).unwrap();
        String::from_utf8(out[6..].to_vec()).unwrap()
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
            let error = write(&mut Text::new(), query).unwrap_err();
            assert!(error.is_already_signed(), "{query}: {error}");
        }
    }
}
