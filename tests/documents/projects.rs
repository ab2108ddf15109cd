//! The programs of the READMEs, each as a project with nothing but the dependencies that it states.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    document::Document,
    workspace::{folder, members, root},
};

/// Compiles everything once more, with the features that the READMEs ask for and no others.
#[test]
#[ignore = "compiles for minutes, and may download what the SDK's defaults bring"]
fn every_program_of_a_readme_compiles_with_the_dependencies_that_it_states() {
    let target = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("programs");
    // The test `recipes` compiles those of other documents.
    let readmes = Document::with_programs()
        .into_iter()
        .filter(Document::is_readme);
    for document in readmes {
        let programs = document.blocks("rust");
        let project = Project::new("programs", &document, &programs);
        // So that it is the versions of the workspace that are used.
        fs::copy(root().join("Cargo.lock"), project.folder.join("Cargo.lock")).unwrap();
        let status = Command::new(env!("CARGO"))
            .args(["check", "--quiet", "--bins", "--manifest-path"])
            .arg(project.manifest())
            .env("CARGO_TARGET_DIR", &target)
            .status()
            .unwrap();
        assert!(status.success(), "{}", document.name());
        println!("{}: {} compile", document.name(), programs.len());
    }
}

/// A project in a folder of its own.
pub(crate) struct Project {
    folder: PathBuf,
}

impl Project {
    /// Writes a project with the dependencies of a document. The crates that are not published yet
    /// are those of the workspace.
    pub(crate) fn new(purpose: &str, document: &Document, programs: &[String]) -> Self {
        let name = package_name(document.path.strip_prefix(root()).unwrap());
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join(purpose)
            .join(&name);
        let sources = folder.join("src/bin");
        if sources.exists() {
            fs::remove_dir_all(&sources).unwrap();
        }
        fs::create_dir_all(&sources).unwrap();
        fs::write(folder.join("src/lib.rs"), "").unwrap();
        for (number, program) in programs.iter().enumerate() {
            // What shows a part of a program, shows functions.
            let main = match program.contains("fn main()") {
                true => "",
                false => "\nfn main() {}\n",
            };
            fs::write(
                sources.join(format!("program-{number}.rs")),
                program.to_owned() + main,
            )
            .unwrap();
        }
        let patches: String = members()
            .iter()
            .map(|package| {
                let path = escaped(&self::folder(package));
                format!(
                    "{} = {{ path = \"{path}\" }}\n",
                    package["name"].as_str().unwrap()
                )
            })
            .collect();
        // Paths in a document are relative to the workspace.
        let dependencies = document
            .dependencies()
            .replace("path = \"", &format!("path = \"{}/", escaped(&root())));
        let manifest = format!(
            "[package]\nname = \"{name}\"\nedition = \"2024\"\n\n[workspace]\n\n\
             [dependencies]\n{dependencies}\n\n[patch.crates-io]\n{patches}"
        );
        fs::write(folder.join("Cargo.toml"), manifest).unwrap();
        Self { folder }
    }

    pub(crate) fn manifest(&self) -> PathBuf {
        self.folder.join("Cargo.toml")
    }
}

/// Makes a name for a package out of where a document is, whatever stands between its folders.
fn package_name(document: &Path) -> String {
    let document = document.with_extension("");
    let parts = document.iter().map(|part| part.to_str().unwrap());
    let name = parts.collect::<Vec<_>>().join("-");
    name.replace('.', "-").to_lowercase()
}

/// Returns a path as it stands between quotes in TOML, which has JSON's escapes.
fn escaped(path: &Path) -> String {
    let quoted = serde_json::to_string(path.to_str().unwrap()).unwrap();
    quoted[1..quoted.len() - 1].to_owned()
}

#[test]
fn a_package_is_named_by_the_folders_of_its_document() {
    let document: PathBuf = ["crates", "http.v2", "README.md"].iter().collect();
    assert_eq!(package_name(&document), "crates-http-v2-readme");
}

#[test]
fn a_path_with_backslashes_and_quotes_can_stand_in_toml() {
    let path = Path::new(r#"C:\work\"new""#);
    assert_eq!(escaped(path), r#"C:\\work\\\"new\""#);
}
