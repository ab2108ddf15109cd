#!/usr/bin/env bash
# Changes the code that decides most (the signer, host policy, clock, credentials policy and the encoder of
# chunks) in one place at a time, by cargo-mutants, and fails where no test notices and scripts/mutants.txt
# does not say why that may be. Takes hours: `scripts/mutants.sh 1/4` takes a quarter of the changes, and
# `scripts/mutants.sh 1/1 FILE` those of one file.
set -euo pipefail
cd "$(dirname "$0")/.."

tools=${CARGO_TARGET_DIR:-target}/tools
cargo install --quiet --locked --debug --root "$tools" --version 27.1.0 cargo-mutants
PATH=$(realpath "$tools")/bin:$PATH

# cargo-mutants counts from 0.
shard=${1:-1/1}
files=("${@:2}")
if [ ${#files[@]} = 0 ]; then
    files=(
        'crates/http-sigv4/src/*.rs'
        'crates/http-sigv4/src/canonical/*.rs'
        'crates/http-sigv4/src/chunked/*.rs'
        'crates/http-sigv4/src/signer/*.rs'
        'crates/tower-sigv4/src/clock/*.rs'
        'crates/tower-sigv4/src/host_policy/*.rs'
        'crates/credentials-cache/src/policy.rs'
        'crates/credentials-cache/src/backoff.rs'
    )
fi
out=${CARGO_TARGET_DIR:-target}/mutants
mkdir -p "$out"
CARGO_PROFILE_DEV_DEBUG=0 cargo mutants --output "$out" --shard "$((${shard%/*} - 1))/${shard#*/}" --no-shuffle \
    --all-features --cargo-arg=--tests --timeout-multiplier 4 "${files[@]/#/--file=}" || [ $? -le 3 ]

scripts/survivors.py "$out/mutants.out"
