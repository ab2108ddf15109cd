#!/usr/bin/env python3
"""Lists the public items of the libraries, so that a change of them shows in review.

    scripts/public-api.py           writes docs/api/CRATE.txt
    scripts/public-api.py --check   fails if they differ

Reads the pages that `cargo doc --workspace --all-features --no-deps` has written.
"""

import html
import os
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOC = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "doc"
CRATES = ["credentials_cache", "http_sigv4", "iam_gateway", "tower_sigv4"]


def text(markup):
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", markup)).split())


def tidy(signature):
    signature = re.sub(r"\s+([,;:)\]>?.])", r"\1", signature)
    signature = re.sub(r"([(\[<&])\s+", r"\1", signature)
    # A name is a link, and so stands by itself, where the other crate's pages were there first.
    signature = re.sub(r"\s*::\s*", "::", signature)
    return re.sub(r"(\w)\s+([(<])", r"\1\2", signature)


def members(page):
    """Methods, variants, fields and trait implementations that an item's page shows."""
    found = set()
    for kind, code in re.findall(
        r'<(?:section|div|details)[^>]*id="(method|tymethod|variant|structfield|associatedconstant|impl)[^"]*"[^>]*>'
        r'.*?<(?:h[1-6]|code|span)[^>]*>(.*?)</(?:h[1-6]|code)>',
        page,
        re.S,
    ):
        line = tidy(text(code))
        line = re.sub(r"^(Source|§)\s*", "", line)
        # What the compiler implements for every type says nothing.
        if kind == "impl" and (re.match(r"impl<T(, U)?>", line) or " !" in line):
            continue
        if kind == "method" and not line.startswith(("pub ", "const ", "unsafe ")):
            continue
        found.add(line)
    return sorted(found)


def listing(crate):
    folder = DOC / crate
    items = re.findall(r'<a href="([^"]+\.html)">([^<]+)</a>', (folder / "all.html").read_text())
    lines = []
    for link, name in sorted(items, key=lambda item: item[1]):
        kind = Path(link).name.split(".")[0]
        page = (folder / link).read_text()
        lines.append(f"{kind} {name}")
        declaration = re.search(r'<pre class="rust item-decl"><code>(.*?)</code></pre>', page, re.S)
        if kind in ("fn", "macro", "constant", "type") and declaration:
            lines.append(f"    {tidy(text(declaration.group(1)))}")
        # Methods of its own, not those of the traits that it implements.
        own = page.split('id="trait-implementations"')[0]
        traits = page.split('id="trait-implementations"')[1:]
        lines.extend(f"    {line}" for line in members(own))
        if traits:
            shown = traits[0].split('id="synthetic-implementations"')[0]
            lines.extend(f"    {line}" for line in members(shown) if line.startswith("impl"))
    return "\n".join(lines) + "\n"


def main():
    check = "--check" in sys.argv[1:]
    changed = []
    for crate in CRATES:
        file = ROOT / "docs" / "api" / f"{crate.replace('_', '-')}.txt"
        new = listing(crate)
        count = sum(not line.startswith(" ") for line in new.splitlines())
        print(f"{file.stem}: {count} public items, {len(new.splitlines()) - count} members")
        if check:
            if not file.exists() or file.read_text() != new:
                changed.append(str(file.relative_to(ROOT)))
        else:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(new)
    if changed:
        print(f"the public interface differs from {', '.join(changed)}: run scripts/public-api.py")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
