//! Percent-encoding as Signature Version 4 wants it, on bytes.

/// Appends `bytes` with everything but RFC 3986's [unreserved characters] percent-encoded in
/// upper-case hexadecimal.
///
/// [unreserved characters]: https://www.rfc-editor.org/rfc/rfc3986#section-2.3
pub(crate) fn encode_into(out: &mut Vec<u8>, bytes: impl IntoIterator<Item = u8>) {
    for byte in bytes {
        if is_unreserved(byte) {
            out.push(byte);
        } else {
            let [high, low] = hex_pair(byte, UPPER);
            out.extend_from_slice(&[b'%', high, low]);
        }
    }
}

/// Percent-decodes once, byte by byte, and reads a raw `+` as a space.
///
/// A `%` that is not followed by two hexadecimal digits stands for itself. Nothing here assumes
/// UTF-8: `%FF` is one byte, and has to be signed as that byte.
pub(crate) fn decode_form(encoded: &[u8]) -> impl Iterator<Item = u8> {
    let mut rest = encoded;
    std::iter::from_fn(move || {
        let (byte, tail) = match *rest {
            [b'%', high, low, ref tail @ ..] => match (hex_digit(high), hex_digit(low)) {
                (Some(high), Some(low)) => (high << 4 | low, tail),
                _ => (b'%', &rest[1..]),
            },
            [b'+', ref tail @ ..] => (b' ', tail),
            [byte, ref tail @ ..] => (byte, tail),
            [] => return None,
        };
        rest = tail;
        Some(byte)
    })
}

/// A digest in lower-case hexadecimal.
pub(crate) fn hex(digest: &[u8; 32]) -> [u8; 64] {
    let mut text = [0; 64];
    for (pair, byte) in text.chunks_exact_mut(2).zip(digest) {
        pair.copy_from_slice(&hex_pair(*byte, LOWER));
    }
    text
}

const LOWER: &[u8; 16] = b"0123456789abcdef";
const UPPER: &[u8; 16] = b"0123456789ABCDEF";

fn hex_pair(byte: u8, digits: &[u8; 16]) -> [u8; 2] {
    [
        digits[usize::from(byte >> 4)],
        digits[usize::from(byte & 0xf)],
    ]
}

fn hex_digit(digit: u8) -> Option<u8> {
    // `to_digit(16)` is below 16.
    char::from(digit).to_digit(16).map(|value| value as u8)
}

fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(text: &[u8]) -> String {
        let mut out = Vec::new();
        encode_into(&mut out, text.iter().copied());
        String::from_utf8(out).unwrap()
    }

    fn decoded(text: &str) -> Vec<u8> {
        decode_form(text.as_bytes()).collect()
    }

    #[test]
    fn everything_but_unreserved_is_encoded_in_upper_case() {
        assert_eq!(encoded(b"AZaz09-._~"), "AZaz09-._~");
        assert_eq!(encoded(b" /%+*\xff\0"), "%20%2F%25%2B%2A%FF%00");
    }

    #[test]
    fn a_percent_sign_without_two_digits_stands_for_itself() {
        assert_eq!(decoded("%zz%4"), b"%zz%4");
        assert_eq!(decoded("%"), b"%");
        assert_eq!(decoded("%%41"), b"%A");
    }

    #[test]
    fn decoding_is_bytewise_and_reads_plus_as_space() {
        assert_eq!(decoded("%fF+%2b"), b"\xff +");
    }

    #[test]
    fn decoding_what_was_encoded_gives_every_byte_back() {
        let all: Vec<u8> = (0..=255).collect();
        assert_eq!(decoded(&encoded(&all)), all);
    }
}
