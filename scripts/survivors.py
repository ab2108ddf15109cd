#!/usr/bin/env python3
"""Fails if a change that no test noticed is not in scripts/mutants.txt, with the reason why it may live.

    scripts/survivors.py FOLDER        what scripts/mutants.sh has written, a folder for each package

A line there is `FILE: CHANGE # REASON`, without the place in the file, which moves.
"""

import re
import sys
from pathlib import Path

LIST = Path(__file__).resolve().parent / "mutants.txt"


def reasoned():
    lines = [line for line in LIST.read_text().splitlines() if line and not line.startswith("#")]
    unreasoned = [line for line in lines if not re.search(r" # \S", line)]
    if unreasoned:
        sys.exit("without a reason in mutants.txt:\n" + "\n".join(unreasoned))
    return {line.split(" # ")[0].strip() for line in lines}


def changes(folder, *results):
    files = [folder / "mutants.out" / f"{result}.txt" for result in results]
    return [line for file in files if file.exists() for line in file.read_text().splitlines()]


def main():
    folder = Path(sys.argv[1])
    tried, missed, late = 0, [], []
    for package in sorted(folder.iterdir()):
        few, every = package / "few", package / "all"
        tried += len(changes(few, "caught", "missed", "timeout"))
        # What a few tests did not notice, all of them have tried once more.
        missed += changes(every, "missed")
        late += changes(few, "timeout") + changes(every, "timeout")
    if not tried:
        sys.exit(f"nothing was tried in {folder}")
    allowed = reasoned()
    alive = [line for line in missed if re.sub(r":\d+:\d+: ", ": ", line, count=1) not in allowed]
    print(
        f"of {tried} changes {tried - len(missed)} were noticed ({len(late)} by tests that did not end), "
        f"{len(missed) - len(alive)} may live, and {len(alive)} were not noticed"
    )
    for change in alive:
        print(change)
    return 1 if alive else 0


if __name__ == "__main__":
    sys.exit(main())
