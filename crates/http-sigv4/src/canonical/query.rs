//! The canonical query string.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>

use smallvec::SmallVec;

use super::encode::{is_unreserved_one, recode_into};
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
    let mut pairs = Pairs::new();
    if !collect(&mut pairs, query.as_bytes()) {
        encoded = encode(&pairs);
        pairs.clear();
        collect(&mut pairs, &encoded);
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
    let mut pairs = Pairs::new();
    collect(&mut pairs, query.as_bytes());
    let has = |name: &str| pairs.iter().any(|pair| is_named(pair, name));
    if has(SIGNATURE) {
        return Err(Kind::AlreadyPresigned.into());
    }
    match RESERVED.into_iter().find(|name| has(name)) {
        Some(name) => Err(Kind::ReservedParameter(name).into()),
        None => Ok(()),
    }
}

fn is_named(pair: &Pair<'_>, name: &str) -> bool {
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
    /// Both, and what stands between them, if anything does.
    text: &'a [u8],
}

impl<'a> Pair<'a> {
    fn new(text: &'a [u8], name_len: usize) -> Self {
        let (name, value) = text.split_at(name_len);
        Self {
            name,
            value: value.get(1..).unwrap_or_default(),
            text,
        }
    }

    fn has_equals_sign(&self) -> bool {
        self.text.len() > self.name.len()
    }
}

/// Reads the pairs of a query. Tells whether they are in canonical form, as most are.
fn collect<'a>(pairs: &mut Pairs<'a>, query: &'a [u8]) -> bool {
    let mut is_encoded = true;
    let mut rest = query;
    loop {
        let mut name_len = None;
        let mut end = rest.len();
        for (at, &byte) in rest.iter().enumerate() {
            if is_unreserved_one(byte) {
                continue;
            }
            match byte {
                b'&' => {
                    end = at;
                    break;
                }
                // Only the first divides; the others belong to the value.
                b'=' if name_len.is_none() => name_len = Some(at),
                _ => is_encoded = false,
            }
        }
        let (text, after) = rest.split_at(end);
        if !text.is_empty() {
            pairs.push(Pair::new(text, name_len.unwrap_or(end)));
        }
        match after {
            [_, after @ ..] => rest = after,
            [] => return is_encoded,
        }
    }
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
        out.extend_from_slice(pair.text);
        if !pair.has_equals_sign() {
            out.push(b'=');
        }
    }
}
