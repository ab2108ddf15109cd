#!/usr/bin/env python3
"""Lists the public interface of the libraries, so that a change of it shows in review.

    scripts/public-api.py           writes docs/api/CRATE.txt
    scripts/public-api.py --check   fails if they differ

Has rustdoc describe each library as JSON, with every feature, and reads that. Each list begins with the types of
other crates that stand in the interface. A type of the prelude is written as its name; another one of the standard
library, or of this crate, by its path; one of another crate as CRATE::NAME, whatever its module there. `always`
stands before the automatic traits that a type has for whatever arguments.
"""

import difflib
import json
import os
import subprocess
import sys
from pathlib import Path

# Nothing that git would have to ignore.
sys.dont_write_bytecode = True

from rustdoc_json import FORMAT, OTHER_FORMAT, Types, only  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent
DOC = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "doc"

FOREIGN = "types of other crates: an incompatible version of such a crate is a breaking change of {}"
# Those that users' code asks for. The others are the compiler's own.
AUTO_TRAITS = ["Send", "Sync", "Unpin", "RefUnwindSafe", "UnwindSafe"]


def main():
    check = "--check" in sys.argv[1:]
    packages = libraries()
    document(packages)
    same, formats = True, set()
    for package in packages:
        file = ROOT / "docs" / "api" / f"{package}.txt"
        doc = json.loads(json_of(package).read_text())
        formats.add(doc["format_version"])
        new = listing(package, doc)
        if check:
            same &= compare(package, file.read_text().splitlines() if file.exists() else [], new)
        else:
            file.write_text("\n".join(new) + "\n")
    if same:
        return 0
    for other in formats - {FORMAT}:
        print(OTHER_FORMAT.format(other))
    print("the public interface differs from docs/api: if it should, commit what scripts/public-api.py writes")
    return 1


def libraries():
    published = subprocess.check_output([ROOT / "scripts" / "published.py"], cwd=ROOT, text=True).split()
    return sorted(package for package in published if (ROOT / "crates" / package / "src" / "lib.rs").exists())


def json_of(package):
    return DOC / f"{package.replace('-', '_')}.json"


def document(packages):
    """Has rustdoc write the JSON. The features are those of scripts/docs.sh: nothing compiles twice."""
    for package in packages:
        json_of(package).unlink(missing_ok=True)
    flags = "-Z unstable-options --output-format json --cap-lints allow --cfg docsrs"
    done = subprocess.run(
        ["cargo", "doc", "--workspace", "--lib", "--all-features", "--no-deps"],
        cwd=ROOT,
        env=os.environ | {"RUSTDOC": str(ROOT / "scripts" / "rustdoc.sh"), "RUSTDOCFLAGS": flags},
    )
    if done.returncode:
        sys.exit(done.returncode)


def listing(package, doc):
    try:
        foreign, items = Interface(doc).listing()
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        if doc["format_version"] != FORMAT:
            raise SystemExit(OTHER_FORMAT.format(doc["format_version"])) from error
        raise
    members = sum(line.startswith(" ") for line in items)
    print(f"{package}: {len(items) - members} items, {members} members, {len(foreign)} items of other crates")
    return [FOREIGN.format(package), *(f"    {name}" for name in foreign), *items]


def compare(package, old, new):
    if old == new:
        return True
    print(*difflib.unified_diff(old, new, f"docs/api/{package}.txt", "as rustdoc sees it", n=0, lineterm=""), sep="\n")
    for other in sorted(crates_of(new) - crates_of(old)):
        print(
            f"{package}: the crate {other} is new in the public interface. With it there, each incompatible version of "
            f"{other} is a breaking change of {package}: keep it out, unless users need just its types"
        )
    return False


def crates_of(lines):
    """The crates that the first section of a list names."""
    crates = set()
    for line in lines[1:]:
        if not line.startswith(" "):
            break
        crates.add(line.strip().removeprefix("::").split("::")[0])
    return crates


def under(line, members):
    return [line, *(f"    {member}" for member in members)]


