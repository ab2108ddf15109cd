#!/bin/sh
# Runs each fuzz target for as many seconds as the argument says, and fails on a finding.
set -eu
cd "$(dirname "$0")/.."

cargo install --quiet --locked --root target/tools --version 0.13.2 cargo-fuzz
PATH="$PWD/target/tools/bin:$PATH"
# cargo-fuzz asks for options that only a nightly compiler takes by itself.
export RUSTC_BOOTSTRAP=1

for target in $(cargo fuzz list); do
    # There is no unsafe code of ours for a sanitizer to look at.
    cargo fuzz run --sanitizer none "$target" -- -max_total_time="$1" -print_final_stats=1
done
