#!/usr/bin/env bash
# Stops processes by a signal while they load credentials, and continues them once those they hold have
# expired. Takes about six minutes.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo test --package tests --test freeze -- --ignored --nocapture
