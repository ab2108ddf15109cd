//! Links, files and names that the documents speak of.

use std::{collections::BTreeSet, fs, path::Path};

use crate::{
    document::Document,
    workspace::{files, root},
};

#[test]
fn every_link_into_the_workspace_leads_to_a_file() {
    let mut links = 0;
    for document in Document::all() {
        let prose = document.prose();
        let inline = prose.split("](").skip(1).map(|rest| rest.split(')').next());
        let below = prose
            .lines()
            .filter(|line| line.starts_with('['))
            .map(|line| line.split_once("]: ").map(|(_, target)| target));
        for target in inline.chain(below).flatten() {
            let target = target.split('#').next().unwrap();
            if target.is_empty() || target.contains("://") {
                continue;
            }
            let file = document.path.parent().unwrap().join(target);
            assert!(file.exists(), "{}: {target}", document.name());
            links += 1;
        }
    }
    assert!(links > 10);
}

/// What is written as code and is a path, is the end of a path that exists.
#[test]
fn every_file_that_a_document_names_exists() {
    let files: Vec<_> = files()
        .iter()
        .map(|path| path.strip_prefix(root()).unwrap().to_owned())
        .collect();
    let mut named = 0;
    for document in Document::all() {
        for code in code(&document.prose()) {
            let Some(path) = as_path(&code) else {
                continue;
            };
            let exists = files.iter().any(|file| file.ends_with(path));
            assert!(exists, "{}: `{code}`", document.name());
            named += 1;
        }
    }
    assert!(named > 50);
}

/// What is written as code and in the form of a type, is a word of the sources.
#[test]
fn every_type_that_a_document_names_is_in_the_sources() {
    let mut words = BTreeSet::new();
    for path in files() {
        if path.extension().is_some_and(|end| end == "rs") {
            // An example is called what its file or its folder is called.
            let names = [path.file_stem(), path.parent().and_then(Path::file_name)];
            let names = names.into_iter().flatten();
            words.extend(names.map(|name| name.to_string_lossy().into_owned()));
            let text = fs::read_to_string(path).unwrap();
            let of_a_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
            words.extend(text.split(|letter| !of_a_name(letter)).map(str::to_owned));
        }
    }
    // Labels of metrics are made of the names of variants.
    let labels: Vec<_> = words.iter().map(|word| snake_case(word)).collect();
    words.extend(labels);
    let mut named = 0;
    for document in Document::all() {
        for code in code(&document.prose()) {
            let name = code.trim_end_matches("()");
            let is_path = name.split("::").all(|part| {
                part.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
                    && part
                        .chars()
                        .all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
            });
            let is_type = name.starts_with(|first: char| first.is_ascii_uppercase())
                && name.contains(|letter: char| letter.is_ascii_lowercase());
            if is_path && (is_type || name.contains('_') || name.contains("::")) {
                for part in name.split("::") {
                    assert!(words.contains(part), "{}: `{code}`", document.name());
                }
                named += 1;
            }
        }
    }
    assert!(named > 50);
}

fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

/// What stands between backticks, on one line or broken over two.
fn code(prose: &str) -> Vec<String> {
    let code = prose.split('`').skip(1).step_by(2);
    code.map(|code| code.replace('\n', " ")).collect()
}

fn as_path(code: &str) -> Option<&Path> {
    const ENDS: [&str; 10] = [
        ".rs", ".sh", ".py", ".toml", ".tsv", ".md", ".txt", ".json", ".svg", "/",
    ];
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "/._-".contains(letter);
    let is_path = code.len() > 1
        && code.chars().all(is_plain)
        && !code.starts_with(['/', '.'])
        && ENDS.iter().any(|end| code.ends_with(end));
    is_path.then(|| Path::new(code))
}
