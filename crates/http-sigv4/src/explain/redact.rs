//! What may be shown. Everything that an [`Explanation`](super::Explanation) holds went through here.

use std::{borrow::Cow, collections::HashSet};

use super::canonical::Lines;
use crate::canonical::{encode::decoded, headers::X_AMZ_SECURITY_TOKEN};

/// Removes the session tokens of one exchange from any text, wherever they stand.
///
/// It looks for every run of eight bytes that a token has, so that a token is found in pieces too.
#[derive(Default)]
pub(super) struct Redactor<'a> {
    runs: HashSet<&'a [u8]>,
}

impl<'a> Redactor<'a> {
    /// Knows the tokens in these canonical requests.
    pub(super) fn of(requests: impl IntoIterator<Item = &'a Lines<'a>>) -> Self {
        let mut runs = HashSet::new();
        for lines in requests {
            let in_query = lines.query.split('&').filter_map(|pair| {
                let (name, value) = pair.split_once('=')?;
                name.eq_ignore_ascii_case(X_AMZ_SECURITY_TOKEN.as_str())
                    .then_some(value)
            });
            for token in lines
                .header(X_AMZ_SECURITY_TOKEN.as_str())
                .into_iter()
                .chain(in_query)
            {
                runs.extend(token.as_bytes().windows(RUN));
            }
        }
        Self { runs }
    }

    /// `text` with no token in it and nothing but printable ASCII, at most `limit` bytes long.
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
            .filter(|(_, run)| self.runs.contains(run))
            .map(|(at, _)| at)
            .collect();
        for at in found {
            bytes[hidden_to.max(at)..at + RUN].fill(b'*');
            hidden_to = at + RUN;
        }
        String::from_utf8(bytes).unwrap_or_default()
    }
}

const RUN: usize = 8;

/// A header's value as it may be shown.
pub(super) fn header<'a>(name: &str, value: &'a str) -> Cow<'a, str> {
    match is_secret(name) {
        true => placeholder(value).into(),
        false => value.into(),
    }
}

/// A query as it may be shown.
pub(super) fn query(query: &str) -> String {
    let pairs = query.split('&').map(|pair| match pair.split_once('=') {
        Some((name, value)) if is_secret_parameter(name) => {
            format!("{name}={}", placeholder(value))
        }
        _ => pair.to_owned(),
    });
    pairs.collect::<Vec<_>>().join("&")
}

fn placeholder(value: &str) -> String {
    format!("{REDACTED}, {} bytes]", value.len())
}

/// How every placeholder begins.
pub(super) const REDACTED: &str = "[redacted";

fn is_secret_parameter(name: &str) -> bool {
    is_secret(&String::from_utf8_lossy(&decoded(name.as_bytes())))
}

/// Whether a header or a parameter of this name holds what nobody should read in a log: the parts of
/// a signature, and what else callers call by such names.
fn is_secret(name: &str) -> bool {
    const PARTS: [&str; 10] = [
        "token",
        "signature",
        "credential",
        "authorization",
        "secret",
        "password",
        "api-key",
        "apikey",
        "cookie",
        "session",
    ];
    let name = name.to_ascii_lowercase();
    PARTS.iter().any(|part| name.contains(part))
}

/// The first line of a service's message, without what it quotes from the request's `Authorization`,
/// without its advice, and without any word that is long enough to be a token.
pub(super) fn message(message: &str) -> String {
    let line = message.trim_start().lines().next().unwrap_or_default();
    // "... Check your AWS Secret Access Key and signing method. Consult ...", whatever the cause.
    let asides = ["Authorization=", " Check your "];
    let line = (asides.iter()).fold(line, |line, aside| line.split(aside).next().unwrap_or(line));
    // "'TOKEN' not a valid key=value pair (missing equal-sign) in Authorization header: 'Bearer TOKEN'"
    let line = match line.find("not a valid key=value pair") {
        Some(at) => line[at..].split(':').next().unwrap_or_default(),
        None => line,
    };
    let mut after_scheme = false;
    let words = line
        .split_inclusive([' ', '\t', '\'', '"', ','])
        .map(|word| {
            let bare = word.trim_end_matches([' ', '\t', '\'', '"', ',']);
            // ARNs and links are long, but of short parts.
            let is_long = match ["arn:", "https://"]
                .iter()
                .any(|start| bare.starts_with(start))
            {
                true => bare
                    .split([':', '/', '-', '.'])
                    .any(|part| part.len() > LONGEST_WORD),
                false => bare.len() > LONGEST_WORD,
            };
            let hide = is_long || (after_scheme && !bare.is_empty());
            after_scheme = matches!(bare, "Bearer" | "Basic") || (after_scheme && bare.is_empty());
            match hide {
                true => Cow::Owned(format!("[redacted]{}", &word[bare.len()..])),
                false => word.into(),
            }
        });
    words.collect()
}

/// Longer than any word of a service's sentences, shorter than any token or signature.
const LONGEST_WORD: usize = 40;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_named_like_a_secret_is_shown_by_its_length() {
        assert_eq!(
            header("x-amz-security-token", "hush"),
            "[redacted, 4 bytes]"
        );
        assert_eq!(header("content-type", "a/b"), "a/b");
        assert_eq!(
            query("a=1&X-Amz-Signature=abc&X-Amz-%53ecurity-Token=hush&b"),
            "a=1&X-Amz-Signature=[redacted, 3 bytes]&X-Amz-%53ecurity-Token=[redacted, 4 bytes]&b"
        );
    }

    #[test]
    fn a_token_is_found_wherever_it_stands_and_in_pieces() {
        let canonical = "GET\n/\n\nhost:h\nx-amz-security-token:0123456789abcdef\n\nhost\ne3";
        let lines = Lines::of(canonical).unwrap();
        let redactor = Redactor::of([&lines]);
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
    }

    #[test]
    fn a_message_keeps_its_words_and_loses_what_it_quotes() {
        for (text, shown) in [
            (
                "The request signature we calculated does not match.\n\nThe Canonical String ...",
                "The request signature we calculated does not match.",
            ),
            (
                "It does not match. Check your key and signing method.",
                "It does not match.",
            ),
            (
                "'hush' not a valid key=value pair (missing equal-sign) in Authorization header: \
                 'Bearer hush'.",
                "not a valid key=value pair (missing equal-sign) in Authorization header",
            ),
            (
                "Authorization header requires 'Credential' parameter. Authorization=Bearer hush",
                "Authorization header requires 'Credential' parameter. ",
            ),
            (
                "User: arn:aws:sts::0123456789012345678901234567890123456789012345 is not authorized",
                "User: [redacted] is not authorized",
            ),
            ("Bad header 'Bearer hush'", "Bad header 'Bearer [redacted]'"),
            (
                "Signature=0123456789012345678901234567890123456789012345, no",
                "[redacted], no",
            ),
            (
                "User: arn:aws:sts::111122223333:assumed-role/a-long-role/a-long-session is not \
                 authorized",
                "User: arn:aws:sts::111122223333:assumed-role/a-long-role/a-long-session is not \
                 authorized",
            ),
        ] {
            assert_eq!(message(text), shown);
        }
    }
}
