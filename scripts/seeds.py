#!/usr/bin/env python3
"""Writes inputs for fuzz targets to begin with, out of the vectors and the tables of the tests.

    scripts/seeds.py DIRECTORY

makes `DIRECTORY/TARGET/NUMBER` for each target that takes text: a fuzzer finds hosts and escapes that
mean something from there, and hardly by itself.
"""

import json
import sys
from pathlib import Path
from urllib.parse import urlsplit

CRATES = Path(__file__).resolve().parent.parent / "crates"


def targets():
    vectors = json.loads((CRATES / "sigv4-testkit/data/signing.json").read_text())["vectors"]
    return {urlsplit(vector["uri"])._replace(scheme="", netloc="").geturl() for vector in vectors}


def hosts():
    rows = (CRATES / "http-sigv4/tests/data/hosts.tsv").read_text().splitlines()[1:]
    return {row.split("\t")[0] for row in rows}


for target, inputs in {"canonical": targets(), "endpoint": hosts()}.items():
    folder = Path(sys.argv[1]) / target
    folder.mkdir(parents=True, exist_ok=True)
    for number, text in enumerate(sorted(inputs)):
        (folder / str(number)).write_text(text)
