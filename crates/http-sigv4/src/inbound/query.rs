//! Parameters of a query by their names, in any spelling that a server may read.

use crate::{canonical::encode::recode_into, text::Text};

/// The value of the first parameter of a name in lower case, decoded as far as its characters are
/// unreserved ones.
pub(super) fn parameter(query: &str, name: &str) -> Option<Vec<u8>> {
    pairs(query).find_map(|pair| {
        let (written, value) = pair.split_once('=').unwrap_or((pair, ""));
        (lower_case_name(written) == name.as_bytes()).then(|| recoded(value))
    })
}

/// The query without the parameters of these names in lower case, as it is written; `None` if it has
/// none of them.
pub(super) fn without(query: &str, names: &[&str]) -> Option<String> {
    let is_kept = |pair: &&str| {
        let name = lower_case_name(pair.split('=').next().unwrap_or_default());
        !names.iter().any(|other| other.as_bytes() == name)
    };
    if pairs(query).all(|pair| is_kept(&pair)) {
        return None;
    }
    Some(pairs(query).filter(is_kept).collect::<Vec<_>>().join("&"))
}

fn pairs(query: &str) -> impl Iterator<Item = &str> {
    query.split('&')
}

fn lower_case_name(written: &str) -> Vec<u8> {
    recoded(written).to_ascii_lowercase()
}

fn recoded(written: &str) -> Vec<u8> {
    let mut text = Text::new();
    recode_into(&mut text, written.as_bytes(), |_| false);
    text.to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_is_known_in_every_spelling_and_the_others_stay_as_they_are_written() {
        let query = "b=%41+&&X-Amz-Date=1&x%2Damz%2ddate=2&X-AMZ-DATE&a=X-Amz-Date=&=";
        assert_eq!(
            without(query, &["x-amz-date"]).unwrap(),
            "b=%41+&&a=X-Amz-Date=&="
        );
        assert_eq!(without(query, &["x-amz-expires"]), None);
        assert_eq!(without("X-Amz-Date=1", &["x-amz-date"]).unwrap(), "");
        assert_eq!(parameter(query, "x-amz-date").unwrap(), b"1");
        assert_eq!(
            parameter("x-amz-d%61te=%41-b", "x-amz-date").unwrap(),
            b"A-b"
        );
        assert_eq!(parameter("", "x-amz-date"), None);
    }
}
