//! A service's own sentences, which may repeat anything of the request: a token, a key, a password.

use std::{borrow::Cow, collections::HashSet};

use super::{form, length, words};

/// The first line of a message, without what it quotes from the request's `Authorization`, and without
/// its advice.
pub(super) fn first(message: &str) -> &str {
    let line = message.trim_start().lines().next().unwrap_or_default();
    // "... Check your AWS Secret Access Key and signing method. Consult ...", whatever the cause.
    let asides = ["Authorization=", " Check your "];
    let line = (asides.iter()).fold(line, |line, aside| line.split(aside).next().unwrap_or(line));
    // "'TOKEN' not a valid key=value pair (missing equal-sign) in Authorization header: 'Bearer TOKEN'"
    match line.find("not a valid key=value pair") {
        Some(at) => line[at..].split(':').next().unwrap_or_default(),
        None => line,
    }
}

/// Shows of a sentence what services write by themselves: plain words, what is `known` of the request,
/// and what is harmless by its form. Of any other word it shows how long it is.
pub(super) fn in_plain_words(sentence: &str, known: &HashSet<&str>) -> String {
    let mut before = "";
    let mut words = sentence.split_whitespace().peekable();
    let mut shown = String::new();
    while let Some(word) = words.next() {
        let core = word.trim_matches(|char: char| !char.is_ascii_alphanumeric());
        let after = words.peek().copied().unwrap_or_default();
        if !shown.is_empty() {
            shown.push(' ');
        }
        shown.push_str(&match is_harmless(word, core, (before, after), known) {
            true => Cow::Borrowed(word),
            false => hidden(word, core).into(),
        });
        before = word;
    }
    shown
}

/// Whether a text is made of such words as codes are, as `ExpiredTokenException` and `invalid_api_key`.
pub(super) fn is_plain(text: &str) -> bool {
    text.split(|char: char| !char.is_ascii_alphanumeric())
        .all(words::is_plain)
}

fn is_harmless(
    word: &str,
    core: &str,
    (before, after): (&str, &str),
    known: &HashSet<&str>,
) -> bool {
    if !word.is_ascii() || word.len() > LONGEST_ARN {
        return false;
    }
    match core {
        // A dash, quotes around nothing, `!=`.
        "" => word.len() <= 3,
        _ => {
            is_plain(core.strip_suffix("n't").unwrap_or(core))
                || known.contains(core)
                || known.contains(&*core.to_ascii_lowercase())
                || form::is_harmless(core, before, after)
        }
    }
}

/// The length of a word, with the punctuation of the sentence around it.
fn hidden(word: &str, core: &str) -> String {
    let around = word.split_once(core).filter(|_| !core.is_empty());
    let is_of_sentence = |text: &str| text.bytes().all(|byte| b".,;:'\"()".contains(&byte));
    match around {
        Some((before, after)) if is_of_sentence(before) && is_of_sentence(after) => {
            format!("{before}{}{after}", length(core))
        }
        _ => length(word),
    }
}

/// Longer names of roles and sessions are cut off anyway.
const LONGEST_ARN: usize = 300;

/// Shows a sentence without any word that is long enough to be a token, and without what follows the
/// scheme of an `Authorization`.
pub(super) fn without_long_words(sentence: &str) -> String {
    let mut after_scheme = false;
    let words = sentence
        .split_inclusive([' ', '\t', '\'', '"', ','])
        .map(|word| {
            let bare = word.trim_end_matches([' ', '\t', '\'', '"', ',']);
            let hide = form::is_long(bare) || (after_scheme && !bare.is_empty());
            after_scheme = matches!(bare, "Bearer" | "Basic") || (after_scheme && bare.is_empty());
            match hide {
                true => Cow::Owned(format!("{}{}", length(bare), &word[bare.len()..])),
                false => word.into(),
            }
        });
    words.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn advice_and_what_is_quoted_from_authorization_is_no_part_of_a_sentence() {
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
        ] {
            assert_eq!(first(text), shown);
        }
    }

    #[test]
    fn a_sentence_keeps_its_words_and_loses_what_it_repeats() {
        let known = HashSet::from(["x-tenant", "h.example"]);
        for (text, shown) in [
            ("Bad header 'Bearer hush'", "Bad header 'Bearer [4 bytes]'"),
            ("Invalid password: hush.", "Invalid password: [4 bytes]."),
            ("{\"key\":\"hush\"}", "[14 bytes]"),
            ("key=hush== is wrong", "[10 bytes] is wrong"),
            (
                "the value '{hush}' of X-Tenant is not valid for h.example",
                "the value [8 bytes] of X-Tenant is not valid for h.example",
            ),
            ("code 908172 or 1234", "code [6 bytes] or [4 bytes]"),
            ("\u{e9}\u{1b}[31m hush", "[7 bytes] [4 bytes]"),
            ("- '' != ----", "- '' != [4 bytes]"),
            ("Don't use hushn't", "Don't use [7 bytes]"),
        ] {
            assert_eq!(in_plain_words(text, &known), shown);
        }
    }

    #[test]
    fn a_code_is_made_of_words() {
        for code in [
            "ExpiredTokenException",
            "XAmzContentSHA256Mismatch",
            "invalid_api_key",
            "AuthFailure",
            "",
        ] {
            assert!(is_plain(code), "{code}");
        }
        for code in ["hushHush", "AKIAEXAMPLE", "9f8e", "Expired4711"] {
            assert!(!is_plain(code), "{code}");
        }
    }

    #[test]
    fn where_values_may_be_shown_tokens_may_not() {
        let signature = "0123456789012345678901234567890123456789012345";
        for (text, shown) in [
            ("Bad header 'Bearer hush'", "Bad header 'Bearer [4 bytes]'"),
            ("password 'hush'", "password 'hush'"),
            (signature, "[46 bytes]"),
            (
                "User: arn:aws:sts::111122223333:assumed-role/a-long-role/a-long-session is not \
                 authorized",
                "User: arn:aws:sts::111122223333:assumed-role/a-long-role/a-long-session is not \
                 authorized",
            ),
        ] {
            assert_eq!(without_long_words(text), shown);
        }
    }
}
