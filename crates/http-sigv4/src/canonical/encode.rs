//! Percent-encoding as Signature Version 4 wants it, on bytes.

use crate::text::Text;

/// Appends `bytes` with everything but RFC 3986's [unreserved characters] percent-encoded in
/// upper-case hexadecimal.
///
/// [unreserved characters]: https://www.rfc-editor.org/rfc/rfc3986#section-2.3
pub(crate) fn encode_into(out: &mut Text, bytes: &[u8]) {
    let mut rest = bytes;
    while let Some((&byte, tail)) = append_run(out, rest, is_unreserved_one).split_first() {
        encode_byte_into(out, byte);
        rest = tail;
    }
}

/// Percent-decodes `encoded` once, reading a raw `+` as a space, and appends it encoded once; a
/// decoded byte that is `bare` stays as it is.
///
/// A `%` that is not followed by two hexadecimal digits stands for itself. Nothing here assumes
/// UTF-8: `%FF` is one byte, and has to be signed as that byte.
pub(crate) fn recode_into(out: &mut Text, encoded: &[u8], bare: impl Fn(u8) -> bool) {
    let bare = |byte| is_unreserved_one(byte) || bare(byte);
    let mut rest = encoded;
    while let Some((byte, tail)) = decode_form(append_run(out, rest, bare)) {
        match bare(byte) {
            true => out.push(byte),
            false => encode_byte_into(out, byte),
        }
        rest = tail;
    }
}

/// Percent-decodes `encoded` once, reading a raw `+` as a space.
#[cfg(feature = "explain")]
pub(crate) fn decoded(encoded: &[u8]) -> Vec<u8> {
    let mut rest = encoded;
    std::iter::from_fn(|| {
        let (byte, tail) = decode_form(rest)?;
        rest = tail;
        Some(byte)
    })
    .collect()
}

/// Whether all `bytes` are of a kind.
///
/// Looks at 16 of them at a time, without a branch for each, so that the kinds which are written as
/// comparisons take vector instructions. The last 16 may overlap those before.
pub(crate) fn all(bytes: &[u8], is: impl Fn(u8) -> bool) -> bool {
    let each = |bytes: &[u8]| bytes.iter().fold(true, |all, &byte| all & is(byte));
    match bytes.last_chunk::<CHUNK>() {
        Some(last) => {
            let (chunks, _) = bytes.as_chunks::<CHUNK>();
            chunks.iter().all(|chunk| each(chunk)) && each(last)
        }
        None => each(bytes),
    }
}

/// Whether two bytes of a kind stand next to each other. Looks at them as [`all`] does.
pub(crate) fn has_pair(bytes: &[u8], is: impl Fn(u8, u8) -> bool) -> bool {
    let Some((_, next)) = bytes.split_first() else {
        return false;
    };
    let bytes = &bytes[..next.len()];
    let any = |bytes: &[u8], next: &[u8]| {
        let pairs = bytes.iter().zip(next);
        pairs.fold(false, |any, (&byte, &next)| any | is(byte, next))
    };
    match (bytes.last_chunk::<CHUNK>(), next.last_chunk::<CHUNK>()) {
        (Some(last), Some(last_next)) => {
            let (chunks, next) = (bytes.as_chunks::<CHUNK>().0, next.as_chunks::<CHUNK>().0);
            let mut pairs = chunks.iter().zip(next);
            pairs.any(|(chunk, next)| any(chunk, next)) || any(last, last_next)
        }
        _ => any(bytes, next),
    }
}

const CHUNK: usize = 16;

/// A digest in lower-case hexadecimal.
pub(crate) fn hex(digest: &[u8; 32]) -> [u8; 64] {
    // Without a table and without branches, so that the loop becomes one over vectors.
    let digit = |value: u8| value + if value < 10 { b'0' } else { b'a' - 10 };
    let mut text = [0; 64];
    for (pair, byte) in text.as_chunks_mut::<2>().0.iter_mut().zip(digest) {
        *pair = [digit(byte >> 4), digit(byte & 0xf)];
    }
    text
}

/// The digest of a text in hexadecimal.
pub(crate) fn unhex(text: &[u8]) -> Option<[u8; 32]> {
    let mut digest = [0; 32];
    if text.len() != 2 * digest.len() {
        return None;
    }
    for (byte, pair) in digest.iter_mut().zip(text.chunks_exact(2)) {
        *byte = hex_digit(pair[0])? << 4 | hex_digit(pair[1])?;
    }
    Some(digest)
}

