//! Arrows between files point down: no file of a library uses one that uses it, over however many
//! others.
//!
//! Reads every `use` and every path that begins with `crate`, `self` or `super`, and follows
//! re-exports to the file that defines the name. Tests inside of the files do not count.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use syn::{
    File, Item, ItemMod, ItemUse, UseTree, Visibility,
    visit::{self, Visit},
};

/// A module's path within its crate, without `crate`. The root is empty.
type Module = Vec<String>;

const CRATES: [&str; 4] = [
    "credentials-cache",
    "http-sigv4",
    "iam-gateway",
    "tower-sigv4",
];

#[test]
fn no_file_uses_one_that_uses_it() {
    for name in CRATES {
        let house = House::read(&workspace().join("crates").join(name).join("src"));
        let arrows = house.arrows();
        let circles = circles(&arrows);
        let shown: Vec<_> = circles
            .iter()
            .map(|circle| {
                circle
                    .iter()
                    .map(|module| module.join("::"))
                    .collect::<Vec<_>>()
            })
            .collect();
        println!(
            "{name}: {} files, {} circles",
            house.files.len(),
            circles.len()
        );
        assert!(circles.is_empty(), "{name}: files in circles: {shown:#?}");
    }
}

/// What each crate may use of the others here. Cargo keeps the arrows from being a circle; this keeps
/// them from being drawn at all.
#[test]
fn crates_use_only_those_below_them() {
    for (name, allowed) in [
        ("credentials-cache", &[][..]),
        ("http-sigv4", &[]),
        ("iam-gateway", &[]),
        ("sigv4-testkit", &[]),
        ("tower-sigv4", &["credentials-cache", "http-sigv4"]),
    ] {
        let manifest = workspace().join("crates").join(name).join("Cargo.toml");
        let manifest = fs::read_to_string(manifest).unwrap();
        let dependencies = manifest
            .split("\n[dependencies]")
            .nth(1)
            .unwrap_or_default();
        let dependencies = dependencies.split("\n[").next().unwrap_or_default();
        for other in CRATES.iter().chain(&["sigv4-testkit"]) {
            let uses = dependencies.lines().any(|line| {
                let key = line.split(['.', ' ', '=']).next().unwrap_or_default();
                key == *other
            });
            assert!(!uses || allowed.contains(other), "{name} uses {other}");
        }
    }
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The files of a crate.
struct House {
    files: BTreeMap<Module, File>,
    /// Where a module's re-exports come from: a name, and the path that it stands for.
    exports: BTreeMap<Module, BTreeMap<String, Vec<String>>>,
}

impl House {
    fn read(src: &Path) -> Self {
        let mut files = BTreeMap::new();
        read_files(src, &mut Vec::new(), &mut files);
        let mut exports = BTreeMap::new();
        for (module, file) in &files {
            let mut names = BTreeMap::new();
            for item in &file.items {
                if let Item::Use(ItemUse { vis, tree, .. }) = item
                    && !matches!(vis, Visibility::Inherited)
                {
                    each_path(tree, &mut Vec::new(), &mut |path, name| {
                        names.insert(name, absolute(module, path));
                    });
                }
            }
            exports.insert(module.clone(), names);
        }
        Self { files, exports }
    }

    /// Which files each file uses.
    fn arrows(&self) -> BTreeMap<Module, BTreeSet<Module>> {
        let mut arrows = BTreeMap::new();
        for (module, file) in &self.files {
            let mut paths = Paths::default();
            paths.visit_file(file);
            let used = paths.found.iter().filter_map(|path| {
                let target = self.definition(&absolute(module, path), 0)?;
                (target != *module).then_some(target)
            });
            arrows.insert(module.clone(), used.collect());
        }
        arrows
    }

    /// The file that a path leads to, through re-exports.
    fn definition(&self, path: &[String], depth: usize) -> Option<Module> {
        assert!(depth < 32, "re-exports without an end: {path:?}");
        let length = (0..=path.len())
            .rev()
            .find(|&length| self.files.contains_key(&path[..length]))?;
        let (module, rest) = path.split_at(length);
        if let Some((name, rest)) = rest.split_first()
            && let Some(target) = self.exports[module].get(name)
        {
            let target: Vec<_> = target.iter().chain(rest).cloned().collect();
            return self.definition(&target, depth + 1);
        }
        Some(module.to_vec())
    }
}

fn read_files(folder: &Path, module: &mut Module, files: &mut BTreeMap<Module, File>) {
    let mut entries: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    entries.sort();
    for path in entries {
        let stem = path.file_stem().unwrap().to_str().unwrap().to_owned();
        if path.is_dir() {
            // A command is a crate of its own.
            if stem != "bin" {
                module.push(stem);
                read_files(&path, module, files);
                module.pop();
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let file = syn::parse_file(&fs::read_to_string(&path).unwrap()).unwrap();
            let mut name = module.clone();
            if !matches!(&*stem, "mod" | "lib") {
                name.push(stem);
            }
            files.insert(name, file);
        }
    }
}

/// A path as seen from the crate's root.
fn absolute(module: &Module, path: &[String]) -> Vec<String> {
    let mut base = module.clone();
    let mut rest = path;
    match path.first().map(String::as_str) {
        Some("crate") => {
            base.clear();
            rest = &path[1..];
        }
        Some("self") => rest = &path[1..],
        Some("super") => {
            while rest.first().is_some_and(|part| part == "super") {
                base.pop();
                rest = &rest[1..];
            }
        }
        // Another crate's, or a child's.
        _ => {}
    }
    base.extend(rest.iter().cloned());
    base
}

fn each_path(tree: &UseTree, path: &mut Vec<String>, found: &mut impl FnMut(&[String], String)) {
    match tree {
        UseTree::Path(step) => {
            path.push(step.ident.to_string());
            each_path(&step.tree, path, found);
            path.pop();
        }
        UseTree::Name(name) => {
            let name = name.ident.to_string();
            match &*name {
                "self" => found(path, path.last().cloned().unwrap_or_default()),
                _ => {
                    path.push(name.clone());
                    found(path, name);
                    path.pop();
                }
            }
        }
        UseTree::Rename(rename) => {
            path.push(rename.ident.to_string());
            found(path, rename.rename.to_string());
            path.pop();
        }
        UseTree::Glob(_) => found(path, String::new()),
        UseTree::Group(group) => {
            for tree in &group.items {
                each_path(tree, path, found);
            }
        }
    }
}

/// The paths of this crate that a file names.
#[derive(Default)]
struct Paths {
    found: Vec<Vec<String>>,
}

impl Paths {
    fn note(&mut self, path: Vec<String>) {
        let is_ours = |first: &String| matches!(&**first, "crate" | "self" | "super");
        // `self.field` is no path, and `Self` none of a module.
        if path.len() > 1 && path.first().is_some_and(is_ours) {
            self.found.push(path);
        }
    }
}

impl<'ast> Visit<'ast> for Paths {
    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        // A module's re-exports are no use of its own: who uses the name uses what is behind it.
        if matches!(item.vis, Visibility::Inherited) {
            each_path(&item.tree, &mut Vec::new(), &mut |path, _| {
                self.note(path.to_vec());
            });
        }
    }

    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        let is_test = item.attrs.iter().any(|attribute| {
            attribute.path().is_ident("cfg")
                && attribute
                    .parse_args::<syn::Ident>()
                    .is_ok_and(|ident| ident == "test")
        });
        if !is_test {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let parts = path
            .segments
            .iter()
            .map(|segment| segment.ident.to_string());
        self.note(parts.collect());
        visit::visit_path(self, path);
    }
}

/// Groups of files that use each other: what is left when files are taken away that use none of the
/// rest, or that none of the rest uses.
fn circles(arrows: &BTreeMap<Module, BTreeSet<Module>>) -> Vec<BTreeSet<Module>> {
    let reaches = |from: &Module| {
        let mut seen = BTreeSet::new();
        let mut next: Vec<_> = arrows[from].iter().collect();
        while let Some(module) = next.pop() {
            if seen.insert(module.clone()) {
                next.extend(&arrows[module]);
            }
        }
        seen
    };
    let reached: BTreeMap<_, _> = arrows
        .keys()
        .map(|module| (module, reaches(module)))
        .collect();
    let mut circles = Vec::new();
    let mut grouped = BTreeSet::new();
    for (module, below) in &reached {
        if below.contains(*module) && !grouped.contains(*module) {
            let circle: BTreeSet<Module> = below
                .iter()
                .filter(|other| reached[other].contains(*module))
                .cloned()
                .collect();
            grouped.extend(circle.iter().cloned());
            circles.push(circle);
        }
    }
    circles
}

#[test]
fn a_circle_is_found() {
    let module = |name: &str| vec![name.to_owned()];
    let arrows = BTreeMap::from([
        (module("a"), BTreeSet::from([module("b")])),
        (module("b"), BTreeSet::from([module("c")])),
        (module("c"), BTreeSet::from([module("a"), module("d")])),
        (module("d"), BTreeSet::new()),
    ]);
    let circle = BTreeSet::from(["a", "b", "c"].map(module));
    assert_eq!(circles(&arrows), [circle]);
}
