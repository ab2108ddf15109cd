//! The metrics that documents name are those that are recorded.

use std::{collections::BTreeSet, fs, path::Path};

use crate::workspace::root;

const GUIDES: [&str; 2] = [
    "crates/credentials-cache/src/lib.rs",
    "crates/tower-sigv4/src/lib.rs",
];

#[test]
fn the_dashboard_shows_every_metric_and_no_other() {
    let recorded: BTreeSet<String> = GUIDES.iter().flat_map(metrics).collect();
    assert!(recorded.len() > 20, "{recorded:?}");
    assert_eq!(metrics("docs/dashboard.json"), recorded);
    let dashboard = fs::read_to_string(root().join("docs/dashboard.json")).unwrap();
    serde_json::from_str::<serde_json::Value>(&dashboard).unwrap();
}

#[test]
fn the_operations_guide_names_metrics_and_causes_that_there_are() {
    let recorded: BTreeSet<String> = GUIDES.iter().flat_map(metrics).collect();
    let named = metrics("docs/operations.md");
    assert!(named.is_subset(&recorded), "{named:?}");

    let codes = fs::read_to_string(root().join("crates/http-sigv4/src/error_code.rs")).unwrap();
    let kinds = codes.split("pub enum ErrorKind {").nth(1).unwrap();
    let kinds = kinds.split("\n}").next().unwrap();
    let kinds: Vec<_> = kinds
        .lines()
        .filter_map(|line| line.trim().strip_suffix(','))
        .collect();
    let guide = fs::read_to_string(root().join("docs/operations.md")).unwrap();
    let causes = guide.lines().filter(|line| line.contains(". **`"));
    let mut count = 0;
    for cause in causes.flat_map(|line| line.split('`').skip(1).step_by(2)) {
        let is_name = cause.chars().all(|it| it.is_ascii_lowercase() || it == '_');
        if is_name
            && cause.contains('_')
            && !cause.starts_with("aws_")
            && cause != "credentials_cache"
        {
            let kind: String = cause.split('_').map(capitalized).collect();
            assert!(kinds.contains(&kind.as_str()), "{cause}");
            count += 1;
        }
    }
    assert!(count >= 8, "{count}");
}

fn capitalized(word: &str) -> String {
    let (first, rest) = word.split_at(1);
    first.to_uppercase() + rest
}

/// The metrics that a file names.
fn metrics(path: impl AsRef<Path>) -> BTreeSet<String> {
    let text = fs::read_to_string(root().join(path)).unwrap();
    let words = text.split(|it: char| !it.is_ascii_alphanumeric() && it != '_');
    let is_metric =
        |word: &&str| word.starts_with("aws_sigv4_") || word.starts_with("aws_credentials_cache_");
    words.filter(is_metric).map(ToOwned::to_owned).collect()
}