class Interface(Types):
    """Writes the items of a crate."""

    def listing(self):
        """The types of other crates, and the items."""
        self.items()
        self.find_homonyms()
        items = self.items()
        return sorted({self.name(item) for item in self.foreign}), items

    def items(self):
        implementations = self.implementations()
        entries = [(path, [f"use {self.name(target)} as {path}"]) for path, target in self.uses]
        for item in self.local:
            first, *others = self.public_paths(item)
            entries.extend((path, [f"use {first} as {path}"]) for path in others)
            kind, _ = only(self.index[item]["inner"])
            if kind != "module":
                declaration, members = self.item(item, first)
                entries.append((first, under(declaration, members + implementations.pop(item, []))))
        # What is left implements a trait of another crate for a type of another crate.
        entries.extend(("", lines) for lines in implementations.values())
        return [line for _, lines in sorted(entries) for line in lines]

    def item(self, id, name):
        """The declaration of an item, and what stands in its braces."""
        item = self.index[id]
        kind, inner = only(item["inner"])
        generics = inner.get("generics") if isinstance(inner, dict) else None
        names = name + (self.parameters(generics["params"]) if generics else "")
        where = self.where(generics) if generics else ""
        members = []
        match kind:
            case "struct":
                form, content = only(inner["kind"])
                if form == "plain":
                    members = sorted(self.field(field) for field in content["fields"])
                    where += " { .. }" if content["has_stripped_fields"] else " {}"
                elif form == "tuple":
                    names += self.tuple(content)
            case "union":
                members = sorted(self.field(field) for field in inner["fields"])
            case "enum":
                members = sorted(self.variant(variant) for variant in inner["variants"])
                where += " { .. }" if inner["has_stripped_variants"] else ""
            case "trait":
                names = "unsafe " * inner["is_unsafe"] + "auto " * inner["is_auto"] + f"trait {names}"
                names += f": {self.bounds(inner['bounds'])}" if inner["bounds"] else ""
                where += "" if inner["is_dyn_compatible"] else " (not as dyn)"
                members = sorted(self.member(member) for member in inner["items"])
                return self.attributes(item) + names + where, members
            case "function":
                declaration = f"{self.header(inner['header'])}fn {names}{self.signature(inner['sig'])}{where}"
                return self.attributes(item) + declaration, []
            case "type_alias":
                return f"{self.attributes(item)}type {names}{where} = {self.type(inner['type'])}", []
            case "constant":
                return f"{self.attributes(item)}const {name}: {self.type(inner['type'])}", []
            case "static":
                mutable = "mut " * inner["is_mutable"]
                return f"{self.attributes(item)}static {mutable}{name}: {self.type(inner['type'])}", []
            case "macro":
                return self.attributes(item) + " ".join(inner.split()), []
            case _:
                raise ValueError(f"an item of the kind {kind}")
        return f"{self.attributes(item)}{kind} {names}{where}", members

    def attributes(self, item):
        shown = ["deprecated"] if item["deprecation"] else []
        for attribute in item["attrs"]:
            kind, inner = only(attribute)
            if kind in ("non_exhaustive", "repr"):
                shown.append(kind if inner is None else f"{kind}({json.dumps(inner)})")
        return "".join(f"#[{attribute}] " for attribute in sorted(shown))

    def field(self, id):
        item = self.index[str(id)]
        return f"{self.attributes(item)}{item['name']}: {self.type(item['inner']['struct_field'])}"

    def tuple(self, fields):
        fields = [self.index[str(field)]["inner"]["struct_field"] if field is not None else "infer" for field in fields]
        return f"({', '.join(self.type(field) for field in fields)})"

    def variant(self, id):
        item = self.index[str(id)]
        inner = item["inner"]["variant"]
        form, content = only(inner["kind"])
        written = self.attributes(item) + item["name"]
        if form == "tuple":
            written += self.tuple(content)
        elif form == "struct":
            fields = sorted(self.field(field) for field in content["fields"]) + [".."] * content["has_stripped_fields"]
            written += f" {{ {', '.join(fields)} }}"
        return written + (f" = {inner['discriminant']['expr']}" if inner["discriminant"] else "")

    def member(self, id):
        """What stands in the braces of a trait or of an implementation."""
        item = self.index[str(id)]
        kind, inner = only(item["inner"])
        match kind:
            case "function":
                declaration, _ = self.item(str(id), item["name"])
                return declaration + " {}" * inner["has_body"]
            case "assoc_const":
                value = " = .." if inner["value"] is not None else ""
                return f"{self.attributes(item)}const {item['name']}: {self.type(inner['type'])}{value}"
            case "assoc_type":
                bounds = f": {self.bounds(inner['bounds'])}" if inner["bounds"] else ""
                value = f" = {self.type(inner['type'])}" if inner["type"] else ""
                names = item["name"] + self.parameters(inner["generics"]["params"])
                return f"{self.attributes(item)}type {names}{bounds}{value}{self.where(inner['generics'])}"
        raise ValueError(f"a member of the kind {kind}")

    def implementations(self):
        """The lines of the implementations, by the item of this crate to which they belong."""
        found, automatic = {}, {}
        for item in self.index.values():
            kind, inner = only(item["inner"])
            # An implementation for every type is told again at each of them.
            if kind != "impl" or item["crate_id"] != 0 or inner["blanket_impl"]:
                continue
            trait = inner["trait"]
            owners = [of["id"] for of in (inner["for"].get("resolved_path"), trait) if of]
            if any(self.is_private(owner) for owner in owners):
                continue
            owner = next((str(owner) for owner in owners if str(owner) in self.local), "")
            if not inner["is_synthetic"]:
                heads = found.setdefault(owner, {})
                heads.setdefault(self.implementation(inner), []).extend(self.implemented(inner))
            elif trait["path"] in AUTO_TRAITS and not inner["is_negative"]:
                if predicates := inner["generics"]["where_predicates"]:
                    # The compiler has found them, in an order of its own.
                    predicates.sort(key=lambda predicate: self.where({"where_predicates": [predicate]}))
                    found.setdefault(owner, {})[self.implementation(inner)] = []
                else:
                    automatic.setdefault(owner, []).append(trait["path"])
        lines = {owner: [f"always {' + '.join(sorted(traits))}"] for owner, traits in automatic.items()}
        for owner, heads in found.items():
            for head in sorted(heads, key=order):
                lines.setdefault(owner, []).extend(under(head, sorted(heads[head])))
        return lines

    def implementation(self, inner):
        trait = inner["trait"]
        named = ("!" if inner["is_negative"] else "") + self.path(trait) + " for " if trait else ""
        head = "unsafe " * inner["is_unsafe"] + "impl" + self.parameters(inner["generics"]["params"])
        return f"{head} {named}{self.type(inner['for'])}{self.where(inner['generics'])}"

    def implemented(self, inner):
        """The trait says what functions an implementation of it has."""
        for id in inner["items"]:
            if not inner["trait"] or "function" not in self.index[str(id)]["inner"]:
                yield self.member(id).removesuffix(" {}")


def order(head):
    return (" for " in head, head)


if __name__ == "__main__":
    sys.exit(main())
