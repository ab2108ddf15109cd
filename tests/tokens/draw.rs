//! Names, hosts and texts of every kind of byte.

use fastrand::Rng;
use percent_encoding::utf8_percent_encode;
use tests::RESERVED;

pub(crate) fn one_of<'a, T: ?Sized>(rng: &mut Rng, choices: &[&'a T]) -> &'a T {
    choices[rng.usize(..choices.len())]
}

/// From one character to forty, of any class: control characters, what has a meaning in a URI or in
/// JSON, letters of several scripts, and what lies outside the Basic Multilingual Plane.
pub(crate) fn text(rng: &mut Rng) -> String {
    let length = rng.usize(1..40);
    let character = |rng: &mut Rng| match rng.u8(..8) {
        0 => rng.char('\0'..' '),
        1 | 2 => rng.char(' '..='\u{7f}'),
        3 => *one_of(
            rng,
            &[&'%', &'+', &'&', &'=', &' ', &'/', &'~', &'"', &'\\', &'$'],
        ),
        4 => rng.char('\u{80}'..'\u{800}'),
        5 => rng.char('\u{800}'..'\u{ffff}'),
        6 => rng.char('\u{10000}'..),
        _ => rng.alphanumeric(),
    };
    std::iter::repeat_with(|| character(rng))
        .take(length)
        .collect()
}

/// Letters, digits and hyphens, a letter first.
pub(crate) fn name(rng: &mut Rng) -> String {
    let length = rng.usize(..30);
    let first = rng.alphabetic();
    let rest = std::iter::repeat_with(|| match rng.u8(..10) {
        0 => '-',
        _ => rng.alphanumeric(),
    });
    std::iter::once(first).chain(rest.take(length)).collect()
}

/// A domain in upper and lower case, or an address.
pub(crate) fn host(rng: &mut Rng) -> String {
    match rng.u8(..12) {
        0 => format!("10.{}.{}.1", rng.u8(..), rng.u8(..)),
        1 => name(rng),
        2 => format!("{}.example.com", name(rng).to_ascii_uppercase()),
        _ => {
            let region = name(rng).to_ascii_lowercase();
            format!(
                "{}.{region}.rds.amazonaws.com",
                name(rng).to_ascii_lowercase()
            )
        }
    }
}

pub(crate) fn port(rng: &mut Rng) -> u16 {
    match rng.u8(..6) {
        0 => 443,
        1 => 80,
        2 => 5432,
        _ => rng.u16(1..),
    }
}

pub(crate) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// A query of drawn names and values; none now and then.
pub(crate) fn query(rng: &mut Rng) -> String {
    let count = rng.usize(..4);
    let pairs = std::iter::repeat_with(|| {
        let (name, value) = (text(rng), text(rng));
        format!("{}={}", encoded(&name), encoded(&value))
    });
    pairs.take(count).collect::<Vec<_>>().join("&")
}
