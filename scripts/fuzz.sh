#!/usr/bin/env bash
# Runs each fuzz target for as many seconds as the argument says, and fails on a finding.
set -euo pipefail
cd "$(dirname "$0")/.."

source scripts/tools.sh
rust_tools cargo-fuzz
# cargo-fuzz asks for options that only a nightly compiler takes by itself.
export RUSTC_BOOTSTRAP=1

for target in $(cargo fuzz list); do
    # There is no unsafe code of ours for a sanitizer to look at.
    cargo fuzz run --sanitizer none "$target" -- -max_total_time="$1" -print_final_stats=1
done
