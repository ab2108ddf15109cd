use std::collections::BTreeMap;

use http_sigv4::explain::{Cause, Line};

use crate::{
    changes,
    service::{Rejection, Seen},
    vectors::{self, Vector},
};

/// Prints how often each cause was named right:
/// `cargo test -p http-sigv4 --features explain --test explain -- --nocapture precision`
#[test]
fn precision_every_change_of_every_vector_is_named_with_its_line() {
    let mut table: BTreeMap<String, (u32, u32)> = BTreeMap::new();
    let mut wrong = Vec::new();
    let vectors = vectors::all();
    for change in changes::ALL {
        let mut cases = 0;
        for vector in &vectors {
            let Some((seen, line)) = change.try_on(vector) else {
                continue;
            };
            for rejection in [
                Rejection::from_api_gateway(&seen),
                Rejection::from_s3(&seen),
            ] {
                cases += 1;
                let (total, right) = table.entry(format!("{:?}", change.cause)).or_default();
                *total += 1;
                match misses(&rejection, vector, change.cause, line.as_ref()) {
                    None => *right += 1,
                    Some(miss) => wrong.push(format!("{}, {}: {miss}", change.name, vector.name)),
                }
            }
        }
        assert!(cases > 0, "{}: no vector to try it on", change.name);
    }

    let (mut all, mut all_right) = (0, 0);
    println!("{:<22} cases right", "cause");
    for (cause, (total, right)) in &table {
        println!("{cause:<22} {total:>5} {right:>5}");
        all += total;
        all_right += right;
    }
    println!(
        "{:<22} {all:>5} {all_right:>5}, of {} changes",
        "all",
        changes::ALL.len()
    );
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

fn misses(
    rejection: &Rejection,
    vector: &Vector,
    cause: Cause,
    line: Option<&Line>,
) -> Option<String> {
    let Some(explanation) = rejection.explain(Some(&vector.signed)) else {
        return Some("not explained".to_owned());
    };
    let named = explanation.differences().first().map(|first| first.line());
    let same = explanation.cause() == cause && named == line;
    (!same).then(|| format!("{:?} in {named:?}", explanation.cause()))
}

#[test]
fn what_was_signed_and_what_was_received_are_both_shown() {
    let vector = vectors::all().remove(0);
    let mut seen = Seen::unchanged(&vector.canonical_request, &vector.string_to_sign);
    *seen.header("host").unwrap() = "internal.example".to_owned();
    let explanation = Rejection::from_api_gateway(&seen)
        .explain(Some(&vector.signed))
        .unwrap();
    let text = explanation.to_string();
    for expected in [
        "line      header host",
        "signed    abc123.execute-api.us-east-1.amazonaws.com",
        "received  internal.example",
        "answer    403 InvalidSignatureException",
    ] {
        assert!(text.contains(expected), "{expected}\n{text}");
    }
}

#[test]
fn without_what_was_signed_nothing_is_compared() {
    let vector = vectors::all().remove(0);
    let seen = Seen::unchanged(&vector.canonical_request, &vector.string_to_sign);
    let explanation = Rejection::from_s3(&seen).explain(None).unwrap();
    assert_eq!(explanation.cause(), Cause::SignatureMismatch);
    assert!(explanation.differences().is_empty());
    assert!(explanation.hint().contains("was not kept"), "{explanation}");
}

#[test]
fn of_two_changes_neither_hides_the_other() {
    // A scope shows only where the canonical requests agree, and a list stands for its headers.
    let is_seen_alone = |line: &Line| matches!(line, Line::StringToSign | Line::SignedHeaders);
    let mut pairs = 0;
    for vector in vectors::all().iter().step_by(4) {
        let seen = Seen::unchanged(&vector.canonical_request, &vector.string_to_sign);
        for first in changes::ALL {
            for second in changes::ALL {
                let mut both = seen.clone();
                let lines = [first, second].map(|change| change.apply(vector, &mut both));
                let [Some(one), Some(other)] = &lines else {
                    continue;
                };
                if one == other || is_seen_alone(one) || is_seen_alone(other) {
                    continue;
                }
                let rejection = Rejection::from_api_gateway(&both);
                let explanation = rejection.explain(Some(&vector.signed)).unwrap();
                let differences = explanation.differences().iter();
                let named: Vec<_> = differences.map(|found| found.line()).collect();
                let what = format!(
                    "{}, then {}, {}: {named:?}",
                    first.name, second.name, vector.name
                );
                assert!(named.contains(&one) && named.contains(&other), "{what}");
                pairs += 1;
            }
        }
    }
    assert!(pairs > 2000, "{pairs}");
}
