//! Words that are harmless by their form: moments, regions, ARNs, names of AWS's own.

use crate::explain::clock;

/// Whether a word of a service's sentence cannot be a secret, by its form and by the words around it.
pub(super) fn is_harmless(word: &str, before: &str, after: &str) -> bool {
    is_small_number(word)
        || clock::moment(word).is_some()
        || clock::day(word).is_some()
        || is_region(word)
        || is_arn(word)
        || is_header_of_aws(word)
        || is_page_of_aws(word)
        || (is_action(word) && (before == "perform:" || after.starts_with("action")))
        || (is_name_of_service(word) && is_said_to_be_service(before))
}

/// A status, or a number of minutes.
fn is_small_number(word: &str) -> bool {
    let is_number = word.bytes().all(|byte| byte.is_ascii_digit());
    is_number && (word.len() <= 2 || (word.len() == 3 && word.starts_with('4')))
}

/// As `eu-central-1` and `us-isob-east-1`.
pub(super) fn is_region(word: &str) -> bool {
    let Some((name, number)) = word.rsplit_once('-') else {
        return false;
    };
    let mut parts = name.split('-');
    let is_letters = |part: &str| {
        (2..=9).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_lowercase())
    };
    let is_number = matches!(number.as_bytes(), [b'1'..=b'9']);
    is_number && name.contains('-') && parts.clone().count() <= 3 && parts.all(is_letters)
}

/// Who calls and what is called: what a policy is about.
fn is_arn(word: &str) -> bool {
    word.starts_with("arn:aws") && !is_long(word)
}

/// Whether a word is long enough to be a token or a signature. ARNs and links are long, but of short
/// parts.
pub(super) fn is_long(word: &str) -> bool {
    match ["arn:", "https://"]
        .iter()
        .any(|start| word.starts_with(start))
    {
        true => word
            .split([':', '/', '-', '.'])
            .any(|part| part.len() > LONGEST_WORD),
        false => word.len() > LONGEST_WORD,
    }
}

/// Longer than any word of a service's sentences, shorter than any token or signature.
const LONGEST_WORD: usize = 40;

fn is_header_of_aws(word: &str) -> bool {
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    let start = word.get(..6).unwrap_or_default();
    start.eq_ignore_ascii_case("x-amz-") && word.len() <= 64 && word.bytes().all(is_name)
}

fn is_page_of_aws(word: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b":/-._#".contains(&byte);
    word.starts_with("https://docs.aws.amazon.com/") && word.bytes().all(is_plain)
}

/// As `execute-api:Invoke`.
fn is_action(word: &str) -> bool {
    word.split_once(':').is_some_and(|(service, action)| {
        is_name_of_service(service) && action.bytes().all(|byte| byte.is_ascii_alphabetic())
    })
}

/// A service's signing name, or the region of a server that is not AWS's.
pub(super) fn is_name_of_service(word: &str) -> bool {
    let is_name = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    (2..=32).contains(&word.len()) && digits <= 2 && word.bytes().all(is_name)
}

/// As in `correct service: 'es'` and `expecting 'garage'`.
fn is_said_to_be_service(before: &str) -> bool {
    matches!(before, "service" | "service:" | "expecting")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_harmless_has_a_form_of_its_own() {
        for (before, word, after) in [
            ("", "15", "min."),
            ("", "403", ""),
            ("", "20150830", ""),
            ("", "20150830T123600Z", ""),
            ("", "ap-southeast-2", ""),
            ("", "us-gov-west-1", ""),
            (
                "",
                "arn:aws:sts::111122223333:assumed-role/caller/session",
                "",
            ),
            ("", "arn:aws-cn:iam::111122223333:user/u", ""),
            ("", "X-Amz-Date", ""),
            (
                "",
                "https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html",
                "",
            ),
            ("perform:", "execute-api:Invoke", "on"),
            ("the", "es:ESHttpGet", "action"),
            ("service:", "es", ""),
            ("expecting", "garage", ""),
        ] {
            assert!(is_harmless(word, before, after), "{word}");
        }
    }

    #[test]
    fn what_only_looks_alike_is_not() {
        for (before, word, after) in [
            ("", "908172", ""),
            ("", "123", ""),
            ("", "20159999", ""),
            ("", "kx-zq-1x", ""),
            ("", "hush-1", ""),
            (
                "",
                "arn:aws:iam::0123456789012345678901234567890123456789012345",
                "",
            ),
            ("", "x-amz_hush", ""),
            ("", "https://docs.aws.amazon.com/?key=hush", ""),
            ("", "https://docs.aws.example/hush", ""),
            ("", "user:hush", ""),
            ("perform:", "s3:Get4711", ""),
            ("is", "hush", ""),
            ("service:", "hush4711", ""),
        ] {
            assert!(!is_harmless(word, before, after), "{word}");
        }
    }
}
