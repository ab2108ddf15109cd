#!/usr/bin/env bash
# Documents the crates with the settings of docs.rs: every feature, and a label at what a feature adds.
set -euo pipefail
cd "$(dirname "$0")/.."

target=${CARGO_TARGET_DIR:-target}
mkdir -p "$target"
# rustdoc writes the labels as an unstable option only. The compiler must not see the variable: build
# scripts look for it, and half of the dependencies would compile again.
cat >"$target/rustdoc" <<'RUSTDOC'
#!/bin/sh
RUSTC_BOOTSTRAP=1 exec rustdoc "$@"
RUSTDOC
chmod +x "$target/rustdoc"
RUSTDOC=$(realpath "$target/rustdoc")
export RUSTDOC RUSTDOCFLAGS="-D warnings --cfg docsrs"
cargo doc --workspace --all-features --no-deps
