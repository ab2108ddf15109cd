//! This project's signer against others, on generated requests.
//!
//! Where two differ, the request has to be of a [`Class`] that the other's table names with a
//! reason; and a request of such a class has to differ, so that no class excuses too much. A
//! failure prints the seed of its request.
//!
//! `SIGV4_DIFFERENTIAL_CASES` sets the number of requests for each test, `SIGV4_CHUNKED_CASES` that
//! of chunked bodies.

mod aws_sigv4;
mod chunked;
mod classes;
mod host;
mod python;

use std::collections::BTreeMap;

use http_sigv4::Profile;
use tests::{Case, Encoding};

use self::{
    aws_sigv4::AwsSigV4,
    classes::{Class, Facts, REFUSED},
    python::{AwsCrt, Botocore},
};

#[test]
fn common_requests_are_signed_as_aws_sigv4_does_or_differ_for_a_known_reason() {
    compare(AwsSigV4, Profile::STANDARD, Encoding::Any);
}

#[test]
fn requests_for_s3_are_signed_as_aws_sigv4_does_or_differ_for_a_known_reason() {
    compare(AwsSigV4, Profile::S3, Encoding::Any);
}

#[test]
#[ignore = "needs Python: run scripts/oracles.sh"]
fn common_requests_are_signed_as_awscrt_does_or_differ_for_a_known_reason() {
    compare(AwsCrt::start(), Profile::STANDARD, Encoding::Any);
}

#[test]
#[ignore = "needs Python: run scripts/oracles.sh"]
fn requests_for_s3_are_signed_as_awscrt_does_or_differ_for_a_known_reason() {
    compare(AwsCrt::start(), Profile::S3, Encoding::Any);
}

/// Botocore signs a query as it stands.
#[test]
#[ignore = "needs Python: run scripts/oracles.sh"]
fn strictly_encoded_queries_are_signed_as_botocore_does_or_differ_for_a_known_reason() {
    compare(Botocore::start(), Profile::STANDARD, Encoding::Strict);
}

#[test]
#[ignore = "needs Python: run scripts/oracles.sh"]
fn strictly_encoded_queries_for_s3_are_signed_as_botocore_does_or_differ_for_a_known_reason() {
    compare(Botocore::start(), Profile::S3, Encoding::Strict);
}

/// Another signer, told to sign the headers that this project's signer signs.
trait Oracle {
    /// Where it signs otherwise, or refuses to, and why it is not followed.
    const DIFFERS: &[(Class, &str)];

    /// What it signs as `host`.
    fn signed_host(facts: &Facts<'_>) -> String;

    /// The headers that its signature consists of; something else if it refuses.
    fn sign(&mut self, facts: &Facts<'_>) -> Signature;
}

type Signature = BTreeMap<String, String>;

fn compare<O: Oracle>(mut oracle: O, profile: Profile, query: Encoding) {
    const DEFAULT_CASES: u64 = 20_000;
    const FIRST_SEED: u64 = 0x5157_6434;
    let cases = std::env::var("SIGV4_DIFFERENTIAL_CASES");
    let cases = cases.map_or(DEFAULT_CASES, |cases| cases.parse().unwrap());

    let mut counts = BTreeMap::<Class, u64>::new();
    let mut alike = 0;
    for seed in FIRST_SEED..FIRST_SEED + cases {
        let case = Case::generate(profile, query, seed);
        let facts = Facts::from_case(&case);
        let signed_host = O::signed_host(&facts);
        let class_in = |table: &[(Class, _)]| {
            let mut classes = table.iter().map(|(class, _)| *class);
            classes.find(|class| facts.fit(*class, &signed_host))
        };
        let (refused, differs) = (class_in(REFUSED), class_in(O::DIFFERS));

        let ours = case.sign().map(|parts| signature(&parts.headers));
        let theirs = ours.as_ref().map(|_| oracle.sign(&facts));
        let as_expected = match (&ours, &theirs) {
            (Ok(ours), Ok(theirs)) => refused.is_none() && (ours == theirs) == differs.is_none(),
            _ => refused.is_some(),
        };
        assert!(
            as_expected,
            "seed {seed} is of {refused:?}, {differs:?}\n{case:#?}\nours {ours:#?}\n\
             theirs {theirs:#?}\n{}",
            case.canonical_request().map_or_else(
                |error| error.to_string(),
                |it| it.canonical_request().into()
            )
        );
        match refused.or(differs) {
            None => alike += 1,
            Some(class) => *counts.entry(class).or_default() += 1,
        }
    }

    println!("{cases} requests, {alike} signed alike");
    for (table, outcome) in [(REFUSED, "refused"), (O::DIFFERS, "differs")] {
        for (class, reason) in table {
            let count = counts.get(class).copied().unwrap_or_default();
            println!("{count:7} {class:?}, {outcome}: {reason}");
            // A class that no request falls into says nothing.
            let occurs = count > 0 || cases < DEFAULT_CASES;
            let can_occur = class.can_occur(profile, query);
            assert!(occurs || !can_occur, "{class:?} did not occur");
        }
    }
    assert!(alike > cases / 2, "only {alike} of {cases} say something");
}

/// The headers that a signature consists of.
fn signature(headers: &http::HeaderMap) -> Signature {
    let names = [
        "authorization",
        "x-amz-content-sha256",
        "x-amz-date",
        "x-amz-security-token",
    ];
    let signed = names
        .into_iter()
        .filter_map(|name| Some((name, headers.get(name)?)));
    signed
        .map(|(name, value)| (name.into(), value.to_str().unwrap().into()))
        .collect()
}
