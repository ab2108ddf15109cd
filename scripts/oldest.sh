#!/usr/bin/env bash
# Checks the published crates with the oldest compiler that they promise (`rust-version`) and the oldest
# versions of their dependencies that the manifests allow: whoever has these in a lockfile must get crates
# that compile. Where rustup cannot fetch that compiler it says so and uses the one there is, but for
# GitHub's machines, where it fails.
#
#     scripts/oldest.sh          each feature but `aws-config` and `aws-lc-rs`, which bring a hundred crates
#     scripts/oldest.sh --all    these too, and sigv4-curl
set -euo pipefail
cd "$(dirname "$0")/.."

source scripts/tools.sh
rust_tools cargo-hack
version=$(sed --quiet 's/^rust-version = "\(.*\)"$/\1/p' Cargo.toml)
if rustup toolchain list 2>/dev/null | grep --quiet "^$version" ||
    rustup_gives toolchain install "$version" --profile minimal; then
    export RUSTUP_TOOLCHAIN=$version
else
    echo "rust $version cannot be had here; only the dependencies are old"
fi
rustc --version

target=$(realpath "${CARGO_TARGET_DIR:-target}")/oldest
mkdir -p "$target"
# In a copy, so that the lockfile stays as it is.
copy=$(mktemp -d)
trap 'rm -r "$copy"' EXIT
git ls-files -z --cached --others --exclude-standard | xargs --null cp --parents --target-directory "$copy"
mapfile -t published < <(scripts/published.py)
cd "$copy"
# What the tests and the benches need must not raise what a user needs.
members=$(printf '"crates/%s", ' "${published[@]}")
sed --in-place "s#^members = .*#members = [$members]#; /^default-members/,/^]/d; /^\[profile/,\$d" Cargo.toml
cargo hack --quiet --remove-dev-deps --workspace
RUSTC_BOOTSTRAP=1 cargo update --quiet -Z direct-minimal-versions

export CARGO_TARGET_DIR=$target
if [ "${1-}" = --all ]; then
    cargo hack check --quiet --all-features "${published[@]/#/--package=}"
else
    libraries=()
    for package in "${published[@]}"; do [ "$package" = sigv4-curl ] || libraries+=("--package=$package"); done
    cargo hack check --quiet --each-feature --exclude-all-features \
        --exclude-features aws-config,aws-lc-rs "${libraries[@]}"
fi
