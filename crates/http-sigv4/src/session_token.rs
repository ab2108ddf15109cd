use bytes::Bytes;
use http::HeaderValue;

/// A session token as the value of its header, checked once.
///
/// Every request that is signed with it refers to this one text, which spares each the copying and
/// the checking of a kilobyte.
pub(crate) struct SessionToken(HeaderValue);

impl SessionToken {
    /// `None` for a text that no header can carry.
    pub(crate) fn new(token: &str) -> Option<Self> {
        match token.bytes().all(|byte| byte.is_ascii_graphic()) {
            true => Self::from_bytes(token.as_bytes()),
            false => None,
        }
    }

    fn from_bytes(token: &[u8]) -> Option<Self> {
        let text = Bytes::from_owner(Alone(token.into()));
        let mut value = HeaderValue::from_maybe_shared(text).ok()?;
        value.set_sensitive(true);
        Some(Self(value))
    }

    pub(crate) fn value(&self) -> &HeaderValue {
        &self.0
    }
}

/// Copies the text, so that threads which sign with a key each share no count of references.
impl Clone for SessionToken {
    fn clone(&self) -> Self {
        Self::from_bytes(self.0.as_bytes()).unwrap_or_else(|| Self(self.0.clone()))
    }
}

/// A text whose count of references, which stands beside it, has its cache lines to itself: threads
/// that count those of another token do not slow down this one's.
#[repr(align(128))]
struct Alone(Box<[u8]>);

impl AsRef<[u8]> for Alone {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(value: &HeaderValue) -> *const u8 {
        value.as_bytes().as_ptr()
    }

    #[test]
    fn a_value_is_the_text_itself_and_a_clone_of_the_token_another() {
        let token = SessionToken::new("token").unwrap();
        let clone = token.clone();
        assert_eq!(address(&token.value().clone()), address(token.value()));
        assert_ne!(address(clone.value()), address(token.value()));
        for token in [&token, &clone] {
            assert!(token.value() == "token" && token.value().is_sensitive());
        }
    }

    #[test]
    fn what_no_header_carries_is_none() {
        for text in ["to ken", "token\n", "t\u{f6}ken", "\u{7f}"] {
            assert!(SessionToken::new(text).is_none(), "{text:?}");
        }
    }
}
