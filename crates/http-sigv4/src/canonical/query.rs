//! The canonical query string.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>

use std::ops::Range;

use smallvec::SmallVec;

use super::encode::recode_into;
use crate::{SignError, error::Kind, text::Text};

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
        // Encoded or not, in any case: some servers read every spelling as a presigned URL.
        if out[start..][pair.name.clone()].eq_ignore_ascii_case(SIGNATURE.as_bytes()) {
            return Err(Kind::AlreadyPresigned.into());
        }
        pairs.push(pair);
    }
    // Sorted as they are encoded: `%` and upper case come before what they stand for.
    let written = &out[start..];
    if !pairs.is_sorted_by(|a, b| a.key(written) <= b.key(written)) {
        let written: SmallVec<[u8; 1024]> = SmallVec::from_slice(written);
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
