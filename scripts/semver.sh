#!/usr/bin/env bash
# Compares the public interface with the last release's, the newest tag `vX.Y.Z`: a change that breaks a
# user's code needs the next incompatible version.
set -euo pipefail
cd "$(dirname "$0")/.."

last=$(git describe --tags --abbrev=0 --match 'v[0-9]*' 2>/dev/null || true)
if [ -z "$last" ]; then
    echo "nothing is released yet: there is no tag v* to compare with"
    exit 0
fi
source scripts/tools.sh
rust_tools cargo-semver-checks
packages=()
for package in $(scripts/published.py); do packages+=(--package "$package"); done
cargo semver-checks --baseline-rev "$last" "${packages[@]}"
