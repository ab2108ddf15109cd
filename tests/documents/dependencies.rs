//! The `[dependencies]` blocks of the READMEs: what they name exists, and it is what the programs use.

use std::{collections::BTreeSet, fs};

use serde_json::Value;
use syn::{
    Item, ItemUse, Path, UseTree,
    visit::{self, Visit},
};

use crate::{
    document::Document,
    projects::Project,
    workspace::{members, metadata, packages, root},
};

/// Features of other crates are what [`projects`](crate::projects) compiles with.
#[test]
fn every_dependency_of_a_readme_is_a_crate_of_the_workspace_or_of_its_lock_file() {
    let members = members();
    let locked = locked();
    for document in Document::with_programs() {
        let dependencies = dependencies(&document, "dependencies-named");
        assert!(!dependencies.is_empty(), "{} names none", document.name());
        for dependency in dependencies {
            let line = format!("{}: {dependency}", document.name());
            let name = dependency["name"].as_str().unwrap();
            let wanted = dependency["req"].as_str().unwrap();
            let versions = locked.iter().filter(|package| package.0 == name);
            let mut versions = versions.map(|package| package.1.as_str());
            assert!(versions.any(|version| is_meant(version, wanted)), "{line}");
            let own = members.iter().find(|package| package["name"] == name);
            for feature in dependency["features"].as_array().unwrap() {
                let exists = |own: &Value| own["features"].get(feature.as_str().unwrap()).is_some();
                assert!(own.is_none_or(exists), "no feature {feature}: {line}");
            }
        }
    }
}

#[test]
fn the_dependencies_of_a_readme_are_the_crates_that_its_programs_use() {
    for document in Document::with_programs() {
        let named: BTreeSet<_> = dependencies(&document, "dependencies-used")
            .iter()
            .map(|dependency| dependency["name"].as_str().unwrap().replace('-', "_"))
            .collect();
        let mut used = BTreeSet::new();
        for program in document.blocks("rust") {
            used.extend(crates(&program));
        }
        assert_eq!(named, used, "{}", document.name());
    }
}

/// What cargo reads from a document's blocks, in a folder of the test's own: tests run side by side.
fn dependencies(document: &Document, folder: &str) -> Vec<Value> {
    let project = Project::new(folder, document, &[]);
    let packages = packages(&metadata(&project.manifest()));
    packages[0]["dependencies"].as_array().unwrap().clone()
}

/// Returns whether a version begins as is wanted.
fn is_meant(version: &str, wanted: &str) -> bool {
    let rest = version.strip_prefix(wanted.trim_start_matches('^'));
    wanted == "*" || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// The names and the versions of the lock file.
fn locked() -> Vec<(String, String)> {
    let lock = fs::read_to_string(root().join("Cargo.lock")).unwrap();
    let value = |line: Option<&str>, key: &str| {
        let value = line?.strip_prefix(key)?.strip_prefix(" = ")?;
        Some(value.trim_matches('"').to_owned())
    };
    let package = |package: &str| {
        let mut lines = package.lines();
        Some((
            value(lines.next(), "name")?,
            value(lines.next(), "version")?,
        ))
    };
    let packages: Vec<_> = lock.split("[[package]]\n").filter_map(package).collect();
    assert!(packages.len() > 100);
    packages
}

/// The crates that a program uses, but for those that come with Rust.
fn crates(program: &str) -> BTreeSet<String> {
    let file = syn::parse_file(program).unwrap();
    let mut found = Crates::default();
    for item in &file.items {
        if let Item::Use(ItemUse { tree, .. }) = item {
            found.imported.extend(names(tree));
        }
    }
    found.visit_file(&file);
    found.used.remove("std");
    found.used
}

#[derive(Default)]
struct Crates {
    imported: BTreeSet<String>,
    used: BTreeSet<String>,
}

impl Visit<'_> for Crates {
    fn visit_item_use(&mut self, item: &ItemUse) {
        if let UseTree::Path(path) = &item.tree {
            self.used.insert(path.ident.to_string());
        }
    }

    /// A path of several names that begins in lower case begins with a crate, if nothing of that
    /// name is imported.
    fn visit_path(&mut self, path: &Path) {
        let first = path.segments[0].ident.to_string();
        let is_lower = first.starts_with(|first: char| first.is_ascii_lowercase());
        if path.segments.len() > 1 && is_lower && !self.imported.contains(&first) {
            self.used.insert(first);
        }
        visit::visit_path(self, path);
    }
}

/// The names that a `use` brings in.
fn names(tree: &UseTree) -> Vec<String> {
    match tree {
        UseTree::Path(path) => names(&path.tree),
        UseTree::Group(group) => group.items.iter().flat_map(names).collect(),
        UseTree::Name(name) => vec![name.ident.to_string()],
        UseTree::Rename(rename) => vec![rename.rename.to_string()],
        UseTree::Glob(_) => Vec::new(),
    }
}
