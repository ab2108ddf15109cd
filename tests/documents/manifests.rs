//! What a crate needs to be published and shown on docs.rs.

use std::{fs, path::Path, process::Command};

use serde_json::json;

use crate::workspace::{files, folder, is_published, members, root};

#[test]
fn every_crate_has_a_readme_of_its_own() {
    for package in members() {
        let name = package["name"].as_str().unwrap();
        if !is_published(&package) && !folder(&package).parent().unwrap().ends_with("crates") {
            continue;
        }
        assert_eq!(package["readme"], "README.md", "{name}");
        let readme = fs::read_to_string(folder(&package).join("README.md")).unwrap();
        assert!(readme.starts_with(&format!("# {name}\n")), "{name}");
    }
}

#[test]
fn every_published_crate_is_shown_on_docs_rs_with_all_its_features() {
    let mut libraries = 0;
    for package in members().into_iter().filter(is_published) {
        let name = package["name"].as_str().unwrap();
        for field in ["description", "license", "rust_version"] {
            assert!(package[field].is_string(), "{name} has no {field}");
        }
        for field in ["keywords", "categories"] {
            let count = package[field].as_array().unwrap().len();
            assert!((1..=5).contains(&count), "{name}: {count} {field}");
        }
        // A command alone has nothing to show there.
        let library = folder(&package).join("src/lib.rs");
        let Ok(guide) = fs::read_to_string(library) else {
            continue;
        };
        libraries += 1;
        assert_eq!(
            package["metadata"]["docs"]["rs"],
            json!({ "all-features": true, "rustdoc-args": ["--cfg", "docsrs"] }),
            "{name}"
        );
        // Without it, nobody sees which item needs which feature.
        assert!(
            guide.contains("\n#![cfg_attr(docsrs, feature(doc_cfg))]\n"),
            "{name}"
        );
    }
    assert_eq!(libraries, 4);
}

/// Both licences ask for it, and a package holds only what is below its folder.
#[test]
fn every_published_crate_contains_the_text_of_its_licences() {
    for package in members().into_iter().filter(is_published) {
        for licence in ["LICENSE-APACHE", "LICENSE-MIT"] {
            let read = |folder: &Path| fs::read_to_string(folder.join(licence)).ok();
            let name = package["name"].as_str().unwrap();
            assert_eq!(read(&folder(&package)), read(&root()), "{name}: {licence}");
        }
    }
}

/// It would not be in the package.
#[test]
fn no_published_crate_includes_a_file_from_outside_of_itself() {
    let files = files();
    let mut included = 0;
    for package in members().iter().filter(|package| is_published(package)) {
        let sources = folder(package).join("src");
        let is_source = |path: &&std::path::PathBuf| {
            path.starts_with(&sources) && path.extension().is_some_and(|end| end == "rs")
        };
        for path in files.iter().filter(is_source) {
            let text = fs::read_to_string(path).unwrap();
            for macro_name in ["include_str!(\"", "include_bytes!(\"", "include!(\""] {
                for rest in text.split(macro_name).skip(1) {
                    let file = rest.split('"').next().unwrap();
                    let file = path.parent().unwrap().join(Path::new(file));
                    let file = file.canonicalize().unwrap();
                    let folder = folder(package).canonicalize().unwrap();
                    assert!(file.starts_with(folder), "{}", path.display());
                    included += 1;
                }
            }
        }
    }
    assert!(included > 0);
}

/// Cargo takes a package that has no version out of the published manifest, so what uses it would not compile.
/// Tests and benches use one, and stay in the repository.
#[test]
fn every_published_crate_contains_its_sources_and_documents_alone() {
    for package in members().into_iter().filter(is_published) {
        let name = package["name"].as_str().unwrap();
        let output = Command::new(env!("CARGO"))
            .args(["package", "--list", "--allow-dirty", "--offline"])
            .args(["--package", name])
            .current_dir(root())
            .output()
            .unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{name}: {errors}");
        let archive = String::from_utf8(output.stdout).unwrap();
        let expected = |file: &&str| match file.split_once(['/', '\\']) {
            Some((folder, _)) => ["docs", "src"].contains(&folder),
            None => [".cargo_vcs_info.json", "Cargo", "LICENSE", "README.md"]
                .iter()
                .any(|start| file.starts_with(start)),
        };
        let (expected, others) = archive.lines().partition::<Vec<_>, _>(expected);
        assert_eq!(others, [""; 0], "{name}");
        assert!(expected.len() > 10, "{name}: {expected:?}");
    }
}

#[test]
fn no_source_of_a_published_crate_uses_an_unpublished_one() {
    let files = files();
    let mut unpublished = 0;
    for package in members().iter().filter(|package| is_published(package)) {
        let sources = folder(package).join("src");
        for dependency in package["dependencies"].as_array().unwrap() {
            if dependency["path"].is_null() || dependency["req"] != "*" {
                continue;
            }
            unpublished += 1;
            let name = dependency["name"].as_str().unwrap().replace('-', "_");
            for path in files.iter().filter(|path| path.starts_with(&sources)) {
                if path.extension().is_some_and(|end| end == "rs") {
                    let text = fs::read_to_string(path).unwrap();
                    assert!(!text.contains(&name), "{}: {name}", path.display());
                }
            }
        }
    }
    assert!(unpublished > 0);
}
