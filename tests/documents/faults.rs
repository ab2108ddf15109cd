//! The table of faults against the tests that are named after them.

use std::{collections::BTreeSet, fs};

use crate::{
    document::Document,
    workspace::{files, root},
};

#[test]
fn each_fault_of_the_table_has_a_test_and_each_test_of_a_fault_is_in_the_table() {
    let table = faults_of_the_table();
    let tested = tested_faults();
    assert_eq!(table, (1..=63).collect(), "the table has gaps");
    assert_eq!(table, tested);
}

/// Reads the first column of the table: `F1`, `F2, F3`, `F16 to F20`.
fn faults_of_the_table() -> BTreeSet<u32> {
    let documents = Document::all();
    let design = root().join("DESIGN.md");
    let design = documents.iter().find(|document| document.path == design);
    let mut found = BTreeSet::new();
    for line in design.unwrap().text.lines() {
        let Some(cell) = line.strip_prefix("| F") else {
            continue;
        };
        let cell = cell.split('|').next().unwrap();
        let numbers: Vec<u32> = cell
            .split(|letter: char| !letter.is_ascii_digit())
            .filter(|number| !number.is_empty())
            .map(|number| number.parse().unwrap())
            .collect();
        match (cell.contains(" to "), &numbers[..]) {
            (true, [first, last]) => found.extend(*first..=*last),
            _ => found.extend(numbers),
        }
    }
    found
}

/// Reads the names of tests: `fn f01_...`, `fn f58_f59_...`.
fn tested_faults() -> BTreeSet<u32> {
    let mut found = BTreeSet::new();
    for path in files() {
        if path.extension().is_none_or(|end| end != "rs") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        for name in text.split("fn f").skip(1) {
            let name = format!("f{}", name.split('(').next().unwrap());
            let numbers = name
                .split('_')
                .map_while(|part| part.strip_prefix('f')?.parse::<u32>().ok());
            found.extend(numbers);
        }
    }
    found
}