/// Appends the bytes in front of the first that is not to be kept, and returns what follows them.
fn append_run<'a>(out: &mut Text, bytes: &'a [u8], keep: impl Fn(u8) -> bool) -> &'a [u8] {
    let end = bytes.iter().position(|&byte| !keep(byte));
    let (run, rest) = bytes.split_at(end.unwrap_or(bytes.len()));
    out.extend_from_slice(run);
    rest
}

fn encode_byte_into(out: &mut Text, byte: u8) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let digit = |value: u8| DIGITS[usize::from(value)];
    out.extend_from_slice(&[b'%', digit(byte >> 4), digit(byte & 0xf)]);
}

/// The first byte that `encoded` stands for, and what follows it.
fn decode_form(encoded: &[u8]) -> Option<(u8, &[u8])> {
    Some(match *encoded {
        [b'%', high, low, ref rest @ ..] => match (hex_digit(high), hex_digit(low)) {
            (Some(high), Some(low)) => (high << 4 | low, rest),
            _ => (b'%', &encoded[1..]),
        },
        [b'+', ref rest @ ..] => (b' ', rest),
        [byte, ref rest @ ..] => (byte, rest),
        [] => return None,
    })
}

fn hex_digit(digit: u8) -> Option<u8> {
    // `to_digit(16)` is below 16.
    char::from(digit).to_digit(16).map(|value| value as u8)
}

/// Looks a byte up; see [`is_unreserved`].
pub(crate) fn is_unreserved_one(byte: u8) -> bool {
    UNRESERVED[usize::from(byte)]
}

const UNRESERVED: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = is_unreserved(byte as u8);
        byte += 1;
    }
    table
};

/// As comparisons without a branch, for [`all`].
pub(crate) const fn is_unreserved(byte: u8) -> bool {
    is_between(byte | 0x20, b'a', b'z')
        | is_between(byte, b'0', b'9')
        | (byte == b'-')
        | (byte == b'.')
        | (byte == b'_')
        | (byte == b'~')
}

/// As one comparison.
pub(crate) const fn is_between(byte: u8, first: u8, last: u8) -> bool {
    byte.wrapping_sub(first) <= last - first
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(bytes: &[u8]) -> String {
        let mut out = Text::new();
        encode_into(&mut out, bytes);
        String::from_utf8(out.to_vec()).unwrap()
    }

    fn recoded(encoded: &str) -> String {
        let mut out = Text::new();
        recode_into(&mut out, encoded.as_bytes(), |byte| byte == b'/');
        String::from_utf8(out.to_vec()).unwrap()
    }

    #[test]
    fn everything_but_unreserved_is_encoded_in_upper_case() {
        assert_eq!(encoded(b"AZaz09-._~"), "AZaz09-._~");
        assert_eq!(encoded(b" /%+*\xff\0"), "%20%2F%25%2B%2A%FF%00");
    }

    #[test]
    fn a_pair_is_found_wherever_it_stands_and_only_where_both_are() {
        let has_pair = |text: &[u8]| has_pair(text, |byte, next| (byte == b'a') & (next == b'b'));
        for length in [0, 1, 2, 3, 16, 17, 18, 33, 50] {
            let mut text = vec![b'x'; length];
            assert!(!has_pair(&text), "{length}");
            for at in 1..length {
                (text[at - 1], text[at]) = (b'a', b'b');
                assert!(has_pair(&text), "{at} of {length}");
                (text[at - 1], text[at]) = (b'x', b'b');
                assert!(!has_pair(&text), "{at} of {length}");
                text[at] = b'x';
            }
        }
    }

    #[test]
    fn a_percent_sign_without_two_digits_stands_for_itself() {
        assert_eq!(recoded("%zz%4"), "%25zz%254");
        assert_eq!(recoded("%"), "%25");
        assert_eq!(recoded("%%41"), "%25A");
    }

    #[test]
    fn recoding_is_bytewise_and_reads_plus_as_space() {
        assert_eq!(recoded("%fF+%2b%7e"), "%FF%20%2B~");
    }

    #[test]
    fn a_bare_byte_is_left_bare_however_it_was_written() {
        assert_eq!(recoded("/a%2fb%3F"), "/a/b%3F");
    }

    #[test]
    fn what_is_encoded_stands_for_every_byte_it_was_made_from() {
        let all: Vec<u8> = (0..=255).collect();
        assert_eq!(
            recoded(&encoded(&all)),
            encoded(&all).replace("%2F", "/"),
            "decoded to the same bytes"
        );
    }
}
