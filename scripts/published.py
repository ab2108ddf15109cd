#!/usr/bin/env python3
"""Prints the crates that are published, in the order of publishing: each after those it needs."""

import json
import subprocess

metadata = json.loads(subprocess.check_output(["cargo", "metadata", "--format-version=1", "--no-deps"]))
needs = {
    package["name"]: {
        dependency["name"]
        for dependency in package["dependencies"]
        if dependency.get("path") and dependency["kind"] != "dev"
    }
    for package in metadata["packages"]
    if package["publish"] is None
}

printed = set()
while waiting := sorted(name for name in needs if name not in printed):
    ready = [name for name in waiting if needs[name] <= printed]
    if not ready:
        raise SystemExit(f"{', '.join(waiting)} need each other, or a crate that is not published")
    print(ready[0])
    printed.add(ready[0])
