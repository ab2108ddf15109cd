#!/usr/bin/env python3
"""Checks the words: no private term where the field has one, a verb at the beginning of every public
function's docs, and its default in those of every setter.

    scripts/words.py           fails if a list is not empty, and shows the share of docs and comments

Reads what git knows of. An exception stands here, beside its reason.
"""

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# (expression, the field's term). An identifier counts as its words: `GateState`, `gate_state` and
# `gate` are all found by `gate`.
TERMS = [
    (r"gate|gated|boarding|landing", "shared state; start, join or finish a load"),
    (r"conclude[sd]?", "finish"),
    (r"(keep|keeps|kept|is) warm|warm up|warmed", "preload, background refresh, refresh timer"),
    (r"verdicts?|rivals?|judge[sd]?|judging|judge?ments?", "comparison, current; check, decision"),
    (r"resigns?|remedy|remedies", "retry policy, retry advice"),
    (r"learns?|learned|learnt", "observe"),
    (r"rig|soup|exhibits?", "harness, generated hosts, cases"),
    (r"refusals? (of|by) (a|the) (service|server|gateway)", "rejection"),
]

# Plain words that no type, function or file is called.
TYPES = "Attempts|Ending|Finding|Keep|LastSeconds|OtherHosts|Ours|Presign|Reading|Refusal|Shape|Signed|Slot"
NAMES = [
    (rf"\b(struct|enum|trait|type) ({TYPES})\b", "backoff, outcome, diagnosis, capture, expiring, "
     "unlisted hosts, local, Presigner, named by what it holds, rejection, parse, signed request, shared"),
    (r"\bfn of\b", "from_*, hash"),
    (r"\bmod (board|drive|facade|guard|shape|subject|unread|wall)\b",
     "load, workload, metrics, host_policy, parse, cache, unbuffered, clock"),
]

# (path, text that the line has): why it stands.
EXCEPTIONS = {
    ("crates/http-sigv4/src/explain/diagnosis/mod.rs", "mod subject;"):
        "what a difference is about, which is its subject in plain English",
}

VERBS = set(
    """
    adds allows announces asks builds calls chooses compares computes consumes copies counts covers
    checks creates decides describes detaches does derives encodes ends explains finds forwards gives hashes
    keeps lets limits loads looks makes marks names notes observes parses passes presigns puts reads
    records refuses rejects removes replaces reports requires returns sends serves sets shows signs
    starts stops takes tells trusts verifies waits wraps
    """.split()
)


def tracked(*suffixes):
    names = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, check=True,
        capture_output=True, text=True,
    ).stdout.split("\n")
    return [ROOT / name for name in sorted(names) if name.endswith(suffixes) and (ROOT / name).exists()]


def words(line):
    """A line with the words of its identifiers apart, in lower case."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|_", " ", line)
    return apart.lower()


def is_excepted(path, line):
    return any(path == where and text in line for where, text in EXCEPTIONS)


def old_terms():
    for path in tracked(".rs", ".md", ".sh", ".toml", ".py"):
        name = str(path.relative_to(ROOT))
        if name == "scripts/words.py":
            continue
        for number, line in enumerate(path.read_text().split("\n"), 1):
            plain = words(line)
            for expression, instead in TERMS:
                found = re.search(rf"\b({expression})\b", plain)
                if found and not is_excepted(name, line):
                    yield f"{name}:{number}: `{found[1]}` ({instead}): {line.strip()}"
            for expression, instead in NAMES:
                if re.search(expression, line) and not is_excepted(name, line):
                    yield f"{name}:{number}: {instead}: {line.strip()}"


# Functions that take `self` and return it, and set nothing that has a default.
NOT_SETTERS = {"for_uri", "with_profile", "after", "or"}


def functions():
    """Each public function of the crates: where, its name, whether it is a setter, and its docs."""
    for path in tracked(".rs"):
        name = str(path.relative_to(ROOT))
        # The test kit is read beside the tests that call it.
        if not name.startswith("crates/") or "/src/" not in name or "testkit" in name:
            continue
        lines = path.read_text().split("\n")
        for number, line in enumerate(lines):
            function = re.match(r"\s*pub (?:const |async )*fn (\w+)", line)
            if not function:
                continue
            signature = " ".join(lines[number : number + 5]).split("{")[0]
            takes_self = re.search(r"\(\s*(mut )?self,", signature)
            is_setter = takes_self and "-> Self" in signature and function[1] not in NOT_SETTERS
            docs, above = [], number - 1
            while above >= 0 and re.match(r"\s*(///|#\[)", lines[above]):
                docs.insert(0, lines[above].strip())
                above -= 1
            docs = [doc[3:].strip() for doc in docs if doc.startswith("///")]
            yield f"{name}:{number + 1}: `{function[1]}`", bool(is_setter), docs or [""]


def begins_with_verb(docs):
    return docs[0].split(" ")[0].strip("`,.:").lower() in VERBS


def names_default(docs):
    return "default" in " ".join(docs).lower()


def shares():
    """Lines of docs and of plain comments among those that are not empty, by crate."""
    for crate in sorted((ROOT / "crates").iterdir()):
        count = Counter()
        for path in tracked(".rs"):
            if crate / "src" not in path.parents:
                continue
            for line in path.read_text().split("\n"):
                line = line.strip()
                kind = "doc" if re.match(r"//[/!]", line) else "plain" if line.startswith("//") else "code"
                count[kind] += bool(line)
        total = sum(count.values())
        yield f"{crate.name:<18} {total:6} lines  {count['doc'] / total:5.1%} docs  {count['plain'] / total:5.1%} comments"


def main():
    terms, public = list(old_terms()), list(functions())
    verbless = [f"{where}: no verb: {docs[0]}" for where, _, docs in public if not begins_with_verb(docs)]
    setters = [(where, docs) for where, is_setter, docs in public if is_setter]
    silent = [f"{where}: no default: {docs[0]}" for where, docs in setters if not names_default(docs)]
    print("\n".join([*terms, *verbless, *silent, *shares()]))
    print(f"{len(terms)} lines with a private term, {len(EXCEPTIONS)} exceptions")
    print(f"{len(verbless)} of {len(public)} public functions without a verb at their docs' beginning")
    print(f"{len(silent)} of {len(setters)} setters that do not say their default")
    sys.exit(bool(terms or verbless or silent))


if __name__ == "__main__":
    main()
