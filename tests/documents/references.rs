//! Links, files and names that the documents speak of.

use std::{collections::BTreeSet, fs, path::Path};

use crate::{
    anchors::anchors,
    document::Document,
    workspace::{files, root},
};

#[test]
fn every_link_into_the_workspace_leads_to_a_file_or_to_a_heading_in_it() {
    let (mut links, mut headings) = (0, 0);
    for document in Document::all() {
        for target in links_of(&document.prose()) {
            assert!(
                leads_somewhere(&document, &target),
                "{}: {target}",
                document.name()
            );
            links += 1;
            headings += usize::from(target.contains('#'));
        }
    }
    assert!(links > 10 && headings > 10);
}

#[test]
fn a_link_to_a_file_or_to_a_heading_that_is_not_there_is_noticed() {
    let document = Document {
        path: root().join("docs/new.md"),
        text: "## A new one\n".to_owned(),
    };
    for (target, leads) in [
        ("releasing.md", true),
        ("release.md", false),
        ("releasing.md#what-no-machine-checks", true),
        ("releasing.md#what-no-man-checks", false),
        ("release.md#what-no-machine-checks", false),
        ("../Cargo.toml", true),
        ("../Cargo.toml#workspace", false),
        ("#a-new-one", true),
        ("#an-old-one", false),
        ("#", false),
    ] {
        assert_eq!(leads_somewhere(&document, target), leads, "{target}");
    }
}

#[test]
fn links_in_the_text_and_below_it_are_found_but_for_those_to_other_sites() {
    let prose = "See [this](a.md#b), [that][that] and [it](https://example.com).\n\n[that]: #c\n";
    assert_eq!(links_of(prose), ["a.md#b", "#c"]);
}

/// Returns where the links of a text lead that stay in the workspace.
fn links_of(prose: &str) -> Vec<String> {
    let inline = prose.split("](").skip(1).map(|rest| rest.split(')').next());
    let below = prose
        .lines()
        .filter(|line| line.starts_with('['))
        .map(|line| line.split_once("]: ").map(|(_, target)| target));
    let links = inline.chain(below).flatten();
    let own = links.filter(|target| !target.contains("://"));
    own.map(str::to_owned).collect()
}

fn leads_somewhere(document: &Document, target: &str) -> bool {
    let (file, heading) = match target.split_once('#') {
        Some((file, heading)) => (file, Some(heading)),
        None => (target, None),
    };
    let path = match file {
        "" => document.path.clone(),
        file => document.path.parent().unwrap().join(file),
    };
    let Some(heading) = heading else {
        return path.exists();
    };
    let text = match file {
        "" => Some(document.text.clone()),
        file => file
            .ends_with(".md")
            .then(|| fs::read_to_string(&path).ok())
            .flatten(),
    };
    text.is_some_and(|text| anchors(&Document { path, text }).contains(heading))
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
