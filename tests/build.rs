//! Makes modules of the Rust snippets of documents, for the test `recipes` to compile and to run: what
//! these documents say is what is tested.
//!
//! A document is a module, and a heading in it is one below that: `## REST APIs` of
//! `api-gateway.md` is `api_gateway::rest_apis`, with a third-level heading behind the second's name.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

/// Documents, and folders of them. `scripts/snippets.py` reads this list as well.
const DOCUMENTS: [&str; 2] = ["docs/migration.md", "docs/recipes"];

fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut modules = String::new();
    for document in DOCUMENTS {
        let path = root.join(document);
        println!("cargo::rerun-if-changed={}", path.display());
        for path in documents(path) {
            let text = fs::read_to_string(&path).unwrap();
            let name = path.file_stem().unwrap().to_string_lossy();
            modules += &module(&name, &snippets(&text, &path));
        }
    }
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap());
    fs::write(out.join("snippets.rs"), modules).unwrap();
}

fn documents(path: PathBuf) -> Vec<PathBuf> {
    if path.is_file() {
        return vec![path];
    }
    let entries = fs::read_dir(path).unwrap();
    let mut found: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    found.sort();
    found
}

/// The modules of a document, each with the lines of its snippets.
fn snippets(text: &str, path: &Path) -> String {
    let (mut second, mut third) = (String::new(), String::new());
    let mut last = String::new();
    let mut found = String::new();
    let mut lines = text.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        if let Some(heading) = line.strip_prefix("## ") {
            (second, third) = (slug(heading), String::new());
        } else if let Some(heading) = line.strip_prefix("### ") {
            third = format!("_{}", slug(heading));
        } else if line.starts_with("```rust") {
            assert!(line == "```rust", "{}: {line}", path.display());
            let name = format!("{second}{third}");
            assert!(name != last, "{}: two snippets in {name}", path.display());
            let code = lines.by_ref().map(|(_, line)| line);
            let code: Vec<_> = code.take_while(|line| *line != "```").collect();
            let origin = format!("// {}:{}\n", path.display(), number + 2);
            found += &module(&name, &(origin + &code.join("\n") + "\n"));
            last = name;
        }
    }
    found
}

fn module(name: &str, content: &str) -> String {
    format!("pub mod {} {{\n{content}}}\n", slug(name))
}

/// A name of a module: words in lower case.
fn slug(text: &str) -> String {
    let text = text.to_lowercase();
    let words = text.split(|letter: char| !letter.is_ascii_alphanumeric());
    let words: Vec<_> = words.filter(|word| !word.is_empty()).collect();
    words.join("_")
}
