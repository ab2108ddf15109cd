#!/usr/bin/env bash
# Packs every crate that is published, and builds each from its own archive: what the archive lacks, or
# what it needs of a crate that is not published, shows here.
set -euo pipefail
cd "$(dirname "$0")/.."

# Every archive until the next release has the same version. Cargo takes a version that it has unpacked or compiled
# before for the same, so what is left of the last time goes first.
target=${CARGO_TARGET_DIR:-target}/packages
rm -rf "$target"
packages=()
for package in $(scripts/published.py); do
    packages+=(--package "$package")
    rm -rf "${CARGO_HOME:-$HOME/.cargo}/registry/src/"-*/"$package"-[0-9]*
done
# Cargo warns of each test and bench, which no archive contains.
cargo package --locked --allow-dirty --target-dir "$target" "${packages[@]}"
