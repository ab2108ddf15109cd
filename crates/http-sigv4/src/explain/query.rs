//! What happened to a query on its way.

use super::Cause;
use crate::canonical::encode;

/// Names what makes two canonical queries out of one.
pub(super) fn cause(signed: &str, received: &str) -> Cause {
    let equal_as =
        |spelling: fn(&str) -> Vec<u8>| sorted(signed, spelling) == sorted(received, spelling);
    if equal_as(|pair| pair.as_bytes().to_vec()) {
        Cause::QueryOrder
    } else if equal_as(|pair| with_equals(pair).into_bytes()) {
        Cause::QueryMissingEquals
    } else if equal_as(|pair| plus_as_space(&with_equals(pair)).into_bytes()) {
        Cause::QueryPlus
    } else if equal_as(|pair| decoded(&plus_as_space(&with_equals(pair)))) {
        Cause::QueryReencoded
    } else {
        Cause::QueryParameter
    }
}

/// The names of the parameters that only one side has, or that the two sides have other values for:
/// the first of them, and what happened to it.
pub(super) fn parameter(signed: &str, received: &str) -> Option<(String, &'static str)> {
    let (signed, received) = (pairs(signed), pairs(received));
    let ours = first_missing(&signed, &received);
    let theirs = first_missing(&received, &signed);
    let name = |pair: &str| pair.split('=').next().unwrap_or_default().to_owned();
    match (ours, theirs) {
        (Some(ours), Some(theirs)) if name(ours) != name(theirs) => match signed.len() {
            // Fewer here than there, so one was added.
            len if len < received.len() => Some((name(theirs), "added")),
            _ => Some((name(ours), "removed")),
        },
        (Some(ours), Some(_)) => Some((name(ours), "changed")),
        (Some(ours), None) => Some((name(ours), "removed")),
        (None, Some(theirs)) => Some((name(theirs), "added")),
        (None, None) => None,
    }
}

/// Both are sorted; the first of `these` that `those` lacks.
fn first_missing<'a>(these: &[&'a str], those: &[&str]) -> Option<&'a str> {
    let mut those = those.iter().peekable();
    these.iter().copied().find(|pair| {
        while those.next_if(|other| *other < pair).is_some() {}
        those.next_if_eq(&pair).is_none()
    })
}

fn pairs(query: &str) -> Vec<&str> {
    let mut pairs: Vec<_> = query.split('&').filter(|pair| !pair.is_empty()).collect();
    pairs.sort_unstable();
    pairs
}

fn sorted(query: &str, spelling: fn(&str) -> Vec<u8>) -> Vec<Vec<u8>> {
    let mut pairs: Vec<_> = pairs(query).into_iter().map(spelling).collect();
    pairs.sort_unstable();
    pairs
}

fn with_equals(pair: &str) -> String {
    match pair.contains('=') {
        true => pair.to_owned(),
        false => format!("{pair}="),
    }
}

fn plus_as_space(pair: &str) -> String {
    pair.replace("%2B", "%20").replace('+', "%20")
}

/// Decodes until nothing is left to decode, within reason.
fn decoded(pair: &str) -> Vec<u8> {
    (0..3).fold(pair.into(), |pair: Vec<u8>, _| encode::decoded(&pair))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_change_of_a_query_has_its_name() {
        use Cause::*;
        for (signed, received, expected) in [
            ("a=1&b=2", "b=2&a=1", QueryOrder),
            ("acl=&b=2", "acl&b=2", QueryMissingEquals),
            ("k=a%20b", "k=a%2Bb", QueryPlus),
            ("k=a%20b", "k=a+b", QueryPlus),
            ("k=%2Fx", "k=/x", QueryReencoded),
            ("k=%2Fx", "k=%252Fx", QueryReencoded),
            ("k=%3D", "k=%3d", QueryReencoded),
            ("a=1", "a=1&b=2", QueryParameter),
            ("a=1", "", QueryParameter),
            ("a=1", "a=2", QueryParameter),
        ] {
            assert_eq!(cause(signed, received), expected, "{signed} {received}");
        }
    }

    #[test]
    fn the_parameter_and_what_happened_to_it_are_named() {
        for (signed, received, expected) in [
            ("a=1", "a=1&b=2", Some(("b", "added"))),
            ("a=1&b=2", "a=1", Some(("b", "removed"))),
            ("a=1&b=2", "a=1&b=3", Some(("b", "changed"))),
            ("a=1&a=1", "a=1", Some(("a", "removed"))),
            ("a=1", "a=1", None),
        ] {
            let found = parameter(signed, received);
            let found = found.as_ref().map(|(name, what)| (name.as_str(), *what));
            assert_eq!(found, expected, "{signed} {received}");
        }
    }
}
