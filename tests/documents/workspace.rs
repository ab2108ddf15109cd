//! The workspace as cargo and the file system know it.

use std::{
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

/// Returns the folder of the workspace, written as cargo writes it.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

/// Reads what cargo says of the workspace or of another project, without what they depend on.
pub(crate) fn metadata(manifest: &Path) -> Value {
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--format-version",
            "1",
            "--offline",
            "--no-deps",
        ])
        .arg("--manifest-path")
        .arg(manifest)
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {errors}", manifest.display());
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The packages of the workspace.
pub(crate) fn members() -> Vec<Value> {
    packages(&metadata(&root().join("Cargo.toml")))
}

pub(crate) fn is_published(package: &Value) -> bool {
    package["publish"].is_null()
}

pub(crate) fn packages(metadata: &Value) -> Vec<Value> {
    metadata["packages"].as_array().unwrap().clone()
}

/// The folder of a package.
pub(crate) fn folder(package: &Value) -> PathBuf {
    let manifest = Path::new(package["manifest_path"].as_str().unwrap());
    manifest.parent().unwrap().to_owned()
}

/// Every file of the workspace that is not made by a tool, and every folder with one.
pub(crate) fn files() -> Vec<PathBuf> {
    let mut found = Vec::new();
    collect(&root(), &mut found);
    found
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    let left_out = [".git", "target", ".venv", "corpus", "artifacts"].map(OsStr::new);
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if left_out.contains(&path.file_name().unwrap()) {
            continue;
        }
        if path.is_dir() {
            collect(&path, found);
        }
        found.push(path);
    }
}
