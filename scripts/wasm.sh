#!/usr/bin/env bash
# Builds http-sigv4 for wasm32-unknown-unknown, and signs the test vectors there, in Node.js. Where rustup
# cannot fetch that target it says so and does nothing, but for GitHub's machines, where it fails.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly triple=wasm32-unknown-unknown
source scripts/tools.sh
# The active toolchain, and not the one that some step before has chosen.
if ! rustup_gives target add $triple; then
    echo "the target $triple cannot be had here: not checked"
    exit 0
fi
source scripts/system.sh
system_package nodejs command -v node

target=${CARGO_TARGET_DIR:-target}/wasm
cargo build --quiet --manifest-path tests/wasm/Cargo.toml --target $triple --target-dir "$target"
node --input-type=module - "$target/$triple/debug/http_sigv4_wasm.wasm" <<'NODE'
import { readFileSync } from 'node:fs';
const { instance } = await WebAssembly.instantiate(readFileSync(process.argv[2]));
const [right, vectors] = [instance.exports.right(), instance.exports.vectors()];
console.log(`${right} of ${vectors} vectors are signed as AWS would`);
process.exit(vectors > 0 && right === vectors ? 0 : 1);
NODE
