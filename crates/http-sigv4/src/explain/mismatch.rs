use std::fmt;

/// Where two values differ that are not shown, and in what.
///
/// It tells a value that was re-encoded, cut or joined on its way from one that was replaced, and
/// nothing of the value itself but its length.
#[derive(Clone, Debug, Eq, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Mismatch {
    parameter: Option<String>,
    offset: usize,
    class: CharacterClass,
}

impl Mismatch {
    /// Compares two values that differ, or returns `None` if they do not.
    pub(super) fn between(signed: &str, received: &str) -> Option<Self> {
        let (signed, received) = (signed.as_bytes(), received.as_bytes());
        let longest = signed.len().max(received.len());
        let differs = (0..longest).find(|&at| signed.get(at) != received.get(at))?;
        // An escape is one character: in `%20` and `%2B` it is the first byte that differs.
        let offset = (differs.saturating_sub(2)..differs)
            .find(|&at| escape(signed, at).is_some() && escape(received, at).is_some())
            .unwrap_or(differs);
        Some(Self {
            parameter: None,
            offset,
            class: CharacterClass::between(signed, received, offset),
        })
    }

    /// Names the parameter of the query that differs.
    pub(super) fn of_parameter(self, name: String) -> Self {
        Self {
            parameter: Some(name),
            ..self
        }
    }

    /// Returns the name of the query's parameter whose values differ; nothing for a header.
    pub fn parameter(&self) -> Option<&str> {
        self.parameter.as_deref()
    }

    /// Returns how many bytes both values begin with.
    pub fn offset(&self) -> usize {
        self.offset
    }

    /// Returns what differs behind them.
    pub fn class(&self) -> CharacterClass {
        self.class
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = if self.offset == 1 { "byte" } else { "bytes" };
        write!(f, "after {} {bytes}", self.offset)?;
        if let Some(parameter) = &self.parameter {
            write!(f, " of `{parameter}`")?;
        }
        write!(f, ", {}", self.class)
    }
}

/// What kind of character two values differ in first.
///
/// `Display` is half a sentence, as in "by a plus".
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize),
    serde(rename_all = "kebab-case")
)]
#[non_exhaustive]
pub enum CharacterClass {
    /// One has a plus, and the other a space or something else.
    Plus,
    /// One has a space, and the other none.
    Space,
    /// The same character is percent-encoded in one of them only, or once more, or otherwise; or one
    /// has an escape and the other some other character.
    PercentEncoding,
    /// The same letter, in upper case and in lower case.
    Case,
    /// One ends here.
    End,
    /// Some other character.
    Other,
}

impl CharacterClass {
    fn between(signed: &[u8], received: &[u8], offset: usize) -> Self {
        let (signed, received) = (Unit::at(signed, offset), Unit::at(received, offset));
        let (Some(signed), Some(received)) = (signed, received) else {
            return Self::End;
        };
        let either = |byte| signed.byte == byte || received.byte == byte;
        if signed.byte == received.byte || either(b'%') {
            Self::PercentEncoding
        } else if either(b'+') {
            Self::Plus
        } else if either(b' ') {
            Self::Space
        } else if signed.byte.eq_ignore_ascii_case(&received.byte) {
            Self::Case
        } else if signed.is_escaped || received.is_escaped {
            Self::PercentEncoding
        } else {
            Self::Other
        }
    }
}

impl fmt::Display for CharacterClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Plus => "by a plus",
            Self::Space => "by a space",
            Self::PercentEncoding => "by a percent-encoding",
            Self::Case => "by the case of a letter",
            Self::End => "by the end of one",
            Self::Other => "by another character",
        })
    }
}

/// One character of a value, raw or percent-encoded.
struct Unit {
    byte: u8,
    is_escaped: bool,
}

impl Unit {
    fn at(value: &[u8], at: usize) -> Option<Self> {
        let raw = *value.get(at)?;
        let escaped = escape(value, at);
        Some(Self {
            byte: escaped.unwrap_or(raw),
            is_escaped: escaped.is_some(),
        })
    }
}

/// The byte that is escaped at this place.
fn escape(value: &[u8], at: usize) -> Option<u8> {
    let digits = value.get(at..at + 3)?.strip_prefix(b"%")?;
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let byte = digit(digits[0])? << 4 | digit(digits[1])?;
    u8::try_from(byte).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_difference_has_its_class_and_its_place() {
        use CharacterClass::*;
        for (signed, received, offset, class) in [
            ("a b", "a+b", 1, Plus),
            ("a%20b", "a%2Bb", 1, Plus),
            ("a%2Bb", "a%20b", 1, Plus),
            ("a+b", "a%20b", 1, Plus),
            ("a+b", "a%2Bb", 1, PercentEncoding),
            ("a  b", "a b", 2, Space),
            ("z,a", "z, a", 2, Space),
            ("a b", "a%20b", 1, PercentEncoding),
            ("a%20b", "a%2520b", 1, PercentEncoding),
            ("a/b", "a%2Fb", 1, PercentEncoding),
            ("a%2fb", "a%2Fb", 1, PercentEncoding),
            ("a%2Fb", "a%3Ab", 1, PercentEncoding),
            ("abc", "aBc", 1, Case),
            ("abc", "ab", 2, End),
            ("", "a", 0, End),
            ("abc", "abd", 2, Other),
            ("a%2", "a%3", 2, Other),
            ("a%zz", "a%zy", 3, Other),
        ] {
            let found = Mismatch::between(signed, received).unwrap();
            assert_eq!(
                (found.offset(), found.class()),
                (offset, class),
                "{signed} {received}"
            );
        }
        assert_eq!(Mismatch::between("a", "a"), None);
    }

    #[test]
    fn a_parameter_is_named() {
        let mismatch = Mismatch::between("x", "y").unwrap();
        assert_eq!(mismatch.to_string(), "after 0 bytes, by another character");
        let mismatch = Mismatch::between("ab", "aB")
            .unwrap()
            .of_parameter("q".into());
        assert_eq!(
            mismatch.to_string(),
            "after 1 byte of `q`, by the case of a letter"
        );
    }
}
