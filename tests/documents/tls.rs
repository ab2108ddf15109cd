//! Programs that are there to be copied name the cryptography of rustls, which has no default where two
//! crates of a program bring one each, and panics.

use std::fs;

use crate::workspace::{files, root};

#[test]
fn every_program_for_https_names_its_cryptography() {
    let examples = root().join("examples");
    let mut named = 0;
    for path in files() {
        let is_document = path.extension().is_some_and(|end| end == "md");
        if !is_document && !path.starts_with(&examples) || !path.is_file() {
            continue;
        }
        for line in fs::read_to_string(&path).unwrap().lines() {
            let line = line.trim_start();
            let takes_default = [
                ".with_native_roots()",
                ".with_platform_verifier()",
                ".with_webpki_roots()",
            ];
            let takes_default = takes_default.iter().any(|it| line.starts_with(it));
            assert!(!takes_default, "{}: {line}", path.display());
            named += usize::from(line.starts_with(".with_provider_and_"));
        }
    }
    assert!(named >= 10, "{named}");
}
