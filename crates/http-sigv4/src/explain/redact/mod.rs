//! What may be shown. Everything that an [`Explanation`](super::Explanation) holds went through here.

mod form;
mod sentence;
mod visibility;
mod words;

use std::{borrow::Cow, collections::HashSet};

use self::visibility::Visibility;
use super::{Line, canonical::Lines, clock};
use crate::canonical::headers::{X_AMZ_S3SESSION_TOKEN, X_AMZ_SECURITY_TOKEN};

/// Decides what of one exchange may be shown.
///
/// Values are shown where their names are harmless, the words of a service where they are those of any
/// such sentence, and the session tokens of the exchange nowhere, not even in pieces.
#[derive(Default)]
pub(super) struct Redactor<'a> {
    shows_values: bool,
    /// Every run of bytes that a token has.
    token_runs: HashSet<&'a [u8]>,
    /// What a service may repeat: names, the host, the credential scope.
    known: HashSet<&'a str>,
}

impl<'a> Redactor<'a> {
    /// Knows the tokens and the names in these canonical requests.
    pub(super) fn new(
        shows_values: bool,
        requests: impl IntoIterator<Item = &'a Lines<'a>>,
    ) -> Self {
        let mut redactor = Self {
            shows_values,
            ..Self::default()
        };
        for lines in requests {
            let parameters = lines.parameters();
            let headers = lines.headers.iter().copied();
            redactor.known.extend(headers.clone().map(|(name, _)| name));
            redactor
                .known
                .extend(parameters.clone().map(|(name, _)| name));
            redactor.known.extend(lines.signed_headers.split(';'));
            redactor.known.extend(lines.header("host"));
            let of_headers = headers.filter(|(name, _)| is_token(name));
            let of_query = parameters.filter(|(name, _)| is_token(name));
            for (_, token) in of_headers.chain(of_query) {
                redactor.token_runs.extend(token.as_bytes().windows(RUN));
            }
        }
        redactor
    }

    /// Takes note of what this side signed with: its credential scope and its access key id.
    pub(super) fn knows(&mut self, words: impl IntoIterator<Item = &'a str>) {
        self.known.extend(words);
    }

    /// Shows a text that may be shown: with no token in it and nothing but printable ASCII, at most
    /// `limit` bytes long.
    pub(super) fn show(&self, text: &str, limit: usize) -> String {
        let mut bytes: Vec<u8> = text
            .chars()
            .take(limit)
            .map(|char| match char {
                // ASCII, so one byte.
                ' '..='~' => char as u8,
                _ => b'?',
            })
            .collect();
        let mut hidden_to = 0;
        let found: Vec<_> = (bytes.windows(RUN).enumerate())
            .filter(|(_, run)| self.token_runs.contains(run))
            .map(|(at, _)| at)
            .collect();
        for at in found {
            bytes[hidden_to.max(at)..at + RUN].fill(b'*');
            hidden_to = at + RUN;
        }
        String::from_utf8(bytes).unwrap_or_default()
    }

    /// Shows a line of a canonical request or of a string to sign.
    pub(super) fn line(&self, line: &Line, value: &str) -> String {
        // In one piece, or a token could hide in a cut.
        match line {
            Line::Header(name) if self.hides(Visibility::from_header(name)) => length(value),
            Line::Query => {
                let pairs = value.split('&').map(|pair| self.pair(pair));
                pairs.collect::<Vec<_>>().join("&")
            }
            _ => self.show(value, usize::MAX),
        }
    }

    /// Shows a parameter of a query with its name.
    pub(super) fn pair(&self, pair: &str) -> String {
        match pair.split_once('=') {
            Some((name, value)) if self.hides_parameter(name) => {
                format!("{}={}", self.show(name, usize::MAX), length(value))
            }
            _ => self.show(pair, usize::MAX),
        }
    }

    pub(super) fn hides_header(&self, name: &str) -> bool {
        self.hides(Visibility::from_header(name))
    }

    pub(super) fn hides_parameter(&self, name: &str) -> bool {
        self.hides(Visibility::from_parameter(name))
    }

    fn hides(&self, visibility: Visibility) -> bool {
        match visibility {
            Visibility::Shown => false,
            Visibility::Hidden => !self.shows_values,
            Visibility::Secret => true,
        }
    }

    /// Shows the first sentence or two of a service's message.
    pub(super) fn message(&self, message: &str) -> Option<String> {
        let sentence = sentence::first(message);
        let sentence = match self.shows_values {
            true => sentence::without_long_words(sentence),
            false => sentence::in_plain_words(sentence, &self.known),
        };
        not_empty(self.show(&sentence, LONGEST_MESSAGE))
    }

