#!/usr/bin/env bash
# Documents the crates with the settings of docs.rs: every feature, and a label at what a feature adds.
set -euo pipefail
cd "$(dirname "$0")/.."

# rustdoc writes the labels as an unstable option only.
RUSTDOC=$PWD/scripts/rustdoc.sh
export RUSTDOC RUSTDOCFLAGS="-D warnings --cfg docsrs"
cargo doc --workspace --all-features --no-deps
