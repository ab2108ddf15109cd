#!/usr/bin/env bash
# Packs every crate that is published, and builds each from its own archive: what the archive lacks, or
# what it needs of a crate that is not published, shows here.
set -euo pipefail
cd "$(dirname "$0")/.."

packages=()
for package in $(scripts/published.py); do packages+=(--package "$package"); done
cargo package --locked --allow-dirty "${packages[@]}"
