#!/usr/bin/env bash
# Runs the unit tests of http-sigv4 under Miri, which looks for undefined behaviour: there is no unsafe code
# of ours, but there is in what it calls. Needs a nightly toolchain with the component miri.
set -euo pipefail
cd "$(dirname "$0")/.."

rustup toolchain install nightly --profile minimal --component miri,rust-src >/dev/null 2>&1 ||
    cargo +nightly miri --version >/dev/null
# The operating system's random numbers and clock are behind the isolation; nothing here wants them.
cargo +nightly miri test --package http-sigv4 --lib --features chunked,explain,tokens
