#!/usr/bin/env bash
# Looks for known faults of dependencies in the RustSec database, which it downloads from GitHub.
set -euo pipefail
cd "$(dirname "$0")/.."

source scripts/tools.sh
rust_tools cargo-deny
cargo deny --all-features check advisories
