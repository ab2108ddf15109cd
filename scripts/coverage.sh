#!/usr/bin/env bash
# Reports which lines of the libraries their tests run. Has no limit to fail at: a line that runs is not yet
# a line that is tested, which scripts/mutants.sh looks at.
set -euo pipefail
cd "$(dirname "$0")/.."

rustup component add llvm-tools >/dev/null
source scripts/tools.sh
rust_tools cargo-llvm-cov
cargo llvm-cov --workspace --exclude benches --summary-only --ignore-filename-regex '(tests|examples|benches|sigv4-testkit)/'
