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
    mapfile -t others < <(git tag --list 'v[0-9]*')
    if [ ${#others[@]} != 0 ]; then
        echo "no release is behind this commit, although there are some: ${others[*]}" >&2
        exit 1
    fi
    echo "nothing is released yet: there is no tag v* to compare with"
    exit 0
fi
packages=()
for package in $(scripts/published.py); do
    if git cat-file -e "$last:crates/$package/Cargo.toml" 2>/dev/null; then
        packages+=(--package "$package")
    else
        echo "$package is not in $last: there is nothing to compare it with"
    fi
done
if [ ${#packages[@]} = 0 ]; then
    echo "no crate that is published is in $last" >&2
    exit 1
fi
source scripts/tools.sh
rust_tools cargo-semver-checks
cargo semver-checks --baseline-rev "$last" "${packages[@]}"
