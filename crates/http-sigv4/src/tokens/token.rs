use std::{fmt, time::SystemTime};

/// A text that logs in whoever has it, until it expires.
///
/// `Debug` shows when it expires and not the token.
#[derive(Clone)]
pub struct Token {
    text: String,
    expires_at: SystemTime,
}

impl Token {
    pub(super) fn new(text: String, expires_at: SystemTime) -> Self {
        Self { text, expires_at }
    }

    /// Returns the text, which is a secret.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the text, which is a secret, and drops the rest.
    pub fn into_string(self) -> String {
        self.text
    }

    /// Returns when the service stops taking it, to the second.
    pub fn expires_at(&self) -> SystemTime {
        self.expires_at
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Token")
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}
