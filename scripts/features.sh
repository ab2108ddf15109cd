#!/usr/bin/env bash
# Checks every library with each pair of its features: features only ever add.
set -euo pipefail
cd "$(dirname "$0")/.."

source scripts/tools.sh
rust_tools cargo-hack
cargo hack clippy --package credentials-cache --package http-sigv4 --package tower-sigv4 --package iam-gateway \
    --feature-powerset --depth 2 -- -D warnings
