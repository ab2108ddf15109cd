#!/usr/bin/env python3
"""Lists the Rust snippets that nothing compiles, in documents and in documentation comments.

    scripts/snippets.py [--all]

Fails if there is one that is not in `REASONED`, and if one in `REASONED` is compiled or gone. With
`--all` it shows the compiled ones as well.

rustdoc compiles a snippet if it stands in the documentation of a library, or in a document that a
library includes as documentation, and is not marked `ignore`; `tests/build.rs` has those compiled of the
documents that it lists. What looks like Rust counts as Rust even where the fence says that it is text.

Snippets behind a feature are compiled by the step of CI that has that feature: all but those of
`aws-config` by `cargo test --workspace`, those by `scripts/rotation.sh`.
"""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# (file, first line of the snippet): why nothing compiles it.
REASONED = {}

# What a fence may say of a snippet that is Rust and compiled; `compile_fail` has to fail.
RUST = {"", "rust", "no_run", "should_panic", "compile_fail", "standalone_crate"}
NOT_COMPILED = re.compile(r"^ignore(-|$)")
EDITION = re.compile(r"^edition\d{4}$")
OTHER = {"text", "txt"}

STATEMENT = re.compile(
    r"^\s*(#\s|#!?\[|(pub(\([a-z]+\))?\s+)?(async\s+)?(fn|struct|enum|trait|mod|const|static)\s+\w+"
    r"|use\s+[\w:{]+.*;|let\s+(mut\s+)?[\w(&]+.*=|impl\b.*\{|\w+!\(.*\);|\.\w+\(.*\)[;,?]*$)"
)


def files():
    """What git knows or would add."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md", "*.rs"]
    listed = subprocess.check_output(command, cwd=ROOT, text=True).split()
    return [Path(name) for name in listed if (ROOT / name).exists()]


def library_roots():
    """Folders whose files are a library's, and so have documentation tests."""
    roots = []
    for manifest in ROOT.glob("**/Cargo.toml"):
        folder = manifest.parent
        if "target" in folder.relative_to(ROOT).parts or not (folder / "src/lib.rs").exists():
            continue
        if re.search(r"^\s*doctest\s*=\s*false", manifest.read_text(), re.M):
            continue
        roots.append(folder.relative_to(ROOT) / "src")
    return roots


def is_of_library(path, roots):
    """Whether the file is compiled as a part of a library."""
    for root in roots:
        if path.is_relative_to(root):
            inner = path.relative_to(root)
            return inner.parts[0] not in ("bin", "main.rs")
    return False


def included(paths, roots):
    """The documents that a library includes as documentation."""
    found = set()
    for path in paths:
        if path.suffix == ".rs" and is_of_library(path, roots):
            text = (ROOT / path).read_text()
            for name in re.findall(r'#!?\[doc = (?:concat!\([^]]*?)?include_str!\("([^"]+)"\)', text):
                target = (ROOT / path).parent / name
                found.add(target.resolve().relative_to(ROOT))
    return found


def extracted(paths):
    """The documents whose snippets `tests/build.rs` makes modules of."""
    listed = re.search(r"const DOCUMENTS: .*?\];", (ROOT / "tests/build.rs").read_text(), re.S)[0]
    names = re.findall(r'"([^"]+)"', listed)
    return {path for path in paths for name in names if path.is_relative_to(name)}


def lines_of_document(path):
    return list(enumerate((ROOT / path).read_text().splitlines(), 1))


def runs_of_comments(path):
    """The documentation comments of a file, each as numbered lines, and whether it is a test's."""
    runs, run, in_tests, previous = [], [], False, ""
    for number, line in enumerate((ROOT / path).read_text().splitlines(), 1):
        comment = re.match(r"\s*(//[/!])(?!/) ?(.*)", line)
        if comment:
            run.append((number, comment[2]))
            continue
        if run:
            runs.append((run, in_tests))
            run = []
        # A module of tests ends its file.
        if re.match(r"\s*(pub )?mod \w+ \{", line) and "cfg(test)" in previous:
            in_tests = True
        previous = line
    if run:
        runs.append((run, in_tests))
    return runs


def snippets(lines):
    """Each fenced block: its line, what its fence says, and its lines."""
    block = None
    for number, line in lines:
        fence = re.match(r"\s*(```+|~~~+)\s*(.*)", line)
        if block is None and fence:
            block = (number, fence[1], fence[2].strip(), [])
        elif block is not None and fence and fence[1].startswith(block[1]) and not fence[2]:
            yield block[0], block[2], block[3]
            block = None
        elif block is not None:
            block[3].append(line)


def kind(info, body):
    """`compiled` if rustdoc would, `ignored` if it is Rust and marked not to be, or nothing."""
    words = [word for word in re.split(r"[,\s]+", info.strip("{}")) if word] or [""]
    if any(NOT_COMPILED.match(word) for word in words):
        return "ignored"
    if all(word in RUST or EDITION.match(word) for word in words):
        return "compiled"
    looks_like_rust = sum(bool(STATEMENT.match(line)) for line in body) >= 1
    return "ignored" if words[0] in OTHER and looks_like_rust else None


def main():
    show_all = "--all" in sys.argv[1:]
    paths = files()
    roots = library_roots()
    documents = included(paths, roots)
    modules = extracted(paths)
    compiled, uncompiled = [], []

    def take(path, lines, has_tests, untagged_is_rust):
        for number, info, body in snippets(lines):
            if not info and not untagged_is_rust:
                info = "text"
            what = kind(info, body)
            if what:
                first = next((line.strip() for line in body if line.strip()), "")
                good = what == "compiled" and has_tests
                (compiled if good else uncompiled).append((str(path), number, first))

    for path in paths:
        if path.suffix == ".md":
            # An untagged snippet is Rust to rustdoc, and text to `tests/build.rs`.
            is_documentation = path in documents
            has_tests = is_documentation or path in modules
            take(path, lines_of_document(path), has_tests, is_documentation)
        else:
            for run, in_tests in runs_of_comments(path):
                has_tests = is_of_library(path, roots) and not in_tests
                take(path, run, has_tests, True)

    failed = False
    if show_all:
        for path, number, first in compiled:
            print(f"compiled  {path}:{number}: {first}")
    for path, number, first in uncompiled:
        reason = REASONED.get((path, first))
        print(f"{'reasoned' if reason else 'NOT COMPILED'}  {path}:{number}: {first}  {reason or ''}".rstrip())
        failed |= reason is None
    for path, first in REASONED.keys() - {(path, first) for path, _, first in uncompiled}:
        print(f"NO LONGER NEEDED  {path}: {first}")
        failed = True
    total = len(compiled) + len(uncompiled)
    print(f"{total} snippets, {len(compiled)} compiled, {len(uncompiled)} not")
    if total == 0:
        failed = True
    sys.exit(failed)


main()
