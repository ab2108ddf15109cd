use std::fmt;

use super::{Cause, redact::Redactor};

/// A line that differs between what was signed and what the service saw.
///
/// The values are excerpts around the first difference, fit to be shown: what is a secret by its name
/// is replaced by its length.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Difference {
    line: Line,
    cause: Cause,
    signed: Option<String>,
    received: Option<String>,
}

impl Difference {
    /// Which line it is.
    pub fn line(&self) -> &Line {
        &self.line
    }

    /// What makes two of such a line.
    pub fn cause(&self) -> Cause {
        self.cause
    }

    /// The line as it was signed, if it was.
    pub fn signed(&self) -> Option<&str> {
        self.signed.as_deref()
    }

    /// The line as the service saw it, if it did.
    pub fn received(&self) -> Option<&str> {
        self.received.as_deref()
    }

    /// Takes what was signed and what was received, neither of them a secret by its name.
    pub(super) fn new(
        line: Line,
        cause: Cause,
        (signed, received): (Option<&str>, Option<&str>),
        redactor: &Redactor<'_>,
    ) -> Self {
        let start = excerpt_start(signed.unwrap_or_default(), received.unwrap_or_default());
        let excerpt = |value: &str| {
            // In one piece through the redactor, or a token could hide in the cut.
            let shown = redactor.show(value, usize::MAX);
            let mark = |marked: bool| if marked { "..." } else { "" };
            let rest = shown.get(start..).unwrap_or_default();
            let (text, is_cut) = match rest.get(..EXCERPT) {
                Some(text) if rest.len() > EXCERPT => (text, true),
                _ => (rest, false),
            };
            format!("{}{text}{}", mark(start > 0), mark(is_cut))
        };
        Self {
            line: match line {
                Line::Header(name) => Line::Header(redactor.show(&name, EXCERPT)),
                line => line,
            },
            cause,
            signed: signed.map(excerpt),
            received: received.map(excerpt),
        }
    }
}

/// The longest excerpt: two fit a terminal's line each.
const EXCERPT: usize = 80;

/// A little before the first difference, when the whole does not fit.
fn excerpt_start(signed: &str, received: &str) -> usize {
    let longest = signed.chars().count().max(received.chars().count());
    let equal = signed.chars().zip(received.chars());
    match longest {
        0..=EXCERPT => 0,
        _ => (equal.take_while(|(a, b)| a == b).count()).saturating_sub(EXCERPT / 2),
    }
}

/// A line of a canonical request or of a string to sign.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize),
    serde(rename_all = "kebab-case")
)]
#[non_exhaustive]
pub enum Line {
    /// The method.
    Method,
    /// The canonical path.
    Path,
    /// The canonical query.
    Query,
    /// The header of this name.
    Header(String),
    /// The list of signed headers.
    SignedHeaders,
    /// The payload hash, or what stands for it.
    Payload,
    /// A line of the string to sign: algorithm, date, credential scope or digest.
    StringToSign,
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Method => "method",
            Self::Path => "path",
            Self::Query => "query",
            Self::Header(name) => return write!(f, "header {name}"),
            Self::SignedHeaders => "signed headers",
            Self::Payload => "payload hash",
            Self::StringToSign => "string to sign",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn difference(signed: &str, received: &str) -> Difference {
        let redactor = Redactor::default();
        let values = (Some(signed), Some(received));
        Difference::new(Line::Path, Cause::PathChanged, values, &redactor)
    }

    #[test]
    fn short_lines_are_shown_whole() {
        let difference = difference("/a", "/b");
        assert_eq!(
            (difference.signed(), difference.received()),
            (Some("/a"), Some("/b"))
        );
    }

    #[test]
    fn long_lines_are_cut_around_the_first_difference() {
        let long = format!("/{}", "a".repeat(1000));
        let shown = difference(&format!("{long}x{long}"), &format!("{long}y{long}"));
        let around = "a".repeat(EXCERPT / 2);
        let rest = format!("/{}", &around[2..]);
        assert_eq!(shown.signed().unwrap(), format!("...{around}x{rest}..."));
        assert_eq!(shown.received().unwrap(), format!("...{around}y{rest}..."));
    }

    #[test]
    fn a_line_that_ends_before_the_excerpt_is_shown_empty() {
        let long = "a".repeat(1000);
        let shown = difference("", &long);
        assert_eq!(shown.signed(), Some(""));
        assert_eq!(
            shown.received().unwrap(),
            format!("{}...", &long[..EXCERPT])
        );
    }
}
