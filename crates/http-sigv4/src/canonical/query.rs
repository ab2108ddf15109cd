//! The canonical query string.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>

use smallvec::SmallVec;

use super::encode::{all, is_unreserved, recode_into};
use crate::{SignError, error::Kind, text::Text};

/// Appends the canonical form of `query`: each pair decoded and encoded once, sorted by name, then
/// by value, duplicates kept.
///
/// A raw `+` is read as a space, as the verifiers do; write `%2B` for a plus. Empty pairs, as in
/// `a=1&&b=2`, are left out; a name without `=` gets one.
pub(crate) fn write(out: &mut Text, query: &str) -> Result<(), SignError> {
    if query.is_empty() {
        return Ok(());
    }
    // Declared first, as the pairs may borrow it.
    let encoded;
    let mut pairs = collect(query.as_bytes());
    if !pairs.iter().all(Pair::is_encoded) {
        encoded = encode(&pairs);
        pairs = collect(&encoded);
    }
    // Encoded or not, in any case: some servers read every spelling as a presigned URL.
    let mut names = pairs.iter().map(|pair| pair.name);
    if names.any(|name| name.eq_ignore_ascii_case(SIGNATURE.as_bytes())) {
        return Err(Kind::AlreadyPresigned.into());
    }
    // As they are encoded: `%` and upper case come before what they stand for.
    pairs.sort_unstable();
    write_pairs(out, &pairs);
    Ok(())
}

/// Refuses a query with a parameter that a presigned URL brings itself.
pub(crate) fn check_presignable(query: &str) -> Result<(), SignError> {
    let has = |name: &str| pairs_of(query.as_bytes()).any(|pair| is_named(pair, name));
    if has(SIGNATURE) {
        return Err(Kind::AlreadyPresigned.into());
    }
    match RESERVED.into_iter().find(|name| has(name)) {
        Some(name) => Err(Kind::ReservedParameter(name).into()),
        None => Ok(()),
    }
}

fn is_named(pair: Pair<'_>, name: &str) -> bool {
    let mut written = Text::new();
    recode_into(&mut written, pair.name, |_| false);
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

type Pairs<'a> = SmallVec<[Pair<'a>; 16]>;

/// A parameter. Pairs are sorted by name, then by value: comparing the whole text would be wrong, as
/// `-` sorts before `=`.
#[derive(Clone, Copy, Eq, Ord, PartialEq, PartialOrd)]
struct Pair<'a> {
    name: &'a [u8],
    value: &'a [u8],
}

impl<'a> Pair<'a> {
    /// Only the first `=` divides; the others belong to the value.
    fn new(text: &'a [u8]) -> Self {
        let end = text.iter().position(|&byte| byte == b'=');
        let (name, value) = text.split_at(end.unwrap_or(text.len()));
        let value = value.strip_prefix(b"=").unwrap_or_default();
        Self { name, value }
    }

    /// Whether it is in canonical form, as most are.
    fn is_encoded(&self) -> bool {
        all(self.name, is_unreserved) && all(self.value, is_unreserved)
    }
}

fn pairs_of(query: &[u8]) -> impl Iterator<Item = Pair<'_>> {
    let pairs = query.split(|&byte| byte == b'&');
    pairs.filter(|pair| !pair.is_empty()).map(Pair::new)
}

fn collect(query: &[u8]) -> Pairs<'_> {
    let mut pairs = Pairs::new();
    // Not `collect`, which takes twice the instructions.
    for pair in pairs_of(query) {
        pairs.push(pair);
    }
    pairs
}

/// The text of `pairs` in canonical form.
fn encode(pairs: &[Pair<'_>]) -> Text {
    let mut text = Text::new();
    for pair in pairs {
        recode_into(&mut text, pair.name, |_| false);
        text.push(b'=');
        recode_into(&mut text, pair.value, |_| false);
        text.push(b'&');
    }
    text
}

fn write_pairs(out: &mut Text, pairs: &[Pair<'_>]) {
    for (index, pair) in pairs.iter().enumerate() {
        if index > 0 {
            out.push(b'&');
        }
        out.extend_from_slice(pair.name);
        out.push(b'=');
        out.extend_from_slice(pair.value);
    }
}
