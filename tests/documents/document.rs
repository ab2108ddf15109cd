//! A document in Markdown, in parts.

use std::{fs, path::PathBuf};

use crate::workspace::files;

pub(crate) struct Document {
    pub(crate) path: PathBuf,
    pub(crate) text: String,
}

impl Document {
    /// Reads every document of the workspace.
    pub(crate) fn all() -> Vec<Self> {
        let is_document = |path: &PathBuf| path.extension().is_some_and(|end| end == "md");
        let read = |path: PathBuf| Self {
            text: fs::read_to_string(&path).unwrap(),
            path,
        };
        let documents: Vec<_> = files().into_iter().filter(is_document).map(read).collect();
        assert!(documents.len() >= 9, "some documents were not found");
        documents
    }

    /// Reads the READMEs that show programs, and what else shows one with its dependencies.
    pub(crate) fn with_programs() -> Vec<Self> {
        let mut documents = Self::all();
        documents.retain(|document| {
            let states = document.is_readme() || !document.dependencies().is_empty();
            states && !document.blocks("rust").is_empty()
        });
        assert!(documents.len() >= 7, "some programs were not found");
        documents
    }

    pub(crate) fn is_readme(&self) -> bool {
        self.path.ends_with("README.md")
    }

    pub(crate) fn name(&self) -> String {
        self.path.display().to_string()
    }

    /// Returns what stands between fences of a language.
    pub(crate) fn blocks(&self, language: &str) -> Vec<String> {
        let mut blocks = Vec::new();
        let mut lines = self.text.lines();
        while let Some(line) = lines.next() {
            let Some(info) = line.strip_prefix("```") else {
                continue;
            };
            let block: Vec<_> = lines.by_ref().take_while(|line| *line != "```").collect();
            if info.split(',').next() == Some(language) {
                blocks.push(block.join("\n"));
            }
        }
        blocks
    }

    /// Returns the lines of all blocks that begin with `[dependencies]`, each once.
    pub(crate) fn dependencies(&self) -> String {
        let blocks = self.blocks("toml");
        let mut lines: Vec<_> = blocks
            .iter()
            .filter_map(|block| block.strip_prefix("[dependencies]\n"))
            .flat_map(str::lines)
            .collect();
        lines.sort_unstable();
        lines.dedup();
        lines.join("\n")
    }

    /// Returns the text without what stands between fences.
    pub(crate) fn prose(&self) -> String {
        let mut within = false;
        let is_prose = |line: &&str| {
            let is_fence = line.starts_with("```");
            within ^= is_fence;
            !within && !is_fence
        };
        let prose: Vec<_> = self.text.lines().filter(is_prose).collect();
        prose.join("\n")
    }
}
