//! Percent-encoding, on bytes.

/// Appends `bytes` with everything but RFC 3986's unreserved characters percent-encoded.
pub(crate) fn encode(out: &mut String, bytes: &[u8]) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    for &byte in bytes {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let digit = |value: u8| char::from(DIGITS[usize::from(value)]);
            out.extend(['%', digit(byte >> 4), digit(byte & 0xf)]);
        }
    }
}

/// Percent-decodes a part of a query, where a raw `+` is a space. A `%` without two digits stands
/// for itself.
pub(crate) fn decode(part: &str) -> Vec<u8> {
    let bytes = part.as_bytes();
    let digit = |at: usize| char::from(*bytes.get(at)?).to_digit(16);
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let escaped = match bytes[at] {
            b'%' => digit(at + 1).zip(digit(at + 2)),
            _ => None,
        };
        match (bytes[at], escaped) {
            (_, Some((high, low))) => {
                decoded.push((high << 4 | low) as u8);
                at += 2;
            }
            (b'+', None) => decoded.push(b' '),
            (byte, None) => decoded.push(byte),
        }
        at += 1;
    }
    decoded
}

/// The pairs of a query as they stand there, the empty ones left out.
pub(crate) fn pairs(query: &str) -> impl Iterator<Item = &str> {
    query.split('&').filter(|pair| !pair.is_empty())
}

/// The decoded name and value of a pair. Only the first `=` divides.
pub(crate) fn decode_pair(pair: &str) -> (Vec<u8>, Vec<u8>) {
    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
    (decode(name), decode(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decoding_is_bytewise_and_a_lone_percent_sign_stays() {
        assert_eq!(decode("%fF+%2b%20"), b"\xff + ");
        assert_eq!(decode("%zz%4%"), b"%zz%4%");
        assert_eq!(decode("%%41%\u{e9}1"), "%A%\u{e9}1".as_bytes());
    }

    #[test]
    fn everything_but_unreserved_is_encoded() {
        let mut out = String::new();
        encode(&mut out, b"AZaz09-._~ /%+\xff");
        assert_eq!(out, "AZaz09-._~%20%2F%25%2B%FF");
    }

    #[test]
    fn only_the_first_equals_sign_divides_a_pair() {
        assert_eq!(decode_pair("a=b=c"), (b"a".to_vec(), b"b=c".to_vec()));
        assert_eq!(decode_pair("a"), (b"a".to_vec(), Vec::new()));
        assert_eq!(pairs("&&a=1&").collect::<Vec<_>>(), ["a=1"]);
    }
}
