//! Each answer of the questions and answers names what holds it.

use std::{collections::BTreeSet, fs};

use crate::workspace::{files, root};

#[test]
fn every_answer_names_tests_that_there_are_or_a_page_of_aws() {
    let tests = tests();
    let text = fs::read_to_string(root().join("docs/faq.md")).unwrap();
    let mut named = 0;
    for answer in text.split("\n### ").skip(1) {
        let question = answer.lines().next().unwrap();
        let Some((_, comment)) = answer.split_once("\n<!-- ") else {
            panic!("nothing holds the answer to: {question}");
        };
        let (comment, _) = comment.split_once(" -->").unwrap();
        match comment.split_once(": ").unwrap() {
            ("test", names) => {
                for name in names.split(", ") {
                    assert!(tests.contains(name), "no test {name}: {question}");
                    named += 1;
                }
            }
            ("source", page) => assert!(
                page.starts_with("https://docs.aws.amazon.com/"),
                "{page}: {question}"
            ),
            (other, _) => panic!("{other}: {question}"),
        }
    }
    assert!(named > 50, "{named}");
}

/// The names of all tests of the workspace.
fn tests() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for path in files() {
        if path.extension().is_some_and(|end| end == "rs") {
            let text = fs::read_to_string(path).unwrap();
            let mut is_test = false;
            for line in text.lines().map(str::trim_start) {
                let function = line.strip_prefix("async ").unwrap_or(line);
                if line.starts_with("#[test]") || line.starts_with("#[tokio::test") {
                    is_test = true;
                } else if let Some(name) = function.strip_prefix("fn ") {
                    if is_test {
                        found.insert(name.split('(').next().unwrap().to_owned());
                    }
                    is_test = false;
                }
            }
        }
    }
    found
}
