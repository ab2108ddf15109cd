#!/usr/bin/env python3
"""Fails if a change that no test noticed is not in scripts/mutants.txt, with the reason why it may live.

    scripts/survivors.py FOLDER        the folder `mutants.out` of cargo-mutants

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


def main():
    folder = Path(sys.argv[1])
    missed = (folder / "missed.txt").read_text().splitlines()
    caught = len((folder / "caught.txt").read_text().splitlines())
    if not missed and not caught:
        sys.exit(f"nothing was tried in {folder}")
    allowed = reasoned()
    alive = [line for line in missed if re.sub(r":\d+:\d+: ", ": ", line, count=1) not in allowed]
    print(f"{caught} changes were noticed, {len(missed) - len(alive)} may live, {len(alive)} were not noticed")
    print("\n".join(alive))
    return 1 if alive else 0


if __name__ == "__main__":
    sys.exit(main())
