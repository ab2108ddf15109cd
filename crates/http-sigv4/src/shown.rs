use std::fmt;

/// A text that a caller gave for a name, as far as a message may show it.
///
/// What stands where a name belongs may be anything, such as a URL with a password in it or a secret
/// that took the name's place. So it is shown only if it is short and of nothing but what names are
/// made of, what is often mistaken for a part of one, and spaces.
#[derive(Clone, Debug)]
pub(crate) struct Shown(Option<Box<str>>);

/// Shorter than a secret access key.
const LONGEST: usize = 32;

impl Shown {
    /// A text that is not fit to be shown.
    pub(crate) fn nothing() -> Self {
        Self(None)
    }

    pub(crate) fn new(text: &str) -> Self {
        let is_fit = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.*: []".contains(&byte);
        let is_fit = text.len() <= LONGEST && text.bytes().all(is_fit);
        Self(is_fit.then(|| text.into()))
    }
}

/// In quotes and with a space in front, or nothing.
impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(text) => write!(f, " `{text}`"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_may_be_a_secret_is_not_shown() {
        for (text, shown) in [
            ("eu west", " `eu west`"),
            ("", " ``"),
            ("a..b:99999", " `a..b:99999`"),
            ("user:password@h", ""),
            ("https://h/?token=t", ""),
            ("wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEYxx", ""),
            ("wJalr/XUtn", ""),
            ("a\nb", ""),
            ("caf\u{e9}", ""),
        ] {
            assert_eq!(Shown::new(text).to_string(), shown, "{text}");
        }
    }
}
