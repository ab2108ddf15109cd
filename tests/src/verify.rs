//! Whether a verifier accepts what was signed, and nothing else.

use std::collections::BTreeMap;

use fastrand::Rng;
use http::HeaderMap;
use http_sigv4::Profile;

use crate::{Case, Field, Received};

/// An implementation of the other side, which is not this project's.
pub trait Verifier {
    /// Accepts a request, or says why not.
    ///
    /// # Errors
    ///
    /// What the verifier answers to a request that it refuses.
    fn verify(&mut self, case: &Case, received: &Received) -> Result<(), String>;

    /// Why the verifier refuses a case that is signed rightly, if it does.
    fn misreads(&self, case: &Case) -> Option<&'static str>;

    /// Why the verifier accepts a change, if it does.
    fn overlooks(
        &self,
        original: &Received,
        changed: &Received,
        field: &Field,
    ) -> Option<&'static str>;
}

/// Signs what `generate` makes and holds the verifier to it: every request is accepted, and no
/// change of one is.
///
/// Every change of a field is tried; every single bit in one request of forty, and one bit of each
/// field in the others. `SIGV4_VERIFIED_CASES` sets the number of requests.
///
/// # Panics
///
/// If the verifier finds otherwise.
pub fn prove(verifier: &mut impl Verifier, generate: impl Fn(u64) -> Case) {
    const DEFAULT_CASES: u64 = 400;
    let cases = std::env::var("SIGV4_VERIFIED_CASES");
    let cases = cases.map_or(DEFAULT_CASES, |cases| cases.parse().unwrap());

    let mut accepted = 0;
    let mut counts = BTreeMap::<String, u64>::new();
    let mut count = |what: String| *counts.entry(what).or_default() += 1;
    for seed in 0..cases {
        let case = generate(seed);
        let Ok(signed) = case.sign() else {
            count("requests that the signer refused".into());
            continue;
        };
        let original = Received::from_signed(&signed, case.body.clone().unwrap_or_default());
        let verification = verifier.verify(&case, &original);
        let misread = verifier.misreads(&case);
        assert_eq!(
            verification.is_err(),
            misread.is_some(),
            "seed {seed}: {verification:?}, {misread:?}\n{original:#?}\n{}",
            case.canonical_request().unwrap().canonical_request()
        );
        if let Some(reason) = misread {
            count(format!("requests that are not accepted: {reason}"));
            continue;
        }
        accepted += 1;
        for (field, changed) in changes(&original, seed) {
            if case.profile == Profile::STANDARD && ends_in_dot_segment(&changed.target) {
                count("changes that nobody agrees on: a trailing dot segment".into());
                continue;
            }
            let verification = verifier.verify(&case, &changed);
            let overlooked = match &field {
                Field::Target if is_another_spelling(verifier, &case, &original, &changed) => {
                    Some("another spelling of the same path and query")
                }
                Field::Header(name)
                    if !original.signs(name) && !name.as_str().starts_with("x-amz-") =>
                {
                    Some("a header that is not signed")
                }
                field => verifier.overlooks(&original, &changed, field),
            };
            assert_eq!(
                verification.is_ok(),
                overlooked.is_some(),
                "seed {seed}, {field:?}: {verification:?}, {overlooked:?}\n{original:#?}\n{changed:#?}"
            );
            match overlooked {
                Some(reason) => count(format!("changes that are not refused: {reason}")),
                None => count("changes refused".into()),
            }
        }
    }
    println!("{accepted:8} requests accepted");
    for (what, count) in counts {
        println!("{count:8} {what}");
    }
    assert!(
        accepted > cases / 2,
        "only {accepted} of {cases} say something"
    );
}

fn changes(original: &Received, seed: u64) -> Vec<(Field, Received)> {
    let mut rng = Rng::with_seed(seed);
    let mut changes = original.field_changes();
    for field in original.fields() {
        let bits = original.bytes(&field).len() * 8;
        let flipped: Vec<usize> = match bits {
            0 => Vec::new(),
            bits if seed.is_multiple_of(40) => (0..bits).collect(),
            bits => vec![rng.usize(..bits)],
        };
        let flipped = flipped
            .into_iter()
            .filter_map(|bit| original.with_flipped(&field, bit));
        changes.extend(flipped.map(|changed| (field.clone(), changed)));
    }
    changes
}

fn ends_in_dot_segment(target: &str) -> bool {
    let path = target.split('?').next().unwrap_or_default();
    path.ends_with("/.") || path.ends_with("/..")
}

/// Whether path and query are the same in canonical form, to the verifier as well.
fn is_another_spelling(
    verifier: &impl Verifier,
    case: &Case,
    original: &Received,
    changed: &Received,
) -> bool {
    let [before, after] = [original, changed].map(|received| Case {
        uri: format!("https://h{}", received.target),
        headers: HeaderMap::new(),
        ..case.clone()
    });
    let (Ok(was), Ok(is)) = (before.canonical_request(), after.canonical_request()) else {
        return false;
    };
    was.canonical_request() == is.canonical_request() && verifier.misreads(&after).is_none()
}
