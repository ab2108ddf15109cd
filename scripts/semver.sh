#!/usr/bin/env bash
# Compares the public interface with the last release's, the newest tag `vX.Y.Z`: a change that breaks a
# user's code needs the next incompatible version.
set -euo pipefail
cd "$(dirname "$0")/.."

# Such a clone may lack the tags, and would look like a project without a release.
if [ "$(git rev-parse --is-shallow-repository)" = true ]; then
    echo "this clone is shallow: run \`git fetch --unshallow --tags\` first" >&2
    exit 1
fi
# A candidate (`-rc.1`) is older than its release.
last=$(git -c versionsort.suffix=- for-each-ref --count=1 --sort=-version:refname --merged=HEAD \
    --format='%(refname:short)' 'refs/tags/v[0-9]*')
if [ -z "$last" ]; then
    echo "nothing is released yet: there is no tag v* to compare with"
    exit 0
fi
source scripts/tools.sh
rust_tools cargo-semver-checks
packages=()
for package in $(scripts/published.py); do packages+=(--package "$package"); done
cargo semver-checks --baseline-rev "$last" "${packages[@]}"
