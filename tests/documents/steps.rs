//! The steps of `.ci/run` and the scripts, against what CONTRIBUTING.md and the workflows say of them.

use std::{collections::BTreeSet, fs};

use crate::workspace::root;

fn read(file: &str) -> String {
    fs::read_to_string(root().join(file)).unwrap()
}

/// The name of each step of `.ci/run`, with the program that it begins with.
fn steps() -> Vec<(String, String)> {
    let text = read(".ci/run");
    let lines = text.lines().map(str::trim_start);
    let steps = lines.filter_map(|line| line.strip_prefix("step "));
    steps
        .map(|step| {
            let mut words = step.split(' ').filter(|word| {
                *word != "env" && !word.starts_with(|first: char| first.is_ascii_uppercase())
            });
            let name = words.next().unwrap();
            let program = match words.next().unwrap() {
                "cargo" => format!("cargo {}", words.next().unwrap()),
                script => script.to_owned(),
            };
            (name.to_owned(), program)
        })
        .collect()
}

#[test]
fn contributing_lists_the_steps_of_ci_in_their_order() {
    let text = read("CONTRIBUTING.md");
    let cells = |line: &str| -> Option<Vec<String>> {
        let row = line.strip_prefix("| `")?;
        let cells = row.split(" | ").map(|cell| cell.trim_matches('`'));
        Some(cells.map(str::to_owned).collect())
    };
    let listed: Vec<_> = text
        .lines()
        .filter_map(cells)
        .filter(|cells| cells.len() == 3 && !cells[0].contains('/'))
        .map(|cells| (cells[0].clone(), cells[1].clone()))
        .collect();
    let (first, others) = steps()
        .into_iter()
        .partition::<Vec<_>, _>(|(name, _)| name == "tests");
    // The tests come first, though they stand below the functions.
    assert_eq!(listed, [first, others].concat());
}

#[test]
fn contributing_names_every_script() {
    let text = read("CONTRIBUTING.md");
    let mut scripts = 0;
    for entry in fs::read_dir(root().join("scripts")).unwrap() {
        let file = entry.unwrap().file_name().into_string().unwrap();
        if file.ends_with(".txt") || file == "__pycache__" {
            continue;
        }
        assert!(text.contains(&format!("`scripts/{file}`")), "{file}");
        scripts += 1;
    }
    assert!(scripts > 30);
}

/// Elsewhere it would fail for whoever is not root, or has no apt.
#[test]
fn one_script_installs_packages_of_the_system() {
    let mut installing = Vec::new();
    for entry in fs::read_dir(root().join("scripts")).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() && fs::read_to_string(&path).unwrap().contains("apt-get") {
            installing.push(path);
        }
    }
    assert_eq!(installing, [root().join("scripts").join("system.sh")]);
}

/// A script with a row in a table of CONTRIBUTING.md holds something, so something calls it.
#[test]
fn every_script_that_checks_is_a_step_or_runs_each_night() {
    let called = [".ci/run", ".github/workflows/nightly.yml"]
        .map(read)
        .concat();
    let contributing = read("CONTRIBUTING.md");
    let rows = contributing.lines().filter(|line| line.starts_with('|'));
    let scripts: BTreeSet<_> = rows
        .flat_map(|row| row.split('`'))
        .filter(|code| code.starts_with("scripts/"))
        .collect();
    for script in &scripts {
        assert!(called.contains(script), "{script}");
    }
    assert!(scripts.len() > 25);
}

#[test]
fn whoever_runs_the_steps_that_an_hour_has_no_room_for_runs_them_all() {
    let published: Vec<_> = steps()
        .into_iter()
        .map(|(name, _)| name)
        .skip_while(|name| name != "projects")
        .take_while(|name| name != "tests")
        .collect();
    let command = format!(".ci/run {}", published.join(" "));
    for file in [
        ".github/pull_request_template.md",
        ".github/workflows/ci.yml",
        "CONTRIBUTING.md",
        "docs/releasing.md",
    ] {
        assert!(read(file).contains(&command), "{file}: {command}");
    }
}
