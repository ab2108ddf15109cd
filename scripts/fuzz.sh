#!/usr/bin/env bash
# Runs each fuzz target for as many seconds as the argument says, and fails on a finding.
set -euo pipefail
cd "$(dirname "$0")/.."

source scripts/tools.sh
rust_tools cargo-fuzz
# cargo-fuzz asks for options that only a nightly compiler takes by itself.
export RUSTC_BOOTSTRAP=1

seeds=${CARGO_TARGET_DIR:-target}/seeds
scripts/seeds.py "$seeds"
for target in $(cargo fuzz list); do
    # What is found goes into the first folder.
    folders=("fuzz/corpus/$target")
    if [ -d "$seeds/$target" ]; then folders+=("$seeds/$target"); fi
    mkdir -p "${folders[0]}"
    # There is no unsafe code of ours for a sanitizer to look at.
    cargo fuzz run --sanitizer none "$target" "${folders[@]}" -- -max_total_time="$1" -print_final_stats=1
done
