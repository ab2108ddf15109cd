//! What a link to a heading ends with, as [GitHub makes it].
//!
//! [GitHub makes it]: https://docs.github.com/en/get-started/writing-on-github/getting-started-with-writing-and-formatting-on-github/basic-writing-and-formatting-syntax#section-links

use std::collections::BTreeSet;

use crate::document::Document;

/// Returns the anchor of every heading of a document.
pub(crate) fn anchors(document: &Document) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for heading in document.prose().lines().filter_map(heading) {
        let anchor = anchor(heading);
        // Of headings that are alike, each after the first has a number.
        let numbered = (1..).map(|number| format!("{anchor}-{number}"));
        let mut names = [anchor.clone()].into_iter().chain(numbered);
        found.insert(names.find(|name| !found.contains(name)).unwrap());
    }
    found
}

/// Returns the text of a line that is a heading, of `## Two words ##` the two words.
fn heading(line: &str) -> Option<&str> {
    let text = line.trim_start_matches('#');
    let is_heading = (1..=6).contains(&(line.len() - text.len())) && text.starts_with(' ');
    is_heading.then(|| text.trim_end_matches('#').trim())
}

fn anchor(heading: &str) -> String {
    let kept = |letter: char| letter.is_alphanumeric() || "-_ ".contains(letter);
    let text = without_links(heading).to_lowercase();
    text.chars()
        .filter(|&letter| kept(letter))
        .collect::<String>()
        .replace(' ', "-")
}

/// Returns a heading with the text of its links in their place.
fn without_links(heading: &str) -> String {
    let mut parts = heading.split("](");
    let first = parts.next().unwrap().to_owned();
    parts.fold(first, |text, part| {
        text + part.split_once(')').map_or(part, |(_, rest)| rest)
    })
}

#[test]
fn an_anchor_is_the_heading_in_lower_case_without_punctuation() {
    for (heading, expected) in [
        ("What no machine checks", "what-no-machine-checks"),
        ("`GET` works, and `POST`: not", "get-works-and-post-not"),
        ("With an `@`, a `%2F`", "with-an--a-2f"),
        ("x-amz_date's Größe", "x-amz_dates-größe"),
        (
            "See [the *page*](https://example.com/a_b) first",
            "see-the-page-first",
        ),
    ] {
        assert_eq!(anchor(heading), expected);
    }
}

#[test]
fn headings_that_are_alike_are_numbered() {
    let text = "# One\n\n## One ##\n\n### One-1\n\n```sh\n# None\n```\n\n#None\n\n####### None\n";
    let document = Document {
        path: "one.md".into(),
        text: text.to_owned(),
    };
    assert_eq!(
        anchors(&document),
        ["one", "one-1", "one-1-1"].map(str::to_owned).into()
    );
}