    /// Shows an error code, or its length if it is something else.
    pub(super) fn code(&self, code: &str) -> Option<String> {
        let shown = match sentence::is_plain(code) {
            true => Cow::Borrowed(code),
            false => length(code).into(),
        };
        not_empty(self.show(&shown, LONGEST_NAME))
    }

    /// Shows the name of a header or of a parameter, or a list of such names.
    pub(super) fn names(&self, names: &str) -> Option<String> {
        let is_name = |byte: u8| byte.is_ascii_graphic() || byte == b' ';
        let shown = match names.bytes().all(is_name) {
            true => self.show(names, LONGEST_NAME),
            false => length(names),
        };
        not_empty(shown)
    }

    /// Shows a region or a service that a service expects.
    pub(super) fn part_of_scope(&self, part: &str) -> Option<String> {
        let is_harmless = form::is_name_of_service(part) || self.known.contains(part);
        is_harmless.then(|| part.to_owned())
    }

    /// Shows a day that a service expects.
    pub(super) fn day(&self, text: &str) -> Option<String> {
        clock::day(text).map(|_| text.to_owned())
    }

    /// Shows an access key id.
    pub(super) fn access_key_id(&self, id: &str) -> Option<String> {
        let is_id = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
        let has_form = id.starts_with('A') && id.len() <= 32 && id.bytes().all(is_id);
        (has_form || self.known.contains(id)).then(|| self.show(id, LONGEST_NAME))
    }
}

fn not_empty(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

const LONGEST_MESSAGE: usize = 400;

const LONGEST_NAME: usize = 100;

fn is_token(name: &str) -> bool {
    [&X_AMZ_S3SESSION_TOKEN, &X_AMZ_SECURITY_TOKEN]
        .iter()
        .any(|token| name.eq_ignore_ascii_case(token.as_str()))
}

/// What is shown of a value that is not.
fn length(value: &str) -> String {
    match value.len() {
        1 => "[1 byte]".to_owned(),
        length => format!("[{length} bytes]"),
    }
}

/// A token is found in pieces of this many bytes too.
const RUN: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_found_wherever_it_stands_and_in_pieces() {
        let canonical = "GET\n/\n\nhost:h\nx-amz-security-token:0123456789abcdef\n\nhost\ne3";
        let lines = Lines::parse(canonical).unwrap();
        let redactor = Redactor::new(true, [&lines]);
        assert_eq!(
            redactor.show("a 0123456789abcdef 23456789a 3456789", 100),
            "a **************** ********* 3456789"
        );
    }

    #[test]
    fn nothing_that_moves_a_cursor_is_shown() {
        let redactor = Redactor::default();
        assert_eq!(
            redactor.show("a\u{1b}[31m\u{202e}\u{e9}\n", 100),
            "a?[31m???"
        );
        assert_eq!(redactor.show("abcdef", 3), "abc");
        assert_eq!(redactor.names("a\u{1b}[31m").unwrap(), "[6 bytes]");
    }

    #[test]
    fn values_are_shown_by_their_length_unless_somebody_asks_for_them() {
        let header = Line::Header("x-amz-meta-a".to_owned());
        let query = "Action=List&a=1&X-Amz-Signature=abc&X-Amz-%53ecurity-Token=hush&b";
        let redactor = Redactor::default();
        assert_eq!(redactor.line(&header, "hush"), "[4 bytes]");
        assert_eq!(
            redactor.line(&Line::Query, query),
            "Action=List&a=[1 byte]&X-Amz-Signature=[3 bytes]&X-Amz-%53ecurity-Token=[4 bytes]&b"
        );
        let redactor = Redactor::new(true, []);
        assert_eq!(redactor.line(&header, "hush"), "hush");
        assert_eq!(
            redactor.line(&Line::Query, query),
            "Action=List&a=1&X-Amz-Signature=[3 bytes]&X-Amz-%53ecurity-Token=[4 bytes]&b"
        );
    }

    #[test]
    fn what_is_no_name_of_a_service_and_no_access_key_id_is_not_shown_as_one() {
        let mut redactor = Redactor::default();
        assert_eq!(redactor.part_of_scope("eu-west-1").unwrap(), "eu-west-1");
        assert_eq!(redactor.part_of_scope("Hush/4711"), None);
        assert_eq!(redactor.day("20150831").unwrap(), "20150831");
        assert_eq!(redactor.day("hush"), None);
        assert_eq!(redactor.access_key_id("AKIAOTHER").unwrap(), "AKIAOTHER");
        assert_eq!(redactor.access_key_id("hush"), None);
        redactor.knows(["minio"]);
        assert_eq!(redactor.access_key_id("minio").unwrap(), "minio");
    }
}
