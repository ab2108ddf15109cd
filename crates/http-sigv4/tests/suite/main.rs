//! AWS's published test suite, as it travels inside the `aws-sigv4` package: signed in a header and
//! presigned, with every exception listed.

mod case;
#[path = "../common/mod.rs"]
mod common;

use std::{collections::BTreeMap, fs};

use case::{Case, Kind, SignedAs};

/// The cases that are not signed as the suite says, and why.
const EXCEPTED: [(&str, &[Kind], Exception, &str); 6] = [
    (
        "get-header-value-multiline",
        &[
            Kind::V4Header,
            Kind::V4Query,
            Kind::V4aHeader,
            Kind::V4aQuery,
        ],
        Exception::NotHttp,
        "a folded header: no `HeaderValue` has a line break",
    ),
    (
        "get-space-unnormalized",
        &[
            Kind::V4Header,
            Kind::V4Query,
            Kind::V4aHeader,
            Kind::V4aQuery,
        ],
        Exception::NotHttp,
        "a raw space in the target: no `Uri` has one",
    ),
    (
        "get-space-normalized",
        &[Kind::V4aHeader, Kind::V4aQuery],
        Exception::NotHttp,
        "a raw space in the target: no `Uri` has one",
    ),
    (
        "post-sts-header-after",
        &[Kind::V4Header, Kind::V4aHeader],
        Exception::TokenUnsigned,
        "the session token is added after signing; in a header this crate always signs it",
    ),
    (
        "double-encode-path",
        &[Kind::V4Query],
        Exception::NotPublished,
        "an older case, which is signed in a header only",
    ),
    (
        "double-url-encode",
        &[Kind::V4Query],
        Exception::NotPublished,
        "an older case, which is signed in a header only",
    ),
];

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Exception {
    NotHttp,
    NotPublished,
    TokenUnsigned,
}

#[test]
fn every_request_is_signed_as_published() {
    check_all(Kind::V4Header, 40);
}

#[test]
fn every_url_is_presigned_as_published() {
    check_all(Kind::V4Query, 40);
}

#[cfg(feature = "sigv4a")]
#[test]
fn every_request_is_signed_for_a_region_set_as_published() {
    check_all(Kind::V4aHeader, 38);
}

#[cfg(feature = "sigv4a")]
#[test]
fn every_url_is_presigned_for_a_region_set_as_published() {
    check_all(Kind::V4aQuery, 38);
}

fn check_all(kind: Kind, cases: usize) {
    let folder = case::suite(kind);
    let mut names: Vec<String> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names.len(), cases, "{names:?}");

    let mut failures = Vec::new();
    let mut excepted = BTreeMap::new();
    for name in &names {
        match check(&Case::read(&folder, name, kind)) {
            Ok(wrong) => failures.extend(wrong.into_iter().map(|wrong| format!("{name}: {wrong}"))),
            Err(exception) => {
                excepted.insert(name.as_str(), exception);
            }
        }
    }
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
    let listed = EXCEPTED
        .iter()
        .filter(|(_, kinds, ..)| kinds.contains(&kind))
        .map(|(name, _, exception, _)| (*name, *exception));
    assert_eq!(excepted, listed.collect());
}

fn check(case: &Case) -> Result<Vec<String>, Exception> {
    let Some(canonical_request) = case.published("canonical-request") else {
        return Err(Exception::NotPublished);
    };
    if case.omits_token() && !case.kind().is_query() {
        return Err(Exception::TokenUnsigned);
    }
    let Some((parts, body)) = case.request() else {
        return Err(Exception::NotHttp);
    };
    let signed = match case.sign(parts, &body) {
        Ok(signed) => signed,
        Err(error) => return Ok(vec![format!("refused: {error}")]),
    };
    if case.is_single_encoded() {
        let ours = signed.canonical_request_without_s3();
        return Ok(differ("canonical request", &ours, &canonical_request));
    }
    let mut wrong = check_signature(case, &signed);
    // One case has a canonical request of another day than its signature.
    if case.name() != "double-encode-path" {
        let ours = &signed.canonical_request;
        wrong.extend(differ("canonical request", ours, &canonical_request));
    }
    if let Some(expected) = case.published("string-to-sign") {
        wrong.extend(differ("string to sign", &signed.string_to_sign, &expected));
    }
    wrong.extend(match case.kind().is_query() {
        true => differ("target", &signed.target(), &case.published_target()),
        false => differ(
            "authorization",
            &signed.authorization(),
            &case.published_authorization(),
        ),
    });
    Ok(wrong)
}

fn check_signature(case: &Case, signed: &SignedAs) -> Vec<String> {
    let Some(published) = case.published("signature") else {
        return Vec::new();
    };
    let ours = signed.signature();
    match case.public_key() {
        None => differ("signature", ours, &published),
        // No two signatures are the same, so each is verified.
        Some(key) => [("our", ours), ("the published", &published)]
            .into_iter()
            .filter(|(_, signature)| !key.verifies(&signed.string_to_sign, signature))
            .map(|(whose, _)| format!("{whose} signature does not verify"))
            .collect(),
    }
}

fn differ(what: &str, ours: &str, expected: &str) -> Vec<String> {
    match ours.trim_end() == expected.trim_end() {
        true => Vec::new(),
        false => vec![format!(
            "{what}\n  ours     {ours:?}\n  expected {expected:?}"
        )],
    }
}

/// Else the verification above could not fail.
#[cfg(feature = "sigv4a")]
#[test]
fn a_signature_of_something_else_does_not_verify() {
    let case = Case::read(
        &case::suite(Kind::V4aHeader),
        "get-vanilla",
        Kind::V4aHeader,
    );
    let (parts, body) = case.request().unwrap();
    let signed = case.sign(parts, &body).unwrap();
    let key = case.public_key().unwrap();
    assert!(key.verifies(&signed.string_to_sign, signed.signature()));
    let other = signed.string_to_sign.replace("2015", "2016");
    assert!(!key.verifies(&other, signed.signature()));
}
