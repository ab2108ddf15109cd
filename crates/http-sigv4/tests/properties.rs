//! What holds for every path, query and set of headers, on generated ones.

mod common;

use std::ops::Range;

use common::{get, key, moment, seen, sign, signature};
use fastrand::Rng;
use http_sigv4::{Payload, Profile, Signer};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, percent_encode};

#[test]
fn a_canonical_query_is_its_own_canonical_form() {
    for_each_query(|query| {
        let once = canonical_query(query);
        assert_eq!(canonical_query(&once), once);
    });
}

#[test]
fn a_canonical_query_holds_the_decoded_pairs_sorted_by_encoded_name_and_then_value() {
    for_each_query(|query| {
        let canonical = canonical_query(query);
        let encoded: Vec<_> = canonical
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| pair.split_once('=').unwrap())
            .collect();
        assert!(encoded.is_sorted(), "{canonical}");

        let mut expected = pairs(&query.replace('+', " "));
        expected.sort();
        let mut found = pairs(&canonical);
        found.sort();
        assert_eq!(found, expected);
    });
}

#[test]
fn the_order_of_a_query_does_not_matter() {
    let mut rng = Rng::with_seed(1);
    for_each_query(|query| {
        let mut pairs: Vec<_> = query.split('&').collect();
        rng.shuffle(&mut pairs);
        assert_eq!(canonical_query(&pairs.join("&")), canonical_query(query));
    });
}

#[test]
fn a_strictly_encoded_pair_stands_in_the_canonical_query_as_it_is() {
    let mut rng = Rng::with_seed(2);
    for _ in 0..CASES {
        let pair = [(); 2]
            .map(|()| encoded(&bytes(&mut rng, 0..20), STRICT))
            .join("=");
        assert_eq!(canonical_query(&pair), pair);
    }
}

#[test]
fn a_canonical_path_is_the_encoded_form_of_a_path_that_is_normal_already() {
    for_each_path(|path| {
        let once = canonical_path(Profile::STANDARD, path);
        let normal = percent_decode_str(&once).decode_utf8().unwrap();
        assert_eq!(canonical_path(Profile::STANDARD, &normal), once);

        let (_, segments) = normal.split_once('/').unwrap();
        let segments = segments.strip_suffix('/').unwrap_or(segments);
        let is_normal = |segment: &str| !matches!(segment, "" | "." | "..");
        assert!(
            segments.is_empty() || segments.split('/').all(is_normal),
            "{normal}"
        );
    });
}

#[test]
fn a_path_of_unreserved_characters_is_its_own_canonical_form_once_it_is_normal() {
    for_each_path(|path| {
        let plain: String = path
            .chars()
            .filter(|char| "/.-_~aB9".contains(*char))
            .collect();
        if plain.ends_with("/.") || plain.ends_with("/..") {
            return;
        }
        let once = canonical_path(Profile::STANDARD, &plain);
        assert_eq!(canonical_path(Profile::STANDARD, &once), once);
    });
}

#[test]
fn a_canonical_s3_path_names_the_same_key_and_is_its_own_canonical_form() {
    for_each_path(|path| {
        let once = canonical_path(Profile::S3, path);
        assert_eq!(decoded(&once), decoded(&path.replace('+', " ")));
        assert_eq!(canonical_path(Profile::S3, &once), once);
    });
}

#[test]
fn an_encoded_object_key_stands_in_the_canonical_path_as_it_is() {
    const STRICT_KEY: &AsciiSet = &STRICT.remove(b'/');
    let mut rng = Rng::with_seed(3);
    for _ in 0..CASES {
        let path = "/".to_owned() + &encoded(&bytes(&mut rng, 0..40), STRICT_KEY);
        assert_eq!(canonical_path(Profile::S3, &path), path);
    }
}

#[test]
fn neither_the_order_of_headers_nor_the_spaces_between_words_matter() {
    let mut rng = Rng::with_seed(4);
    let names = ["content-type", "x-amz-a", "x-amz-b", "x-amz-meta-c"];
    for _ in 0..CASES {
        let words = names.map(|_| [(); 3].map(|()| *rng.choice(WORDS).unwrap()));
        let mut plain = get("https://h/", &[]);
        for (name, words) in names.iter().zip(&words) {
            plain
                .headers
                .append(*name, words.join(" ").parse().unwrap());
        }

        let mut spaced = get("https://h/", &[]);
        let mut order = [0, 1, 2, 3];
        rng.shuffle(&mut order);
        for at in order {
            let mut value = " ".repeat(rng.usize(..3));
            for word in words[at] {
                value = value + word + &" ".repeat(rng.usize(1..4));
            }
            spaced.headers.append(names[at], value.parse().unwrap());
        }
        sign(&mut plain).unwrap();
        sign(&mut spaced).unwrap();
        assert_eq!(signature(&plain), signature(&spaced), "{}", seen(&spaced));
    }
}

const CASES: u64 = 5_000;

const STRICT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

#[rustfmt::skip]
const PIECES: &[&str] = &[
    "a", "B9", "-", ".", "_", "~", "/", "/", ".", "..", "%20", "%2F", "%2f", "%2e", "%25", "%FF",
    "%00", "%", "%z", "%4", "+", "%2B", "@", ":", "!'()*", "$,;", "{}", "\"", "\u{e9}", "\u{1f600}",
];

const WORDS: &[&str] = &["a", "\"b\"", "c,", ",", "=;%+/:", "~"];

fn for_each_path(mut check: impl FnMut(&str)) {
    let mut rng = Rng::with_seed(5);
    for _ in 0..CASES {
        let path = format!(
            "/{}/{}",
            text(&mut rng, PIECES),
            rng.choice(["", "a"]).unwrap()
        );
        check(&path);
    }
}

fn for_each_query(mut check: impl FnMut(&str)) {
    let mut rng = Rng::with_seed(6);
    let pieces = [PIECES, &["&", "=", "&", "=", "?", "&&"]].concat();
    for _ in 0..CASES {
        // A `"` is none of a query's characters, but all of them are a path's.
        check(&text(&mut rng, &pieces).replace('"', ""));
    }
}

fn text(rng: &mut Rng, pieces: &[&str]) -> String {
    (0..rng.usize(..20))
        .map(|_| *rng.choice(pieces).unwrap())
        .collect()
}

fn bytes(rng: &mut Rng, length: Range<usize>) -> Vec<u8> {
    let length = rng.usize(length);
    std::iter::repeat_with(|| rng.u8(..)).take(length).collect()
}

fn canonical_path(profile: Profile, path: &str) -> String {
    canonical(profile, &format!("https://h{path}"), 1)
}

fn canonical_query(query: &str) -> String {
    canonical(Profile::STANDARD, &format!("https://h/?{query}"), 2)
}

fn canonical(profile: Profile, uri: &str, line: usize) -> String {
    let request = Signer::new(profile)
        .prepare(&mut get(uri, &[]), &key(), Payload::EMPTY, moment())
        .unwrap()
        .canonical_request();
    let line = request.canonical_request().lines().nth(line);
    line.unwrap().to_owned()
}

fn encoded(bytes: &[u8], set: &'static AsciiSet) -> String {
    percent_encode(bytes, set).to_string()
}

fn decoded(text: &str) -> Vec<u8> {
    percent_decode_str(text).collect()
}

/// The decoded names and values of a query.
fn pairs(query: &str) -> Vec<(Vec<u8>, Vec<u8>)> {
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decoded(name), decoded(value)))
        .collect()
}
