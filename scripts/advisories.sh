#!/usr/bin/env bash
# Looks for known faults of dependencies in the RustSec database, which it downloads from GitHub.
set -euo pipefail
cd "$(dirname "$0")/.."

tools=${CARGO_TARGET_DIR:-target}/tools
cargo install --quiet --locked --debug --root "$tools" --version 0.20.2 cargo-deny
PATH=$(realpath "$tools")/bin:$PATH
cargo deny --all-features check advisories
